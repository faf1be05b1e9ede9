"""Socket.IO: who connects, what they may send, and who hears of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from flask import request
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect, emit, join_room

from server.access import AccessError, Tokens, clean_code
from server.classroom import Classroom
from server.domain import messages
from server.domain.room import LABEL_INTERVAL, PACE_LIFETIME
from server.domain.session import ClassSession
from server.domain.view import View


@dataclass(frozen=True)
class _Teacher:
    """Who is behind a connection, for as long as it lasts."""

    session: ClassSession


@dataclass(frozen=True)
class _Student:
    """Who is behind a connection, for as long as it lasts."""

    session: ClassSession
    seat: str


class Sockets:
    """Binds the contract's events to the classroom."""

    def __init__(self, socketio: SocketIO, classroom: Classroom, tokens: Tokens) -> None:
        self._socketio = socketio
        self._classroom = classroom
        self._tokens = tokens
        self._peers: dict[str, _Student | _Teacher] = {}  # by connection
        socketio.on_event("connect", self._connect)
        socketio.on_event("disconnect", self._disconnect)
        handlers: dict[str, tuple[type, Callable]] = {
            "label": (_Student, self._label),
            "pace": (_Student, self._pace),
            "help": (_Student, self._help),
            "show": (_Student, self._show),
            "marker": (_Teacher, self._marker),
            "clear": (_Teacher, self._clear),
            "silence": (_Teacher, self._silence),
            "end": (_Teacher, self._end),
        }
        for event, (sender, handler) in handlers.items():
            socketio.on_event(event, self._guarded(sender, handler))
        socketio.on_event("*", self._unknown)

    def tick(self) -> None:
        """Send what changed to the teachers, and to everybody that a class is over."""
        beat = self._classroom.tick(time.time())
        for code, view in beat.views:
            self._send_view(view, to=_teachers(code))
        for code, point in beat.points:
            self._socketio.emit("point", point.to_dict(), to=_teachers(code))
        for code in beat.ended:
            self._socketio.emit("ended", {}, to=_everybody(code))
            self._socketio.close_room(_everybody(code))
        self._classroom.save(beat.points)  # last: the room goes on even if the disk is full

    def _connect(self, auth: object) -> None:
        if not isinstance(auth, dict) or auth.get("role") not in ("student", "teacher"):
            raise ConnectionRefusedError("The auth object needs a role: student or teacher.")
        session = self._classroom.find(clean_code(str(auth.get("code", ""))))
        if session is None:
            raise ConnectionRefusedError("There is no class with this code.")
        if session.ended_at is not None:
            raise ConnectionRefusedError("This class has ended.")
        if auth["role"] == "student":
            self._connect_student(session, auth.get("seat"))
        else:
            self._connect_teacher(session, auth.get("token"))

    def _connect_student(self, session: ClassSession, seat: object) -> None:
        if not isinstance(seat, str) or not self._tokens.owns_seat(seat, session.code):
            seat = self._tokens.seat(session.code)
        self._peers[_connection()] = _Student(session, seat)
        join_room(_everybody(session.code))
        join_room(_students(session.code))
        older = self._classroom.join(session, seat, _connection())
        if older is not None:
            self._peers.pop(older, None)
            emit("error", {"message": "This class was opened again elsewhere."}, to=older)
            disconnect(older)
        emit(
            "welcome",
            {
                "seat": seat,
                "mode": session.mode,
                "title": session.title,
                "interval": LABEL_INTERVAL,
                "fade": PACE_LIFETIME,
            },
        )

    def _connect_teacher(self, session: ClassSession, token: object) -> None:
        now = time.time()
        try:
            self._tokens.check_teacher(token, session.code)
        except AccessError as error:
            raise ConnectionRefusedError(str(error)) from None
        self._peers[_connection()] = _Teacher(session)
        join_room(_everybody(session.code))
        join_room(_teachers(session.code))
        points, markers = self._classroom.history(session.code)
        emit(
            "history",
            {
                "t": now,
                "points": [point.to_dict() for point in points],
                "markers": [asdict(marker) for marker in markers],
            },
        )
        self._send_view(self._classroom.view(session, now), to=_connection())

    def _disconnect(self, reason: str) -> None:
        peer = self._peers.pop(_connection(), None)
        if not isinstance(peer, _Student):
            return
        if reason == self._socketio.reason.CLIENT_DISCONNECT:  # said goodbye, will not come back
            self._classroom.leave(peer.session.code, peer.seat)
        else:
            self._classroom.drop(peer.session.code, peer.seat, _connection(), time.time())

    def _label(self, peer: _Student, data: object) -> None:
        label = messages.parse_label(data)
        self._classroom.label(peer.session.code, peer.seat, label, time.time())

    def _pace(self, peer: _Student, data: object) -> None:
        pace = messages.parse_pace(data)
        self._classroom.pace(peer.session.code, peer.seat, pace, time.time())

    def _help(self, peer: _Student, data: object) -> None:
        help = messages.parse_help(data)
        self._classroom.help(peer.session.code, peer.seat, help, time.time())

    def _show(self, peer: _Student, data: object) -> None:
        self._classroom.show(peer.session.code, peer.seat, messages.parse_show(data))

    def _marker(self, peer: _Teacher, data: object) -> None:
        text = messages.parse_marker(data)
        marker = self._classroom.mark(peer.session, text, time.time())
        emit("marker", asdict(marker), to=_teachers(peer.session.code))

    def _clear(self, peer: _Teacher, data: object) -> None:
        what = messages.parse_clear(data)
        self._classroom.clear(peer.session.code, what)
        emit("cleared", {"what": what}, to=_students(peer.session.code))

    def _silence(self, peer: _Teacher, data: object) -> None:
        self._classroom.silence(peer.session.code, messages.parse_silence(data))

    def _end(self, peer: _Teacher, data: object) -> None:
        messages.parse_empty(data)
        self._classroom.end(peer.session.code, time.time())

    def _guarded(self, sender: type, handler: Callable) -> Callable:
        """A handler for one kind of sender, that answers anything wrong with one `error`."""

        def guarded(*arguments: object) -> None:
            peer = self._peers.get(_connection())
            try:
                if peer is None:
                    raise messages.MessageError("this connection is in no class")
                if not isinstance(peer, sender):
                    raise messages.MessageError("this message is not yours to send")
                if len(arguments) != 1:
                    raise messages.MessageError("a message is one JSON object")
                handler(peer, arguments[0])
            except messages.MessageError as error:
                emit("error", {"message": str(error)})

        return guarded

    def _unknown(self, event: str, *arguments: object) -> None:
        emit("error", {"message": "unknown message"})

    def _send_view(self, view: View, to: str) -> None:
        self._socketio.emit("view", view.to_dict(), to=to)


def _connection() -> str:
    return request.sid  # type: ignore[attr-defined]  # Flask-SocketIO adds it


def _everybody(code: str) -> str:
    return f"class:{code}"


def _students(code: str) -> str:
    return f"students:{code}"


def _teachers(code: str) -> str:
    return f"teachers:{code}"
