"""One class from its start to its end, and the teacher's notes in it."""

from __future__ import annotations

from dataclasses import dataclass


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
