"""Parse what a student or a teacher may send; anything else is one clear error."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import TypeGuard

from server.domain.labels import ALERTS, CLEARABLE, EMOTIONS, MODES, PACES, STATES

MAX_NAME = 60
MAX_TEXT = 120
UNFIT = {"Cc", "Cs", "Zl", "Zp"}  # categories of characters: controls, halves, ends of lines
FLOOR_STUDENTS = 3  # the least number of students about whom any class or setting shows shares
MOST_STUDENTS = 1000


class MessageError(ValueError):
    """A message that does not fit the contract; the text says why and is fit for its sender."""


@dataclass(frozen=True)
class Label:
    """What a student's browser made of one look: an emotion and its probability only if ok."""

    state: str
    emotion: str | None = None
    p: float | None = None


@dataclass(frozen=True)
class Help:
    """A raised or lowered hand, with a name only if the student typed one."""

    on: bool
    name: str | None = None


@dataclass(frozen=True)
class ClassRequest:
    """The class that a teacher asks for; `min_students` None leaves the number to the server."""

    title: str
    mode: str
    min_students: int | None


def parse_class(data: object) -> ClassRequest:
    """`{"title", "mode", "min_students"?}`; raises MessageError."""
    fields = _fields(data, required={"title", "mode"}, optional={"min_students"})
    title = _text(fields["title"], "title", MAX_TEXT)
    if not title:
        raise MessageError("a class needs a title")
    mode, min_students = _one_of(MODES, fields["mode"], "mode"), fields.get("min_students")
    if min_students is not None and (
        not _is_whole(min_students) or not FLOOR_STUDENTS <= min_students <= MOST_STUDENTS
    ):
        raise MessageError(
            f"min_students must be a whole number from {FLOOR_STUDENTS} to {MOST_STUDENTS}"
        )
    return ClassRequest(title, mode, None if min_students is None else int(min_students))


def parse_label(data: object) -> Label:
    """`{"state", "emotion"?, "p"?}`; raises MessageError."""
    fields = _fields(data, required={"state"}, optional={"emotion", "p"})
    state, emotion = fields["state"], fields.get("emotion")
    if not isinstance(state, str) or state not in STATES:
        raise MessageError(f"unknown state: expected one of {', '.join(STATES)}")
    if state != "ok":
        if len(fields) > 1:
            raise MessageError("an emotion and its p come only with the state ok")
        return Label(state)
    if not isinstance(emotion, str) or emotion not in EMOTIONS:
        raise MessageError(f"unknown emotion: expected one of {', '.join(sorted(EMOTIONS))}")
    return Label(state, emotion, _probability(fields["p"]) if "p" in fields else None)


def parse_pace(data: object) -> str | None:
    """`{"value"}`: one of PACES, or None to take it back; raises MessageError."""
    value = _fields(data, required={"value"})["value"]
    if value is None:
        return None
    if not isinstance(value, str) or value not in PACES:
        raise MessageError(f"unknown pace: expected one of {', '.join(PACES)} or null")
    return value


def parse_help(data: object) -> Help:
    """`{"on", "name"?}`; an empty name is no name; raises MessageError."""
    fields = _fields(data, required={"on"}, optional={"name"})
    if not isinstance(fields["on"], bool):
        raise MessageError("on must be true or false")
    name = fields.get("name")
    if name is not None:
        name = _text(name, "name", MAX_NAME) or None
    return Help(fields["on"], name)


def parse_show(data: object) -> str | None:
    """`{"name"}`: the name to be shown by, or None to be shown no more; raises MessageError."""
    name = _fields(data, required={"name"})["name"]
    if name is None:
        return None
    name = _text(name, "name", MAX_NAME)
    if not name:
        raise MessageError("to be shown by name takes a name")
    return name


def parse_clear(data: object) -> str:
    """`{"what"}`: one of CLEARABLE; raises MessageError."""
    return _one_of(CLEARABLE, _fields(data, required={"what"})["what"], "what")


def parse_silence(data: object) -> str:
    """`{"kind"}`: one of the kinds of alerts; raises MessageError."""
    return _one_of(ALERTS, _fields(data, required={"kind"})["kind"], "kind")


def parse_marker(data: object) -> str:
    """`{"text"}`: a few words, not empty; raises MessageError."""
    text = _text(_fields(data, required={"text"})["text"], "text", MAX_TEXT)
    if not text:
        raise MessageError("a marker needs a text")
    return text


def parse_empty(data: object) -> None:
    """`{}`; raises MessageError."""
    _fields(data)


def _fields(
    data: object, required: Set[str] = frozenset(), optional: Set[str] = frozenset()
) -> dict[str, object]:
    if not isinstance(data, dict):
        raise MessageError("a message is one JSON object")
    missing, extra = required - data.keys(), data.keys() - required - optional
    if missing:
        raise MessageError(f"missing: {', '.join(sorted(missing))}")
    if extra:
        # Never echo what was sent: it could be anything, of any length.
        raise MessageError(f"{len(extra)} unknown field(s) in the message")
    return data


def _one_of(words: Sequence[str], value: object, field: str) -> str:
    if not isinstance(value, str) or value not in words:
        raise MessageError(f"{field} must be one of {', '.join(words)}")
    return value


def _probability(p: object) -> float:
    # NaN and the infinities fail the comparison, as they should.
    if isinstance(p, int | float) and not isinstance(p, bool) and 0 <= p <= 1:
        return p
    raise MessageError("p must be a number from 0 to 1")


def _is_whole(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return value % 1 == 0  # JSON's 5.0 is 5


def fit(text: str) -> str:
    """Without line breaks and control characters, but with whatever else names are made of."""
    return "".join(each for each in text if unicodedata.category(each) not in UNFIT)


def _text(value: object, field: str, limit: int) -> str:
    if not isinstance(value, str) or len(value) > limit or fit(value) != value:
        raise MessageError(f"{field} must be one line of at most {limit} characters")
    return value.strip()
