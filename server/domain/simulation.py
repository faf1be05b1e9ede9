"""A class of 30 made-up students that is with its teacher, drifts, gets lost and recovers.

They say what real students say, by the same messages; all that is shown is made of it as of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import chain, count, pairwise
from random import Random
from typing import NamedTuple

from server.domain.messages import Answer, Help, Label, Pace, Show
from server.domain.seats import LABEL_INTERVAL, Message, Seats, Snapshot
from server.domain.session import ClassSession
from server.domain.told import LONG_AGO, Told

SEATS = tuple(f"simulated {number}" for number in range(30))
BEN = SEATS[5]  # who wants to be seen by name
# Times of the story, in seconds since its beginning. Its turns are steep enough for the title of a
# room to follow them, and the class is lost so late that alerts know by then what is usual.
PERIOD = 360.0
ARRIVED = 8.0
CONTENT = ARRIVED, 15.0
READ = 12.0  # when cameras are on
TOO_FAST = 105.0, 150.0
LOST = 185.0, 225.0
RECOVERING = 285.0, 315.0
HANDS = (  # whose, from when until when, and the name that it is given
    (SEATS[7], 40.0, 90.0, None),
    (SEATS[3], 205.0, 310.0, "Ada"),
    (SEATS[11], 235.0, 320.0, None),
)
# How faces look at a time of the story, as weights.
WITH_YOU = {"happy": 4.0, "neutral": 5.0, "surprise": 1.0, "sad": 0.3, "fear": 0.1}
DRIFTING = {"happy": 1.5, "neutral": 7.5, "surprise": 0.5, "sad": 0.7, "fear": 0.2}
AT_A_LOSS = {"happy": 0.7, "neutral": 6.0, "surprise": 1.2, "sad": 1.3, "fear": 0.8}
MOODS = (
    *((0.0, WITH_YOU), (90.0, WITH_YOU), (150.0, DRIFTING), (180.0, DRIFTING)),
    *((220.0, AT_A_LOSS), (285.0, AT_A_LOSS), (320.0, WITH_YOU), (PERIOD, WITH_YOU)),
)
LOOKS_THAT_COUNT = 5  # the last one may have found no face, and those before it
KEPT = 0.5  # of the looks that are as the one before
UNREAD = 0.05  # of the looks that find no face
# What students answer to a question, by what they say of the pace, as weights.
ANSWERS = {
    "lost": {"yes": 1, "so_so": 4, "not_yet": 12},
    "slow_down": {"yes": 4, "so_so": 8, "not_yet": 4},
}
OTHERS_ANSWER = {"yes": 16, "so_so": 3, "not_yet": 1}
ANSWERING = 0.85  # of the class
THINKING = 3.0, 20.0  # seconds
UNDERSTANDING = 15.0, 40.0  # seconds from a question until who was lost is so no more


class _Event(NamedTuple):
    """What a student says, `at` so many seconds after the class was opened."""

    at: float
    seat: str
    message: Message


class Simulation:
    """The students of a try-out class; its code alone decides what they say of themselves."""

    def __init__(self, session: ClassSession) -> None:
        self._session = session
        self._age = LONG_AGO  # the class's, until which the students have said what they say
        self._seats = Seats()
        self._asked: str | None = None  # the id of the newest question that they heard
        # What comes next of each student's looks, of the story and of what teachers brought about:
        # made when its time has come, so that no tick has much to do. Numbers tell equals apart.
        self._script: list[tuple[float, int, _Event, Iterator[_Event]]] = []
        self._numbers = count()

    def play(self, now: float, wall: float, told: Told) -> Snapshot:
        """What the students have said by `now`, which is `wall` since the epoch.

        told: what teachers have told them, which they take in.
        """
        age = wall - self._session.created_at
        # At first, after nobody has watched for long, or when a clock was set.
        if not 0 <= age - self._age <= PERIOD:
            self._begin(age)
        self._take_up(told, age, now)
        while self._script[0][0] <= age:
            _, _, (at, seat, message), following = heappop(self._script)
            if seat not in self._seats:
                self._seats.join(seat, seat, now - (age - at))
            self._seats.say(seat, message, now - (age - at))
            self._add(following)
        self._age = age
        self._seats.take_down(told)
        return self._seats.snapshot(now, teachers=0)

    def _begin(self, age: float) -> None:
        """Anew, from so early on that all that counts at an age of the class is said again."""
        self._seats = Seats()
        self._asked = None
        self._script = []
        before = max(0, int(age // PERIOD) - 1)
        self._add(chain.from_iterable(map(self._story, count(before))))
        if self._session.mode == "camera":
            for seat in SEATS:
                self._add(_Camera(self._session.code, seat).looks(age))

    def _add(self, events: Iterator[_Event]) -> None:
        """Events in the order of their times, of which the next waits for its own."""
        if event := next(events, None):
            heappush(self._script, (event.at, next(self._numbers), event, events))

    def _story(self, period: int) -> list[_Event]:
        """What happens in one period whatever teachers do, but for looks."""
        chance = Random(f"{self._session.code} {period}")
        begins = period * PERIOD
        events = []
        for number, seat in enumerate(SEATS):
            comes = ARRIVED * number / len(SEATS) if period == 0 else 0.0
            events.append(_Event(begins + comes, seat, Show("Ben" if seat == BEN else None)))
        content, fast, lost = (chance.sample(SEATS, count) for count in (18, 10, 16))
        _, *recovering = dict.fromkeys([*lost, *fast])  # one stays lost
        for seats, word, (earliest, latest) in (
            (content, "fine", CONTENT),
            (fast, "slow_down", TOO_FAST),
            (lost, "lost", LOST),
            (recovering, "fine", RECOVERING),
        ):
            for seat in seats:
                events.append(_Event(begins + chance.uniform(earliest, latest), seat, Pace(word)))
        for seat, raised, lowered, name in HANDS:
            events.append(_Event(begins + raised, seat, Help(True, name)))
            events.append(_Event(begins + lowered, seat, Help(False)))
        return sorted(events, key=lambda event: event.at)

    def _take_up(self, told: Told, age: float, now: float) -> None:
        """A question is answered soon, and explains something to who was lost."""
        asked = told.question
        if asked is None or asked.id == self._asked or not asked.seconds(now):
            return
        self._asked = asked.id
        chance = Random(f"{self._session.code} {asked.id}")
        events = []
        for seat, known in self._seats.snapshot(now, teachers=0).seats.items():
            pace = known.pace_now(now)
            if chance.random() < ANSWERING:
                answer = _pick(chance, ANSWERS.get(pace or "", OTHERS_ANSWER))
                at = age + chance.uniform(*THINKING)
                events.append(_Event(at, seat, Answer(asked.id, answer)))
            if pace == "lost":
                events.append(_Event(age + chance.uniform(*UNDERSTANDING), seat, Pace("fine")))
        self._add(iter(sorted(events, key=lambda event: event.at)))


class _Camera:
    """What a student's camera reads: each look follows from its number and a few before it."""

    def __init__(self, code: str, seat: str) -> None:
        self._name = f"{code} {seat}"
        self._seat = seat
        self._offset = Random(self._name).uniform(0.0, LABEL_INTERVAL)

    def looks(self, age: float) -> Iterator[_Event]:
        """Them all, from those on that may still count at an age of the class."""
        passed = (age - READ - self._offset) // LABEL_INTERVAL
        return map(self._look, count(max(0, int(passed) - LOOKS_THAT_COUNT)))

    def _look(self, number: int) -> _Event:
        is_read = number == 0 or Random(f"unread {self._name} {number}").random() > UNREAD
        label = Label("ok", self._emotion(number)) if is_read else Label("no_face")
        return _Event(self._at(number), self._seat, label)

    def _emotion(self, number: int) -> str:
        while True:
            chance = Random(f"{self._name} {number}")
            if number == 0 or chance.random() > KEPT:
                return _pick(chance, _mood(self._at(number) % PERIOD))
            number -= 1

    def _at(self, number: int) -> float:
        # All are read at one time at first: then they are enough to be counted, and none waits.
        return READ + self._offset + number * LABEL_INTERVAL if number else READ


def _mood(at: float) -> dict[str, float]:
    """The weights at a time of the story, between those before and after it."""
    (begins, one), (ends, other) = next(pair for pair in pairwise(MOODS) if at < pair[1][0])
    drift = (at - begins) / (ends - begins)
    return {emotion: one[emotion] * (1 - drift) + other[emotion] * drift for emotion in one}


def _pick(chance: Random, weights: dict[str, float] | dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
