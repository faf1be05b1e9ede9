"""What the store gives back, and what it says of a database that is in trouble."""

import itertools
import resource
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import psycopg
import pytest
import requests

from server.domain.session import ClassSession, Course, Marker
from server.domain.timeline import Point
from server.domain.view import Alert
from server.storage.store import CodeTaken, LessonTaken, StoreError
from tests.conftest import SERVE_QUICKLY
from tests.live_server import free_port, migrate
from tests.memory_store import MemoryStore


def point(t, students=5, alerts=()):
    return Point(t, students, 5, {"happy": 1.0}, None, 1.0, None, alerts)


@pytest.fixture(params=["SQLite", "PostgreSQL", "memory"])
def store(request, tmp_path, open_store):
    if request.param == "memory":
        return MemoryStore()
    if request.param == "PostgreSQL":
        return open_store(request.getfixturevalue("postgres_server").url)
    return open_store(migrate(f"sqlite:///{tmp_path / 'classpulse.db'}"))


def add_classes(store, *codes):
    for code in codes:
        store.add_class(ClassSession(code, "Algebra", "camera", 5, 10.0))


def test_a_class_is_found_as_it_was_opened_and_ends_once(store):
    session = ClassSession("ABC234", "Algebra", "camera", 5, 10.0)
    store.add_class(session)
    assert store.find_class("ABC234") == session
    assert store.find_class("XYZ234") is None
    store.end_class("ABC234", 20.0)
    store.end_class("ABC234", 30.0)
    assert store.find_class("ABC234").ended_at == 20.0


def test_a_code_is_given_once(store):
    store.add_class(ClassSession("ABC234", "Algebra", "camera", 5, 10.0))
    with pytest.raises(CodeTaken):
        store.add_class(ClassSession("ABC234", "Geometry", "camera", 5, 11.0))
    assert store.find_class("ABC234").title == "Algebra"


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request, tmp_path, open_store):
    """A store that knows courses, too."""
    if request.param == "PostgreSQL":
        return open_store(request.getfixturevalue("postgres_server").url)
    return open_store(migrate(f"sqlite:///{tmp_path / 'classpulse.db'}"))


def course(code="CRS234", **about):
    return Course(code, "Algebra", "camera", None, 10.0, 10.0, **about)


def lesson(code, t=20.0, of="CRS234"):
    return ClassSession(code, "Algebra", "camera", 5, t, course=of)


def test_a_course_is_found_by_its_code_and_by_its_place(database):
    made = course(link="a" * 64, notes_for_students=True, qna=True)
    database.add_course(made)
    assert database.find_course("CRS234") == database.course_at("a" * 64) == made
    assert (database.find_course("XYZ234"), database.course_at("b" * 64)) == (None, None)
    database.describe_course("CRS234", "Geometry", "self-report")
    described = database.find_course("CRS234")
    assert (described.title, described.mode) == ("Geometry", "self-report")


def test_a_code_is_a_classs_or_a_courses_and_a_place_one_courses(database):
    database.add_course(course(link="a" * 64))
    add_classes(database, "ABC234")
    for taken in (course(), course("ABC234"), course("XYZ234", link="a" * 64)):
        with pytest.raises(CodeTaken):
            database.add_course(taken)
    with pytest.raises(CodeTaken):
        add_classes(database, "CRS234")
    assert database.find_class("CRS234") is None and database.find_course("ABC234") is None
    assert database.find_course("XYZ234") is None


def test_of_two_lessons_that_follow_the_same_one_only_the_first_begins(database):
    database.add_course(course())
    database.add_class(lesson("ABC234"))
    with pytest.raises(LessonTaken):
        database.add_class(lesson("DEF234"))
    assert database.find_class("DEF234") is None
    database.add_class(lesson("XYZ234", t=30.0), over="ABC234")
    with pytest.raises(LessonTaken):
        database.add_class(lesson("DEF234"), over="ABC234")
    now = database.find_course("CRS234")
    assert (now.lesson, now.used_at) == ("XYZ234", 30.0)
    with pytest.raises(LessonTaken):
        database.add_class(lesson("DEF234", of="NOSUCH"))


