"""The service behind pages and sockets: open, join, label, tick, end = domain + store + exchange.

Whoever is connected to this process belongs to a live class of it. Once a tick each process tells
the others, through the exchange, what it knows of its live classes; for each class one of them is
its leader, which holds the room and makes the view.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from server.domain.alerts import AlertWatch
from server.domain.labels import MODES
from server.domain.messages import Help, Label, MessageError, parse_class
from server.domain.report import ClassReport, make_report
from server.domain.room import Room
from server.domain.seats import Seats
from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point, Recorder
from server.domain.view import Tally, View, make_view
from server.sharing.exchange import Exchange, ExchangeError, Meeting, Order, State
from server.storage.journal import Journal
from server.storage.store import ClassStore, CodeTaken, LinkTaken, StoreError

DAY = 24 * 60 * 60  # seconds
IDLE = DAY  # seconds without anybody after which a class that nobody ended is over
VIEW_SECONDS = 10.0  # after which a view is shown again, so that who watches knows it to be so
STANDSTILL = 10.0  # seconds without a tick after which this process is not ready for anybody

log = logging.getLogger(__name__)


class ClassError(ValueError):
    """A class that cannot be opened or joined as asked; the text is fit for whoever asked."""


@dataclass
class _Leader:
    """What the leader of a class holds; `view` is the newest, None before its first tick."""

    room: Room
    alerts: AlertWatch
    recorder: Recorder = field(default_factory=Recorder)
    view: View | None = None
    shown_at: float = 0.0  # when it was shown
    point: Point | None = None  # the newest that is full
    here: bool = True  # all teachers are connected to this process

    def to_dict(self, now: float) -> State:
        return {"room": self.room.to_dict(now), "alerts": self.alerts.to_dict(now)}

    @staticmethod
    def after(left: State | None, session: ClassSession, now: float) -> _Leader:
        """What goes on from the state that was left, or begins anew if there is none to read."""
        if left is not None:
            try:
                room = Room.from_dict(left["room"], session.mode, session.min_students, now)
                return _Leader(room, AlertWatch.from_dict(left["alerts"], now))
            except (ValueError, LookupError, TypeError, AttributeError):
                log.warning("a class begins anew: its state cannot be read", exc_info=True)
        return _Leader(Room(session.mode, session.min_students), AlertWatch())

    def obey(self, order: Order, now: float) -> None:
        if "clear" in order:
            self.room.clear(order["clear"], now)
        if "silence" in order:
            self.alerts.silence(order["silence"])

    def fold(self, meeting: Meeting, now: float) -> View:
        for order in meeting.orders:
            self.obey(order, now)
        view = self.room.view(meeting.snapshots, now)
        return replace(view, alerts=self.alerts.update(view))


@dataclass
class _LiveClass:
    """A class with somebody connected to this process, or with groups that have to be kept."""

    session: ClassSession
    seats: Seats = field(default_factory=Seats)
    teachers: int = 0
    leader: _Leader | None = None  # while this process leads it

    @property
    def is_empty(self) -> bool:
        """Nobody is connected, nor may be back in a moment."""
        return not self.seats and not self.teachers


@dataclass(frozen=True)
class _Folded:
    """What one tick of the leader made of a class.

    is_watched: a teacher is connected, here or elsewhere;
    is_over: this process need not go on with it.
    """

    leader: _Leader
    state: State
    view: View
    point: Point | None
    here: bool
    is_watched: bool
    is_over: bool

    @property
    def is_other_view(self) -> bool:
        return self.leader.view is None or not self.view.same_as(self.leader.view)

    @property
    def is_due(self) -> bool:
        """Somebody watches, who was shown nothing for a while."""
        return self.is_watched and self.view.t - self.leader.shown_at >= VIEW_SECONDS


@dataclass(frozen=True)
class Shown:
    """What a class is to be shown: a view, or a point that is full.

    here: all teachers of the class are connected to this process.
    """

    code: str
    what: View | Point
    here: bool


@dataclass(frozen=True)
class Beat:
    """What a tick brought.

    failed: by code, what kept this process from folding a class; the others do not suffer for it.
    """

    shown: list[Shown]
    failed: dict[str, Exception]
    ended: list[str]  # codes of classes that were live in this process
    renewed: list[ClassSession]  # whose older keys open nothing any more


class Classroom:
    """All the classes that have somebody connected to this process.

    retention_days: how long an ended class is kept; 0 keeps nothing of it;
    most_students: how many seats of a class this process has at most;
    sends_reports: whoever sends the report of an ended class deletes it, where nothing is kept.

    Methods raise StoreError and ExchangeError where the database or Redis is needed and away.
    """

    def __init__(
        self,
        store: ClassStore,
        exchange: Exchange,
        new_code: Callable[[], str],
        min_students: int,
        most_students: int,
        cameras_allowed: bool,
        retention_days: int,
        sends_reports: bool = False,
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._journal = Journal(store)
        self._new_code = new_code
        self._min_students = min_students
        self._most_students = most_students
        self._cameras_allowed = cameras_allowed
        self.retention_days = retention_days
        self._sends_reports = sends_reports
        self._live: dict[str, _LiveClass] = {}  # by code
        self._ticked_at: float | None = None
        self._ended: list[str] = []  # here, since the last tick
        self._renewed: list[ClassSession] = []  # here, since then

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes in which this server lets classes run."""
        return MODES if self._cameras_allowed else ("self-report",)

    def count(self) -> dict[str, int]:
        """How much there is in this process."""
        live = self._live.values()
        return {
            "classes": len(live),
            "students": sum(len(each.seats) for each in live),
            "teachers": sum(each.teachers for each in live),
            "unsaved": len(self._journal),
        }

    @property
    def live(self) -> dict[str, ClassSession]:
        """The classes that have somebody connected to this process, by code."""
        return {code: live.session for code, live in self._live.items()}

    def open_class(
        self, asked: object, now: float, link: str | None = None, over: str | None = None
    ) -> ClassSession:
        """Start the class that a teacher's message asks for. Raises ClassError if it cannot be.

        link: where it is in a learning platform, in the place of the class with the code `over`.
            Raises LinkTaken if another one is there.
        """
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
                self._store.add_class(session, link, over)
            except CodeTaken:
                continue
            return session

    def class_at(self, link: str, asked: object, now: float) -> ClassSession:
        """The class that runs at a link from a learning platform; if none does, one as asked."""
        while True:
            code = self._store.code_at(link)
            if session := self._if_running(code):
                return session
            try:
                return self.open_class(asked, now, link, over=code)
            except LinkTaken:
                continue  # another teacher was faster

    def running_at(self, link: str) -> ClassSession | None:
        """The class that runs at a link from a learning platform."""
        return self._if_running(self._store.code_at(link))

    def _if_running(self, code: str | None) -> ClassSession | None:
        session = self.find(code) if code else None
        return session if session and session.ended_at is None else None

    def find(self, code: str) -> ClassSession | None:
        """The class with this code, in the mode that the server allows today."""
        if code in self._live:
            return self._live[code].session
        session = self._journal.find_class(code)
        if session is not None and session.mode not in self.modes:
            session = replace(session, mode="self-report")
        return session

    def join(self, session: ClassSession, seat: str, connection: str, now: float) -> None:
        """A student takes a seat, newly or again. Raises ClassError if all are taken."""
        seats = self._live_class(session).seats
        if len(seats) >= self._most_students and seat not in seats:
            raise ClassError("This class is full.")
        seats.join(seat, connection, now)

    def drop(self, code: str, seat: str, connection: str, now: float) -> None:
        """A student's connection ended, perhaps for a moment."""
        if code in self._live:
            self._live[code].seats.drop(seat, connection, now)

    def leave(self, code: str, seat: str, connection: str) -> None:
        """A student left."""
        if code in self._live:
            self._live[code].seats.leave(seat, connection)

    def watch(self, session: ClassSession) -> None:
        """A teacher came."""
        self._live_class(session).teachers += 1

    def look_away(self, code: str) -> None:
        """A teacher went."""
        if code in self._live:
            self._live[code].teachers -= 1

    def label(self, code: str, seat: str, label: Label, now: float) -> None:
        """Raises MessageError in a class that does without cameras."""
        live = self._running(code)
        if live.session.mode != "camera":
            raise MessageError("this class does without cameras")
        live.seats.set_label(seat, label, now)

    def pace(self, code: str, seat: str, pace: str | None, now: float) -> None:
        """A student's own word on the pace."""
        self._running(code).seats.set_pace(seat, pace, now)

    def help(self, code: str, seat: str, help: Help, now: float) -> None:
        """A student's hand goes up or down."""
        self._running(code).seats.set_help(seat, help, now)

    def show(self, code: str, seat: str, name: str | None) -> None:
        """A student wants to be seen by name, or no more."""
        self._running(code).seats.set_name(seat, name)

    def clear(self, code: str, what: str) -> None:
        """The teacher has taken in the pace words, or the hands."""
        self._exchange.order(code, {"clear": what})

    def silence(self, code: str, kind: str) -> None:
        """The teacher has taken in an alert."""
        self._exchange.order(code, {"silence": kind})

    def mark(self, session: ClassSession, text: str, now: float) -> Marker:
        """Keep the teacher's note."""
        marker = Marker(now, text)
        self._journal.add_marker(session.code, marker)
        return marker

    def renew_key(self, session: ClassSession) -> ClassSession:
        """From now on only new teachers' tokens open the class; within seconds in all processes."""
        renewed = replace(session, key_number=self._store.renew_key(session.code))
        self._know_key(renewed.code, renewed.key_number)
        return renewed

    def check_keys(self) -> None:
        """See whether another process has renewed the key of a class that has teachers here."""
        watched = [code for code, live in self._live.items() if live.teachers]
        for code, number in self._store.key_numbers(watched).items() if watched else ():
            self._know_key(code, number)

    def end(self, code: str, now: float) -> None:
        """The class is over; what was recorded of it stays for `retention_days`."""
        self._exchange.end(code)
        self._close(code)
        self._write_end(code, now)

    def delete(self, code: str) -> None:
        """The class is over, and nothing stays of it."""
        self._exchange.end(code)
        self._close(code)
        self._journal.delete_class(code)
        self._journal.save()

    def view(self, session: ClassSession, now: float) -> dict[str, object]:
        """The class as it was last shown."""
        view = self._exchange.view(session.code)
        return view or make_view(now, session.mode, session.min_students, Tally()).to_dict()

    def history(self, code: str) -> tuple[list[Point], list[Marker]]:
        """The timeline of the class so far, and the teacher's notes."""
        return self._journal.points(code), self._journal.markers(code)

    def report(self, session: ClassSession, now: float) -> ClassReport:
        """What can be said of the class, ended or as far as it has come."""
        return make_report(session, *self.history(session.code), now)

    def tick(self, now: float) -> Beat:
        """Tell and hear what came since the last tick, and fold the classes that are ours."""
        snapshots = {
            code: live.seats.snapshot(now, live.teachers) for code, live in self._live.items()
        }
        folded, failed = {}, {}
        for code, meeting in self._exchange.meet(snapshots, now).items():
            try:
                if code in self._live and (new := self._attend(code, meeting, now)):
                    folded[code] = new
            except Exception as error:  # whatever it is, it is this class's alone
                failed[code] = error
                if (live := self._live.get(code)) and live.leader:
                    live.leader.view = None  # once it can be folded, it is shown anew
        changed = {code: new.view for code, new in folded.items() if new.is_other_view}
        kept = self._exchange.commit(
            {code: new.state for code, new in folded.items()},
            {code: view.to_dict() for code, view in changed.items()},
        )
        beat = Beat([], failed, self._ended, self._renewed)
        for code in kept:
            new, leader = folded[code], folded[code].leader
            # A teacher of another process, of whom we hear now, missed what only ours were shown.
            is_missed = leader.here and not new.here
            if code in changed or is_missed or new.is_due:
                beat.shown.append(Shown(code, new.view, new.here))
                leader.shown_at = now
            leader.view, leader.point, leader.here = new.view, new.point or leader.point, new.here
            if point := leader.point if is_missed else new.point:
                beat.shown.append(Shown(code, point, new.here))
        over = [code for code in kept if folded[code].is_over]
        self._leave([code for code in (*over, *failed) if self._is_empty(code)])
        # Last: if this tick fails, the next one tells of it.
        self._ended, self._renewed = [], []
        self._ticked_at = now
        return beat

    def save(self) -> None:
        """Write to the database what waits for it."""
        self._journal.save()

    def troubles(self, now: float) -> dict[str, str]:
        """What of this process does not work, and why."""
        troubles = {}
        if self._ticked_at is not None and now - self._ticked_at > STANDSTILL:
            troubles["views"] = f"none was made for {now - self._ticked_at:.0f} s"
        for name, check in (("database", self._store.check), ("redis", self._exchange.check)):
            try:
                check()
            except (StoreError, ExchangeError) as error:
                troubles[name] = str(error)
        return troubles

    def close(self) -> None:
        """This process goes away: other processes take over, and nothing waits any more."""
        try:
            self._leave(list(self._live))
        finally:
            self._journal.save()
            self._exchange.close()
            self._store.close()

    def sweep(self, now: float) -> None:
        """End what nobody ended, and forget what was kept long enough."""
        for code, last in self._store.idle_classes(now - IDLE):
            if code not in self._live:
                self.end(code, last)
        for code in self._store.classes_ended_before(now - self.retention_days * DAY):
            self._store.delete_class(code)
        self._journal.save()

    def _attend(self, code: str, meeting: Meeting, now: float) -> _Folded | None:
        """What the meeting says of a live class; something to show if this process leads it."""
        live = self._live[code]
        if meeting.ended:
            # Without a last point: whoever ended it may have wanted that nothing is kept.
            del self._live[code]
            self._ended.append(code)
            self._write_end(code, now)  # too, because whoever ended it may have died of it
            return None
        if not meeting.leads:
            live.leader = None
            if live.is_empty:
                del self._live[code]
            return None
        if live.leader is None or meeting.state is not None:
            live.leader = _Leader.after(meeting.state, live.session, now)
        leader = live.leader
        view = leader.fold(meeting, now)
        point = leader.recorder.add(view, now) if view.students else leader.recorder.close()
        if point:
            self._journal.add_points([(code, point)])
        _, *others = meeting.snapshots
        is_watched_elsewhere = any(other.teachers for other in others)
        return _Folded(
            leader,
            leader.to_dict(now),
            view,
            point,
            here=not is_watched_elsewhere,
            is_watched=is_watched_elsewhere or live.teachers > 0,
            # The last one out keeps the groups in mind; before that, whoever is there does.
            is_over=live.is_empty and (bool(view.students) or leader.room.is_over(now)),
        )

    def _write_end(self, code: str, now: float) -> None:
        self._journal.end_class(code, now)
        if self.retention_days == 0 and not self._sends_reports:
            self._journal.delete_class(code)

    def _know_key(self, code: str, number: int) -> None:
        live = self._live.get(code)
        if live is not None and number > live.session.key_number:
            live.session = replace(live.session, key_number=number)
            self._renewed.append(live.session)

    def _is_empty(self, code: str) -> bool:
        # Asked again, as somebody may have come while the exchange was asked.
        return code in self._live and self._live[code].is_empty

    def _live_class(self, session: ClassSession) -> _LiveClass:
        return self._live.setdefault(session.code, _LiveClass(session))

    def _leave(self, codes: Collection[str]) -> None:
        for code in codes:
            live = self._live.pop(code)
            if live.leader and (point := live.leader.recorder.close()):
                self._journal.add_points([(code, point)])
        self._exchange.leave(codes)

    def _close(self, code: str) -> None:
        live = self._live.pop(code, None)
        if live is not None and live.leader and (point := live.leader.recorder.close()):
            self._journal.add_points([(code, point)])
        self._ended.append(code)

    def _running(self, code: str) -> _LiveClass:
        if code not in self._live:
            raise MessageError("this class has ended")
        return self._live[code]
