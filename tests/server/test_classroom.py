"""The service over the length of a lesson, with time as an argument."""

import time

import pytest

from server.classroom import Classroom
from server.domain.messages import Label
from server.exchange import LocalExchange
from server.redis_exchange import RedisExchange
from tests.memory_store import MemoryStore

STUDENTS = 12


def classroom_with(store, exchange):
    return Classroom(
        store,
        exchange,
        lambda: "ABC234",
        min_students=5,
        most_students=STUDENTS,
        cameras_allowed=True,
        retention_days=30,
    )


class Lesson:
    """A class of STUDENTS in front of their cameras, one tick a second."""

    def __init__(self):
        self.classroom = classroom_with(MemoryStore(), LocalExchange())
        self.now, self.fired, self.view = 1000.0, [], None
        asked = {"title": "Algebra", "mode": "camera"}
        self.session = self.classroom.open_class(asked, self.now)
        for seat in range(STUDENTS):
            self.classroom.join(self.session, f"seat {seat}", f"connection {seat}", self.now)

    def goes_on(self, seconds, looks="neutral", read=STUDENTS):
        for _ in range(seconds):
            self.now += 1
            for seat in range(read):
                label = Label("ok", looks)
                self.classroom.label("ABC234", f"seat {seat}", label, self.now)
            self.classroom.tick(self.now)
            before = self.view["alerts"] if self.view else ()
            self.view = self.classroom.view(self.session, self.now)
            self.fired += [alert["kind"] for alert in self.view["alerts"] if alert not in before]
        return self

    def say_lost(self, students):
        for seat in range(students):
            self.classroom.pace("ABC234", f"seat {seat}", "lost", self.now)


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [("mood_dropped", {"looks": "sad"}), ("faces_gone", {"read": 7}), ("many_lost", {})],
)
def test_a_trouble_is_told_once_can_be_silenced_and_is_in_the_report(kind, trouble):
    lesson = Lesson().goes_on(400)
    if kind == "many_lost":
        lesson.say_lost(5)
    lesson.goes_on(150, **trouble)
    assert lesson.fired == [kind]
    assert [alert["kind"] for alert in lesson.view["alerts"]] == [kind]
    lesson.classroom.silence("ABC234", kind)
    assert lesson.goes_on(1, **trouble).view["alerts"] == []
    lesson.goes_on(600, **trouble)
    assert lesson.fired == [kind]
    report = lesson.classroom.report(lesson.session, lesson.now)
    assert [alert.kind for alert in report.alerts] == [kind]


def test_the_timeline_of_a_lesson_has_no_holes():
    lesson = Lesson().goes_on(600)
    lesson.classroom.end("ABC234", lesson.now)
    points, _ = lesson.classroom.history("ABC234")
    assert [point.t for point in points] == [1000.0 + 10 * number for number in range(61)]
    assert all(point.shares == {"neutral": 1.0} for point in points)


def test_a_class_in_which_nobody_is_left_costs_nothing_more():
    lesson = Lesson().goes_on(10)
    for seat in range(STUDENTS):
        lesson.classroom.leave("ABC234", f"seat {seat}", f"connection {seat}")
    for _ in range(400):
        lesson.now += 1
        beat = lesson.classroom.tick(lesson.now)
    assert beat.shown == []
    assert lesson.classroom.view(lesson.session, lesson.now)["students"] == 0


@pytest.fixture
def ticking_and_other(redis_server):
    """A class of two processes, the first of which is its ticker and has a teacher."""
    exchanges = [RedisExchange(redis_server.url, tick_seconds=2) for _ in range(2)]
    store = MemoryStore()
    ticking, other = (classroom_with(store, exchange) for exchange in exchanges)
    session = ticking.open_class({"title": "Algebra", "mode": "camera"}, 1000.0)
    ticking.watch(session)
    deadline = time.monotonic() + 10
    while not ticking.tick(1001.0).shown:  # whoever finds Redis empty waits for a while
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield ticking, other, session
    for exchange in exchanges:
        exchange.close()


def test_a_teacher_who_comes_to_another_process_misses_no_view(ticking_and_other):
    ticking, other, session = ticking_and_other
    other.watch(session)
    ticking.join(session, "seat", "connection", 1002.0)
    (shown,) = ticking.tick(1002.0).shown  # before the other process has told of its teacher
    assert shown.what.students == 1 and shown.here
    other.tick(1002.5)
    (shown,) = ticking.tick(1003.0).shown
    assert shown.what.students == 1 and not shown.here
    assert ticking.tick(1004.0).shown == []


def test_an_end_that_only_redis_heard_of_is_written_by_another_process(ticking_and_other):
    ticking, other, session = ticking_and_other
    other.watch(session)
    other.tick(1002.0)
    ticking.end(session.code, 1003.0)  # and is killed before it writes
    assert other.tick(1003.5).ended == [session.code]
    other.save()
    assert other.find(session.code).ended_at == 1003.5
