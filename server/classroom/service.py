"""The service behind pages and sockets: open, find, join, say, tick, end, report, courses.

Whoever is connected to this process belongs to a live class of it. Once a tick each process tells
the others, through the exchange, what it knows of its live classes; for each class one of them is
its leader, which holds the room and makes the view.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import inf

from server.classroom.live import LiveClass, LiveClasses, News
from server.classroom.tick import TickEngine, TickResult
from server.domain.labels import MODES, SHIPPED, Labels
from server.domain.messages import (
    ClassRequest,
    Label,
    MessageError,
    PostError,
    Second,
    parse_class,
)
from server.domain.report import ClassReport, make_report
from server.domain.seats import Message
from server.domain.session import ClassSession, Course, Marker
from server.domain.timeline import Point
from server.domain.told import LONG_AGO, NOTHING, QUESTION, Post, Question, Told, released
from server.domain.view import Tally, make_view
from server.sharing.exchange import Exchange, ExchangeError
from server.storage.journal import Journal
from server.storage.store import ClassStore, CodeTaken, LessonTaken, StoreError

DAY = 24 * 60 * 60  # seconds
SIMULATED = DAY  # seconds for which a simulated class is there, running or ended
IDLE = DAY  # seconds without a student after which a class that had some is over
LESSON_IDLE = 4 * 60 * 60  # the same of a course, whose next lesson may come the next day
UNUSED = 365 * DAY  # seconds for which a class waits for its first student, a course for a lesson
LESSONS = 8  # of a course at a time, because each has to be read whole
ENDED = "this class has ended"
MOST_POSTS = 200  # open in a class: more than any teacher reads
STANDSTILL = 10.0  # seconds without a tick after which this process is not ready for anybody


class ClassError(ValueError):
    """What cannot be opened or joined as asked; the text is fit for whoever asked."""


class Classroom:
    """All the classes that have somebody connected to this process.

    min_students: for how few shares are hidden in a class that says nothing else;
    retention_days: how long an ended class is kept; 0 keeps nothing of it;
    most_students: how many seats of a class this process has at most;
    sends_reports: whoever sends the report of an ended class deletes it, where nothing is kept;
    labels: the emotions that students' pages can send; any other is counted, and has no name.

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
        labels: Labels = SHIPPED,
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._journal = Journal(store)
        self._new_code = new_code
        self.min_students = min_students
        self._most_students = most_students
        self._cameras_allowed = cameras_allowed
        self.retention_days = retention_days
        self._sends_reports = sends_reports
        self.labels = labels
        self._live = LiveClasses(self._journal)
        self._engine = TickEngine(self._live, exchange, self._journal, self._write_end, labels)
        self._ticked_at: float | None = None

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes in which this server lets classes run."""
        return MODES if self._cameras_allowed else ("self-report",)

    def count(self) -> dict[str, int]:
        """How much there is in this process."""
        live = self._live.by_code.values()
        return {
            "classes": len(live),
            "students": sum(len(each.seats) for each in live),
            "teachers": sum(each.teachers for each in live),
            "unsaved": len(self._journal),
        }

    @property
    def live(self) -> dict[str, ClassSession]:
        """The classes that have somebody connected to this process, by code."""
        return {code: live.session for code, live in self._live.by_code.items()}

    def open_class(self, asked: object, now: float, simulated: bool = False) -> ClassSession:
        """Start the class that a teacher's message asks for. Raises ClassError if it cannot be.

        simulated: with made-up students, for whoever tries Classpulse out.
        """
        return self._start(self._request(asked), now, simulated)

    def _request(self, asked: object) -> ClassRequest:
        try:
            request = parse_class(asked)
        except MessageError as error:
            raise ClassError(str(error)) from error
        if request.mode not in self.modes:
            raise ClassError("this server does not allow camera classes: use self-report")
        return request

    def _start(
        self, asked: ClassRequest | Course, now: float, simulated: bool = False
    ) -> ClassSession:
        """Raises LessonTaken if the course has a newer lesson than it says."""
        course = asked if isinstance(asked, Course) else None
        while True:
            session = ClassSession(
                *(self._new_code(), asked.title, asked.mode),
                asked.min_students or self.min_students,
                now,
                notes_for_students=asked.notes_for_students,
                qna=asked.qna,
                simulated=simulated,
                course=course.code if course else None,
            )
            with suppress(CodeTaken):
                self._store.add_class(session, over=course.lesson if course else None)
                return session

    def find(self, code: str) -> ClassSession | None:
        """The class with this code, in the mode that the server allows today."""
        if live := self._live.by_code.get(code):
            return live.session
        session = self._journal.find_class(code)
        return replace(session, mode=self._allowed(session.mode)) if session else None

    def _allowed(self, mode: str) -> str:
        return mode if mode in self.modes else "self-report"

    def open_course(self, asked: object, now: float) -> Course:
        """A new course for classes such as a teacher's message asks for. Raises ClassError."""
        request = self._request(asked)
        while True:
            with suppress(CodeTaken):
                return self._add_course(request, now)

    def course_at(self, link: str, asked: object, now: float) -> Course:
        """The course at a place in a learning platform, which has the title and the mode that are
        asked for from now on. Raises ClassError."""
        request = self._request(asked)
        while True:
            course = self._store.course_at(link)
            if course is None:
                with suppress(CodeTaken):  # else somebody else was faster
                    return self._add_course(request, now, link)
                continue
            if (course.title, course.mode) != (request.title, request.mode):
                self._store.describe_course(course.code, request.title, request.mode)
            return replace(course, title=request.title, mode=request.mode)

    def _add_course(self, request: ClassRequest, now: float, link: str | None = None) -> Course:
        about = vars(request)
        course = Course(self._new_code(), created_at=now, used_at=now, link=link, **about)
        self._store.add_course(course)
        return course

    def find_course(self, code: str) -> Course | None:
        """The course with this code, in the mode that the server allows today."""
        course = self._store.find_course(code)
        return replace(course, mode=self._allowed(course.mode)) if course else None

    def running_lesson(self, course: Course) -> ClassSession | None:
        """The class that runs in a course."""
        # What this process knows of a live class may be a tick or some seconds old.
        session = self._journal.find_class(course.lesson) if course.lesson else None
        if session is None or session.ended_at is not None:
            return None
        with suppress(ExchangeError):
            if self._exchange.has_ended(session.code):
                return None
        return replace(session, mode=self._allowed(session.mode))

    def start_lesson(self, course: Course, now: float) -> tuple[ClassSession, bool]:
        """The class that runs in a course, which is a new one if none did: whether it is.

        Raises ClassError if the course is gone.
        """
        while True:
            if session := self.running_lesson(course):
                return session, False
            with suppress(LessonTaken):
                return self._start(course, now), True
            newest = self.find_course(course.code)  # another teacher was faster
            if newest is None:
                raise ClassError("There is no such course any more.")
            course = newest

    def lessons(
        self, course: Course, now: float, before: float = inf
    ) -> list[tuple[ClassSession, ClassReport]]:
        """Those of the classes of a course that were opened last, newest first, of those before a
        time, and what can be said of each."""
        found = [
            replace(session, mode=self._allowed(session.mode))
            for session in self._journal.lessons(course.code, before, LESSONS)
        ]
        return [(session, self.report(session, now)) for session in found]

    def delete_course(self, course: Course) -> None:
        """All its classes are over, and nothing stays of them."""
        for session in self._journal.lessons(course.code, inf, None):
            self.delete(session.code)
        self._store.delete_course(course.code)  # with a class that has begun just now

    def join(self, session: ClassSession, seat: str, connection: str, now: float) -> None:
        """A student takes a seat, newly or again. Raises ClassError if all are taken."""
        live = self._live.by_code.get(session.code)
        told: Told | None = None
        if live is None or live.told is None:
            with suppress(ExchangeError):  # without it, nothing is known to be told
                told = self._exchange.told(session.code, now)
        live = self._live.enter(session)  # after that: nothing else happens until the seat is taken
        if live.told is None:
            live.told = told
        if len(live.seats) >= self._most_students and seat not in live.seats:
            raise ClassError("This class is full. Please try again when somebody has left.")
        live.seats.join(seat, connection, now)

    def cleared(self, code: str, seat: str, now: float) -> dict[str, float | None]:
        """How many seconds ago a teacher last took in a student's pace and hand; None: never."""
        live = self._running(code)
        told = live.told or NOTHING
        seen_at = max(told.cleared_at("help"), live.seats.lowered_at(seat))
        times = {"pace": told.cleared_at("pace"), "help": seen_at}
        return {what: None if at == LONG_AGO else now - at for what, at in times.items()}

    def question(self, code: str, now: float) -> Question | None:
        """The question that the students of a class can answer now."""
        live = self._live.by_code.get(code)
        asked = live.told.question if live and live.told else None
        return asked if asked and asked.seconds(now) else None

    def drop(self, code: str, seat: str, connection: str, now: float) -> None:
        """A student's connection ended, perhaps for a moment."""
        if live := self._live.by_code.get(code):
            live.seats.drop(seat, connection, now)

    def leave(self, code: str, seat: str, connection: str) -> None:
        """A student left."""
        if live := self._live.by_code.get(code):
            live.seats.leave(seat, connection)

    def watch(self, session: ClassSession) -> None:
        """A teacher came."""
        self._live.enter(session).teachers += 1

    def look_away(self, code: str) -> None:
        """A teacher went."""
        if live := self._live.by_code.get(code):
            live.teachers -= 1

    def say(self, code: str, seat: str, message: Message, now: float) -> None:
        """A student says something.

        Raises MessageError for a label in a class without cameras, and PostError for a "Me too" to
        a post that students do not see.
        """
        live = self._running(code)
        if isinstance(message, Second):
            _find(message.id, released(live.posts))
        if isinstance(message, Label):
            if live.session.mode != "camera":
                raise MessageError("this class does without cameras")
            message = message.known_to(self.labels)
        live.seats.say(seat, message, now)

    def tell(self, code: str, what: str, now: float, value: str = "", ago: float = 0.0) -> News:
        """A teacher tells the class something, by the names in Told: what is news here by that.

        ago: by so many seconds earlier. Raises MessageError if the class has ended.
        """
        return self._tell(code, {what: value}, now, ago)

    def _tell(
        self, code: str, words: Mapping[str, str], now: float, ago: float = 0.0, over: str = ""
    ) -> News:
        live = self._running(code)
        told = self._exchange.tell(code, words, now, ago, over)
        if told is None:
            raise MessageError(ENDED)
        return live.hear(told)

    def ask(self, code: str, question: str | None, now: float) -> News:
        """The same of a question; None closes the one that is open."""
        value = f"{secrets.token_hex(4)} {question}" if question else ""
        return self.tell(code, QUESTION, now, value)

    def post(self, code: str, text: str, now: float) -> None:
        """A student writes a question; nobody is told who. Raises PostError if it is not taken."""
        live = self._running(code)
        if not live.session.qna:
            raise PostError("Students cannot write questions in this class.")
        if len(live.posts) >= MOST_POSTS:
            raise PostError("Too many questions are open. Please wait until some are answered.")
        post = Post(secrets.token_hex(4), text)
        self.tell(code, Told.post(post.id), now, post.word)

    def release(self, code: str, id: str, now: float) -> None:
        """All students are shown this post. Raises PostError if it is not open any more.

        Nothing comes of it if another process has told something else of the post: it is settled,
        or released, which the next tick brings.
        """
        post = _find(id, self.posts(code))
        if not post.released:  # one that is keeps its place
            word = replace(post, released=True).word
            self._tell(code, {Told.post(id): word}, now, over=post.word)

    def settle(self, code: str, id: str, now: float) -> None:
        """A teacher has answered this post. Raises PostError if it is not open any more."""
        _find(id, self.posts(code))
        self.tell(code, Told.post(id), now)

    def settle_shown(self, code: str, t: float, now: float) -> None:
        """A teacher has answered all posts that were shown in this process by `t`, in seconds since
        the epoch."""
        live = self._running(code)
        shown = (id for id, shown_at in live.posts_shown_at.items() if shown_at <= t)
        self._tell(code, {Told.post(id): "" for id in shown}, now)

    def posts(self, code: str) -> tuple[Post, ...]:
        """What students wrote and no teacher has settled yet."""
        live = self._live.by_code.get(code)
        return live.posts if live else ()

    def show_posts(self, code: str, wall: float) -> tuple[tuple[Post, ...], tuple[Post, ...]]:
        """The posts as they were shown here last, and as they are shown from now on.

        wall: now, in seconds since the epoch.
        """
        live = self._live.by_code.get(code)
        return (live.show_posts(wall), live.shown_posts) if live else ((), ())

    def hear(self, code: str, told: Told) -> News:
        """What a tick brought as `told`."""
        live = self._live.by_code.get(code)
        return live.hear(told) if live else News([], False)

    def mark(self, session: ClassSession, text: str, now: float) -> Marker:
        """Keep the teacher's note. Raises MessageError if the class has ended."""
        self._running(session.code)
        with suppress(ExchangeError):  # without it, notes are kept all the same
            if self._exchange.has_ended(session.code):
                raise MessageError(ENDED)
        marker = Marker(now, text)
        self._journal.add_marker(session.code, marker)
        return marker

    def rewrite(self, session: ClassSession, marker: Marker) -> bool:
        """Give the note of this time another text, also after the end; whether there is one."""
        self._journal.save()  # it may wait there
        return self._changed(session, self._store.rewrite_marker(session.code, marker))

    def erase(self, session: ClassSession, t: float) -> bool:
        """Delete the note of this time, also after the end; whether there was one."""
        self._journal.save()
        return self._changed(session, self._store.delete_marker(session.code, t))

    def _changed(self, session: ClassSession, done: bool) -> bool:
        if done:
            self._live.rewritten.append(session)
        return done

    def renew_key(self, session: ClassSession) -> ClassSession:
        """From now on only new teachers' tokens open the class; within seconds in all processes."""
        renewed = replace(session, key_number=self._store.renew_key(session.code))
        self._live.renew_key(renewed.code, renewed.key_number)
        return renewed

    def renew_course_key(self, course: Course) -> Course:
        """The same of a course, and of all its classes, whose tokens the course's could get."""
        renewed = replace(course, key_number=self._store.renew_course_key(course.code))
        ours = [code for code, session in self.live.items() if session.course == course.code]
        for code, number in self._store.key_numbers(ours).items() if ours else ():
            self._live.renew_key(code, number)
        return renewed

    def check_keys(self) -> None:
        """See whether another process has renewed the key of a class that has teachers here."""
        watched = [code for code, live in self._live.by_code.items() if live.teachers]
        for code, number in self._store.key_numbers(watched).items() if watched else ():
            self._live.renew_key(code, number)

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
        return self._journal.points(code), self.markers(code)

    def markers(self, code: str) -> list[Marker]:
        """The teacher's notes."""
        return self._journal.markers(code)

    def report(self, session: ClassSession, now: float) -> ClassReport:
        """What can be said of the class, ended or as far as it has come."""
        return make_report(session, *self.history(session.code), now, self.labels)

    def tick(self, now: float, wall: float) -> TickResult:
        """Tell and hear what came since the last tick, and fold the classes that are ours."""
        result = self._engine.tick(now, wall)
        self._ticked_at = now
        return result

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
            self._engine.leave(list(self._live.by_code))
        finally:
            self._journal.save()
            self._exchange.close()
            self._store.close()

    def sweep(self, now: float) -> None:
        """End what nobody ended, and forget what was kept long enough."""
        for code in self._store.simulated_before(now - SIMULATED):
            self.delete(code)
        for code in self._store.classes_ended_before(now - self.retention_days * DAY):
            self._store.delete_class(code)
        idle = dict(self._store.idle_classes(now - IDLE, now - UNUSED))
        # A teacher may be waiting in one, wherever that is.
        for code in idle.keys() - self._live.by_code.keys() - set(self._exchange.live(idle)):
            self.end(code, idle[code])
        # In one of a course nobody waits for students: the next lesson is another class.
        for code, last in self._store.idle_lessons(now - LESSON_IDLE):
            self.end(code, last)
        self._journal.save()
        self._store.delete_courses_unused_since(now - UNUSED)

    def _write_end(self, code: str, now: float) -> None:
        self._journal.end_class(code, now)
        if self.retention_days == 0 and not self._sends_reports:
            self._journal.delete_class(code)

    def _close(self, code: str) -> None:
        self._live.remove(code)
        self._live.ended.append(code)

    def _running(self, code: str) -> LiveClass:
        if code not in self._live.by_code:
            raise MessageError(ENDED)
        return self._live.by_code[code]


def _find(id: str, posts: Iterable[Post]) -> Post:
    for post in posts:
        if post.id == id:
            return post
    raise PostError("This question is not open any more.")
