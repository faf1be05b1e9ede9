"""Views -> the points of a class's timeline, ten seconds each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any, TypeVar, overload

from server.domain.contract import CONSTANTS
from server.domain.view import Alert, Asked, View

POINT_SECONDS = CONSTANTS["POINT_SECONDS"]

T = TypeVar("T")


@dataclass(frozen=True)
class Point:
    """The means of a View's figures over POINT_SECONDS from `t`, a multiple of them.

    Whatever was hidden for half of the time or more is None, with `suppressed` saying why;
    alerts: those in force in this time;
    asked: questions that closed in it.
    """

    t: float
    students: int
    seen: int | None
    shares: dict[str, float] | None
    suppressed: str | None
    valence: float | None
    pace: dict[str, int] | None
    alerts: tuple[Alert, ...]
    asked: tuple[Asked, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """The message of the contract, which is also what is stored."""
        return asdict(self)

    @staticmethod
    def from_dict(stored: dict[str, Any]) -> Point:
        """The inverse of to_dict, also of points from before there were questions."""
        alerts = tuple(Alert(**alert) for alert in stored["alerts"])
        asked = tuple(Asked(**asked) for asked in stored.get("asked", ()))
        return Point(**stored | {"alerts": alerts, "asked": asked})


class Recorder:
    """Gathers the view of each tick until a point is full.

    is_asked: a question was open when another process left the class to this one.
    """

    def __init__(self, is_asked: bool = False) -> None:
        self._views: list[View] = []
        self._is_asked = is_asked  # until the first view
        self._open: Asked | None = None  # the question of the last view before these

    def add(self, view: View) -> Point | None:
        """Take in the newest view; returns the point that this one comes after."""
        full = None
        if self._views and _start(view.t) != _start(self._views[0].t):
            full = self._point()
        self._views.append(view)
        return full

    def close(self) -> Point | None:
        """The point that has begun, if any; the next view begins another.

        A question that is open is closed with it.
        """
        last = self._views[-1] if self._views else None
        point = self._point()
        if point and last and (asked := self._open):
            self._open = None
            point = replace(point, asked=(*point.asked, replace(asked, until=last.t)))
        return point

    def _point(self) -> Point | None:
        if not self._views:
            return None
        views, self._views = self._views, []
        start = _start(views[0].t)
        asked = tuple(self._closed(views))
        return Point(
            t=start,
            students=round(fmean(view.students for view in views)),
            seen=mean(_mostly([view.seen for view in views]), None),
            shares=mean_of_each(_mostly([view.shares for view in views]), 2),
            suppressed=_commonest(_mostly([view.suppressed for view in views], or_half=True)),
            valence=mean(_mostly([view.valence for view in views]), 2),
            pace=mean_of_each(_mostly([view.pace for view in views]), None),
            alerts=tuple(dict.fromkeys(alert for view in views for alert in view.alerts)),
            asked=asked,
        )

    def _closed(self, views: Sequence[View]) -> Iterator[Asked]:
        """The questions that closed in this time, by themselves or for another one."""
        for view in views:
            asked = view.asked
            if self._open and (asked is None or asked.t != self._open.t):
                yield replace(self._open, until=asked.t if asked else view.t)
            elif asked and asked.until <= view.t and (self._open or self._is_asked):
                yield asked
            self._is_asked = False
            self._open = asked if asked and view.t < asked.until else None


@overload
def mean(values: Iterable[float | None], digits: int) -> float | None: ...
@overload
def mean(values: Iterable[float | None], digits: None) -> int | None: ...
def mean(values: Iterable[float | None], digits: int | None) -> float | None:
    """The mean of the values that are there, rounded to digits, or to a whole number for None.

    None if there are none.
    """
    there = [value for value in values if value is not None]
    return round(fmean(there), digits) if there else None


@overload
def mean_of_each(
    values: Iterable[Mapping[str, float] | None], digits: int
) -> dict[str, float] | None: ...
@overload
def mean_of_each(
    values: Iterable[Mapping[str, float] | None], digits: None
) -> dict[str, int] | None: ...
def mean_of_each(
    values: Iterable[Mapping[str, float] | None], digits: int | None
) -> Mapping[str, float] | None:
    """The same for each name in dictionaries of numbers, in which a missing name means 0."""
    there = [value for value in values if value is not None]
    names = dict.fromkeys(name for value in there for name in value)  # in the order of their coming
    if not there:
        return None
    return {name: round(fmean(value.get(name, 0) for value in there), digits) for name in names}


def _start(t: float) -> float:
    return t // POINT_SECONDS * POINT_SECONDS


def _mostly(values: Sequence[T | None], or_half: bool = False) -> list[T]:
    """The values that are there, or none of them if half of them or more are missing."""
    there = [value for value in values if value is not None]
    return there if 2 * len(there) + or_half > len(values) else []


def _commonest(values: Sequence[str]) -> str | None:
    return Counter(values).most_common(1)[0][0] if values else None
