"""What teachers have told the students of a class, as all processes get to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from server.domain.contract import CONSTANTS, words

QUESTION_SECONDS: float = CONSTANTS["QUESTION_SECONDS"]
ON_ITS_WAY = 2.0  # seconds by which pages close a question earlier: what is tapped last counts too
QUESTIONS = words("Question")
QUESTION = "question"
_HAND, _ALERT = "hand ", "alert "  # before a hand's id, or a kind of alert
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
class Told:
    """The newest word on each thing, by name: "pace" or "help" (all of it was taken in), a hand or
    an alert (it was seen), the question (asked, or closed: an empty value)."""

    words: Mapping[str, Word] = field(default_factory=dict)

    @staticmethod
    def hand(hand: str) -> str:
        """The name of a hand that was seen."""
        return _HAND + hand

    @staticmethod
    def alert(kind: str) -> str:
        """The name of an alert that was taken in."""
        return _ALERT + kind

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

    def _at(self, what: str) -> float:
        return self.words[what].at if what in self.words else LONG_AGO


NOTHING = Told()
