"""Partials -> the View that a teacher sees.

What is hidden, folded and rounded is decided here and nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from server.domain.labels import OTHER, PACES, VALENCE
from server.domain.room import Hand, Partial

FEW_STUDENTS = "few_students"  # fewer students are here than may be shown anything about
FEW_FACES = "few_faces"  # enough students, but too few of them with a face that was read


@dataclass(frozen=True)
class View:
    """A class at time `t`, seconds since the epoch.

    seen: students behind the shares, or None while too few are here;
    shares: emotion (or "other") -> 0..1, adding up to 1 but for rounding, or None when hidden or
    when the class has no cameras;
    valence: -1..1, share of pleasant minus share of unpleasant;
    pace: word -> number of students, or None when hidden;
    suppressed: why something is hidden.
    """

    t: float
    students: int = 0
    seen: int | None = None
    shares: dict[str, float] | None = None
    suppressed: str | None = None
    valence: float | None = None
    pace: dict[str, int] | None = None
    help: tuple[Hand, ...] = ()
    alerts: tuple[dict, ...] = ()

    def same_as(self, other: View) -> bool:
        """True if only the time differs."""
        return replace(self, t=other.t) == other

    def to_dict(self) -> dict:
        """The message of the contract."""
        return asdict(self)


def make_view(t: float, mode: str, min_students: int, partials: Iterable[Partial]) -> View:
    """Everything that may be known about a class whose processes report these partials."""
    partials = list(partials)
    students = sum(partial.students for partial in partials)
    hands = sorted((hand for p in partials for hand in p.hands), key=lambda hand: hand.since)
    emotions = sum((Counter(partial.emotions) for partial in partials), Counter())
    paces = sum((Counter(partial.paces) for partial in partials), Counter())
    if students < min_students:
        return View(t, students, suppressed=FEW_STUDENTS, help=tuple(hands))
    pace = {word: paces[word] for word in PACES}
    if mode != "camera":
        return View(t, students, pace=pace, help=tuple(hands))
    seen = emotions.total()
    if min(seen, sum(partial.seen for partial in partials)) < min_students:
        return View(t, students, seen, suppressed=FEW_FACES, pace=pace, help=tuple(hands))
    shares = _shares(emotions)
    # From the folded shares: whatever they hide, the valence hides too.
    valence = sum(VALENCE.get(emotion, 0) * share for emotion, share in shares.items())
    shares = {emotion: round(share, 2) for emotion, share in shares.items()}
    return View(t, students, seen, shares, None, round(valence, 2), pace, tuple(hands))


def _shares(emotions: Counter[str]) -> dict[str, float]:
    """Shares, largest first; an emotion that one student alone has goes into "other"."""
    total = emotions.total()
    # Equal shares in the order of their names: the order in which students came tells of the first.
    order = sorted(emotions.items(), key=lambda item: (-item[1], item[0]))
    named = {emotion: count for emotion, count in order if count > 1}
    shares = {emotion: count / total for emotion, count in named.items()}
    rest = total - sum(named.values())
    return shares | ({OTHER: rest / total} if rest else {})
