"""Socket.IO: who connects, what they may send, and who hears of it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any
from wsgiref.types import WSGIEnvironment

from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError

from server.access.limits import Bucket, PerName
from server.access.lookup import GuessError, Lookup
from server.access.tokens import AccessError, Tokens, clean_code
from server.classroom.live import News
from server.classroom.service import ClassError, Classroom
from server.domain import messages
from server.domain.contract import MESSAGES
from server.domain.messages import MessageError, NewPost, PostError
from server.domain.seats import LABEL_INTERVAL, PACE_LIFETIME
from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.domain.told import Post, Told, released
from server.http.languages import N_
from server.ops.clock import Clock
from server.ops.metrics import Metrics
from server.sharing.exchange import ExchangeError
from server.storage.store import StoreError

MESSAGES_A_SECOND = 2.0  # the page sends a label every two seconds at most, and what is tapped
MESSAGES_AT_ONCE = 20
ENDED_SECONDS = 10.0  # for pages to leave a class that is over, by themselves
TOO_MANY = 200  # messages over the limit after which a connection is closed
POSTS_A_MINUTE, POSTS_AN_HOUR = 3, 10  # of a student: what one may want to ask
HISTORY_PART = 1000  # points in a message, 250 kB: nearly three hours, and pings come in between

NO_DATABASE = N_(
    "The server cannot reach its database. The class goes on; what happens now is saved later."
)
NO_VIEWS = N_("The server cannot count this class. What you see stands still until it can.")
NO_REDIS = N_("The server cannot reach its other parts. What you see stands still until it can.")
TOO_FAST = N_("Too many messages: please wait a moment.")
TRY_AGAIN = N_("The server cannot do this just now. Please try again in a moment.")

log = logging.getLogger(__name__)


@dataclass
class _Peer:
    """Who is behind a connection, for as long as it lasts."""

    session: ClassSession
    seat: str  # empty for a teacher
    bucket: Bucket
    key_number: int  # of the teacher's token
    refused: int = 0  # messages over the limit


class Sockets:
    """Binds the contract's events to the classroom.

    The handlers hang on python-socketio's own server: Flask-SocketIO's decorators would make a
    Flask request of each message, which costs more than all that is done with it.
    """

    def __init__(
        self,
        socketio: SocketIO,
        classroom: Classroom,
        lookup: Lookup,
        tokens: Tokens,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._server = socketio.server
        self._classroom = classroom
        self._lookup = lookup
        self._tokens = tokens
        self._clock = clock
        self._metrics = metrics
        self._peers: dict[str, _Peer] = {}  # by connection
        self._troubles: dict[type[Exception], str] = {}
        self._failed: set[str] = set()  # codes of the classes that could not be folded at last
        self._saving = False
        # By seat, of which a new connection makes no other; each process counts by itself.
        self._wrote = (PerName(POSTS_A_MINUTE, 60), PerName(POSTS_AN_HOUR, 60 * 60))
        self._strangers: set[str] = set()  # by Engine.IO's names for connections
        self._over: deque[tuple[float, str]] = deque()  # when to close what of an ended class
        self._teachers: dict[str, Callable[[_Peer, dict[str, Any]], None]] = {
            "marker": self._marker,
            "clear": self._clear,
            "lower": self._lower,
            "silence": self._silence,
            "ask": self._ask,
            "release": self._release,
            "settle": self._settle,
            "end": self._end,
        }
        self._server.on("connect", _logged(self._unless_sent("connect", self._connect)))
        self._server.on("disconnect", _logged(self._unless_sent("disconnect", self._disconnect)))
        self._server.on("*", _logged(self._receive_any))

    @property
    def count(self) -> int:
        """How many are connected here."""
        return len(self._peers)

    def tick(self) -> None:
        """Send what changed to the teachers, and to everybody here that a class is over."""
        self._close_over()
        with self._told(ExchangeError, NO_REDIS):
            result = self._classroom.tick(self._clock.now(), self._clock.wall())
            self._tell_failed(result.failed)
            for event, shown in (("view", result.views), ("point", result.points)):
                for code, figures in shown.items():
                    here = code not in result.watched_elsewhere
                    self._emit(event, figures.to_dict(), _teachers(code), here=here)
            for code, told in result.told.items():
                self._pass_on(code, self._classroom.hear(code, told))
                self._show_posts(code)
            for code in result.ended:
                self._emit("ended", {}, _everybody(code), here=True)
                self._over.append((self._clock.now() + ENDED_SECONDS, code))
            for session in result.renewed:
                self._cut_off_older(session)
            for session in result.rewritten:
                self._send_rewritten(session)

    def save(self) -> None:
        """Write what waits for the database, unless that is going on already."""
        if self._saving:
            return
        self._saving = True
        try:
            with self._told(StoreError, NO_DATABASE):
                self._classroom.save()
        finally:
            self._saving = False

    def resend_all(self) -> None:
        """Send everybody here everything again: something may have been lost on its way."""
        live = self._classroom.live
        for session in live.values():
            self._send_notes(session, _students(session.code), here=True)
            self._send_posts(session, _students(session.code))
        for connection, peer in list(self._peers.items()):
            if not peer.seat and peer.session.code in live:
                self._send_class(live[peer.session.code], connection)

    def send_away(self, within: float) -> None:
        """Tell everybody to connect again, at a random time within so many seconds."""
        for code in self._classroom.live:
            self._emit("restart", {"within": within}, _everybody(code), here=True)

    def close_strangers(self) -> None:
        """Close connections that have been in no class since this was done last."""
        sockets, manager = self._server.eio.sockets, self._server.manager
        strangers = {each for each in sockets if manager.sid_from_eio_sid(each, "/") is None}
        for each in strangers & self._strangers:
            self._close(each)
        self._strangers = strangers

    def _unless_sent(self, name: str, handle: Callable[..., None]) -> Callable[..., Any]:
        """python-socketio calls its own events' handlers for messages of these names, too, with
        whatever came with them."""

        def called(connection: str, *arguments: object) -> Any:
            is_message = self._server.manager.is_connected(connection, "/")
            if is_message:
                return self._receive(name, connection, *arguments)
            return handle(connection, *arguments)

        return called

    def _connect(self, connection: str, environ: WSGIEnvironment, auth: object) -> None:
        try:
            self._let_in(connection, environ.get("REMOTE_ADDR", ""), auth)
        except (StoreError, ExchangeError) as error:
            self._metrics.error("refused")
            log.warning("nobody can join: %s", error)
            raise ConnectionRefusedError(TRY_AGAIN, {"retry": True}) from error
        except (GuessError, ClassError) as error:
            self._metrics.error("refused")
            raise ConnectionRefusedError(str(error), {"retry": True}) from None
        except AccessError as error:
            self._metrics.error("refused")
            raise ConnectionRefusedError(str(error)) from None
        if self._is_gone(connection):
            # While a database was slow, for example: python-socketio tells of nobody's going who is
            # still being let in.
            self._disconnect(connection, self._server.reason.TRANSPORT_CLOSE)
            raise ConnectionRefusedError
        trouble = self._trouble(self._peers[connection].session.code)
        if trouble["message"]:
            self._emit("trouble", trouble, connection, here=True)

    def _let_in(self, connection: str, address: str, auth: object) -> None:
        if not isinstance(auth, dict) or auth.get("role") not in ("student", "teacher"):
            raise AccessError("The auth object needs a role: student or teacher.")
        code = clean_code(str(auth.get("code", "")))
        proof = auth.get("seat" if auth["role"] == "student" else "token")
        session = self._lookup.find(code, address, is_known=self._tokens.is_for(proof, code))
        if not isinstance(session, ClassSession):
            raise AccessError("There is no class with this code.")
        if session.ended_at is not None:
            raise AccessError("This class has ended.")
        if auth["role"] == "student":
            self._let_student_in(connection, session, auth.get("seat"))
        else:
            self._let_teacher_in(connection, session, auth.get("token"))

    def _let_student_in(self, connection: str, session: ClassSession, token: object) -> None:
        code = session.code
        seat = self._tokens.read_seat(token, code)
        if seat is None:
            token, seat = self._tokens.new_seat(code)
        self._classroom.join(session, seat, connection, self._clock.now())
        self._enter(connection, session, seat)
        welcome = {
            "seat": token,
            "mode": session.mode,
            "title": session.title,
            "interval": LABEL_INTERVAL,
            "fade": PACE_LIFETIME,
            "cleared": self._classroom.cleared(code, seat, self._clock.now()),
            "question": self._question(code),
        }
        self._emit("welcome", welcome, connection, here=True)
        self._send_notes(session, connection, here=True)
        self._send_posts(session, connection)

    def _let_teacher_in(self, connection: str, session: ClassSession, token: object) -> None:
        key_number = self._tokens.check_teacher(token, session)
        self._classroom.watch(session)
        self._enter(connection, session, "", key_number)
        self._send_class(session, connection)

    def _enter(
        self, connection: str, session: ClassSession, seat: str, key_number: int = 0
    ) -> None:
        bucket = Bucket(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, self._clock.now())
        self._peers[connection] = _Peer(session, seat, bucket, key_number)
        code = session.code
        own = (_students(code), _seat(code, seat)) if seat else (_teachers(code),)
        for room in (_everybody(code), *own):
            self._server.enter_room(connection, room)

    def _send_class(self, session: ClassSession, connection: str) -> None:
        """All that a teacher's page shows, as far as it can be had."""
        points: list[Point] = []
        markers: list[Marker] = []
        with suppress(StoreError):
            points, markers = self._classroom.history(session.code)
        self._send_history(connection, points, markers)
        if session.qna:
            posts = self._classroom.posts(session.code)
            self._emit_posts(posts, self._clock.wall(), connection)
        with suppress(ExchangeError):
            view = self._classroom.view(session, self._clock.wall())
            self._emit("view", view, connection, here=True)

    def _send_rewritten(self, session: ClassSession) -> None:
        """All notes, to everybody who has one that is another now, or no more."""
        with suppress(StoreError):  # whoever connects again gets them
            markers = self._classroom.markers(session.code)[-HISTORY_PART:]
            told = {"markers": [asdict(marker) for marker in markers]}
            self._emit("markers", told, _teachers(session.code))
        self._send_notes(session, _students(session.code))

    def _send_notes(self, session: ClassSession, to: str, here: bool = False) -> None:
        """What students get of the teacher's notes, as far as it can be had."""
        if not session.notes_for_students:
            return
        with suppress(StoreError):
            markers = self._classroom.markers(session.code)[-HISTORY_PART:]
            notes = {"t": self._clock.wall(), "notes": [asdict(marker) for marker in markers]}
            self._emit("notes", notes, to, here=here)

    def _show_posts(self, code: str) -> None:
        """Send to those here what changed of the posts: with a tick, however many have come."""
        wall = self._clock.wall()
        before, posts = self._classroom.show_posts(code, wall)
        if posts != before:
            self._emit_posts(posts, wall, _teachers(code))
        if released(posts) != released(before):
            self._emit_posts(released(posts), wall, _students(code))

    def _send_posts(self, session: ClassSession, to: str) -> None:
        """What students here get of the posts, in a class that takes them."""
        if session.qna:
            posts = released(self._classroom.posts(session.code))
            self._emit_posts(posts, self._clock.wall(), to)

    def _emit_posts(self, posts: tuple[Post, ...], t: float, to: str) -> None:
        told = {"t": t, "posts": [asdict(post) for post in posts]}
        self._emit("posts", told, to, here=True)

    def _send_history(self, connection: str, points: list[Point], markers: list[Marker]) -> None:
        """The latest part of it; what is before that, once the page has acknowledged this one."""
        part = {
            "t": self._clock.wall(),
            "points": [point.to_dict() for point in points[-HISTORY_PART:]],
            "markers": [asdict(marker) for marker in markers[-HISTORY_PART:]],
        }
        before = points[:-HISTORY_PART], markers[:-HISTORY_PART]
        send_more = None
        if any(before):
            send_more = _logged(lambda *_: self._send_history(connection, *before))
        # With a callback, python-socketio asks the page for an acknowledgement.
        self._server.emit("history", part, to=connection, ignore_queue=True, callback=send_more)

    def _disconnect(self, connection: str, reason: str) -> None:
        peer = self._peers.pop(connection, None)
        if peer is None:
            return
        if reason == self._server.reason.PING_TIMEOUT:
            self._metrics.error("slow")
        code = peer.session.code
        if not peer.seat:
            self._classroom.look_away(code)
        elif reason == self._server.reason.CLIENT_DISCONNECT:  # said goodbye, will not come back
            self._classroom.leave(code, peer.seat, connection)
        else:
            self._classroom.drop(code, peer.seat, connection, self._clock.now())

    def _receive_any(self, *arguments: Any) -> dict[str, str] | None:
        if self._server.manager.is_connected(arguments[0], "/"):
            arguments = ("*", *arguments)  # a message of this name comes without it
        return self._receive(*arguments)

    def _receive(self, event: str, connection: str, *arguments: object) -> dict[str, str] | None:
        """Handle any message; whatever is wrong with it gets one `error`.

        The same is returned: python-socketio acknowledges with it what asks for that.
        """
        peer = self._peers.get(connection)
        if peer is not None and not peer.bucket.take(self._clock.now()):
            return self._hold_back(peer, connection)
        try:
            if peer is None:
                raise MessageError("this connection is in no class")
            role, other = ("student", "teacher") if peer.seat else ("teacher", "student")
            if event not in MESSAGES[role]:
                is_others = event in MESSAGES[other]
                raise MessageError(
                    "this message is not yours to send" if is_others else "unknown message"
                )
            if len(arguments) != 1:
                raise MessageError("a message is one JSON object")
            self._handle(event, peer, arguments[0])
            self._metrics.message(event)
        except MessageError as error:
            self._metrics.error("message")
            return self._refuse(str(error), connection)
        except ExchangeError as error:
            log.warning("%s: %s", event, error)
            return self._refuse(TRY_AGAIN, connection)
        return None

    def _handle(self, event: str, peer: _Peer, data: object) -> None:
        if peer.seat:
            message = messages.parse_student(event, data)
            if isinstance(message, NewPost):
                return self._post(peer, message.text)
            self._classroom.say(peer.session.code, peer.seat, message, self._clock.now())
        else:
            self._teachers[event](peer, messages.parse_teacher(event, data))

    def _post(self, peer: _Peer, text: str) -> None:
        now = self._clock.now()
        if any(wrote.is_used_up(peer.seat, now) for wrote in self._wrote):
            raise PostError("You have just sent several questions. Please wait a while.")
        for wrote in self._wrote:  # first: the seat may write from another connection meanwhile
            wrote.take(peer.seat, now)
        try:
            self._classroom.post(peer.session.code, text, now)
        except Exception:
            for wrote in self._wrote:
                wrote.give_back(peer.seat, now)
            raise

    def _release(self, peer: _Peer, fields: dict[str, Any]) -> None:
        self._classroom.release(peer.session.code, fields["id"], self._clock.now())

    def _settle(self, peer: _Peer, fields: dict[str, Any]) -> None:
        self._classroom.settle(peer.session.code, fields["id"], self._clock.now())

    def _marker(self, peer: _Peer, fields: dict[str, Any]) -> None:
        marker = self._classroom.mark(peer.session, fields["text"], self._clock.wall())
        self.save()  # before the answer, which the teacher's page takes for "kept"
        self._emit("marker", asdict(marker), _teachers(peer.session.code))
        self._send_notes(peer.session, _students(peer.session.code))

    def _clear(self, peer: _Peer, fields: dict[str, Any]) -> None:
        what, wall = fields["what"], self._clock.wall()
        t = fields.get("t", wall)
        if what == "posts":
            self._classroom.settle_shown(peer.session.code, t, self._clock.now())
        else:
            self._tell(peer, what, max(0.0, wall - t))

    def _lower(self, peer: _Peer, fields: dict[str, Any]) -> None:
        self._tell(peer, Told.hand(fields["hand"]))

    def _silence(self, peer: _Peer, fields: dict[str, Any]) -> None:
        self._tell(peer, Told.alert(fields["kind"]))

    def _ask(self, peer: _Peer, fields: dict[str, Any]) -> None:
        code = peer.session.code
        self._pass_on(code, self._classroom.ask(code, fields["question"], self._clock.now()))

    def _tell(self, peer: _Peer, what: str, ago: float = 0.0) -> None:
        code = peer.session.code
        self._pass_on(code, self._classroom.tell(code, what, self._clock.now(), ago=ago))

    def _pass_on(self, code: str, news: News) -> None:
        """Tell the students here; other processes hear of it with their next tick.

        At once, for each student to know which words came before it and which after.
        """
        for what, seat in news.down:
            self._emit("cleared", {"what": what}, _seat(code, seat), here=True)
        if news.is_question:
            question = {"question": self._question(code)}
            self._emit("question", question, _students(code), here=True)

    def _question(self, code: str) -> dict[str, object] | None:
        """The question that is open, for the contract's messages."""
        now = self._clock.now()
        asked = self._classroom.question(code, now)
        if asked is None:
            return None
        return {"id": asked.id, "question": asked.word, "seconds": asked.seconds(now)}

    def _end(self, peer: _Peer, fields: dict[str, Any]) -> None:
        self._classroom.end(peer.session.code, self._clock.wall())
        self.save()

    def _refuse(self, why: str, connection: str) -> dict[str, str]:
        refusal = {"message": why}
        self._emit("error", refusal, connection, here=True)
        return refusal

    def _hold_back(self, peer: _Peer, connection: str) -> dict[str, str]:
        """Drop a message over the limit; whoever goes on regardless is cut off."""
        self._metrics.error("rate")
        peer.refused += 1
        if peer.refused == 1:
            return self._refuse(TOO_FAST, connection)
        if peer.refused > TOO_MANY:
            self._cut_off(connection)
        return {"message": TOO_FAST}

    def _cut_off_older(self, session: ClassSession) -> None:
        """Teachers with an older key come back, and are told why they are not let in."""
        for connection, peer in list(self._peers.items()):
            is_older = not peer.seat and peer.key_number < session.key_number
            if is_older and peer.session.code == session.code:
                self._cut_off(connection)

    def _close_over(self) -> None:
        """End the connections of those who did not go when they heard that their class is over."""
        while self._over and self._over[0][0] <= self._clock.now():
            _, code = self._over.popleft()
            room = self._server.manager.get_participants("/", _everybody(code))
            for connection, _ in list(room):
                self._cut_off(connection)

    def _cut_off(self, connection: str) -> None:
        """Close the connection itself: the page will connect again, after a while."""
        self._close(self._server.manager.eio_sid_from_sid(connection, "/"))

    def _close(self, eio_sid: str) -> None:
        if socket := self._server.eio.sockets.get(eio_sid):
            socket.close(wait=False, abort=True)

    def _is_gone(self, connection: str) -> bool:
        eio_sid = self._server.manager.eio_sid_from_sid(connection, "/")
        socket = self._server.eio.sockets.get(eio_sid)
        return socket is None or socket.closed

    @contextmanager
    def _told(self, kind: type[Exception], text: str) -> Iterator[None]:
        """Tell the teachers here of a trouble of this kind; show all anew when it is over."""
        try:
            yield
        except kind as error:
            self._metrics.error("store" if kind is StoreError else "exchange")
            if kind not in self._troubles:
                log.error("%s", error)
                self._troubles[kind] = text
                self._tell_teachers()
        else:
            if self._troubles.pop(kind, None):
                log.info("all is well again: %s", kind.__name__)
                self._tell_teachers()
                self.resend_all()

    def _tell_failed(self, failed: Mapping[str, Exception]) -> None:
        """Tell the teachers of classes that cannot be folded, and of those that can be again."""
        for code, error in failed.items():
            self._metrics.error("class")
            if code not in self._failed:
                log.error("a class cannot be shown", exc_info=error)
        changed = failed.keys() ^ self._failed
        self._failed = set(failed)
        for code in changed:  # wherever they are: other processes do not know of it
            self._emit("trouble", self._trouble(code), _teachers(code))

    def _tell_teachers(self) -> None:
        for code in self._classroom.live:
            self._emit("trouble", self._trouble(code), _teachers(code), here=True)

    def _trouble(self, code: str) -> dict[str, object]:
        """What is wrong with a class, if anything, and whether its views go on all the same."""
        if code in self._failed:
            return {"message": NO_VIEWS, "live": False}
        message = next(iter(self._troubles.values()), None)
        return {"message": message, "live": ExchangeError not in self._troubles}

    def _emit(self, event: str, data: Mapping[str, object], to: str, here: bool = False) -> None:
        """here: nobody connected to another process is meant."""
        self._server.emit(event, data, to=to, ignore_queue=here)


def _logged(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Log what a handler raises: python-socketio swallows it. Protocol errors are the sender's."""

    def called(*arguments: object) -> Any:
        try:
            return handle(*arguments)
        except ConnectionRefusedError:
            raise
        except Exception:
            log.exception("a message could not be handled")
            raise

    return called


def _everybody(code: str) -> str:
    return f"class:{code}"


def _students(code: str) -> str:
    return f"students:{code}"


def _seat(code: str, seat: str) -> str:
    return f"seat:{code}:{seat}"


def _teachers(code: str) -> str:
    return f"teachers:{code}"
