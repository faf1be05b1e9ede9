"""The seats that students of one process have in a class: what each of them said last."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypedDict

from server.domain.contract import CONSTANTS
from server.domain.told import LONG_AGO, Told

LABEL_INTERVAL = 5.0  # seconds: how often a browser repeats an unchanged label
# Seconds for which a face counts as read after its last label: a look at the notes is no leaving.
LABEL_LIFETIME = 20.0
# Seconds for which a seat is kept when its connection is lost: a short loss is no leaving.
SEAT_GRACE = 10.0
PACE_LIFETIME: float = CONSTANTS["PACE_SECONDS"]


@dataclass(slots=True)
class Seat:
    """What a student said last and when, in seconds of the clock of the process."""

    joined_at: float
    dropped_at: float | None = None
    emotion: str | None = None
    read_at: float = LONG_AGO  # when the emotion came
    pace: str | None = None
    paced_at: float = LONG_AGO
    hand_at: float | None = None  # when the hand went up, None while it is down
    hand_id: str | None = None  # of this hand alone: teachers name it by that
    hand_name: str | None = None
    lowered_at: float = LONG_AGO  # when a teacher saw the last hand
    answer: str | None = None
    answers_to: str | None = None  # the question's id
    name: str | None = None  # only while the student wants to be seen by it
    # Posts, by their ids: whether the student says "Me too", or has taken that back.
    seconded: dict[str, bool] = field(default_factory=dict)

    def emotion_now(self, now: float) -> str | None:
        """The emotion, while the face counts as read."""
        return self.emotion if now - self.read_at <= LABEL_LIFETIME else None

    def pace_now(self, now: float) -> str | None:
        """The pace word, until it fades."""
        return self.pace if now - self.paced_at <= PACE_LIFETIME else None


class Message(Protocol):
    """Something that a student says, of which the newest counts: those of messages.py."""

    def apply(self, seat: Seat, now: float) -> None:
        """Let the student's seat say so from now on."""


class SeatState(TypedDict, total=False):
    """A Seat as other processes get it: times as ages in tenths of a second; no key for None."""

    joined: int
    dropped: int
    emotion: str
    read: int
    pace: str
    paced: int
    raised: int
    hand: str
    hand_name: str
    answer: str
    answers_to: str
    name: str
    seconded: dict[str, bool]


class SnapshotState(TypedDict):
    """A Snapshot as other processes get it."""

    teachers: int
    seats: dict[str, SeatState]


@dataclass(frozen=True)
class Snapshot:
    """What one process knows about a class now: its seats, and how many teachers it serves."""

    seats: Mapping[str, Seat]
    teachers: int

    def to_dict(self, now: float) -> SnapshotState:
        """For other processes, whose clocks differ: each time as its age in tenths of a second."""
        return {
            "teachers": self.teachers,
            "seats": {seat: _to_dict(known, now) for seat, known in self.seats.items()},
        }

    @staticmethod
    def from_dict(stored: SnapshotState, now: float) -> Snapshot:
        """The inverse of to_dict, for a snapshot that was made just now."""
        seats = {seat: _from_dict(known, now) for seat, known in stored["seats"].items()}
        return Snapshot(seats, stored["teachers"])


def _to_dict(known: Seat, now: float) -> SeatState:
    # Spelled out: this is done for each student in each second.
    told: SeatState = {"joined": _age(known.joined_at, now)}
    if known.dropped_at is not None:
        told["dropped"] = _age(known.dropped_at, now)
    if known.emotion is not None:
        told["emotion"], told["read"] = known.emotion, _age(known.read_at, now)
    if known.pace is not None:
        told["pace"], told["paced"] = known.pace, _age(known.paced_at, now)
    if known.hand_at is not None:
        told["raised"] = _age(known.hand_at, now)
    if known.hand_id is not None:
        told["hand"] = known.hand_id
    if known.hand_name is not None:
        told["hand_name"] = known.hand_name
    if known.answer is not None and known.answers_to is not None:
        told["answer"], told["answers_to"] = known.answer, known.answers_to
    if known.name is not None:
        told["name"] = known.name
    if known.seconded:
        told["seconded"] = known.seconded
    return told


