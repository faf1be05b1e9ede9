"""What processes share about now: their snapshots of each class, and which process leads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypedDict

from server.domain.alerts import WatchState
from server.domain.room import RoomState
from server.domain.seats import Snapshot
from server.domain.told import NOTHING, Told, Word

# Of what processes tell each other, and of the state that a leader leaves behind. A release that
# gives a field another meaning, or takes one away, has a number of its own. What has another
# number, or cannot be read, counts as if it were not there: processes of both releases go on, each
# with its own students, until the last one is replaced. Fields that a release does not know, it
# leaves out.
FORMAT = 2


class ExchangeError(Exception):
    """What the processes share cannot be reached now."""


class State(TypedDict):
    """What a leader leaves behind of a class."""

    room: RoomState
    alerts: dict[str, WatchState]


@dataclass(frozen=True)
class Meeting:
    """What a process gets to know of a class when it tells what it knows itself.

    ended: the class is over;
    told: what teachers have told the class, by the clock of this process; a word keeps its time
        until there is a newer one on the same thing;
    leads: this process is the leader, which folds the class; otherwise all that follows is empty;
    snapshots: of all processes;
    state: what the leader before left behind, None if that was this process or nobody.
    """

    ended: bool = False
    told: Told = NOTHING
    leads: bool = False
    snapshots: Collection[Snapshot] = ()
    state: State | None = None


class Exchange(Protocol):
    """Each method raises ExchangeError when what is shared cannot be reached."""

    def meet(self, snapshots: Mapping[str, Snapshot], now: float) -> Mapping[str, Meeting]:
        """Tell what this process knows of its classes, by their codes; called once a tick."""

    def commit(
        self, states: Mapping[str, State], views: Mapping[str, dict[str, object]]
    ) -> Collection[str]:
        """Leave behind the state of each class that this process has just folded, by their codes.

        views: those that changed. Returns the codes of the classes that this process
        leads still; nothing may be told of the others.
        """

    def view(self, code: str) -> dict[str, object] | None:
        """The newest view of a class."""

    def live(self, codes: Iterable[str]) -> Collection[str]:
        """Those of the classes that somebody is or just was connected to in any process."""

    def tell(
        self, code: str, words: Mapping[str, str], now: float, ago: float = 0.0, over: str = ""
    ) -> Told | None:
        """Words to the class, `ago` seconds old; all processes hear them when they meet.

        over: what nobody may have told anything else of since; of what somebody has, nothing is
        told. Returns what is told; None if the class has ended.
        """

    def told(self, code: str, now: float) -> Told:
        """What was told in a class that this process does not meet yet, as in Meeting."""

    def has_ended(self, code: str) -> bool:
        """Whether a process has ended the class, even if this one has not met it since."""

    def end(self, code: str) -> None:
        """The class is over in all processes."""

    def leave(self, codes: Iterable[str]) -> None:
        """This process will not fold these classes any more."""

    def check(self) -> None:
        """Raises ExchangeError if what is shared cannot be reached now."""

    def close(self) -> None:
        """Leave what is shared; whatever is asked for later connects anew."""


class LocalExchange:
    """For one process alone, which leads all classes."""

    def __init__(self) -> None:
        self._views: dict[str, dict[str, object]] = {}
        self._told: defaultdict[str, dict[str, Word]] = defaultdict(dict)

    def meet(self, snapshots: Mapping[str, Snapshot], now: float) -> Mapping[str, Meeting]:
        return {
            code: Meeting(told=self.told(code, now), leads=True, snapshots=[snapshot])
            for code, snapshot in snapshots.items()
        }

    def commit(
        self, states: Mapping[str, State], views: Mapping[str, dict[str, object]]
    ) -> Collection[str]:
        self._views |= views
        return states.keys()

    def view(self, code: str) -> dict[str, object] | None:
        return self._views.get(code)

    def live(self, codes: Iterable[str]) -> Collection[str]:
        return ()  # the one process knows by itself

    def tell(
        self, code: str, words: Mapping[str, str], now: float, ago: float = 0.0, over: str = ""
    ) -> Told | None:
        known = self._told[code]
        told = {
            what: Word(value, now - ago)
            for what, value in words.items()
            if not over or what not in known or known[what].value == over
        }
        known |= told
        return Told(told)

    def told(self, code: str, now: float) -> Told:
        return Told(dict(self._told.get(code, {})))

    def has_ended(self, code: str) -> bool:
        return False  # the one process knows by itself

    def end(self, code: str) -> None:
        self.leave([code])
        self._told.pop(code, None)

    def leave(self, codes: Iterable[str]) -> None:
        for code in codes:
            self._views.pop(code, None)

    def check(self) -> None:
        pass

    def close(self) -> None:
        pass
