"""One class from its start to its end, the teacher's notes in it, and the course it is of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassSession:
    """One class; times in seconds since the epoch.

    key_number: how often the teachers' links were made anew; older ones open nothing;
    notes_for_students: they get the teacher's notes, for their own recap;
    qna: students can write questions, without a name, which the teacher may release to all;
    simulated: its students are made up, and whoever joins it counts in no figure;
    course: the code of the course of which it is a lesson.
    """

    code: str
    title: str
    mode: str
    min_students: int
    created_at: float
    ended_at: float | None = None
    key_number: int = 0
    notes_for_students: bool = False
    qna: bool = False
    simulated: bool = False
    course: str | None = None


@dataclass(frozen=True)
class Course:
    """Classes, its lessons, to which one link leads; times in seconds since the epoch.

    Its lessons are opened as it says, by the names of ClassSession; `min_students` None leaves the
    number to the server.
    used_at: when its newest lesson began, or itself if it has had none;
    link: the hash of the place in a learning platform from which it is opened;
    lesson: the code of its newest lesson, which may be over and forgotten.
    """

    code: str
    title: str
    mode: str
    min_students: int | None
    created_at: float
    used_at: float
    key_number: int = 0
    notes_for_students: bool = False
    qna: bool = False
    link: str | None = None
    lesson: str | None = None


@dataclass(frozen=True)
class Marker:
    """The teacher's note at a moment of the class."""

    t: float
    text: str
