"""Tally -> the View that a teacher sees.

What is hidden, folded and rounded is decided here and nowhere else: the timeline, the alerts, the
report and its exports are made of views alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.domain.contract import CONSTANTS
from server.domain.labels import OTHER, PACES, SHIPPED, Labels

FEW_STUDENTS = "few_students"  # fewer students are here than may be shown anything about
FEW_FACES = "few_faces"  # enough students, but too few of them with a face that was read
STEPS = CONSTANTS["SHARE_STEPS"]


@dataclass(frozen=True)
class Hand:
    """A student who asked for help: `since` in seconds since the epoch, a name only if given."""

    id: str
    since: float
    name: str | None


@dataclass(frozen=True)
class Named:
    """A student who chose to be seen by name; emotion and pace None where there is none now."""

    name: str
    emotion: str | None
    pace: str | None


@dataclass(frozen=True)
class Asked:
    """A question to the class: asked at `t`, open `until` then, in seconds since the epoch.

    answers: word -> number of students; None while that is hidden
    """

    t: float
    until: float
    question: str
    answers: Mapping[str, int] | None = field(hash=False)

    def later(self, seconds: float) -> Asked:
        """The same so much later."""
        return replace(self, t=self.t + seconds, until=self.until + seconds)


@dataclass(frozen=True)
class Tally:
    """The counts of a class at one moment, before anything is hidden."""

    students: int = 0
    grouped: int = 0  # students in groups, whether here or not
    seen: int = 0  # students whose face is read at this moment
    waiting: int = 0  # those of them who are to be in a group, and in none yet
    emotions: Mapping[str, int] = field(default_factory=dict)  # of the groups that are counted
    paces: Mapping[str, int] = field(default_factory=dict)
    hands: tuple[Hand, ...] = ()
    named: tuple[Named, ...] = ()
    asked: Asked | None = None


Figures = Mapping[str, float]


@dataclass(frozen=True)
class Alert:
    """Something that the teacher may want to know: since when, and why in one sentence.

    figures: those in the sentence, for pages to say the same in other languages; None in points
        that were stored before alerts had them
    """

    kind: str
    since: float
    why: str
    figures: Figures | None = field(default=None, hash=False)  # a dictionary, which has none


@dataclass(frozen=True)
class View:
    """A class at time `t`, seconds since the epoch.

    counted: students whose labels have been counted in this class, whether here or not;
    seen: students whose face is read at this moment, and
    waiting: those of them who will be counted once they are as many as may be shown; all three are
    None while too few students are here or when the class has no cameras;
    shares: emotion (or "other") -> multiples of 1/STEPS that add up to 1, largest first, or None
    when hidden or when the class has no cameras;
    valence: -1..1, share of pleasant minus share of unpleasant;
    pace: word -> number of students, or None when hidden;
    suppressed: why something is hidden;
    named: the students who chose to be seen;
    asked: the newest question, for a while after it closed.
    """

    t: float
    students: int = 0
    counted: int | None = None
    seen: int | None = None
    shares: dict[str, float] | None = None
    suppressed: str | None = None
    valence: float | None = None
    pace: dict[str, int] | None = None
    waiting: int | None = None
    help: tuple[Hand, ...] = ()
    named: tuple[Named, ...] = ()
    alerts: tuple[Alert, ...] = ()
    asked: Asked | None = None

    def later(self, seconds: float) -> View:
        """The same with all its times so much later, or earlier."""
        hands = (replace(hand, since=hand.since + seconds) for hand in self.help)
        alerts = (replace(alert, since=alert.since + seconds) for alert in self.alerts)
        asked = self.asked and self.asked.later(seconds)
        return replace(
            self, t=self.t + seconds, help=tuple(hands), alerts=tuple(alerts), asked=asked
        )

    def same_as(self, other: View) -> bool:
        """True if only the time differs."""
        return replace(self, t=other.t) == other

    def to_dict(self) -> dict[str, object]:
        """The message of the contract."""
        lists = {
            name: [dict(vars(each)) for each in getattr(self, name)]
            for name in ("help", "named", "alerts")
        }
        asked = self.asked and dict(vars(self.asked))
        # Without asdict, which would copy all the rest too, every second.
        return {**vars(self), **lists, "asked": asked}


def shown_seconded(seconded: Mapping[str, int], min_students: int) -> dict[str, int]:
    """How many second a post, of those posts that as many as may be shown do."""
    return {id: count for id, count in seconded.items() if count >= min_students}


def make_view(
    t: float, mode: str, min_students: int, tally: Tally, labels: Labels = SHIPPED
) -> View:
    """Everything that may be known about a class that counts this."""
    named = tuple(_of_known(each, labels) for each in tally.named)
    view = View(t, students=tally.students, help=tally.hands, named=named)
    if tally.asked is not None:
        # Of those who answered, as many as may be shown: how many have not, nobody gets to know
        # before. A student who has answered may be gone since, which changes nothing.
        answered = sum((tally.asked.answers or {}).values())
        hidden = replace(tally.asked, answers=None)
        view = replace(view, asked=tally.asked if answered >= min_students else hidden)
    if view.students < min_students:
        return replace(view, suppressed=FEW_STUDENTS)
    view = replace(view, pace={word: tally.paces.get(word, 0) for word in PACES})
    if mode != "camera":
        return view
    view = replace(view, counted=tally.grouped, seen=tally.seen, waiting=tally.waiting)
    if sum(tally.emotions.values()) < min_students:
        return replace(view, suppressed=FEW_FACES)
    shares = _shares(tally.emotions, labels)
    # From the folded and rounded shares: whatever they hide, the valence hides too.
    looks = labels.looks(shares)
    return replace(view, shares=shares, valence=round(looks.happy - looks.unhappy, 2))


def _of_known(named: Named, labels: Labels) -> Named:
    """Without an emotion that has no name here."""
    is_known = named.emotion in labels.valences
    return named if is_known else replace(named, emotion=None)


def _shares(emotions: Mapping[str, int], labels: Labels) -> dict[str, float]:
    """Shares, largest first; an emotion that is unknown, or that one student alone has, goes into
    "other"."""
    named = {
        emotion: count
        for emotion, count in emotions.items()
        if count > 1 and emotion in labels.valences
    }
    others = sum(emotions.values()) - sum(named.values())
    counts = named | ({OTHER: others} if others else {})
    # Equal shares in the order of their names: the order in which students came tells of the first.
    steps = sorted(_in_steps(counts).items(), key=lambda item: (-item[1], item[0]))
    return {name: count / STEPS for name, count in steps if count}


def _in_steps(counts: Mapping[str, int]) -> dict[str, int]:
    """STEPS seats for these votes, by the method of largest remainders (Hare and Niemeyer)."""
    total = sum(counts.values())
    steps = {name: STEPS * count // total for name, count in counts.items()}
    by_remainder = sorted(counts, key=lambda name: (-(STEPS * counts[name] % total), name))
    for name in by_remainder[: STEPS - sum(steps.values())]:
        steps[name] += 1
    return steps