def _from_dict(stored: SeatState, now: float) -> Seat:
    return Seat(
        joined_at=now - stored["joined"] / 10,
        dropped_at=now - stored["dropped"] / 10 if "dropped" in stored else None,
        emotion=stored.get("emotion"),
        read_at=now - stored["read"] / 10 if "read" in stored else LONG_AGO,
        pace=stored.get("pace"),
        paced_at=now - stored["paced"] / 10 if "paced" in stored else LONG_AGO,
        hand_at=now - stored["raised"] / 10 if "raised" in stored else None,
        hand_id=stored.get("hand"),
        hand_name=stored.get("hand_name"),
        answer=stored.get("answer"),
        answers_to=stored.get("answers_to"),
        name=stored.get("name"),
        seconded=stored.get("seconded", {}),
    )


def _age(t: float, now: float) -> int:
    return int(10 * (now - t))


class Seats:
    """Every method takes the seat that the connection proved to own."""

    def __init__(self) -> None:
        self._seats: dict[str, Seat] = {}
        # Of a seat more than one for a while, when one is half-open or its page is going away.
        self._connections: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._seats)

    def __contains__(self, seat: str) -> bool:
        return seat in self._seats

    def join(self, seat: str, connection: str, now: float) -> None:
        """Take a seat, newly or again, with all that it said before."""
        known = self._seats.get(seat)
        self._seats[seat] = (
            replace(known, joined_at=now, dropped_at=None) if known else Seat(joined_at=now)
        )
        self._connections[seat].add(connection)

    def drop(self, seat: str, connection: str, now: float) -> None:
        """A connection ended; unless the seat has another one, it is kept for a while only."""
        if self._disconnect(seat, connection):
            self._seats[seat].dropped_at = now

    def leave(self, seat: str, connection: str) -> None:
        """The student left for good, unless the seat has another connection."""
        if self._disconnect(seat, connection):
            self._remove(seat)

    def say(self, seat: str, message: Message, now: float) -> None:
        """The student says something."""
        known = self._seats[seat]
        message.apply(known, now)
        if known.hand_at is None:
            known.hand_id = None
        elif known.hand_id is None:
            # No way back to the seat, which is random: one student's hands look like many's.
            known.hand_id = hashlib.sha256(f"{seat} {now}".encode()).hexdigest()[:12]

    def lowered_at(self, seat: str) -> float:
        """When a teacher saw the last hand of a seat."""
        return self._seats[seat].lowered_at

    def take_down(self, told: Told) -> list[tuple[str, str]]:
        """What teachers have taken in goes down; returns whose ("pace" or "help", seat) it was.

        Posts that they have settled are seconded no more.
        """
        down = []
        posts = {post.id for post in told.posts}
        for seat, known in self._seats.items():
            if known.pace is not None and known.paced_at <= told.cleared_at("pace"):
                known.pace = None
                down.append(("pace", seat))
            seen_at = told.seen_at(known.hand_id)
            if known.hand_at is not None and known.hand_at <= seen_at:
                known.hand_at = known.hand_id = known.hand_name = None
                known.lowered_at = seen_at
                down.append(("help", seat))
            known.seconded = {id: on for id, on in known.seconded.items() if id in posts}
        return down

    def snapshot(self, now: float, teachers: int) -> Snapshot:
        """The seats of those who are here, or may be back in a moment."""
        for seat, known in list(self._seats.items()):
            if known.dropped_at is not None and now - known.dropped_at > SEAT_GRACE:
                self._remove(seat)
        return Snapshot(self._seats, teachers)

    def _disconnect(self, seat: str, connection: str) -> bool:
        """Whether it was the last connection of a seat that there is."""
        if seat not in self._seats:
            return False
        self._connections[seat].discard(connection)
        return not self._connections[seat]

    def _remove(self, seat: str) -> None:
        del self._seats[seat], self._connections[seat]