def test_lessons_come_newest_first_and_a_few_at_a_time(database):
    database.add_course(course())
    codes = ["FIRST2", "SECND2", "THIRD2"]
    for over, (t, code) in zip([None, *codes], enumerate(codes), strict=False):
        database.add_class(lesson(code, t=float(t)), over=over)
    add_classes(database, "ABC234")

    def found(before=100.0, most=None):
        return [each.code for each in database.lessons("CRS234", before, most)]

    assert found() == ["THIRD2", "SECND2", "FIRST2"]
    assert found(most=2) == ["THIRD2", "SECND2"]
    assert found(before=2.0) == ["SECND2", "FIRST2"]


def test_a_renewed_key_of_a_course_is_one_of_its_lessons_too(database):
    database.add_course(course())
    database.add_class(lesson("ABC234"))
    add_classes(database, "XYZ234")
    assert database.renew_course_key("CRS234") == 1
    assert database.find_course("CRS234").key_number == 1
    assert database.key_numbers(["ABC234", "XYZ234"]) == {"ABC234": 1, "XYZ234": 0}


def test_a_deleted_course_leaves_nothing_of_its_lessons_and_others_alone(database):
    for code in ("CRS234", "CRS567"):
        database.add_course(course(code))
    database.add_class(lesson("ABC234"))
    database.add_class(lesson("XYZ234", of="CRS567"))
    for code in ("ABC234", "XYZ234"):
        database.add_points([(code, point(20.0))])
        database.add_marker(code, Marker(20.0, "recursion"))
    database.delete_course("CRS234")
    assert database.find_course("CRS234") is None and database.find_class("ABC234") is None
    assert (database.points("ABC234"), database.markers("ABC234")) == ([], [])
    assert database.find_course("CRS567") and database.points("XYZ234")
    with pytest.raises(LessonTaken):  # of a teacher who had it open still
        database.add_class(lesson("DEF234"), over="ABC234")


def test_a_course_goes_when_it_has_no_lesson_and_had_none_for_long(database):
    for code, created in [("UNUSED", 10.0), ("TAUGHT", 10.0), ("HASONE", 10.0), ("NEWNEW", 90.0)]:
        database.add_course(Course(code, "Algebra", "camera", None, created, created))
    database.add_class(lesson("ABC234", t=60.0, of="TAUGHT"))
    database.delete_class("ABC234")
    database.add_class(lesson("XYZ234", t=20.0, of="HASONE"))
    database.delete_courses_unused_since(50.0)
    left = {code for code in ("UNUSED", "TAUGHT", "HASONE", "NEWNEW") if database.find_course(code)}
    assert left == {"TAUGHT", "HASONE", "NEWNEW"}


def test_points_come_back_as_they_were_in_order(store):
    add_classes(store, "ABC234", "XYZ234")
    first = point(10.0, alerts=(Alert("many_lost", 12.0, "About 4 of 10."),))
    store.add_points([("ABC234", point(20.0)), ("ABC234", first), ("XYZ234", point(15.0))])
    store.add_points([])
    assert store.points("ABC234") == [first, point(20.0)]


def test_of_two_points_of_the_same_time_the_first_stays(store):
    add_classes(store, "ABC234", "XYZ234")
    store.add_points([("ABC234", point(10.0, students=5))])
    store.add_points([("ABC234", point(10.0, students=6)), ("XYZ234", point(10.0))])
    assert store.points("ABC234") == [point(10.0, students=5)]
    assert store.points("XYZ234") == [point(10.0)]


def test_a_class_is_idle_when_its_students_left_long_ago_or_never_came(store):
    for code, opened, points in [
        ("NEWNEW", 100.0, []),
        ("UNUSED", 10.0, []),
        ("WAITED", 4.0, []),
        ("LONGER", 10.0, [20.0, 110.0]),
        ("FORGOT", 10.0, [20.0, 30.0]),
        ("ENDEND", 10.0, [20.0]),
    ]:
        store.add_class(ClassSession(code, "Algebra", "camera", 5, opened))
        store.add_points((code, point(t)) for t in points)
    store.end_class("ENDEND", 40.0)
    assert sorted(store.idle_classes(left=50.0, unused=5.0)) == [("FORGOT", 30.0), ("WAITED", 4.0)]


