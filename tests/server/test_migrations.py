"""The tables of a database: made, taken over from before there were migrations, and checked."""

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.storage.store import StoreError, open_engine
from tests.live_server import ROOT, free_port, migrate

# What the first versions made of an empty database.
BEFORE_MIGRATIONS = """
CREATE TABLE classes (
    code VARCHAR(12) NOT NULL, title VARCHAR(120) NOT NULL, mode VARCHAR(12) NOT NULL,
    min_students INTEGER NOT NULL, created_at FLOAT NOT NULL, ended_at FLOAT, PRIMARY KEY (code)
);
CREATE TABLE markers (
    id INTEGER NOT NULL, code VARCHAR(12) NOT NULL, t FLOAT NOT NULL, text VARCHAR(120) NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_markers_code ON markers (code);
INSERT INTO classes VALUES ('ABC234', 'Algebra', 'camera', 5, 10.0, NULL);
INSERT INTO markers VALUES (1, 'ABC234', 20.0, 'recursion');
"""
VIEWS = "CREATE TABLE views (code VARCHAR(12), t FLOAT, view JSON, PRIMARY KEY (code, t));"
POINTS = """
CREATE TABLE points (
    code VARCHAR(12) NOT NULL, t FLOAT NOT NULL, point JSON NOT NULL, PRIMARY KEY (code, t)
);
"""


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def empty_database(request, tmp_path):
    """The address of a database without tables."""
    if request.param == "PostgreSQL":
        return request.getfixturevalue("postgres_server").new_database()
    return f"sqlite:///{tmp_path / 'classpulse.db'}"


def alembic(url):
    return Config(toml_file=ROOT / "pyproject.toml", attributes={"url": url})


def execute(url, statements):
    """What the last one of the statements gives."""
    engine = open_engine(url)
    with engine.begin() as connection:
        for statement in statements.strip().removesuffix(";").split(";\n"):
            answer = connection.exec_driver_sql(statement)
        rows = list(answer) if answer.returns_rows else None
    engine.dispose()
    return rows


def test_migrations_make_the_tables_that_the_store_uses(empty_database):
    migrate(empty_database)
    command.check(alembic(empty_database))


def test_all_migrations_can_be_undone_and_made_again(empty_database, open_store):
    migrate(empty_database)
    command.downgrade(alembic(empty_database), "base")
    with pytest.raises(StoreError, match="alembic upgrade head"):
        open_store(empty_database).check()
    open_store(migrate(empty_database)).check()


@pytest.mark.parametrize("more", [VIEWS, VIEWS + POINTS, POINTS], ids=["1", "2", "3"])
def test_a_database_from_before_there_were_migrations_is_taken_over(tmp_path, more, open_store):
    path = tmp_path / "classpulse.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(BEFORE_MIGRATIONS + more)
    url = migrate(f"sqlite:///{path}")
    store = open_store(url)
    store.check()
    assert store.find_class("ABC234") == ClassSession("ABC234", "Algebra", "camera", 5, 10.0)
    assert store.markers("ABC234") == [Marker(20.0, "recursion")]
    point = Point(30.0, 5, 5, {"happy": 1.0}, None, 1.0, None, ())
    store.add_points([("ABC234", point)])
    assert store.points("ABC234") == [point]
    with closing(sqlite3.connect(path)) as connection:
        left = connection.execute("SELECT * FROM sqlite_master WHERE name = 'views'").fetchall()
    assert left == []
    command.check(alembic(url))


# What the release before courses writes: two classes from one place, of which one was deleted.
BEFORE_COURSES = """
INSERT INTO classes (code, title, mode, min_students, created_at, key_number, notes_for_students)
VALUES ('ABC234', 'Algebra', 'camera', 5, 10.0, 3, true);
INSERT INTO links (link, code) VALUES ('one place', 'ABC234'), ('another', 'GONE22');
"""


def test_a_place_in_a_platform_is_a_course_from_now_on(empty_database, open_store):
    command.upgrade(alembic(empty_database), "0005")
    execute(empty_database, BEFORE_COURSES)
    store = open_store(migrate(empty_database))
    course = store.course_at("one place")
    assert (course.title, course.mode, course.used_at) == ("Algebra", "camera", 10.0)
    assert (course.lesson, course.min_students) == ("ABC234", None)
    session = store.find_class("ABC234")
    assert (session.course, session.key_number) == (course.code, 3)
    assert store.course_at("another") is None
    store.add_class(
        ClassSession("XYZ234", "Algebra", "camera", 5, 20.0, course=course.code), "ABC234"
    )
    assert store.course_at("one place").lesson == "XYZ234"


def test_the_release_before_courses_goes_on_beside_this_one(empty_database, open_store):
    store = open_store(migrate(empty_database))
    execute(empty_database, BEFORE_COURSES)
    session = store.find_class("ABC234")
    assert (session.course, session.qna, session.simulated) == (None, False, False)
    store.delete_class("ABC234")
    assert execute(empty_database, "SELECT code FROM links") == [("GONE22",)]


def test_a_database_without_the_newest_tables_is_told(empty_database, open_store):
    store = open_store(empty_database)
    with pytest.raises(StoreError, match="alembic upgrade head"):
        store.check()
    migrate(empty_database)
    store.check()


def test_the_tables_of_the_next_release_are_no_trouble(tmp_path, open_store):
    url = migrate(f"sqlite:///{tmp_path / 'classpulse.db'}")
    with closing(sqlite3.connect(tmp_path / "classpulse.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    open_store(url).check()


def test_a_migration_says_in_one_line_what_it_cannot_reach():
    for url in (f"postgres://postgres@127.0.0.1:{free_port()}/x", "sqlite:////nowhere/at/all/x.db"):
        with pytest.raises(CommandError):
            migrate(url)
