"""The seats of one class in this process, folded into a Partial once a tick.

Nobody may learn a student's label from what this student's coming or going changes. Therefore
labels are counted in groups. A group is made of all who wait to be counted, once they are as many
as may be shown; who belongs to it never changes. It is counted whole or not at all, and a member
who turns away, pauses or leaves is counted on with the last label: nothing that is shown tells
that from sitting still. docs/privacy.md states what follows from this, and what does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.messages import Help, Label

LABEL_INTERVAL = 5.0  # seconds: how often a browser repeats an unchanged label
LABEL_LIFETIME = 20.0  # seconds for which a face counts as read after its last label
SEAT_GRACE = 10.0  # seconds that a seat is kept for a student whose connection dropped
PACE_LIFETIME = 300.0  # seconds: the pace of five minutes ago is another part of the lesson
REGROUP = 300.0  # seconds without anything shown after which groups are made anew


@dataclass(frozen=True)
class Hand:
    """A student who asked for help: `since` in seconds since the epoch, a name only if given."""

    since: float
    name: str | None


@dataclass(frozen=True)
class Named:
    """A student who chose to be seen by name; emotion and pace None where there is none now."""

    name: str
    emotion: str | None
    pace: str | None


@dataclass(frozen=True)
class Partial:
    """What one process knows about a class now; partials of several processes add up."""

    students: int = 0
    grouped: int = 0  # students in groups, whether here or not
    seen: int = 0  # those of them whose face is read at this moment
    emotions: Mapping[str, int] = field(default_factory=dict)  # of the groups that are counted
    paces: Mapping[str, int] = field(default_factory=dict)
    hands: tuple[Hand, ...] = ()
    named: tuple[Named, ...] = ()


@dataclass
class _Seat:
    connection: str
    dropped_at: float | None = None
    emotion: str | None = None
    read_at: float = float("-inf")  # when the emotion came
    pace: str | None = None
    paced_at: float = 0.0
    hand: Hand | None = None
    name: str | None = None  # only while the student wants to be seen by it

    def emotion_now(self, now: float) -> str | None:
        return self.emotion if now - self.read_at <= LABEL_LIFETIME else None

    def pace_now(self, now: float) -> str | None:
        return self.pace if now - self.paced_at <= PACE_LIFETIME else None


class Room:
    """Every method takes the seat that the connection proved to own.

    min_students: how many students a group has at least.
    """

    def __init__(self, min_students: int) -> None:
        self._min_students = min_students
        self._seats: dict[str, _Seat] = {}
        self._groups: list[dict[str, str]] = []  # seat -> last emotion of each member
        self._known: set[str] = set()  # seats that the teacher has seen by name
        self._shown_at = float("-inf")

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
        """The newest emotion replaces the one before; a label without one only lets it grow old."""
        if label.emotion is not None:
            self._seats[seat].emotion, self._seats[seat].read_at = label.emotion, now

    def set_pace(self, seat: str, pace: str | None, now: float) -> None:
        """The newest pace word replaces the one before; None takes it back."""
        self._seats[seat].pace, self._seats[seat].paced_at = pace, now

    def set_help(self, seat: str, help: Help, now: float) -> None:
        """Raise the hand (keeping its place in the queue when it is up) or lower it."""
        known = self._seats[seat]
        since = known.hand.since if known.hand else now
        known.hand = Hand(since, help.name) if help.on else None

    def set_name(self, seat: str, name: str | None) -> None:
        """Show the student by this name from now on, or no more."""
        self._seats[seat].name = name

    def clear_paces(self) -> None:
        """Forget all pace words."""
        for known in self._seats.values():
            known.pace = None

    def clear_hands(self) -> None:
        """Lower all hands."""
        for known in self._seats.values():
            known.hand = None

    def is_over(self, now: float) -> bool:
        """Nobody has a seat here, and no group has to be remembered any more."""
        return not self._seats and now - self._shown_at > REGROUP

    def partial(self, now: float, shown: bool) -> Partial:
        """Fold the seats; `shown` says whether the partial before this one went into shares."""
        for seat, known in list(self._seats.items()):
            if known.dropped_at is not None and now - known.dropped_at > SEAT_GRACE:
                del self._seats[seat]
        if shown:
            self._shown_at = now
        read = {
            seat: emotion
            for seat, known in self._seats.items()
            if (emotion := known.emotion_now(now)) is not None
        }
        self._update_groups(read, now)
        counted = [group for group in self._groups if self._is_counted(group, read)]
        seats = self._seats.values()
        return Partial(
            students=len(self._seats),
            grouped=sum(len(group) for group in self._groups),
            seen=sum(len(read.keys() & group.keys()) for group in self._groups),
            emotions=sum((Counter(group.values()) for group in counted), Counter()),
            paces=Counter(pace for known in seats if (pace := known.pace_now(now))),
            hands=tuple(sorted((s.hand for s in seats if s.hand), key=lambda hand: hand.since)),
            named=tuple(
                sorted(
                    (
                        Named(known.name, known.emotion_now(now), known.pace_now(now))
                        for known in seats
                        if known.name
                    ),
                    key=lambda named: named.name,
                )
            ),
        )

    def _update_groups(self, read: Mapping[str, str], now: float) -> None:
        named = {seat for seat, known in self._seats.items() if known.name}
        self._known |= named
        waiting = {seat: emotion for seat, emotion in read.items() if seat not in named}
        for group in self._groups:
            group |= {seat: read[seat] for seat in read.keys() & group.keys()}
            for seat in group:
                waiting.pop(seat, None)
        if self._groups and now - self._shown_at > REGROUP:
            self._groups, self._known = [], named
        elif self._hides(waiting):
            if not self._groups:
                self._shown_at = now  # from here on there is something to remember
            self._groups.append(waiting)

    def _is_counted(self, group: Mapping[str, str], read: Mapping[str, str]) -> bool:
        """Decided by who is there and whose face is read, never by the labels themselves."""
        # Labels of those who are gone must not outweigh those of the others.
        return self._hides(group) and 2 * len(read.keys() & group.keys()) > len(group)

    def _hides(self, group: Mapping[str, str]) -> bool:
        """Enough students to hide each other: whoever was seen by name hides nobody."""
        return len(group.keys() - self._known) >= self._min_students
