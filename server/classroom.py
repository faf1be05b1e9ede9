"""The service behind pages and sockets: open, join, label, tick, end = domain + store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from server.domain.alerts import AlertWatch
from server.domain.labels import MODES
from server.domain.messages import Help, Label, MessageError, parse_class
from server.domain.report import ClassReport, make_report
from server.domain.room import Room
from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point, Recorder
from server.domain.view import View, make_view
from server.store import ClassStore, CodeTaken

DAY = 24 * 60 * 60  # seconds
IDLE = DAY  # seconds without anybody after which a class that nobody ended is over


class ClassError(ValueError):
    """A class that cannot be opened as asked; the text is fit for the teacher."""


@dataclass
class _LiveClass:
    """A class with somebody connected; `view` is the newest, None before the first tick."""

    session: ClassSession
    room: Room
    alerts: AlertWatch = field(default_factory=AlertWatch)
    recorder: Recorder = field(default_factory=Recorder)
    view: View | None = None


@dataclass(frozen=True)
class Beat:
    """What a tick brought, each with the code of its class."""

    views: list[tuple[str, View]]  # those that differ from what was last shown
    points: list[tuple[str, Point]]  # those that are full
    ended: list[str]


class Classroom:
    """All the classes that have somebody connected to this process.

    retention_days: how long an ended class is kept; 0 keeps nothing of it.
    """

    def __init__(
        self,
        store: ClassStore,
        new_code: Callable[[], str],
        min_students: int,
        cameras_allowed: bool,
        retention_days: int,
    ) -> None:
        self._store = store
        self._new_code = new_code
        self._min_students = min_students
        self._cameras_allowed = cameras_allowed
        self.retention_days = retention_days
        self._live: dict[str, _LiveClass] = {}  # by code
        self._ended: list[str] = []  # since the last tick

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes in which this server lets classes run."""
        return MODES if self._cameras_allowed else ("self-report",)

    def open_class(self, asked: object, now: float) -> ClassSession:
        """Start the class that a teacher's message asks for. Raises ClassError if it cannot be."""
        try:
            request = parse_class(asked)
        except MessageError as error:
            raise ClassError(str(error)) from error
        if request.mode not in self.modes:
            raise ClassError("this server does not allow camera classes: use self-report")
        min_students = request.min_students or self._min_students
        while True:
            session = ClassSession(self._new_code(), request.title, request.mode, min_students, now)
            try:
                self._store.add_class(session)
            except CodeTaken:
                continue
            return session

    def find(self, code: str) -> ClassSession | None:
        """The class with this code, in the mode that the server allows today."""
        if code in self._live:
            return self._live[code].session
        session = self._store.find_class(code)
        if session is not None and session.mode not in self.modes:
            session = replace(session, mode="self-report")
        return session

    def join(self, session: ClassSession, seat: str, connection: str) -> str | None:
        """Take a seat; returns the older connection of the same seat, if it is still there."""
        if session.code not in self._live:
            self._live[session.code] = _LiveClass(session, Room(session.min_students))
        return self._live[session.code].room.join(seat, connection)

    def drop(self, code: str, seat: str, connection: str, now: float) -> None:
        """A student's connection ended, perhaps for a moment."""
        if code in self._live:
            self._live[code].room.drop(seat, connection, now)

    def leave(self, code: str, seat: str) -> None:
        """A student left."""
        if code in self._live:
            self._live[code].room.leave(seat)

    def label(self, code: str, seat: str, label: Label, now: float) -> None:
        """Raises MessageError in a class that does without cameras."""
        live = self._running(code)
        if live.session.mode != "camera":
            raise MessageError("this class does without cameras")
        live.room.set_label(seat, label, now)

    def pace(self, code: str, seat: str, pace: str | None, now: float) -> None:
        """A student's own word on the pace."""
        self._running(code).room.set_pace(seat, pace, now)

    def help(self, code: str, seat: str, help: Help, now: float) -> None:
        """A student's hand goes up or down."""
        self._running(code).room.set_help(seat, help, now)

    def show(self, code: str, seat: str, name: str | None) -> None:
        """A student wants to be seen by name, or no more."""
        self._running(code).room.set_name(seat, name)

    def clear(self, code: str, what: str) -> None:
        """The teacher has taken in the pace words, or the hands."""
        if code in self._live:
            room = self._live[code].room
            room.clear_paces() if what == "pace" else room.clear_hands()

    def silence(self, code: str, kind: str) -> None:
        """The teacher has taken in an alert."""
        if code in self._live:
            self._live[code].alerts.silence(kind)

    def mark(self, session: ClassSession, text: str, now: float) -> Marker:
        """Keep the teacher's note."""
        marker = Marker(now, text)
        self._store.add_marker(session.code, marker)
        return marker

    def end(self, code: str, now: float) -> None:
        """The class is over; what was recorded of it stays for `retention_days`."""
        live = self._live.pop(code, None)
        if live is not None and (point := live.recorder.close()):
            self._store.add_points([(code, point)])
        self._store.end_class(code, now)
        self._ended.append(code)
        if self.retention_days == 0:
            self._store.delete_class(code)

    def delete(self, code: str) -> None:
        """The class is over, and nothing stays of it."""
        self._live.pop(code, None)
        self._store.delete_class(code)
        self._ended.append(code)

    def view(self, session: ClassSession, now: float) -> View:
        """The class as it was last shown."""
        live = self._live.get(session.code)
        if live is not None and live.view is not None:
            return live.view
        return make_view(now, session.mode, session.min_students, [])

    def history(self, code: str) -> tuple[list[Point], list[Marker]]:
        """The timeline of the class so far, and the teacher's notes."""
        return self._store.points(code), self._store.markers(code)

    def report(self, session: ClassSession, now: float) -> ClassReport:
        """What can be said of the class, ended or as far as it has come."""
        return make_report(session, *self.history(session.code), now)

    def tick(self, now: float) -> Beat:
        """Fold what came since the last tick; called once a beat."""
        beat = Beat([], [], self._ended)
        for code, live in list(self._live.items()):
            shown = live.view is not None and live.view.shares is not None
            partial = live.room.partial(now, shown)
            view = make_view(now, live.session.mode, live.session.min_students, [partial])
            view = replace(view, alerts=live.alerts.update(view))
            point = live.recorder.add(view, now) if view.students else live.recorder.close()
            if point:
                beat.points.append((code, point))
            if live.view is None or not view.same_as(live.view):
                live.view = view
                beat.views.append((code, view))
            if live.room.is_over(now):
                del self._live[code]
        self._ended = []  # last: if this tick fails, the next one tells of the end
        return beat

    def save(self, points: Iterable[tuple[str, Point]]) -> None:
        """Keep points for the timeline and the report."""
        self._store.add_points(points)

    def sweep(self, now: float) -> None:
        """End what nobody ended, and forget what was kept long enough."""
        for code, last in self._store.idle_classes(now - IDLE):
            if code not in self._live:
                self.end(code, last)
        for code in self._store.classes_ended_before(now - self.retention_days * DAY):
            self._store.delete_class(code)

    def _running(self, code: str) -> _LiveClass:
        if code not in self._live:
            raise MessageError("this class has ended")
        return self._live[code]
