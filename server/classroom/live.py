"""The classes that somebody is connected to in this process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.classroom.leader import Leader
from server.domain.seats import LONG_AGO, Seats
from server.domain.session import ClassSession
from server.storage.journal import Journal


@dataclass
class LiveClass:
    """A class with somebody connected to this process, or with groups that have to be kept."""

    session: ClassSession
    seats: Seats = field(default_factory=Seats)
    teachers: int = 0
    leader: Leader | None = None  # while this process leads it
    # When a teacher last took down the pace or the hands; None until the exchange has told.
    cleared: Mapping[str, float] | None = None

    @property
    def is_empty(self) -> bool:
        """Nobody is connected, nor may be back in a moment."""
        return not self.seats and not self.teachers

    def take_down(self, cleared: Mapping[str, float]) -> list[str]:
        """What a teacher has taken down since this was asked last goes down, and is returned."""
        # The first time nothing does: whoever came before has said it since.
        known = cleared if self.cleared is None else self.cleared
        # Later ones alone: what a tick has heard may be older than what was asked here since.
        news = {what: at for what, at in cleared.items() if at > known.get(what, LONG_AGO)}
        for what in news:
            self.seats.clear(what)
        self.cleared = {**known, **news}
        return list(news)


class LiveClasses:
    """The live classes of this process, `by_code`, and what the next tick has to tell of them.

    ended: codes of those that are over;
    renewed: those whose older keys open nothing any more.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.by_code: dict[str, LiveClass] = {}
        self.ended: list[str] = []
        self.renewed: list[ClassSession] = []

    def enter(self, session: ClassSession) -> LiveClass:
        """The live class that somebody comes to, who may be the first one."""
        return self.by_code.setdefault(session.code, LiveClass(session))

    def remove(self, code: str) -> None:
        """Nobody is left here; what this process has recorded of the class is kept."""
        live = self.by_code.pop(code, None)
        if live and live.leader and (point := live.leader.recorder.close()):
            self._journal.add_points([(code, point)])

    def renew_key(self, code: str, number: int) -> None:
        """Only keys from this number on open the class, wherever that was decided."""
        live = self.by_code.get(code)
        if live is not None and number > live.session.key_number:
            live.session = replace(live.session, key_number=number)
            self.renewed.append(live.session)
