"""What survives a restart: classes, their timelines and markers, in a SQL database."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    JSON,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point

_metadata = MetaData()
_classes = Table(
    "classes",
    _metadata,
    Column("code", String(12), primary_key=True),
    Column("title", String(120), nullable=False),
    Column("mode", String(12), nullable=False),
    Column("min_students", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ended_at", Float),
)
_points = Table(
    "points",
    _metadata,
    Column("code", String(12), primary_key=True),
    Column("t", Float, primary_key=True),
    Column("point", JSON, nullable=False),
)
_markers = Table(
    "markers",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(12), nullable=False, index=True),
    Column("t", Float, nullable=False),
    Column("text", String(120), nullable=False),
)


class CodeTaken(Exception):
    """Another class already has this code."""


class ClassStore:
    """Opens the database at once and creates what is missing in it."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        _metadata.create_all(self._engine)

    def add_class(self, session: ClassSession) -> None:
        """Raises CodeTaken."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_classes).values(**vars(session)))
        except IntegrityError as error:
            raise CodeTaken(session.code) from error

    def find_class(self, code: str) -> ClassSession | None:
        """The class with this code, running or ended."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_classes).where(_classes.c.code == code)).first()
        return ClassSession(**row._mapping) if row else None

    def end_class(self, code: str, t: float) -> None:
        """The first end counts."""
        with self._engine.begin() as connection:
            running = (_classes.c.code == code) & _classes.c.ended_at.is_(None)
            connection.execute(update(_classes).where(running).values(ended_at=t))

    def add_points(self, points: Iterable[tuple[str, Point]]) -> None:
        """Keep (code, point) pairs, in one transaction; the newest of the same time counts."""
        rows = {(code, point.t): {"point": point.to_dict()} for code, point in points}
        if not rows:
            return
        keys = tuple_(_points.c.code, _points.c.t)
        with self._engine.begin() as connection:
            connection.execute(delete(_points).where(keys.in_(rows)))
            connection.execute(
                insert(_points), [{"code": code, "t": t, **row} for (code, t), row in rows.items()]
            )

    def points(self, code: str) -> list[Point]:
        """The timeline of a class, oldest first."""
        query = select(_points.c.point).where(_points.c.code == code).order_by(_points.c.t)
        with self._engine.connect() as connection:
            return [Point.from_dict(stored) for stored in connection.execute(query).scalars()]

    def add_marker(self, code: str, marker: Marker) -> None:
        """Keep a marker."""
        with self._engine.begin() as connection:
            connection.execute(insert(_markers).values(code=code, **vars(marker)))

    def markers(self, code: str) -> list[Marker]:
        """The markers of a class, oldest first."""
        query = select(_markers.c.t, _markers.c.text).where(_markers.c.code == code)
        with self._engine.connect() as connection:
            return [Marker(*row) for row in connection.execute(query.order_by(_markers.c.t))]

    def idle_classes(self, since: float) -> list[tuple[str, float]]:
        """Running classes that had nobody in them since: their codes, and when they last had."""
        last_point = func.coalesce(func.max(_points.c.t), _classes.c.created_at)
        query = (
            select(_classes.c.code, last_point)
            .outerjoin(_points, _points.c.code == _classes.c.code)
            .where(_classes.c.ended_at.is_(None), _classes.c.created_at < since)
            .group_by(_classes.c.code)
            .having(last_point < since)
        )
        with self._engine.connect() as connection:
            return [(code, last) for code, last in connection.execute(query)]

    def classes_ended_before(self, t: float) -> list[str]:
        """The codes of the classes that ended at `t` or earlier."""
        query = select(_classes.c.code).where(_classes.c.ended_at <= t)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def delete_class(self, code: str) -> None:
        """Forget everything about a class."""
        with self._engine.begin() as connection:
            for table in (_points, _markers, _classes):
                connection.execute(delete(table).where(table.c.code == code))
