"""The service over the length of a lesson, with time as an argument."""

import itertools
import json
import time
from contextlib import closing

import pytest
import redis

from server.classroom.service import Classroom
from server.domain.messages import Help, Label, Pace
from server.domain.told import Told
from server.sharing.exchange import FORMAT, LocalExchange
from server.sharing.redis_exchange import RedisExchange
from tests.memory_store import MemoryStore

STUDENTS = 12


def classroom_with(store, exchange, *codes):
    given = iter(codes or ["ABC234"])
    return Classroom(
        store,
        exchange,
        lambda: next(given),
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
        self.viewed = []  # when the teachers were shown a view
        asked = {"title": "Algebra", "mode": "camera"}
        self.session = self.classroom.open_class(asked, self.now)
        for seat in range(STUDENTS):
            self.classroom.join(self.session, f"seat {seat}", f"connection {seat}", self.now)

    def goes_on(self, seconds, looks="neutral", read=STUDENTS):
        for _ in range(seconds):
            self.now += 1
            for seat in range(read):
                label = Label("ok", looks)
                self.classroom.say("ABC234", f"seat {seat}", label, self.now)
            self.viewed += [self.now] * len(self.classroom.tick(self.now, self.now).views)
            before = self.view["alerts"] if self.view else ()
            self.view = self.classroom.view(self.session, self.now)
            self.fired += [alert["kind"] for alert in self.view["alerts"] if alert not in before]
        return self

    def say_lost(self, students):
        for seat in range(students):
            self.classroom.say("ABC234", f"seat {seat}", Pace("lost"), self.now)


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
    lesson.classroom.tell("ABC234", Told.alert(kind), lesson.now)
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
        result = lesson.classroom.tick(lesson.now, lesson.now)
    assert result.views == result.points == {}
    assert lesson.classroom.view(lesson.session, lesson.now)["students"] == 0


@pytest.fixture
def leader_and_other(redis_server):
    """A class of two processes, the first of which leads it and has a teacher."""
    exchanges = [RedisExchange(redis_server.url, tick_seconds=2) for _ in range(2)]
    store = MemoryStore()
    leader, other = (classroom_with(store, exchange) for exchange in exchanges)
    session = leader.open_class({"title": "Algebra", "mode": "camera"}, 1000.0)
    leader.watch(session)
    deadline = time.monotonic() + 10
    while not leader.tick(1001.0, 1001.0).views:  # whoever finds Redis empty waits for a while
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield leader, other, session
    for exchange in exchanges:
        exchange.close()


def test_a_teacher_who_comes_to_another_process_misses_no_view(leader_and_other):
    leader, other, session = leader_and_other
    other.watch(session)
    leader.join(session, "seat", "connection", 1002.0)
    result = leader.tick(1002.0, 1002.0)  # before the other process has told of its teacher
    assert result.views[session.code].students == 1 and not result.watched_elsewhere
    other.tick(1002.5, 1002.5)
    result = leader.tick(1003.0, 1003.0)
    assert result.views[session.code].students == 1
    assert result.watched_elsewhere == {session.code}
    assert leader.tick(1004.0, 1004.0).views == {}


def test_an_end_that_only_redis_heard_of_is_written_by_another_process(leader_and_other):
    leader, other, session = leader_and_other
    other.watch(session)
    other.tick(1002.0, 1002.0)
    leader.end(session.code, 1003.0)  # and is killed before it writes
    assert other.tick(1003.5, 1003.5).ended == [session.code]
    other.save()
    assert other.find(session.code).ended_at == 1003.5


def test_what_nobody_can_fold_fails_for_its_own_class_alone(redis_server):
    exchange = RedisExchange(redis_server.url, tick_seconds=2)
    classroom = classroom_with(MemoryStore(), exchange, "BADBAD", "GOODGO")
    bad, good = (
        classroom.open_class({"title": "Algebra", "mode": "camera"}, 1000.0) for _ in range(2)
    )
    for session in (bad, good):
        classroom.watch(session)
    shown = set()
    deadline = time.monotonic() + 10
    while len(shown) < 2:
        shown |= classroom.tick(1000.0, 1000.0).views.keys()
        assert time.monotonic() < deadline
    told = {"format": FORMAT, "teachers": 0, "seats": {"Ada": {"joined": 1, "pace": ["lost"]}}}
    told["seats"]["Ada"]["paced"] = 1
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        snapshots = "classpulse:{BADBAD}:partials"
        client.hset(snapshots, "another", f"{time.time():.6f} {json.dumps(told)}")
        classroom.join(good, "seat", "connection", 1001.0)
        result = classroom.tick(1001.0, 1001.0)
        assert list(result.views) == ["GOODGO"]
        assert isinstance(result.failed["BADBAD"], TypeError) and len(result.failed) == 1
        client.hdel(snapshots, "another")
    result = classroom.tick(1002.0, 1002.0)
    # Shown again, though it is what was shown before: its teachers' pages stood still.
    assert list(result.views) == ["BADBAD"] and result.failed == {}
    classroom.close()


def test_a_class_that_cannot_be_folded_and_has_nobody_left_is_let_go_of(redis_server):
    exchange = RedisExchange(redis_server.url, tick_seconds=2)
    classroom = classroom_with(MemoryStore(), exchange)
    session = classroom.open_class({"title": "Algebra", "mode": "camera"}, 1000.0)
    classroom.watch(session)
    classroom.tick(1000.0, 1000.0)
    told = {"format": FORMAT, "teachers": 0, "seats": {"Ada": {"joined": 1, "hand_name": 1}}}
    told["seats"]["Ada"] |= {"pace": ["lost"], "paced": 1}
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        snapshots = "classpulse:{ABC234}:partials"
        client.hset(snapshots, "another", f"{time.time():.6f} {json.dumps(told)}")
    classroom.look_away(session.code)
    deadline = time.monotonic() + 10
    while classroom.live:
        classroom.tick(1001.0, 1001.0)
        assert time.monotonic() < deadline
    classroom.close()


def test_a_state_that_cannot_be_read_is_begun_anew(redis_server, caplog):
    stores = MemoryStore()
    exchanges = [RedisExchange(redis_server.url, tick_seconds=2) for _ in range(2)]
    first, second = (classroom_with(stores, exchange) for exchange in exchanges)
    session = first.open_class({"title": "Algebra", "mode": "camera"}, 1000.0)
    first.watch(session)
    deadline = time.monotonic() + 10
    while not first.tick(1000.0, 1000.0).views:
        assert time.monotonic() < deadline
    first.close()
    with closing(redis.Redis.from_url(redis_server.url)) as client:
        left = {"format": FORMAT, "room": {"groups": 7}, "alerts": {}}
        client.set("classpulse:{ABC234}:state", json.dumps(left))
    second.watch(session)
    (view,) = second.tick(1001.0, 1001.0).views.values()
    assert view.students == 0 and "a class begins anew" in caplog.text
    second.close()


def test_whoever_watches_a_class_in_which_nothing_changes_is_shown_so():
    lesson = Lesson().goes_on(60)
    viewed = len(lesson.viewed)
    assert lesson.goes_on(60).viewed[viewed:] == []  # nobody watches
    lesson.classroom.watch(lesson.session)
    viewed = lesson.goes_on(60).viewed[viewed:]
    assert len(viewed) >= 6
    assert all(0 < later - one <= 10 for one, later in itertools.pairwise(viewed))


def test_a_process_that_makes_no_views_says_so():
    classroom = classroom_with(MemoryStore(), LocalExchange())
    assert classroom.troubles(1000.0) == {}  # it has not begun yet
    classroom.tick(1000.0, 1000.0)
    assert classroom.troubles(1010.0) == {}
    assert classroom.troubles(1011.0) == {"views": "none was made for 11 s"}
    classroom.tick(1012.0, 1012.0)
    assert classroom.troubles(1013.0) == {}


def test_what_a_tick_heard_before_a_teacher_took_all_down_takes_nothing_down_after_it():
    lesson = Lesson().goes_on(1)
    lesson.classroom.tell("ABC234", "help", lesson.now)
    heard = lesson.classroom.tick(lesson.now, lesson.now).told["ABC234"]
    assert heard.cleared_at("help") == lesson.now
    lesson.now += 0.5
    lesson.classroom.tell("ABC234", "help", lesson.now)
    lesson.classroom.say("ABC234", "seat 0", Help(True, "Ada"), lesson.now + 0.1)
    assert lesson.classroom.hear("ABC234", heard).down == []
    hands = lesson.goes_on(1).view["help"]
    assert [hand["name"] for hand in hands] == ["Ada"]
