"""What was done and what teachers were shown -> whether that is so, and how soon it was again.

The truth is known as two numbers: how many students have a seat for certain, and how many may have
one. They are equal as soon as nobody came, went or was lost for a while. Whoever says goodbye is
gone at once; whoever is lost keeps the seat for the grace; whoever fell asleep without a word is
lost when a ping got no answer.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from server.app import PING_INTERVAL, PING_TIMEOUT
from server.domain.seats import SEAT_GRACE
from server.domain.timeline import POINT_SECONDS
from server.domain.view import STEPS

TICK_SECONDS = 1.0
LAG = 4 * TICK_SECONDS  # for the seats of one process to be in a view that another one makes
# Seconds for which a dead connection can seem alive: engineio looks for pings without an answer
# once in PING_TIMEOUT.
UNNOTICED = PING_INTERVAL + PING_TIMEOUT + PING_TIMEOUT
# Within which a student must have been connected to be counted, come what may: the 60 s that these
# rules make, and as long as a fault can hold up what they do.
EVER = UNNOTICED + SEAT_GRACE + 15
LAST_EVENTS = 2000  # that are remembered, of all classes
NEVER = float("-inf")
STILL = float("inf")

Line = dict[str, Any]  # of bench/soak.mjs: what happened to a page, and when


class Violation(Exception):
    """Something that must not happen did; the text says what."""


@dataclass
class _Seat:
    """Someone whom the server may count. A try without a seat may get one, known to nobody."""

    welcomed: float | None = None  # when it last was, None while it is not connected
    over: float = STILL  # when its connection ended
    until: float = NEVER  # when the last connection that got lost is forgotten, goodbye or not

    def may_count(self, t: float) -> bool:
        return max(self.over, self.until) + LAG >= t


@dataclass
class _Page:
    """An open page; of a student's, `seat` is the key of what the server may count."""

    role: str
    code: str
    opened: float
    seat: str = ""
    connected: list[float] = field(default_factory=list)  # times
    lost: list[float] = field(default_factory=list)  # times; before the first connection as well
    views: list[tuple[float, float]] = field(default_factory=list)  # when they came, their own t
    polls: bool = False  # it did when it was last connected
    is_gone: bool = False

    @property
    def is_connected(self) -> bool:
        return self.offline_since is None

    @property
    def offline_since(self) -> float | None:
        """None while it is connected; tries that failed meanwhile do not count."""
        if not self.connected:
            return self.opened
        return next((t for t in self.lost if t > self.connected[-1]), None)


@dataclass
class ClassRecord:
    """What is known of one class."""

    min_students: int
    seats: dict[str, _Seat] = field(default_factory=dict)
    points: dict[float, dict[str, Any]] = field(default_factory=dict)  # by t, as a history had them
    written: dict[float, float] = field(default_factory=dict)  # by t, since when all know the point
    confirmed: dict[str, float] = field(default_factory=dict)  # notes, and when
    asked: set[str] = field(default_factory=set)  # notes whose answer did not come


@dataclass(frozen=True)
class Resumed:
    """How one teacher's page fared in a fault, in seconds.

    reconnecting: from the loss of its connection to the next one, None if it kept it;
    waited: from then on, or from the fault's end, to a view that was made since;
    silence: the longest time between two views.
    """

    code: str
    reconnecting: float | None
    waited: float
    silence: float


@dataclass
class Counts:
    """How much was looked at."""

    views: int = 0
    bounded: int = 0  # views in calm times, between what is certain and what may be
    exact: int = 0  # of those, with nothing between the two
    histories: int = 0
    replaced: int = 0  # points of the current ten seconds
    notes: int = 0
    lost_notes: int = 0  # confirmed within the second before a process was killed
    students: int = 0
    losses: int = 0
    naps: int = 0
    retries: int = 0  # refusals that the page got over by itself


