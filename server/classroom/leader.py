"""What the leader of a class holds of it: the room, and what its teachers were shown last."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.domain.alerts import AlertWatch
from server.domain.labels import Labels
from server.domain.room import Room
from server.domain.session import ClassSession
from server.domain.simulation import Simulation
from server.domain.timeline import Point, Recorder
from server.domain.told import Told, released
from server.domain.view import View
from server.sharing.exchange import Meeting, State

CLOCK_IS_SET = 0.5  # seconds: more than two clocks run apart in a lesson
VIEW_SECONDS = 10.0  # after which a view is shown again, so that who watches knows it to be so

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fold:
    """What one tick makes of a class.

    leader: who made it;
    point: that is full with this tick;
    words: what all processes of the class are to hear, by the names in Told;
    is_watched: a teacher is connected to any process, and
    is_watched_elsewhere: to another one;
    is_over: this process need not go on with the class.
    """

    leader: Leader
    view: View
    point: Point | None
    words: Mapping[str, str]
    is_watched: bool
    is_watched_elsewhere: bool
    is_over: bool


@dataclass
class Leader:
    """A class in the one process that leads it.

    shown: the newest view that the teachers were shown, None before the first;
    point: the newest that was full;
    simulation: the students of a simulated class, the only ones who are counted in it.
    """

    room: Room
    alerts: AlertWatch
    simulation: Simulation | None
    recorder: Recorder = field(default_factory=Recorder)
    shown: View | None = None
    shown_at: float = 0.0
    wall_minus_now: float | None = None  # the same all the time, unless a clock is set
    point: Point | None = None
    was_watched_elsewhere: bool = False  # when that was shown

    @staticmethod
    def after(left: State | None, session: ClassSession, now: float, labels: Labels) -> Leader:
        """What goes on from the state that was left, or begins anew if there is none to read."""
        simulation = Simulation(session) if session.simulated else None
        if left is not None:
            try:
                room = Room.from_dict(left["room"], session.mode, session.min_students, now, labels)
                alerts = AlertWatch.from_dict(left["alerts"], now, labels)
                return Leader(room, alerts, simulation, Recorder(room.is_asked))
            except (ValueError, LookupError, TypeError, AttributeError):
                log.warning("a class begins anew: its state cannot be read", exc_info=True)
        room = Room(session.mode, session.min_students, labels)
        return Leader(room, AlertWatch(labels), simulation)

    def to_dict(self, now: float) -> State:
        """What another process needs to go on from here."""
        return {"room": self.room.to_dict(now), "alerts": self.alerts.to_dict(now)}

    def fold(
        self, meeting: Meeting, teachers: int, is_empty: bool, now: float, wall: float
    ) -> Fold:
        """Count what all processes know of the class, by `now`; its view has the wall's times.

        teachers: connected to this process;
        is_empty: nobody is connected to it.
        """
        told = meeting.told
        snapshots = list(meeting.snapshots)
        elsewhere = any(other.teachers for other in snapshots[1:])
        is_watched = elsewhere or teachers > 0
        if self.simulation and is_watched:
            snapshots.append(self.simulation.play(now, wall, told))
        view = self.room.view(snapshots, now, told)
        view = replace(view, alerts=self.alerts.update(view, told)).later(self._ahead(now, wall))
        point = self.recorder.add(view) if view.students else self.recorder.close()
        return Fold(
            self,
            view,
            point,
            self._words(told),
            is_watched=is_watched,
            is_watched_elsewhere=elsewhere,
            # While others serve students, one of them leads the class next. The last process keeps
            # its groups until they would be made anew.
            is_over=is_empty and (view.students > 0 or self.room.is_over(now)),
        )

    def _words(self, told: Told) -> dict[str, str]:
        """By how many posts are seconded, where that is not what was told."""
        seconded = self.room.seconded
        return {
            Told.seconded(post.id): str(seconded.get(post.id, ""))
            for post in released(told.posts)
            if post.seconded != seconded.get(post.id)
        }

    def is_news(self, view: View) -> bool:
        """Whether a view is another one than the teachers were shown."""
        return self.shown is None or not view.same_as(self.shown)

    def show(self, fold: Fold, now: float) -> tuple[View | None, Point | None]:
        """What of it the teachers are to be shown, and are taken to know from here on."""
        # A teacher of another process, of whom we hear now, missed what only ours were shown.
        is_missed = fold.is_watched_elsewhere and not self.was_watched_elsewhere
        is_due = fold.is_watched and now - self.shown_at >= VIEW_SECONDS
        shows_view = self.is_news(fold.view) or is_missed or is_due
        self.shown, self.point = fold.view, fold.point or self.point
        self.was_watched_elsewhere = fold.is_watched_elsewhere
        if shows_view:
            self.shown_at = now
        return fold.view if shows_view else None, self.point if is_missed else fold.point

    def _ahead(self, now: float, wall: float) -> float:
        """How much later it is on the wall; the least differences would be news every second."""
        if self.wall_minus_now is None or abs(wall - now - self.wall_minus_now) > CLOCK_IS_SET:
            self.wall_minus_now = wall - now
        return self.wall_minus_now
