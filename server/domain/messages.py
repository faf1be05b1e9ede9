"""What students and teachers say, as the contract has it; anything else is one clear error."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from server.domain.contract import MESSAGES, Schema, definition
from server.domain.labels import Labels
from server.domain.seats import Message, Seat

MAX_TEXT: int = definition("Text")["maxLength"]
UNFIT = {"Cc", "Cs", "Zl", "Zp"}  # categories of characters: controls, halves, ends of lines
FLOOR_STUDENTS = 3  # the least number of students about whom any class or setting shows shares
MOST_STUDENTS = 1000
# What `POST /api/classes` takes: openapi.json describes it to others.
NEW_CLASS: Schema = {
    "properties": {
        "title": definition("Text"),
        "mode": definition("Mode"),
        "min_students": {
            "anyOf": [
                {"type": "integer", "minimum": FLOOR_STUDENTS, "maximum": MOST_STUDENTS},
                {"type": "null"},
            ]
        },
        "notes_for_students": {"type": "boolean"},
        "qna": {"type": "boolean"},
    },
    "required": ["title", "mode"],
}


class MessageError(ValueError):
    """A message that does not fit the contract; the text says why and is fit for its sender."""


class PostError(MessageError):
    """What cannot be done with a student's post; the page of whoever tried shows the text."""


@dataclass(frozen=True)
class Label:
    """What a student's browser made of one look; `emotion` with the state ok alone."""

    state: str
    emotion: str | None = None

    def __post_init__(self) -> None:
        if (self.state == "ok") != (self.emotion is not None):
            raise MessageError("an emotion comes with the state ok, and with no other")

    def known_to(self, labels: Labels) -> Label:
        """The same; an emotion that has no name there, whatever it says, is "other"."""
        return replace(self, emotion=self.emotion and labels.known(self.emotion))

    def apply(self, seat: Seat, now: float) -> None:
        if self.emotion is not None:  # a label without one only lets the last one grow old
            seat.emotion, seat.read_at = self.emotion, now


@dataclass(frozen=True)
class Pace:
    """A student's word on the pace; None takes it back."""

    value: str | None

    def apply(self, seat: Seat, now: float) -> None:
        seat.pace, seat.paced_at = self.value, now


@dataclass(frozen=True)
class Help:
    """A raised or lowered hand; the name is None or empty unless the student typed one."""

    on: bool
    name: str | None = None

    def apply(self, seat: Seat, now: float) -> None:
        seat.hand_at, seat.hand_name = (now, self.name or None) if self.on else (None, None)


@dataclass(frozen=True)
class Answer:
    """A student's answer to a question, by its id; None takes it back."""

    to: str
    value: str | None

    def apply(self, seat: Seat, now: float) -> None:
        seat.answer, seat.answers_to = self.value, self.to


@dataclass(frozen=True)
class Show:
    """A student wants to be seen by name, or no more (None)."""

    name: str | None

    def apply(self, seat: Seat, now: float) -> None:
        seat.name = self.name


@dataclass(frozen=True)
class Second:
    """A student says "Me too" to a post, by its id, or no more."""

    id: str
    on: bool

    def apply(self, seat: Seat, now: float) -> None:
        seat.seconded[self.id] = self.on


@dataclass(frozen=True)
class NewPost:
    """A question that a student writes. It changes no seat: nothing links it to one."""

    text: str


STUDENT_MESSAGES: Mapping[str, Callable[..., Message | NewPost]] = {
    "label": Label,
    "pace": Pace,
    "help": Help,
    "show": Show,
    "answer": Answer,
    "post": NewPost,
    "second": Second,
}


@dataclass(frozen=True)
class ClassRequest:
    """The class that a teacher asks for; `min_students` None leaves the number to the server."""

    title: str
    mode: str
    min_students: int | None = None
    notes_for_students: bool = False
    qna: bool = False


def parse_student(event: str, data: object) -> Message | NewPost:
    """What a student sent. Raises MessageError."""
    return STUDENT_MESSAGES[event](**_fields(MESSAGES["student"][event], data))


def parse_teacher(event: str, data: object) -> dict[str, Any]:
    """The fields of what a teacher sent. Raises MessageError."""
    return _fields(MESSAGES["teacher"][event], data)


def parse_class(data: object) -> ClassRequest:
    """`{"title", "mode", "min_students"?, "notes_for_students"?, "qna"?}`; raises MessageError."""
    return ClassRequest(**_fields(NEW_CLASS, data))


def fit(text: str) -> str:
    """Without line breaks and control characters, but with whatever else names are made of."""
    return "".join(each for each in text if unicodedata.category(each) not in UNFIT)


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen of it: only blanks, and marks of how letters join."""
    return all(unicodedata.category(each)[0] in "CZ" for each in text)


def _fields(schema: Schema, data: object) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise MessageError("a message is one JSON object")
    fields = {name: value for name, value in data.items() if name not in schema.get("retired", ())}
    missing = set(schema["required"]) - fields.keys()
    if missing:
        raise MessageError(f"missing: {', '.join(sorted(missing))}")
    known = schema["properties"]
    if extra := fields.keys() - known.keys():
        # Never echo what was sent: it could be anything, of any length.
        raise MessageError(f"{len(extra)} unknown field(s) in the message")
    return {name: _value(known[name], value, name) for name, value in fields.items()}


def _value(schema: Schema, value: object, name: str) -> object:
    """The value of a field, if it is of one of the kinds that the contract's fields have."""
    or_null = ""
    if "anyOf" in schema:  # something or null
        if value is None:
            return None
        schema, or_null = schema["anyOf"][0], " or null"
    if "enum" in schema:
        if isinstance(value, str) and value in schema["enum"]:
            return value
        raise MessageError(f"{name} must be one of {', '.join(schema['enum'])}{or_null}")
    if schema["type"] == "boolean":
        if isinstance(value, bool):
            return value
        raise MessageError(f"{name} must be true or false{or_null}")
    if schema["type"] == "integer":
        least, most = schema["minimum"], schema["maximum"]
        if _is_whole(value) and least <= value <= most:
            return int(value)
        raise MessageError(f"{name} must be a whole number from {least} to {most}{or_null}")
    if schema["type"] == "number":
        least, most = schema["minimum"], schema["maximum"]
        if _is_number(value) and least <= value <= most:
            return float(value)
        raise MessageError(f"{name} must be a number from {least} to {most}{or_null}")
    return _line(schema, value, name, or_null)


def _line(schema: Schema, value: object, name: str, or_null: str) -> str:
    limit = schema["maxLength"]
    if not isinstance(value, str) or len(value) > limit or fit(value) != value:
        raise MessageError(f"{name} must be one line of at most {limit} characters{or_null}")
    line = value.strip()
    if is_blank(line) and "minLength" in schema:
        raise MessageError(f"{name} must not be empty")
    return line


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[float]:
    return _is_number(value) and value % 1 == 0  # JSON's 5.0 is 5
