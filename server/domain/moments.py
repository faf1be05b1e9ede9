"""A class's points and questions -> the three sentences that tell it.

What students said comes before how they looked: looks are weak evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from server.domain.labels import SHIPPED, Labels
from server.domain.session import Marker
from server.domain.timeline import POINT_SECONDS, Point, mean_of_each
from server.domain.view import Asked

MOST = 3  # sentences: more are a list, which nobody remembers
TROUBLES = ("lost", "slow_down", "speed_up")  # the worst first
LEAST_SAID = 2  # students: one of a few is a share of many
TROUBLED = 1 / 5  # of the class, from which on alerts are given too
CONTENT = 1 / 3
NEARLY_NOBODY = 1 / 20
PAUSE = 60.0  # seconds: what stops for less has not stopped
LEAST_SECONDS = 60.0  # of a time that is called good, or unhappy
MANY_UNHAPPY = 0.3  # share of the faces
MORE_UNHAPPY = 0.15  # above what is usual in this class

Run = Sequence[Point]  # one at least


@dataclass(frozen=True)
class Moment:
    """Something that a report tells in one sentence; the contract says what is in its figures.

    note: the teacher's note before it, "" if there is none;
    asked: the question of the kind "asked", None with all others.
    """

    kind: str
    begins: float
    ends: float
    note: str
    figures: dict[str, float]
    asked: Asked | None = None


def find_moments(
    points: Sequence[Point],
    markers: Sequence[Marker],
    asked: Sequence[Asked],
    began: float,
    ends: float,
    labels: Labels = SHIPPED,
) -> tuple[Moment, ...]:
    """At most three moments of a class that went from `began` to `ends`, in the order of time."""
    said = [point for point in points if point.pace is not None]
    hardest = _hardest(said, markers) or _calm(said, began, ends)
    words = (hardest, _asked(asked, markers), _best(said, markers))
    found = [moment for moment in words if moment]
    if len(found) < MOST and (looks := _looks(points, markers, began, ends, labels)):
        found.append(looks)
    inside = [replace(m, begins=max(m.begins, began), ends=min(m.ends, ends)) for m in found]
    lasting = [moment for moment in inside if moment.begins < moment.ends]
    return tuple(sorted(lasting, key=lambda moment: moment.begins))


def note_before(markers: Sequence[Marker], t: float) -> str:
    """The text of the latest marker that has one and stands at `t` or before, or ""."""
    return next((m.text for m in reversed(markers) if m.text and m.t <= t), "")


def _hardest(points: Sequence[Point], markers: Sequence[Marker]) -> Moment | None:
    """The time in which most was said of the worst trouble that there was."""
    for word in TROUBLES:
        if runs := _runs(point for point in points if _is_said(point, word, TROUBLED)):
            heaviest = max(runs, key=lambda run: sum(_count(point, word) for point in run))
            return _of_run(word, heaviest, markers, _most(heaviest, word))
    return None


def _best(points: Sequence[Point], markers: Sequence[Marker]) -> Moment | None:
    """The longest time in which it was just right for many, and nobody had any trouble."""
    longest = _longest(_runs(point for point in points if _is_good(point)))
    return _of_run("fine", longest, markers, _most(longest, "fine")) if longest else None


def _calm(points: Sequence[Point], began: float, ends: float) -> Moment | None:
    """The whole class, of which no trouble was told, if anything was."""
    return Moment("calm", began, ends, "", _most(points, "lost")) if points else None


def _asked(asked: Sequence[Asked], markers: Sequence[Marker]) -> Moment | None:
    """The question that most answered, and the latest of those."""
    answered = [each for each in asked if each.answers and any(each.answers.values())]
    if not answered:
        return None
    most = max(answered, key=lambda each: (sum((each.answers or {}).values()), each.t))
    return Moment("asked", most.t, most.until, note_before(markers, most.t), {}, most)


def _looks(
    points: Sequence[Point],
    markers: Sequence[Marker],
    began: float,
    ends: float,
    labels: Labels,
) -> Moment | None:
    """The longest time in which more faces than usual looked unhappy, or what most looked like."""
    shown = [point for point in points if point.shares]
    if not shown:
        return None

    def unhappy(point: Point) -> float:
        return labels.looks(point.shares or {}).unhappy

    usual = fmean(map(unhappy, shown))
    limit = max(usual + MORE_UNHAPPY, MANY_UNHAPPY)
    if longest := _longest(_runs(point for point in shown if unhappy(point) >= limit)):
        share = round(fmean(map(unhappy, longest)), 2)
        return _of_run("unhappy", longest, markers, {"share": share})
    means = labels.looks(mean_of_each([point.shares for point in shown], 2) or {})
    most = "happy" if means.happy >= means.neutral else "neutral"
    share = round(max(means.happy, means.neutral), 2)
    return Moment(most, began, ends, "", {"share": share}) if share > usual else None


def _runs(points: Iterable[Point]) -> Sequence[Run]:
    """The points in runs: what is less than a pause apart is one."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.t - (runs[-1][-1].t + POINT_SECONDS) < PAUSE:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def _longest(runs: Sequence[Run]) -> Run | None:
    """The longest run, if it is long enough to be called a time of the class."""
    longest = max(runs, key=_seconds, default=None)
    return longest if longest and _seconds(longest) >= LEAST_SECONDS else None


def _of_run(kind: str, run: Run, markers: Sequence[Marker], figures: dict[str, float]) -> Moment:
    begins = run[0].t
    return Moment(kind, begins, begins + _seconds(run), note_before(markers, begins), figures)


def _seconds(run: Run) -> float:
    return run[-1].t + POINT_SECONDS - run[0].t


def _most(points: Sequence[Point], word: str) -> dict[str, float]:
    """The most who said a word at once, and of how many."""
    point = max(points, key=lambda point: _count(point, word))
    return {"most": _count(point, word), "students": point.students}


def _is_good(point: Point) -> bool:
    troubled = any(_is_said(point, word, TROUBLED) for word in TROUBLES)
    lost = _count(point, "lost") > NEARLY_NOBODY * point.students
    return _is_said(point, "fine", CONTENT) and not troubled and not lost


def _is_said(point: Point, word: str, share: float) -> bool:
    return _count(point, word) >= max(LEAST_SAID, share * point.students)


def _count(point: Point, word: str) -> int:
    return point.pace[word] if point.pace else 0
