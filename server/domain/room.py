"""A class: the seats of all its processes, folded into a View once a tick.

Nobody may learn a student's label from what this student's coming or going changes. Therefore
labels are counted in groups. A group is made of all who wait to be counted, once they are as many
as may be shown; who belongs to it never changes. It is counted whole or not at all, and a member
who turns away, pauses or leaves is counted on with the last label: nothing that is shown tells
that from sitting still. docs/privacy.md states what follows from this, and what does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

from server.domain.labels import ANSWERS, SHIPPED, Labels
from server.domain.seats import SEAT_GRACE, Seat, Snapshot
from server.domain.told import LONG_AGO, NOTHING, QUESTION_SECONDS, Told, released
from server.domain.view import Asked, Hand, Named, Tally, View, make_view, shown_seconded

# Seconds with nothing shown after which groups are made anew: half of a class may go home, and by
# then faces have changed.
REGROUP = 300.0
QUESTION_SHOWN = 600.0  # seconds for which an answered question stays in the view
# Who are remembered in groups, or as seconding a post: whoever comes and goes fills no memory.
MOST_GONE = 1000


class QuestionState(TypedDict):
    """A question as it is left to the next leader."""

    id: str
    word: str
    asked: float | None
    until: float | None
    is_open: bool
    answers: dict[str, str]


class RoomState(TypedDict):
    """A Room as it is left to the next leader; times as ages in seconds, None if long ago."""

    groups: list[dict[str, str]]
    known: list[str]
    shown: float | None
    hands: dict[str, float | None]
    question: QuestionState | None
    seconded: NotRequired[dict[str, list[str]]]  # earlier releases have none


@dataclass
class _Question:
    """The newest question, with the answer of each seat that gave one, whether here or not."""

    id: str
    word: str
    asked_at: float = LONG_AGO
    until: float = LONG_AGO
    is_open: bool = True
    answers: dict[str, str] = field(default_factory=dict)


class Room:
    """One class, in the one process that leads it.

    mode: one of MODES;
    min_students: how many students a group has at least;
    labels: the emotions that are shown by their names.
    """

    def __init__(self, mode: str, min_students: int, labels: Labels = SHIPPED) -> None:
        self._mode = mode
        self._min_students = min_students
        self._labels = labels
        self._students = 0
        self._groups: list[dict[str, str]] = []  # seat -> last emotion of each member
        self._known: set[str] = set()  # seats that the teacher has seen by name
        self._shown_at = LONG_AGO
        self._hands: dict[str, float] = {}  # seat -> since when it waits for the teacher
        self._question: _Question | None = None
        self._seconded: dict[str, set[str]] = {}  # released post -> seats, whether here or not
        self._waiting = 0  # who are read, and in no group yet

    def to_dict(self, now: float) -> RoomState:
        """What another process needs to go on from here; times as ages, as in Snapshot."""
        return {
            "groups": self._groups,
            "known": sorted(self._known),
            "shown": _age(self._shown_at, now),
            "hands": {seat: _age(since, now) for seat, since in self._hands.items()},
            "question": self._question_to_dict(now),
            "seconded": {id: sorted(seats) for id, seats in self._seconded.items()},
        }

    @staticmethod
    def from_dict(
        stored: RoomState, mode: str, min_students: int, now: float, labels: Labels = SHIPPED
    ) -> Room:
        """The inverse of to_dict, for a room that was left just now."""
        room = Room(mode, min_students, labels)
        room._groups = stored["groups"]
        room._known = set(stored["known"])
        room._shown_at = _time(stored["shown"], now)
        room._hands = {seat: _time(age, now) for seat, age in stored["hands"].items()}
        if asked := stored["question"]:
            room._question = _Question(
                asked["id"],
                asked["word"],
                _time(asked["asked"], now),
                _time(asked["until"], now),
                asked["is_open"],
                asked["answers"],
            )
        room._seconded = {id: set(seats) for id, seats in stored.get("seconded", {}).items()}
        return room

    def _question_to_dict(self, now: float) -> QuestionState | None:
        asked = self._question
        if asked is None:
            return None
        return {
            "id": asked.id,
            "word": asked.word,
            "asked": _age(asked.asked_at, now),
            "until": _age(asked.until, now),
            "is_open": asked.is_open,
            "answers": asked.answers,
        }

    @property
    def is_asked(self) -> bool:
        """Whether the newest question is open."""
        return self._question is not None and self._question.is_open

    @property
    def seconded(self) -> dict[str, int]:
        """How many second a released post, where that may be shown."""
        counts = {id: len(seats) for id, seats in self._seconded.items()}
        return shown_seconded(counts, self._min_students)

    def is_over(self, now: float) -> bool:
        """Nobody has a seat, and no group has to be remembered any more."""
        return not self._students and now - self._shown_at > REGROUP

    def view(self, snapshots: Iterable[Snapshot], now: float, told: Told = NOTHING) -> View:
        """What may be shown of the class, by what its processes know of it.

        told: what teachers have told the students, which those of other processes may not know yet.

        Groups last for as long as their shares are shown, so each view is taken for shown.
        """
        tally = self._tally(snapshots, now, told)
        view = make_view(now, self._mode, self._min_students, tally, self._labels)
        if view.shares is not None:
            self._shown_at = now
        return view

    def _tally(self, snapshots: Iterable[Snapshot], now: float, told: Told) -> Tally:
        seats = _merge(snapshots)
        read = {
            seat: emotion
            for seat, known in seats.items()
            if (emotion := known.emotion_now(now)) is not None
        }
        self._students = len(seats)
        self._update_groups(seats, read, now)
        self._update_hands(seats, now, told)
        self._update_question(seats, now, told)
        self._update_seconded(seats, told)
        counted = [group for group in self._groups if self._is_counted(group, read)]
        return Tally(
            students=len(seats),
            grouped=sum(len(group) for group in self._groups),
            seen=len(read),
            waiting=self._waiting,
            emotions=sum((Counter(group.values()) for group in counted), Counter()),
            paces=Counter(pace for known in seats.values() if (pace := _pace(known, now, told))),
            hands=tuple(
                Hand(known.hand_id, since, known.hand_name)
                for seat, since in sorted(self._hands.items(), key=lambda item: item[1])
                if (known := seats[seat]).hand_at is not None and known.hand_id is not None
            ),
            named=tuple(
                sorted(
                    (
                        Named(known.name, known.emotion_now(now), _pace(known, now, told))
                        for known in seats.values()
                        if known.name
                    ),
                    key=lambda named: named.name,
                )
            ),
            asked=self._asked(now),
        )

    def _update_question(self, seats: Mapping[str, Seat], now: float, told: Told) -> None:
        """An answer counts until the question closes, or its student takes it back."""
        newest, asked = told.question, self._question
        if newest and (asked is None or newest.id != asked.id):
            self._question = asked = _Question(newest.id, newest.word)
        if asked is None or not asked.is_open:
            return
        if newest:  # another process may have led the class a while ago
            asked.asked_at, asked.until = newest.asked_at, newest.asked_at + QUESTION_SECONDS
        for seat, known in seats.items():
            if known.answers_to == asked.id:
                if known.answer is None:
                    asked.answers.pop(seat, None)
                else:
                    asked.answers[seat] = known.answer
        if told.question_closed_at >= asked.asked_at:
            asked.until = min(asked.until, now)
        asked.is_open = now < asked.until

    def _asked(self, now: float) -> Asked | None:
        asked = self._question
        if asked is None or now - asked.until > QUESTION_SHOWN:
            return None
        counts = Counter(asked.answers.values())
        answers = {word: counts[word] for word in ANSWERS}
        return Asked(asked.asked_at, asked.until, asked.word, answers)

    def _update_seconded(self, seats: Mapping[str, Seat], told: Told) -> None:
        """Who seconds a post and leaves is counted on: nobody's going tells of it."""
        seconded = {post.id: self._seconded.get(post.id, set()) for post in released(told.posts)}
        for seat, known in seats.items():
            for id, on in known.seconded.items():
                if id not in seconded:
                    continue
                if not on:
                    seconded[id].discard(seat)
                elif len(seconded[id]) < len(seats) + MOST_GONE:
                    seconded[id].add(seat)
        self._seconded = seconded

    def _update_hands(self, seats: Mapping[str, Seat], now: float, told: Told) -> None:
        """A hand keeps its place in the queue for as long as it is up."""
        for seat in list(self._hands):
            known = seats.get(seat)
            # Who has just connected again, perhaps to another process, may still have to say so.
            if known is None or (known.hand_at is None and now - known.joined_at > SEAT_GRACE):
                del self._hands[seat]
        for seat, known in seats.items():
            if known.hand_at is None:
                continue
            if known.hand_at > told.seen_at(known.hand_id):
                self._hands.setdefault(seat, known.hand_at)
            else:
                self._hands.pop(seat, None)

    def _update_groups(
        self, seats: Mapping[str, Seat], read: Mapping[str, str], now: float
    ) -> None:
        named = {seat for seat, known in seats.items() if known.name}
        self._known |= named
        waiting = {seat: emotion for seat, emotion in read.items() if seat not in named}
        for group in self._groups:
            group |= {seat: read[seat] for seat in read.keys() & group.keys()}
            for seat in group:
                waiting.pop(seat, None)
        self._waiting = len(waiting)
        if self._groups and now - self._shown_at > REGROUP:
            self._groups, self._known = [], named
        elif self._hides(waiting) and self._gone(seats) < MOST_GONE:
            if not self._groups:
                self._shown_at = now  # from here on there is something to remember
            self._groups.append(waiting)
            self._waiting = 0

    def _gone(self, seats: Mapping[str, Seat]) -> int:
        return sum(len(group.keys() - seats.keys()) for group in self._groups)

    def _is_counted(self, group: Mapping[str, str], read: Mapping[str, str]) -> bool:
        """Decided by who is there and whose face is read, never by the labels themselves."""
        # Labels of those who are gone must not outweigh those of the others.
        return self._hides(group) and 2 * len(read.keys() & group.keys()) > len(group)

    def _hides(self, group: Mapping[str, str]) -> bool:
        """Enough students to hide each other: whoever was seen by name hides nobody."""
        return len(group.keys() - self._known) >= self._min_students


def _merge(snapshots: Iterable[Snapshot]) -> Mapping[str, Seat]:
    """All seats; one that two processes know is where its student came to last."""
    first, *others = [snapshot.seats for snapshot in snapshots]
    if not others:
        return first
    every = dict(first)
    for seats in others:
        for seat, known in seats.items():
            if seat not in every or known.joined_at > every[seat].joined_at:
                every[seat] = known
    return every


def _pace(known: Seat, now: float, told: Told) -> str | None:
    return known.pace_now(now) if known.paced_at > told.cleared_at("pace") else None


def _age(t: float, now: float) -> float | None:
    return None if t == LONG_AGO else round(now - t, 3)


def _time(age: float | None, now: float) -> float:
    return LONG_AGO if age is None else now - age
