"""What survives a restart: classes, their views and their markers, in a SQL database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    JSON,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

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
_views = Table(
    "views",
    _metadata,
    Column("code", String(12), primary_key=True),
    Column("t", Float, primary_key=True),
    Column("view", JSON, nullable=False),
)
_markers = Table(
    "markers",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(12), nullable=False, index=True),
    Column("t", Float, nullable=False),
    Column("text", String(120), nullable=False),
)


@dataclass(frozen=True)
class ClassSession:
    """One class; times in seconds since the epoch."""

    code: str
    title: str
    mode: str
    min_students: int
    created_at: float
    ended_at: float | None = None


@dataclass(frozen=True)
class Marker:
    """The teacher's note at a moment of the class."""

    t: float
    text: str


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

    def add_views(self, views: Iterable[tuple[str, Mapping]]) -> None:
        """Keep (code, view message) pairs, in one transaction."""
        rows = [{"code": code, "t": view["t"], "view": view} for code, view in views]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(_views), rows)

    def views(self, code: str, since: float) -> list[dict]:
        """The view messages of a class from the one in force at `since` on, oldest first."""
        in_force = select(func.max(_views.c.t)).where(_views.c.code == code, _views.c.t <= since)
        start = func.coalesce(in_force.scalar_subquery(), since)
        query = select(_views.c.view).where(_views.c.code == code, _views.c.t >= start)
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(_views.c.t)).scalars())

    def add_marker(self, code: str, marker: Marker) -> None:
        """Keep a marker."""
        with self._engine.begin() as connection:
            connection.execute(insert(_markers).values(code=code, **vars(marker)))

    def markers(self, code: str, since: float) -> list[Marker]:
        """The markers of a class from `since` on, oldest first."""
        query = select(_markers.c.t, _markers.c.text).where(
            _markers.c.code == code, _markers.c.t >= since
        )
        with self._engine.connect() as connection:
            return [Marker(*row) for row in connection.execute(query.order_by(_markers.c.t))]