def test_simulated_classes_are_found_by_their_age_running_or_ended(store):
    for code, opened, simulated in [
        ("RUNRUN", 10.0, True),
        ("ENDEND", 20.0, True),
        ("NEWNEW", 20.1, True),
        ("REALRL", 10.0, False),
    ]:
        store.add_class(ClassSession(code, "Algebra", "camera", 5, opened, simulated=simulated))
    store.end_class("ENDEND", 20.0)
    assert sorted(store.simulated_before(20.0)) == ["ENDEND", "RUNRUN"]


def test_a_deleted_class_leaves_nothing_and_others_alone(store):
    for code in ("ABC234", "XYZ234"):
        store.add_class(ClassSession(code, "Algebra", "camera", 5, 10.0))
        store.add_points([(code, point(20.0))])
        store.add_marker(code, Marker(20.0, "recursion"))
        store.end_class(code, 30.0)
    assert sorted(store.classes_ended_before(30.0)) == ["ABC234", "XYZ234"]
    assert store.classes_ended_before(29.0) == []
    store.delete_class("ABC234")
    assert store.find_class("ABC234") is None
    assert (store.points("ABC234"), store.markers("ABC234")) == ([], [])
    assert store.find_class("XYZ234") and store.points("XYZ234") and store.markers("XYZ234")


def test_a_marker_is_changed_and_deleted_by_its_time(store):
    add_classes(store, "ABC234", "XYZ234")
    for code in ("ABC234", "XYZ234"):
        store.add_marker(code, Marker(20.1, "recursion"))
    assert store.rewrite_marker("ABC234", Marker(20.1, "loops"))
    assert not store.rewrite_marker("ABC234", Marker(20.2, "loops"))
    assert not store.rewrite_marker("DEF234", Marker(20.1, "loops"))
    assert store.markers("ABC234") == [Marker(20.1, "loops")]
    assert store.delete_marker("ABC234", 20.1)
    assert not store.delete_marker("ABC234", 20.1)
    assert not store.rewrite_marker("ABC234", Marker(20.1, "again"))
    assert store.markers("ABC234") == []
    assert store.markers("XYZ234") == [Marker(20.1, "recursion")]


def test_markers_are_those_of_the_class_in_order(store):
    add_classes(store, "ABC234", "XYZ234")
    for code, t, text in [
        ("ABC234", 2.0, "later"),
        ("ABC234", 1.0, "first"),
        ("XYZ234", 1.5, "no"),
    ]:
        store.add_marker(code, Marker(t, text))
    assert store.markers("ABC234") == [Marker(1.0, "first"), Marker(2.0, "later")]


def test_a_write_whose_answer_was_lost_can_be_repeated(store):
    add_classes(store, "ABC234", "XYZ234")
    for _ in range(2):
        store.add_points([("ABC234", point(10.0)), ("XYZ234", point(10.0))])
        store.add_marker("ABC234", Marker(1.0, "recursion"))
        store.end_class("ABC234", 20.0)
        store.delete_class("XYZ234")
    assert store.points("ABC234") == [point(10.0)]
    assert store.markers("ABC234") == [Marker(1.0, "recursion")]
    assert store.find_class("ABC234").ended_at == 20.0
    assert (store.find_class("XYZ234"), store.points("XYZ234")) == (None, [])


def test_what_is_saved_after_a_class_was_deleted_is_dropped(store):
    add_classes(store, "ABC234", "XYZ234")
    store.delete_class("XYZ234")
    store.add_points([("XYZ234", point(10.0)), ("ABC234", point(10.0))])
    store.add_marker("XYZ234", Marker(1.0, "recursion"))
    assert (store.points("XYZ234"), store.markers("XYZ234")) == ([], [])
    assert store.points("ABC234") == [point(10.0)]


def test_words_come_back_as_they_were_typed(store):
    title = "Größe 𝄞 'x' \"y\" %s :code " + "ま" * 90
    store.add_class(ClassSession("ABC234", title, "camera", 5, 1763900000.123456))
    store.add_marker("ABC234", Marker(1763900001.654321, title))
    assert store.find_class("ABC234").title == title
    assert store.find_class("ABC234").created_at == 1763900000.123456
    assert store.markers("ABC234") == [Marker(1763900001.654321, title)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://root@localhost/classpulse",
        "sqlite:////nowhere/at/all/classpulse.db",
    ],
)
def test_an_address_that_cannot_be_used_is_one_clear_error(url, open_store):
    with pytest.raises(StoreError, match="DATABASE_URL"):
        open_store(url)


