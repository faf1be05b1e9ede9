"""What survives a restart: courses, classes, timelines and markers, in a SQL database."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
from alembic.script import ScriptDirectory
from gevent import Timeout
from psycopg.conninfo import make_conninfo
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    case,
    create_engine,
    delete,
    event,
    false,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from server.domain.messages import MAX_TEXT
from server.domain.session import ClassSession, Course, Marker
from server.domain.timeline import Point

MIGRATIONS = Path(__file__).with_name("migrations")
PATIENCE = 3.0  # seconds for an answer of the database
GOODBYE = 0.5  # seconds before we give up in which the database does, on a busy machine as well
SETTLING = 5.0  # seconds after the end of a class in which all processes write what they have of it
_POSTGRES = {
    "pool_pre_ping": True,  # connections that died are noticed before they are used
    "pool_size": 5,  # connections of this process, of the 20 that Heroku's smallest plan has
    "max_overflow": 0,
    "pool_timeout": PATIENCE,
    "connect_args": {
        "connect_timeout": int(PATIENCE),
        # PgBouncer gives each transaction another connection, which knows of no statement that was
        # prepared, or of another one by its name.
        "prepare_threshold": None,
    },
    "hide_parameters": True,  # from logs: they are codes of classes, and notes
}
_SQLITE = {
    "connect_args": {"timeout": 1.0},  # seconds for which a lock holds up the whole process
    "hide_parameters": True,
}
# That know of conflicts.
INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}

metadata = MetaData()
_classes = Table(
    "classes",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("title", String(MAX_TEXT), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("min_students", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("key_number", Integer, nullable=False, server_default="0"),
    Column("notes_for_students", Boolean, nullable=False, server_default=false()),
    Column("qna", Boolean, nullable=False, server_default=false()),
    Column("simulated", Boolean, nullable=False, server_default=false()),
    Column("course", String(12), index=True),
)
_points = Table(
    "points",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("t", Float, primary_key=True),
    Column("point", JSON, nullable=False),
)
_markers = Table(
    "markers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(12), nullable=False, index=True),
    Column("t", Float, nullable=False),
    Column("text", String(MAX_TEXT), nullable=False),
)
_due_reports = Table(
    "due_reports",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("due", Float, nullable=False, index=True),
)

# Of the release before courses, which serves beside this one while it is rolled out.
_links = Table(
    "links",
    metadata,
    Column("link", String(64), primary_key=True),
    Column("code", String(12), nullable=False),
)
_courses = Table(
    "courses",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("title", String(MAX_TEXT), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("min_students", Integer),
    Column("notes_for_students", Boolean, nullable=False, server_default=false()),
    Column("qna", Boolean, nullable=False, server_default=false()),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float, nullable=False),
    Column("key_number", Integer, nullable=False, server_default="0"),
    Column("link", String(64), unique=True),  # the hash of a place in a learning platform
    Column("lesson", String(12)),  # the code of the newest class
)


class CodeTaken(Exception):
    """Another class or course already has this code, or another course this link."""


class LessonTaken(Exception):
    """Another class is the newest of the course already, or the course is gone."""


class StoreError(Exception):
    """The database cannot be used now: away, full, locked, or not migrated."""


def open_engine(url: str) -> Engine:
    """The database that a DATABASE_URL names; nothing connects yet. Raises StoreError."""
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):  # the first is how Heroku says it
            engine = create_engine(parsed.set(drivername="postgresql+psycopg"), **_POSTGRES)
            engine.dialect.create_connect_args(engine.url)
            make_conninfo(**dict.fromkeys(parsed.query, ""))  # knows which options there are
            return engine
        if parsed.drivername != "sqlite":
            raise StoreError("DATABASE_URL must begin with sqlite:// or postgres://")
        engine = create_engine(parsed, **_SQLITE)
        engine.dialect.create_connect_args(parsed)
    except (SQLAlchemyError, ValueError, psycopg.Error):
        # Not in their own words, in which there may be a piece of a password.
        raise StoreError(
            "DATABASE_URL cannot be used: it must be sqlite:///file or "
            "postgres://user:password@host:port/database, with %XX for what is no letter or digit "
            "in a password"
        ) from None
    _check_file(parsed.database)
    event.listen(engine, "connect", _set_sqlite_up)
    return engine


def _check_file(name: str | None) -> None:
    """Raises StoreError for a file of SQLite that nobody can write, as on a read-only disk."""
    if name in (None, "", ":memory:"):
        raise StoreError("DATABASE_URL must name a file: what is in memory is no other process's")
    file = Path(str(name))
    if not file.parent.is_dir():
        raise StoreError(f"DATABASE_URL names a folder that does not exist: {file.parent}")
    # The folder, too: SQLite makes files beside its own.
    if any(path.exists() and not os.access(path, os.W_OK) for path in (file.parent, file)):
        raise StoreError(
            f"DATABASE_URL names a file that cannot be written: {file}. Mount a folder for it that "
            "can be, or use PostgreSQL"
        )


@contextmanager
def one_error() -> Iterator[None]:
    """Whatever is wrong with the database is a StoreError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreError(str(getattr(error, "orig", None) or error)) from error


