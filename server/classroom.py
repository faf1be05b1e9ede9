"""The service behind pages and sockets: open, join, label, tick, end = domain + store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from server.domain.labels import MODES
from server.domain.messages import Help, Label, MessageError, parse_class
from server.domain.room import Room
from server.domain.view import View, make_view
from server.store import ClassSession, ClassStore, CodeTaken, Marker

HISTORY_SECONDS = 15 * 60  # what a teacher's page is given of the past when it opens


class ClassError(ValueError):
    """A class that cannot be opened as asked; the text is fit for the teacher."""


@dataclass
class _LiveClass:
    """A class with somebody connected; `view` is the newest, None before the first tick."""

    session: ClassSession
    room: Room
    view: View | None = None


class Classroom:
    """All the classes that have somebody connected to this process."""

    def __init__(
        self,
        store: ClassStore,
        new_code: Callable[[], str],
        min_students: int,
        cameras_allowed: bool,
    ) -> None:
        self._store = store
        self._new_code = new_code
        self._min_students = min_students
        self._cameras_allowed = cameras_allowed
        self._live: dict[str, _LiveClass] = {}  # by code

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
        live = self._live.setdefault(session.code, _LiveClass(session, Room()))
        return live.room.join(seat, connection)

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

    def pace(self, code: str, seat: str, pace: str | None) -> None:
        """A student's own word on the pace."""
        self._running(code).room.set_pace(seat, pace)

    def help(self, code: str, seat: str, help: Help, now: float) -> None:
        """A student's hand goes up or down."""
        self._running(code).room.set_help(seat, help, now)

    def mark(self, session: ClassSession, text: str, now: float) -> Marker:
        """Keep the teacher's note."""
        marker = Marker(now, text)
        self._store.add_marker(session.code, marker)
        return marker

    def end(self, code: str, now: float) -> None:
        """The class is over; what was saved of it stays."""
        self._store.end_class(code, now)
        self._live.pop(code, None)

    def view(self, session: ClassSession, now: float) -> View:
        """The class as it was last shown."""
        live = self._live.get(session.code)
        if live is not None and live.view is not None:
            return live.view
        return make_view(now, session.mode, session.min_students, [])

    def history(self, code: str, now: float) -> tuple[list[dict], list[Marker]]:
        """The views in force and the markers made in the last HISTORY_SECONDS."""
        since = now - HISTORY_SECONDS
        return self._store.views(code, since), self._store.markers(code, since)

    def tick(self, now: float) -> list[tuple[str, View]]:
        """The views that differ from what was last shown; called once a beat."""
        changed = []
        for code, live in list(self._live.items()):
            shown = live.view is not None and live.view.shares is not None
            partial = live.room.partial(now, shown)
            view = make_view(now, live.session.mode, live.session.min_students, [partial])
            if live.view is None or not view.same_as(live.view):
                live.view = view
                changed.append((code, view))
            if live.room.empty:
                del self._live[code]
        return changed

    def save(self, views: Iterable[tuple[str, View]]) -> None:
        """Keep views for the history, without the names that students typed for the moment."""
        self._store.add_views((code, view.to_dict() | {"help": []}) for code, view in views)

    def _running(self, code: str) -> _LiveClass:
        if code not in self._live:
            raise MessageError("this class has ended")
        return self._live[code]
