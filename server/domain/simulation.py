"""A class of 30 made-up students that is with its teacher, drifts, gets lost and recovers.

They say what real students say, by the same messages; all that is shown is made of it as of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
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
        self._period = 0  # of the story
        self._script: list[_Event] = []  # what is left of it, the next event last

    def play(self, now: float, wall: float, told: Told) -> Snapshot:
        """What the students have said by `now`, which is `wall` since the epoch.

        told: what teachers have told them, which they take in.
        """
        age = wall - self._session.created_at
        # At first, after nobody has watched for long, or when a clock was set.
        if not 0 <= age - self._age <= PERIOD:
            self._begin(age)
        self._take_up(told, age, now)
        while self._script[-1].at <= age:
            at, seat, message = self._script.pop()
            if seat not in self._seats:
                self._seats.join(seat, seat, now - (age - at))
            self._seats.say(seat, message, now - (age - at))
            if not self._script:
                self._period += 1
                self._add(self._story(self._period))
        self._age = age
        self._seats.take_down(told)
        return self._seats.snapshot(now, teachers=0)

    def _begin(self, age: float) -> None:
        """Anew, from so early on that all that counts at an age of the class is said again."""
        self._seats = Seats()
        self._asked = None
        self._period = max(0, int(age // PERIOD) - 1)
        self._script = []
        self._add(self._story(self._period))

    def _add(self, events: Iterable[_Event]) -> None:
        self._script = sorted([*self._script, *events], reverse=True, key=lambda event: event.at)

    def _story(self, period: int) -> Iterator[_Event]:
        """What happens in one period whatever teachers do."""
        chance = Random(f"{self._session.code} {period}")
        begins = period * PERIOD
        for number, seat in enumerate(SEATS):
            comes = ARRIVED * number / len(SEATS) if period == 0 else 0.0
            yield _Event(begins + comes, seat, Show("Ben" if seat == BEN else None))
            if self._session.mode == "camera":
                for at, label in _looks(chance, READ if period == 0 else 0.0):
                    yield _Event(begins + at, seat, label)
        content, fast, lost = (chance.sample(SEATS, count) for count in (18, 10, 16))
        _, *recovering = dict.fromkeys([*lost, *fast])  # one stays lost
        for seats, word, (earliest, latest) in (
            (content, "fine", CONTENT),
            (fast, "slow_down", TOO_FAST),
            (lost, "lost", LOST),
            (recovering, "fine", RECOVERING),
        ):
            for seat in seats:
                yield _Event(begins + chance.uniform(earliest, latest), seat, Pace(word))
        for seat, raised, lowered, name in HANDS:
            yield _Event(begins + raised, seat, Help(True, name))
            yield _Event(begins + lowered, seat, Help(False))

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
        self._add(events)


def _looks(chance: Random, first: float) -> Iterator[tuple[float, Label]]:
    """What the camera of a student reads in one period, and when.

    All are read at one time at first: then they are enough to be counted, and none has to wait.
    """
    emotion = _pick(chance, _mood(first))
    yield first, Label("ok", emotion)
    at = first + chance.uniform(0.0, LABEL_INTERVAL)
    while at < PERIOD:
        if chance.random() > KEPT:
            emotion = _pick(chance, _mood(at))
        yield at, Label("no_face") if chance.random() < UNREAD else Label("ok", emotion)
        at += LABEL_INTERVAL


def _mood(at: float) -> dict[str, float]:
    """The weights at a time of the story, between those before and after it."""
    (begins, one), (ends, other) = next(pair for pair in pairwise(MOODS) if at < pair[1][0])
    drift = (at - begins) / (ends - begins)
    return {emotion: one[emotion] * (1 - drift) + other[emotion] * drift for emotion in one}


def _pick(chance: Random, weights: dict[str, float] | dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