def _set_sqlite_up(connection: sqlite3.Connection, _record: object) -> None:
    # A write waits for no disk: a killed process loses nothing by it, a power cut seconds.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


class ClassStore:
    """Each method raises StoreError when the database cannot be used, after PATIENCE at the latest.

    All writes may be repeated: what is there already stays as it is.

    sends_reports: the report of each class that ends has to be sent.
    """

    def __init__(self, url: str, sends_reports: bool = False) -> None:
        self._engine = open_engine(url)
        self._sends_reports = sends_reports
        revisions = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
        _newest, *self._too_old = (each.revision for each in revisions)

    def close(self) -> None:
        """Leave the database; whatever is asked for later connects anew."""
        self._engine.dispose()

    def check(self) -> None:
        """Raises StoreError unless the database answers and has at least this code's tables.

        Newer ones are well: while a release goes on, the code before it serves with them.
        """
        with self._transaction() as connection:
            has_any = inspect(connection).has_table("alembic_version")
            revision = has_any and connection.scalar(
                text("SELECT version_num FROM alembic_version")
            )
        if not revision or revision in self._too_old:
            raise StoreError(
                "the database's tables are not those of this code: alembic upgrade head"
            )

    def add_class(self, session: ClassSession, over: str | None = None) -> None:
        """Add a class; if it is of a course, as the newest one after the class `over`.

        Raises CodeTaken if the code is taken, and LessonTaken if the newest one of the course is
        another; then nothing is added.
        """
        with self._transaction() as connection:
            _add(connection, _classes, session, unless=_courses)
            if session.course is None:
                return
            newest = _courses.c.lesson.is_not_distinct_from(over)
            moved = update(_courses).where(_courses.c.code == session.course, newest)
            now = {"lesson": session.code, "used_at": session.created_at}
            if not connection.execute(moved.values(now)).rowcount:
                raise LessonTaken(session.course)

    def add_course(self, course: Course) -> None:
        """Add a course. Raises CodeTaken if its code or its link is taken."""
        with self._transaction() as connection:
            _add(connection, _courses, course, unless=_classes)

    def find_course(self, code: str) -> Course | None:
        """The course with this code."""
        return self._course(_courses.c.code == code)

    def course_at(self, link: str) -> Course | None:
        """The course at a place in a learning platform."""
        return self._course(_courses.c.link == link)

    def _course(self, which: ColumnElement[bool]) -> Course | None:
        with self._transaction() as connection:
            row = connection.execute(select(_courses).where(which)).first()
        return Course(**row._mapping) if row else None

    def describe_course(self, code: str, title: str, mode: str) -> None:
        """From now on its lessons are called so, and take place so."""
        with self._transaction() as connection:
            of_it = update(_courses).where(_courses.c.code == code)
            connection.execute(of_it.values(title=title, mode=mode))

    def lessons(self, course: str, before: float, most: int | None) -> list[ClassSession]:
        """The classes of a course that were opened before a time, newest first."""
        query = select(_classes).where(_classes.c.course == course, _classes.c.created_at < before)
        newest_first = query.order_by(_classes.c.created_at.desc()).limit(most)
        with self._transaction() as connection:
            return [ClassSession(**row._mapping) for row in connection.execute(newest_first)]

    def delete_course(self, code: str) -> None:
        """Forget a course, and everything about its classes."""
        with self._transaction() as connection:
            connection.execute(delete(_courses).where(_courses.c.code == code))
            lessons = select(_classes.c.code).where(_classes.c.course == code)
            for lesson in connection.execute(lessons).scalars().all():
                _delete_class(connection, lesson)

    def delete_courses_unused_since(self, t: float) -> None:
        """Forget the courses that have no class and were last used before a time."""
        with_classes = select(_classes.c.course).where(_classes.c.course.is_not(None))
        unused = (_courses.c.used_at < t) & _courses.c.code.not_in(with_classes)
        with self._transaction() as connection:
            connection.execute(delete(_courses).where(unused))

    def find_class(self, code: str) -> ClassSession | None:
        """The class with this code, running or ended."""
        with self._transaction() as connection:
            row = connection.execute(select(_classes).where(_classes.c.code == code)).first()
        return ClassSession(**row._mapping) if row else None

    def renew_key(self, code: str) -> int:
        """The key number of a class, which is another one from now on."""
        with self._transaction() as connection:
            return _renew_key(connection, _classes, code)

    def renew_course_key(self, code: str) -> int:
        """The same of a course; and its classes have other ones, too."""
        with self._transaction() as connection:
            more = {"key_number": _classes.c.key_number + 1}
            connection.execute(update(_classes).where(_classes.c.course == code).values(more))
            return _renew_key(connection, _courses, code)

    def key_numbers(self, codes: Collection[str]) -> dict[str, int]:
        """The key number of each of these classes that there is."""
        columns = _classes.c.code, _classes.c.key_number
        with self._transaction() as connection:
            rows = connection.execute(select(*columns).where(_classes.c.code.in_(codes))).all()
        return {code: number for code, number in rows}

    def end_class(self, code: str, t: float) -> None:
        """The first end counts. The report of a simulated class is never due."""
        with self._transaction() as connection:
            running = (_classes.c.code == code) & _classes.c.ended_at.is_(None)
            ended = connection.execute(update(_classes).where(running).values(ended_at=t))
            if ended.rowcount and self._sends_reports:
                real = select(_classes.c.code, literal(t + SETTLING)).where(
                    _classes.c.code == code, ~_classes.c.simulated
                )
                connection.execute(insert(_due_reports).from_select(["code", "due"], real))

    def claim_due_report(self, now: float, until: float) -> str | None:
        """The class whose report has been due for longest, which then is due again at `until`."""
        due = _due_reports.c.due
        longest = select(_due_reports).where(due <= now).order_by(due).limit(1)
        with self._transaction() as connection:
            while row := connection.execute(longest).first():
                same = (_due_reports.c.code == row.code) & (due == row.due)
                claim = update(_due_reports).where(same).values(due=until)
                if connection.execute(claim).rowcount:  # else another process was faster
                    return str(row.code)
        return None

    def put_off_due_report(self, code: str, until: float) -> None:
        """It is due again at `until`."""
        of_it = _due_reports.c.code == code
        with self._transaction() as connection:
            connection.execute(update(_due_reports).where(of_it).values(due=until))

    def forget_due_report(self, code: str) -> None:
        """It was sent, or never will be."""
        with self._transaction() as connection:
            connection.execute(delete(_due_reports).where(_due_reports.c.code == code))

    def add_points(self, points: Iterable[tuple[str, Point]]) -> None:
        """Keep (code, point) pairs, in one transaction; of two of the same time the first stays.

        Of classes that were deleted nothing is kept any more.
        """
        points = list(points)
        with self._transaction() as connection:
            there = _not_deleted(connection, {code for code, _ in points})
            rows = [
                {"code": code, "t": point.t, "point": point.to_dict()}
                for code, point in points
                if code in there
            ]
            if rows:
                new = INSERTS[connection.dialect.name](_points).on_conflict_do_nothing()
                connection.execute(new, rows)

    def points(self, code: str) -> list[Point]:
        """The timeline of a class, oldest first."""
        query = select(_points.c.point).where(_points.c.code == code).order_by(_points.c.t)
        with self._transaction() as connection:
            return [Point.from_dict(stored) for stored in connection.execute(query).scalars()]

    def add_marker(self, code: str, marker: Marker) -> None:
        """Keep a marker, unless the class was deleted."""
        same = (_markers.c.code == code) & (_markers.c.t == marker.t)
        with self._transaction() as connection:
            if _not_deleted(connection, {code}):
                connection.execute(delete(_markers).where(same & (_markers.c.text == marker.text)))
                connection.execute(insert(_markers).values(code=code, **vars(marker)))

    def rewrite_marker(self, code: str, marker: Marker) -> bool:
        """Give the marker of this time another text; whether there is one."""
        of_it = (_markers.c.code == code) & (_markers.c.t == marker.t)
        with self._transaction() as connection:
            change = update(_markers).where(of_it).values(text=marker.text)
            return connection.execute(change).rowcount > 0

    def delete_marker(self, code: str, t: float) -> bool:
        """Forget the marker of this time; whether there was one."""
        of_it = (_markers.c.code == code) & (_markers.c.t == t)
        with self._transaction() as connection:
            return connection.execute(delete(_markers).where(of_it)).rowcount > 0

    def markers(self, code: str) -> list[Marker]:
        """The markers of a class, oldest first."""
        query = select(_markers.c.t, _markers.c.text).where(_markers.c.code == code)
        with self._transaction() as connection:
            return [Marker(*row) for row in connection.execute(query.order_by(_markers.c.t))]

    def idle_classes(self, left: float, unused: float) -> list[tuple[str, float]]:
        """Running classes whose students left before a time, and when they had the last of them.

        Those that never had any, and were opened before `unused`, are among them.
        """
        last_point = func.max(_points.c.t)
        is_idle = case(
            (last_point.is_(None), _classes.c.created_at < unused), else_=last_point < left
        )
        query = (
            select(_classes.c.code, func.coalesce(last_point, _classes.c.created_at))
            .outerjoin(_points, _points.c.code == _classes.c.code)
            .where(_classes.c.ended_at.is_(None), _classes.c.created_at < left)
            .group_by(_classes.c.code)
            .having(is_idle)
        )
        with self._transaction() as connection:
            return [(code, last) for code, last in connection.execute(query)]

    def idle_lessons(self, left: float) -> list[tuple[str, float]]:
        """The same of those in courses that had students."""
        last_point = func.max(_points.c.t)
        query = (
            select(_classes.c.code, last_point)
            .join(_points, _points.c.code == _classes.c.code)
            .where(_classes.c.ended_at.is_(None), _classes.c.course.is_not(None))
            .group_by(_classes.c.code)
            .having(last_point < left)
        )
        with self._transaction() as connection:
            return [(code, last) for code, last in connection.execute(query)]

    def classes_ended_before(self, t: float) -> list[str]:
        """The codes of the classes that ended at `t` or earlier, and whose reports are not due."""
        are_due = select(_due_reports.c.code)
        query = select(_classes.c.code).where(
            _classes.c.ended_at <= t, _classes.c.code.not_in(are_due)
        )
        with self._transaction() as connection:
            return list(connection.execute(query).scalars())

    def simulated_before(self, t: float) -> list[str]:
        """The codes of the simulated classes that were opened at `t` or earlier."""
        query = select(_classes.c.code).where(_classes.c.simulated, _classes.c.created_at <= t)
        with self._transaction() as connection:
            return list(connection.execute(query).scalars())

    def delete_class(self, code: str) -> None:
        """Forget everything about a class."""
        with self._transaction() as connection:
            _delete_class(connection, code)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        timeout, began = Timeout(PATIENCE), monotonic()
        try:
            # A connection whose statement a Timeout interrupts is invalidated by SQLAlchemy: the
            # pool never hands out one that still waits for an answer.
            with one_error(), timeout, self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    _limit(connection, began + PATIENCE - GOODBYE - monotonic())
                yield connection
        except (Timeout, StoreError) as error:
            if error is not timeout and monotonic() < began + PATIENCE:
                raise
            raise StoreError("the database does not answer") from error


