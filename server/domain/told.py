"""What was told in a class, above all by its teachers, as all processes get to know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from server.domain.contract import CONSTANTS, words

QUESTION_SECONDS: float = CONSTANTS["QUESTION_SECONDS"]
ON_ITS_WAY = 2.0  # seconds by which pages close a question earlier: what is tapped last counts too
QUESTIONS = words("Question")
QUESTION = "question"
# Before a hand's id, a kind of alert, or a post's id.
_HAND, _ALERT, _POST, _SECONDED = "hand ", "alert ", "post ", "seconded "
_WRITTEN, _RELEASED = "written", "released"
LONG_AGO = float("-inf")


class Word(NamedTuple):
    """Something that was told, and when, in seconds of the clock of the process."""

    value: str
    at: float


@dataclass(frozen=True)
class Question:
    """A question to the class, which students answer until it closes; times as in Word."""

    id: str
    word: str
    asked_at: float

    def seconds(self, now: float) -> float:
        """For how long pages still let students answer; 0 if it has closed by itself."""
        return max(0.0, self.asked_at + QUESTION_SECONDS - ON_ITS_WAY - now)


@dataclass(frozen=True)
class Post:
    """A question that a student wrote, until a teacher settles it; nothing says whose it is.

    released: all students see it;
    seconded: how many say "Me too", None while that is hidden.
    """

    id: str
    text: str
    released: bool = False
    seconded: int | None = None

    @property
    def word(self) -> str:
        """What is told of it to have all processes know it."""
        return f"{_RELEASED if self.released else _WRITTEN} {self.text}"


@dataclass(frozen=True)
class Told:
    """The newest word on each thing, by name: "pace" or "help" (all of it was taken in), a hand or
    an alert (it was seen), the question (asked, or closed: an empty value), a post (written,
    released, or settled: an empty value), by how many it is seconded (empty while that is hidden).
    """

    words: Mapping[str, Word] = field(default_factory=dict)

    @staticmethod
    def hand(hand: str) -> str:
        """The name of a hand that was seen."""
        return _HAND + hand

    @staticmethod
    def alert(kind: str) -> str:
        """The name of an alert that was taken in."""
        return _ALERT + kind

    @staticmethod
    def post(id: str) -> str:
        """The name of a post."""
        return _POST + id

    @staticmethod
    def seconded(id: str) -> str:
        """The name of the number of students who second a post."""
        return _SECONDED + id

    def cleared_at(self, what: str) -> float:
        """Until when all of the pace, or all hands, were taken in."""
        return self._at(what)

    def seen_at(self, hand: str | None) -> float:
        """Until when this hand was taken in, by itself or with all."""
        return max(self._at("help"), self._at(_HAND + hand) if hand else LONG_AGO)

    def silenced_at(self, kind: str) -> float:
        """Until when this kind of alert was taken in."""
        return self._at(_ALERT + kind)

    @property
    def question(self) -> Question | None:
        """The question that was asked last, unless it was closed; it may have closed by itself."""
        word = self.words.get(QUESTION)
        id, _, question = word.value.partition(" ") if word else ("", "", "")
        # Another release may ask what this one has no words for.
        return Question(id, question, word.at) if word and question in QUESTIONS else None

    @property
    def question_closed_at(self) -> float:
        """When a teacher closed the question, if that is the newest word on it."""
        word = self.words.get(QUESTION)
        return word.at if word is not None and not word.value else LONG_AGO

    @property
    def posts(self) -> tuple[Post, ...]:
        """Those that are open, in the order in which they were written, or released since."""
        written = [(word.at, what) for what, word in self.words.items() if what.startswith(_POST)]
        read = (self._post(what.removeprefix(_POST)) for _, what in sorted(written))
        return tuple(post for post in read if post)

    def _post(self, id: str) -> Post | None:
        state, _, text = self.words[_POST + id].value.partition(" ")
        if state not in (_WRITTEN, _RELEASED):
            return None  # it was settled, or another release has a state that this one has not
        word = self.words.get(_SECONDED + id)
        seconded = int(word.value) if word and word.value.isdecimal() else None
        return Post(id, text, state == _RELEASED, seconded)

    def _at(self, what: str) -> float:
        return self.words[what].at if what in self.words else LONG_AGO


NOTHING = Told()


def released(posts: Iterable[Post]) -> tuple[Post, ...]:
    """Those of the posts that all students see."""
    return tuple(post for post in posts if post.released)