class Witness:
    """Takes lines in the order in which they come; raises Violation."""

    def __init__(self, classes: dict[str, int]) -> None:
        """classes: their codes and how many students each has to have to be shown shares."""
        self.classes = {code: ClassRecord(least) for code, least in classes.items()}
        self.pages: dict[int, _Page] = {}
        self.counts = Counts()
        self.calm_since = STILL
        self.kills: list[float] = []
        self.last: deque[Line] = deque(maxlen=LAST_EVENTS)  # what just happened

    def take(self, line: Line) -> None:
        """One line of bench/soak.mjs."""
        if line["what"] in ("view", "history"):
            data = line["data"]
            brief = {"t": data["t"], "students": data.get("students")}
            self.last.append({**line, "data": brief})
        else:
            self.last.append(line)
        page = self.pages.setdefault(line["page"], _Page(line["role"], line["code"], line["at"]))
        getattr(self, f"_on_{line['what']}")(page, self.classes[line["code"]], line)

    # What a page says of its connection

    def _on_try(self, page: _Page, record: ClassRecord, line: Line) -> None:
        if page.role == "teacher":
            return
        # Each try without a seat may be given one, even if the page never hears of it.
        page.seat = line["seat"] or f"try {line['page']} {line['at']}"
        record.seats.setdefault(page.seat, _Seat()).over = STILL

    def _on_welcome(self, page: _Page, record: ClassRecord, line: Line) -> None:
        seat = record.seats.pop(page.seat)
        self.counts.students += page.seat != line["seat"]
        page.seat = line["seat"]
        seat.welcomed = line["at"]
        record.seats[page.seat] = seat

    def _on_connected(self, page: _Page, record: ClassRecord, line: Line) -> None:
        page.connected.append(line["at"])
        page.polls = line["transport"] == "polling"

    def _on_failed(self, page: _Page, record: ClassRecord, line: Line) -> None:
        self.counts.retries += line["retry"]
        self._on_lost(page, record, line)

    def _on_lost(self, page: _Page, record: ClassRecord, line: Line) -> None:
        self.counts.losses += page.is_connected
        page.lost.append(line["at"])
        # Of one that polls, or that tried to, the server learns nothing when it is lost.
        unnoticed = UNNOTICED if page.polls or "poll" in line["reason"] else 0
        self._end(page, record, line["at"], unnoticed + SEAT_GRACE)

    def _on_asleep(self, page: _Page, record: ClassRecord, line: Line) -> None:
        self.counts.naps += 1
        page.is_gone = True
        self._end(page, record, line["at"], UNNOTICED + SEAT_GRACE)

    def _on_left(self, page: _Page, record: ClassRecord, line: Line) -> None:
        # Without a connection nobody hears the goodbye.
        page.is_gone = True
        self._end(page, record, line["at"], 0 if page.is_connected else SEAT_GRACE)

    def _end(self, page: _Page, record: ClassRecord, at: float, kept: float) -> None:
        seat = record.seats.get(page.seat)
        if seat is not None and seat.over == STILL:
            seat.over, seat.welcomed = at, None
            seat.until = max(seat.until, at + kept)

    def _on_refused(self, page: _Page, record: ClassRecord, line: Line) -> None:
        raise Violation(f"a {page.role}'s page was refused for good: {line['reason']}")

    def _on_error(self, page: _Page, record: ClassRecord, line: Line) -> None:
        if not line["message"].startswith("The server cannot do this just now"):
            raise Violation(f"a {page.role}'s page was told: {line['message']}")

    def _on_trouble(self, page: _Page, record: ClassRecord, line: Line) -> None:
        pass

    # What a teacher is shown

    def _on_view(self, page: _Page, record: ClassRecord, line: Line) -> None:
        view = line["data"]
        self.counts.views += 1
        page.views.append((line["at"], view["t"]))
        self._check_hidden(view, record.min_students)
        t, students = view["t"], view["students"]
        seats = list(self._forget_old(record))
        most = sum(1 for seat in seats if seat.over + EVER >= t)
        if students > most:
            raise Violation(
                f"{students} students are counted in {line['code']}, of whom only {most} "
                f"had a connection in the last {EVER:.0f} s"
            )
        if t < self.calm_since:
            return
        least = sum(1 for seat in seats if seat.welcomed and seat.welcomed + LAG <= t)
        most = sum(1 for seat in seats if seat.may_count(t))
        self.counts.bounded += 1
        self.counts.exact += least == most
        if not least <= students <= most:
            raise Violation(
                f"{students} students are counted in {line['code']} in calm times; "
                f"there are {least} to {most}"
            )

    def _check_hidden(self, view: dict[str, Any], min_students: int) -> None:
        shares = view["shares"]
        if shares is not None:
            steps = [STEPS * share for share in shares.values()]
            if abs(sum(steps) - STEPS) > 1e-6 or any(abs(n - round(n)) > 1e-6 for n in steps):
                raise Violation(f"shares that are not twentieths of one: {shares}")
        if view["students"] < min_students:
            shown = [key for key in ("shares", "valence", "pace", "seen", "counted") if view[key]]
            if shown or view["suppressed"] is None:
                raise Violation(f"shown with {view['students']} students: {shown}")

    def _forget_old(self, record: ClassRecord) -> Iterator[_Seat]:
        long_ago = time.time() - 5 * EVER
        record.seats = {key: seat for key, seat in record.seats.items() if seat.over > long_ago}
        yield from record.seats.values()

    # What is kept

    def _on_history(self, page: _Page, record: ClassRecord, line: Line) -> None:
        # While the database is away, none is to be had, which the page is told.
        if not line["data"]["points"]:
            return
        self.counts.histories += 1
        points = {point["t"]: point for point in line["data"]["points"]}
        now = line["data"]["t"]
        self._check_kept(line["code"], points, now)
        # The ten seconds that go on are replaced when another process becomes the leader.
        for t, point in points.items():
            self.counts.replaced += record.points.get(t, point) != point
            if t + POINT_SECONDS + LAG <= now:
                record.points[t] = point
                record.written.setdefault(t, now + LAG)

    def _check_kept(self, code: str, points: dict[float, dict[str, Any]], now: float) -> None:
        record = self.classes[code]
        for t, point in record.points.items():
            if t not in points:
                if now < record.written[t]:
                    continue  # one that a fault held up, and that only its own process knows
                raise Violation(f"a point of {code} is lost: {point}")
            if points[t] != point:
                raise Violation(f"a point of {code} was {point} and now is {points[t]}")

    def _on_noted(self, page: _Page, record: ClassRecord, line: Line) -> None:
        self.counts.notes += 1
        if line["confirmed"]:
            record.confirmed[line["text"]] = line["at"]
        else:
            record.asked.add(line["text"])

    def check_report(self, code: str, report: dict[str, Any]) -> None:
        """The final report has all of it."""
        record = self.classes[code]
        self._check_kept(code, {point["t"]: point for point in report["points"]}, STILL)
        texts = [marker["text"] for marker in report["markers"]]
        if len(set(texts)) != len(texts):
            raise Violation(f"a note of {code} is in the report more than once")
        if more := set(texts) - record.confirmed.keys() - record.asked:
            raise Violation(f"notes that nobody made: {more}")
        for text, at in record.confirmed.items():
            if text in texts:
                continue
            if not any(at <= kill <= at + 2 * TICK_SECONDS for kill in self.kills):
                raise Violation(f"a note of {code} that was confirmed at {at} is lost: {text}")
            self.counts.lost_notes += 1

    # How soon it is again

    def offline(self, since: float) -> list[str]:
        """Pages that should be connected and were not since then."""
        return [
            f"{page.role} {number}"
            for number, page in self.pages.items()
            if not page.is_gone and (page.offline_since or STILL) <= since
        ]

    def resumed(self, began: float, ended: float, dies: bool) -> list[Resumed] | None:
        """How each teacher's page fared in a fault; None if one of them waits still.

        dies: something died that others replace, so that nobody has to wait for the fault's end.
        """
        found = []
        for page in self.pages.values():
            if page.role != "teacher" or page.is_gone:
                continue
            since = began if dies else ended
            fresh = since
            reconnecting = None
            connected = (page.connected or [NEVER])[-1]
            if not page.is_connected:
                return None
            if connected > began:
                since = max(connected, since)
                # What it is shown at once is as new as a tick can make it.
                fresh = since - TICK_SECONDS
                if lost := [t for t in page.lost if began <= t < connected]:
                    reconnecting = connected - lost[0]
            views = (at for at, t in page.views if at >= since - 0.1 and t >= fresh)
            at = next(views, None)
            if at is None:
                return None
            seen = [came for came, _ in page.views if began - 3 <= came <= max(at, ended)]
            silence = max((b - a for a, b in pairwise(seen)), default=0.0)
            found.append(Resumed(page.code, reconnecting, max(0.0, at - since), silence))
        return found

    def forget_views(self, before: float) -> None:
        """Memory is not for ever."""
        for page in self.pages.values():
            page.views = [view for view in page.views if view[0] >= before]