def _limit(connection: Connection, seconds: float) -> None:
    """Have PostgreSQL end a statement of this transaction by itself, as for a locked table.

    Where we alone gave up, its end of the connection would go on waiting, beside a new one.
    """
    milliseconds = max(1, int(1000 * seconds))
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")


def _add(connection: Connection, table: Table, added: ClassSession | Course, unless: Table) -> None:
    """Add a row, unless the other table has its code. Raises CodeTaken."""
    if connection.scalar(select(unless.c.code).where(unless.c.code == added.code)):
        raise CodeTaken(added.code)
    try:
        connection.execute(insert(table).values(**vars(added)))
    except IntegrityError as error:
        raise CodeTaken(added.code) from error


def _renew_key(connection: Connection, table: Table, code: str) -> int:
    of_it = table.c.code == code
    more = {"key_number": table.c.key_number + 1}
    connection.execute(update(table).where(of_it).values(more))
    return connection.scalar(select(table.c.key_number).where(of_it)) or 0


def _delete_class(connection: Connection, code: str) -> None:
    # The class first: whoever adds to it waits for us, or we for them (_not_deleted).
    for table in (_classes, _points, _markers, _due_reports, _links):
        connection.execute(delete(table).where(table.c.code == code))


def _not_deleted(connection: Connection, codes: set[str]) -> set[str]:
    """Those of the codes whose class is there, and will be until the transaction ends."""
    query = select(_classes.c.code).where(_classes.c.code.in_(codes))
    return set(connection.execute(query.with_for_update(read=True, key_share=True)).scalars())
