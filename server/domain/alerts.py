"""The class against its own recent baseline: rare alerts that say why.

Each figure is followed by two exponentially weighted averages (Roberts 1959), a quick one and a
slow one, the baseline. An alert needs the quick one to lie beyond the baseline by as much as a
teacher would care about, by three standard deviations of what is usual in this class (Shewhart's
limit), and for a while. An alert that was given is not repeated soon: the more often an alert is
repeated, the less it is heeded (Ancker et al. 2017, doi:10.1186/s12911-017-0430-8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, sqrt
from typing import TypedDict

from server.domain.labels import SHIPPED, Labels
from server.domain.told import NOTHING, Told
from server.domain.view import STEPS, Alert, Figures, View

QUICK = 20.0  # seconds, time constant: expressions last 0.5 to 4 s, so this is no single look
BASELINE = 600.0  # seconds, time constant: the part of a lesson that a class remembers
WARM_UP = 180.0  # seconds of figures before there is a baseline to compare with
SUSTAINED = 30.0  # seconds for which the figure has to stay beyond its limit
DEVIATIONS = 3.0  # standard deviations of the figure about its baseline
LIFETIME = 300.0  # seconds after which an alert goes by itself: by then it is known
REST = 900.0  # seconds from an alert to the next of its kind; BASELINE has followed by then
LONGEST_STEP = 10.0  # seconds: a longer gap between two views says nothing about the time between


@dataclass(frozen=True)
class _Kind:
    """What is watched: `figure` grows as things get worse, None while it is hidden."""

    name: str
    figure: Callable[[View, Labels], float | None]
    least: float  # the least distance from the baseline that a teacher would care about
    why: str  # in English, with the names of its figures in braces
    figures: Callable[[View, float, float], Figures]  # of the view, the figure and its baseline


def _faces(view: View) -> int:
    """Of how many students the face has been read, whether they are here or not."""
    return (view.counted or 0) + (view.waiting or 0)


def _faces_gone(view: View, labels: Labels) -> float | None:
    if view.seen is None or not _faces(view):
        return None
    return 1 - min(1.0, view.seen / _faces(view))  # who is seen by name is read, too


def _lost(view: View, labels: Labels) -> float | None:
    return None if view.pace is None else view.pace["lost"] / view.students


def _unhappy(view: View, labels: Labels) -> float | None:
    return None if view.shares is None else labels.looks(view.shares).unhappy


def _percent(share: float) -> int:
    """In steps in which shares are told."""
    return round(share * STEPS) * 100 // STEPS


# What students say stands before how they look.
KINDS = (
    # A fifth of the class says so itself: for each who does there are others who do not dare.
    _Kind(
        "many_lost",
        _lost,
        0.2,
        "About {now} of {students} say that they are lost, a few minutes ago about {before} did.",
        lambda view, now, before: {
            "now": round(now * view.students),
            "before": round(before * view.students),
            "students": view.students,
        },
    ),
    # A quarter of the class.
    _Kind(
        "mood_dropped",
        _unhappy,
        0.25,
        "More faces look unhappy than a few minutes ago: about {unhappy} %, it was about "
        "{unhappy_before} %.",
        lambda view, now, before: {"unhappy": _percent(now), "unhappy_before": _percent(before)},
    ),
    # A quarter of the class gone is no longer somebody fetching water.
    _Kind(
        "faces_gone",
        _faces_gone,
        0.25,
        "Fewer faces are read than a few minutes ago: about {now}, it was about {before}.",
        lambda view, now, before: {
            "now": round((1 - now) * _faces(view)),
            "before": round((1 - before) * _faces(view)),
        },
    ),
)


class AlertState(TypedDict):
    """An Alert as it is left to the next leader, with its age in seconds."""

    age: float
    figures: Figures


class WatchState(TypedDict):
    """What is known of one kind of alert; `rests` is for how many seconds none comes."""

    quick: float | None
    baseline: float
    variance: float
    known: float
    beyond: float
    rests: float
    alert: AlertState | None


class AlertWatch:
    """Watches the views of one class, one after the other."""

    def __init__(self, labels: Labels = SHIPPED) -> None:
        self._labels = labels
        self._watched = [_Watched(kind) for kind in KINDS]
        self._last: float | None = None  # time of the view before

    def to_dict(self, now: float) -> dict[str, WatchState]:
        """What another process needs to go on from here, by the kinds of alerts."""
        return {watched.kind.name: watched.to_dict(now) for watched in self._watched}

    @staticmethod
    def from_dict(
        stored: Mapping[str, WatchState], now: float, labels: Labels = SHIPPED
    ) -> AlertWatch:
        """The inverse of to_dict, for a class that was left just now.

        A kind of which nothing is stored begins anew.
        """
        watch = AlertWatch(labels)
        for watched in watch._watched:
            if watched.kind.name in stored:
                watched.restore(stored[watched.kind.name], now)
        return watch

    def update(self, view: View, told: Told = NOTHING) -> tuple[Alert, ...]:
        """The alerts in force with the view of a tick, which may be the same as the one before.

        told: the alerts that teachers have taken in; each kind rests then like after any alert.
        """
        step = 0.0 if self._last is None else min(view.t - self._last, LONGEST_STEP)
        self._last = view.t
        for watched in self._watched:
            watched.update(view, watched.kind.figure(view, self._labels), step)
            watched.silence(told)
        return tuple(watched.alert for watched in self._watched if watched.alert)


class _Watched:
    def __init__(self, kind: _Kind) -> None:
        self.kind = kind
        self.alert: Alert | None = None
        self._quick: float | None = None
        self._baseline = 0.0
        self._variance = 0.0
        self._known = 0.0  # seconds behind the baseline
        self._beyond = 0.0  # seconds beyond the limit, without a break
        self._rests_until = 0.0

    def to_dict(self, now: float) -> WatchState:
        alert = self.alert
        return {
            "quick": self._quick,
            "baseline": self._baseline,
            "variance": self._variance,
            "known": self._known,
            "beyond": self._beyond,
            "rests": self._rests_until - now,
            "alert": {"age": now - alert.since, "figures": alert.figures or {}} if alert else None,
        }

    def restore(self, stored: WatchState, now: float) -> None:
        self._quick, self._baseline = stored["quick"], stored["baseline"]
        self._variance, self._known = stored["variance"], stored["known"]
        self._beyond, self._rests_until = stored["beyond"], now + stored["rests"]
        if stored["alert"]:
            since = now - stored["alert"]["age"]
            self._alert(since, stored["alert"]["figures"])

    def update(self, view: View, figure: float | None, step: float) -> None:
        if figure is None:
            # What comes after a hidden stretch is not compared with what came just before it.
            self._quick, self._beyond, self.alert = None, 0.0, None
            return
        if self._quick is None:
            self._quick = figure
        self._quick += (1 - exp(-step / QUICK)) * (figure - self._quick)
        excess = self._quick - self._baseline
        limit = max(self.kind.least, DEVIATIONS * sqrt(self._variance))
        ready = self._known >= WARM_UP and view.t >= self._rests_until
        if self.alert and (excess < limit / 2 or view.t - self.alert.since > LIFETIME):
            self.alert = None
        if not (ready and excess >= limit):
            self._beyond = 0.0
            self._learn(figure, step, limit)
            return
        # The baseline waits: it must not get used to a trouble before that was told.
        self._beyond += step
        if self._beyond >= SUSTAINED:
            self._alert(view.t, self.kind.figures(view, self._quick, self._baseline))
            self._rests_until = view.t + REST

    def silence(self, told: Told) -> None:
        if self.alert and self.alert.since <= told.silenced_at(self.kind.name):
            self.alert = None

    def _alert(self, since: float, figures: Figures) -> None:
        why = self.kind.why.format(**figures)
        self.alert = Alert(self.kind.name, since, why, figures)

    def _learn(self, figure: float, step: float, limit: float) -> None:
        distance = figure - self._baseline
        if self._known:  # no further than to the limit: one leap makes no restless class
            distance = max(-limit, min(limit, distance))
        # At first the plain mean of what is known, so that the first figure has no special weight.
        self._known += step
        weight = max(1 - exp(-step / BASELINE), step / self._known if self._known else 1.0)
        self._baseline += weight * distance
        self._variance = (1 - weight) * (self._variance + weight * distance**2)
