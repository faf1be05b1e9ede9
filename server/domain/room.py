"""The seats of one class in this process, folded into a Partial once a tick.

The students behind the published shares are called the cohort. Nobody may learn a student's label
from the change that this student's coming or going makes, so nobody enters or leaves the cohort
that is shown alone: whoever comes alone waits outside it until somebody else comes, and whoever
goes alone is counted on with the last label until somebody else goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.messages import Help, Label

LABEL_INTERVAL = 5.0  # seconds: how often a browser repeats an unchanged label
LABEL_LIFETIME = 20.0  # seconds after which a label that is not repeated says nothing any more
SEAT_GRACE = 10.0  # seconds that a seat is kept for a student whose connection dropped


@dataclass(frozen=True)
class Hand:
    """A student who asked for help: `since` in seconds since the epoch, a name only if given."""

    since: float
    name: str | None


@dataclass(frozen=True)
class Partial:
    """What one process knows about a class now; partials of several processes add up."""

    students: int = 0
    seen: int = 0  # students whose face is read at this moment
    emotions: Mapping[str, int] = field(default_factory=dict)  # of the cohort
    paces: Mapping[str, int] = field(default_factory=dict)
    hands: tuple[Hand, ...] = ()


@dataclass
class _Seat:
    connection: str
    label: Label | None = None
    labelled_at: float = 0.0
    pace: str | None = None
    hand: Hand | None = None
    dropped_at: float | None = None

    def emotion(self, now: float) -> str | None:
        if self.label is None or now - self.labelled_at > LABEL_LIFETIME:
            return None
        return self.label.emotion


class Room:
    """Every method takes the seat that the connection proved to own."""

    def __init__(self) -> None:
        self._seats: dict[str, _Seat] = {}
        self._cohort: dict[str, str] = {}  # seat -> emotion, in the newest partial
        self._shown: dict[str, str] = {}  # the same, when shares were last shown

    def join(self, seat: str, connection: str) -> str | None:
        """Take a seat, newly or again; returns the connection that had it before, if any."""
        known = self._seats.get(seat)
        if known is None:
            self._seats[seat] = _Seat(connection)
            return None
        previous = known.connection if known.dropped_at is None else None
        known.connection, known.dropped_at = connection, None
        return previous

    def drop(self, seat: str, connection: str, now: float) -> None:
        """A connection ended; the seat is kept for a while unless another connection has it."""
        known = self._seats.get(seat)
        if known is not None and known.connection == connection:
            known.dropped_at = now

    def leave(self, seat: str) -> None:
        """The student left for good."""
        self._seats.pop(seat, None)

    def set_label(self, seat: str, label: Label, now: float) -> None:
        """The newest label replaces the one before."""
        self._seats[seat].label, self._seats[seat].labelled_at = label, now

    def set_pace(self, seat: str, pace: str | None) -> None:
        """The newest pace word replaces the one before; None takes it back."""
        self._seats[seat].pace = pace

    def set_help(self, seat: str, help: Help, now: float) -> None:
        """Raise the hand (keeping its place in the queue when it is up) or lower it."""
        known = self._seats[seat]
        since = known.hand.since if known.hand else now
        known.hand = Hand(since, help.name) if help.on else None

    @property
    def empty(self) -> bool:
        """Nobody has a seat here."""
        return not self._seats

    def partial(self, now: float, shown: bool) -> Partial:
        """Fold the seats; `shown` says whether the partial before this one went into shares."""
        if shown:
            self._shown = self._cohort
        for seat, known in list(self._seats.items()):
            if known.dropped_at is not None and now - known.dropped_at > SEAT_GRACE:
                del self._seats[seat]
        seats = self._seats.values()
        emotions = {
            seat: emotion
            for seat, known in self._seats.items()
            if (emotion := known.emotion(now)) is not None
        }
        self._cohort = self._next_cohort(emotions)
        return Partial(
            students=len(self._seats),
            seen=len(emotions),
            emotions=Counter(self._cohort.values()),
            paces=Counter(known.pace for known in seats if known.pace),
            hands=tuple(sorted((s.hand for s in seats if s.hand), key=lambda hand: hand.since)),
        )

    def _next_cohort(self, emotions: dict[str, str]) -> dict[str, str]:
        came, gone = emotions.keys() - self._shown.keys(), self._shown.keys() - emotions.keys()
        cohort = dict(emotions)
        if self._shown and len(came) == 1:
            cohort.pop(*came)
        if len(gone) == 1:
            cohort |= {seat: self._shown[seat] for seat in gone}
        return cohort