def test_a_database_that_nobody_can_reach_is_one_clear_error(tmp_path, open_store):
    for url in (
        f"postgres://postgres@localhost:{free_port()}/classpulse",
        "postgres://postgres@nowhere.invalid/classpulse",
        f"sqlite:///{tmp_path}",
    ):
        store = open_store(url)
        with pytest.raises(StoreError):
            store.check()
        with pytest.raises(StoreError):
            store.add_points([("ABC234", point(10.0))])


def test_a_postgresql_that_was_killed_is_used_again_when_it_is_back(postgres_server, open_store):
    store = open_store(postgres_server.url)
    add_classes(store, "ABC234")
    postgres_server.kill()
    for _ in range(2):
        with pytest.raises(StoreError):
            store.find_class("ABC234")
    postgres_server.start()
    store.check()
    assert store.find_class("ABC234")
    postgres_server.stop()
    postgres_server.start()
    store.add_points([("ABC234", point(10.0))])
    assert store.points("ABC234") == [point(10.0)]


def test_a_postgresql_that_says_nothing_holds_nobody_up_for_long(start_server, postgres_server):
    server = start_server(SERVE_QUICKLY, DATABASE_URL=postgres_server.url)
    code = server.open_class()["code"]
    page = f"{server.url}/c/{code}"
    postgres_server.pause()
    for _ in range(2):
        assert requests.get(page, timeout=10).status_code == 503
        asked = {"title": "Algebra", "mode": "camera"}
        assert requests.post(f"{server.url}/api/classes", json=asked, timeout=10).status_code == 503
    assert "pages.student" in server.log() and code not in server.log()
    postgres_server.resume()
    assert requests.get(page, timeout=10).status_code == 200
    server.open_class()


def test_one_slow_query_holds_up_nobody_else(start_server, postgres_server):
    server = start_server(DATABASE_URL=postgres_server.url)
    code = server.open_class()["code"]
    with psycopg.connect(postgres_server.url) as connection:
        connection.execute("LOCK TABLE classes")
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(requests.get, f"{server.url}/c/{code}", timeout=10)
            blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while not connection.execute(blocked).fetchone()[0]:
                pass
            assert requests.get(f"{server.url}/healthz", timeout=10).status_code == 200
            assert not waiting.done()
            connection.rollback()
            assert waiting.result().status_code == 200


@contextmanager
def files_that_cannot_grow_beyond(size):
    """Writes beyond so many bytes fail, as on a disk that is full."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def test_on_a_full_disk_nothing_that_was_saved_is_lost(tmp_path, open_store):
    url = migrate(f"sqlite:///{tmp_path / 'classpulse.db'}")
    store = open_store(url)
    add_classes(store, "ABC234")
    saved = []
    with files_that_cannot_grow_beyond(200_000), pytest.raises(StoreError):
        for t in itertools.count(1.0):
            store.add_points([("ABC234", point(t))])
            saved.append(point(t))
    assert saved and store.points("ABC234") == saved
    assert open_store(url).points("ABC234") == saved
    store.add_points([("ABC234", point(0.0))])
    assert store.points("ABC234") == [point(0.0), *saved]


def test_a_locked_database_is_told_and_used_again_when_it_is_free(tmp_path, open_store):
    store = open_store(migrate(f"sqlite:///{tmp_path / 'classpulse.db'}"))
    with closing(sqlite3.connect(tmp_path / "classpulse.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            add_classes(store, "ABC234")
        assert store.find_class("ABC234") is None
    add_classes(store, "ABC234")
    assert store.find_class("ABC234")


def test_a_lesson_of_a_course_is_idle_when_its_students_left(database):
    for of, code, points in [
        ("COURSE", "LESSON", [20.0, 30.0]),
        ("OTHERS", "GOESON", [20.0, 110.0]),
        ("THIRDS", "WAITED", []),
    ]:
        database.add_course(course(of))
        database.add_class(ClassSession(code, "Algebra", "camera", 5, 10.0, course=of))
        database.add_points((code, point(t)) for t in points)
    database.add_class(ClassSession("NONONE", "Algebra", "camera", 5, 10.0))
    database.add_points([("NONONE", point(20.0))])
    assert database.idle_lessons(left=50.0) == [("LESSON", 30.0)]
    database.end_class("LESSON", 40.0)
    assert database.idle_lessons(left=50.0) == []
