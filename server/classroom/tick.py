"""The tick: tell the other processes what came, hear from them, and fold the classes led here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from server.classroom.leader import Fold, Leader
from server.classroom.live import LiveClasses
from server.domain.labels import Labels
from server.domain.session import ClassSession
from server.domain.timeline import Point
from server.domain.told import Told
from server.domain.view import View
from server.sharing.exchange import Exchange, Meeting, State
from server.storage.journal import Journal


@dataclass(frozen=True)
class TickResult:
    """What a tick brought, by the codes of the classes.

    views, points: what the teachers of a class are to be shown;
    watched_elsewhere: of those, the classes with a teacher who is connected to another process;
    failed: what kept this process from folding a class; the others do not suffer for it;
    ended: classes that were live in this process;
    renewed: classes whose older keys open nothing any more;
    rewritten: classes of which a note was changed or deleted, by a request to this process;
    told: what teachers have told the class, in any process.
    """

    views: dict[str, View] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    watched_elsewhere: set[str] = field(default_factory=set)
    failed: dict[str, Exception] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    renewed: list[ClassSession] = field(default_factory=list)
    rewritten: list[ClassSession] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)


class TickEngine:
    """Folds the live classes that this process leads.

    write_end: keeps that a class was over at a time;
    labels: the emotions that this process shows by their names.
    """

    def __init__(
        self,
        live: LiveClasses,
        exchange: Exchange,
        journal: Journal,
        write_end: Callable[[str, float], None],
        labels: Labels,
    ) -> None:
        self._live = live
        self._exchange = exchange
        self._journal = journal
        self._write_end = write_end
        self._labels = labels

    def tick(self, now: float, wall: float) -> TickResult:
        """Tell and hear what came since the last tick, and fold the classes that are ours."""
        live = self._live.by_code
        snapshots = {code: each.snapshot(now) for code, each in live.items()}
        folds: dict[str, Fold] = {}
        states: dict[str, State] = {}
        failed: dict[str, Exception] = {}
        meetings = self._exchange.meet(snapshots, now)
        for code, meeting in meetings.items():
            try:
                if code in live and (fold := self._attend(code, meeting, now, wall)):
                    states[code] = fold.leader.to_dict(now)
                    folds[code] = fold
            except Exception as error:  # whatever it is, it is this class's alone
                failed[code] = error
                if code in live and (leader := live[code].leader):
                    leader.shown = None  # once the class can be folded, it is shown anew
        for code, fold in folds.items():
            if fold.words:
                self._exchange.tell(code, fold.words, now)
        kept = self._exchange.commit(
            states,
            {
                code: fold.view.to_dict()
                for code, fold in folds.items()
                if fold.leader.is_news(fold.view)
            },
        )
        result = TickResult(
            failed=failed,
            ended=self._live.ended,
            renewed=self._live.renewed,
            rewritten=self._live.rewritten,
            told={code: meeting.told for code, meeting in meetings.items()},
        )
        for code in kept:
            view, point = folds[code].leader.show(folds[code], now)
            if view:
                result.views[code] = view
            if point:
                result.points[code] = point
            if folds[code].is_watched_elsewhere:
                result.watched_elsewhere.add(code)
        over = [code for code in kept if folds[code].is_over]
        # Asked again, as somebody may have come while the exchange was asked.
        self.leave([code for code in (*over, *failed) if code in live and live[code].is_empty])
        # Last: if this tick fails, the next one tells of it.
        self._live.ended, self._live.renewed, self._live.rewritten = [], [], []
        return result

    def leave(self, codes: Collection[str]) -> None:
        """This process goes on with these classes no more: others may lead them."""
        for code in codes:
            self._live.remove(code)
        self._exchange.leave(codes)

    def _attend(self, code: str, meeting: Meeting, now: float, wall: float) -> Fold | None:
        """What the meeting says of a live class, folded if this process leads it."""
        live = self._live.by_code[code]
        if meeting.ended:
            # Without a last point: whoever ended it may have wanted that nothing is kept.
            del self._live.by_code[code]
            self._live.ended.append(code)
            self._write_end(code, wall)  # too, because whoever ended it may have died of it
            return None
        if not meeting.leads:
            live.leader = None
            if live.is_empty:
                del self._live.by_code[code]
            return None
        if live.leader is None or meeting.state is not None:
            live.leader = Leader.after(meeting.state, live.session, now, self._labels)
        fold = live.leader.fold(meeting, live.teachers, live.is_empty, now, wall)
        if fold.point:
            self._journal.add_points([(code, fold.point)])
        return fold
