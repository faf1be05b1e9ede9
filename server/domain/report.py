"""A class's timeline and markers -> its report. Nothing in it that was not shown to the class's
teacher before."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import StringIO
from itertools import pairwise
from statistics import fmean

from server.domain.labels import OTHER, PACES
from server.domain.session import ClassSession, Marker
from server.domain.timeline import POINT_SECONDS, Point, mean, mean_of_each
from server.domain.view import Alert

START = "Start of the class"
# The words that pages have for emotions and pace (web/src/shared/labels.js), in their order.
EMOTION_WORDS = {
    "happy": "happy",
    "surprise": "surprised",
    "neutral": "neutral",
    "sad": "sad",
    "fear": "afraid",
    "angry": "angry",
    "disgust": "disgusted",
    OTHER: "other",
}
PACE_WORDS = {
    "slow_down": "too fast",
    "fine": "just right",
    "speed_up": "too slow",
    "lost": "lost",
}
LEAST_STRETCH = 60  # seconds that have to be known of a stretch that is called best or hardest


@dataclass(frozen=True)
class Stretch:
    """The part of a class from one marker to the next, with the means of what was shown in it."""

    begins: float
    ends: float
    text: str
    students: float | None
    shares: dict[str, float] | None
    valence: float | None
    pace: dict[str, float] | None


@dataclass(frozen=True)
class ClassReport:
    """What is left of a class. Times in seconds since the epoch: it began with the first student or
    marker. Shares and valence are means over the time in which they were shown; `best` and
    `hardest` point into `stretches`."""

    session: ClassSession
    began: float
    ended: float | None
    minutes: float
    students: dict[str, float] | None
    shown_minutes: float
    hidden_minutes: float
    shares: dict[str, float] | None
    valence: float | None
    pace: dict[str, dict[str, float]] | None
    stretches: tuple[Stretch, ...]
    best: int | None
    hardest: int | None
    markers: tuple[Marker, ...]
    alerts: tuple[Alert, ...]
    points: tuple[Point, ...]

    def to_dict(self) -> dict[str, object]:
        """The report as JSON has it."""
        report = asdict(self)
        session = report.pop("session")
        facts = {name: session[name] for name in ("code", "title", "mode", "min_students")}
        stretches = [
            {"from": stretch.pop("begins"), "to": stretch.pop("ends"), **stretch}
            for stretch in report.pop("stretches")
        ]
        return {**facts, "stretches": stretches, **report}

    def to_csv(self) -> str:
        """A line for each ten seconds that are known, times in UTC; openapi.json describes it."""
        text = StringIO()
        lines = csv.writer(text)
        lines.writerow(
            [
                *("time (UTC)", "students", "faces read", *EMOTION_WORDS.values(), "balance"),
                *(*PACE_WORDS.values(), "hidden", "notes"),
            ]
        )
        for point in self.points:
            notes = [m.text for m in self.markers if 0 <= m.t - point.t < POINT_SECONDS]
            lines.writerow(
                [
                    datetime.fromtimestamp(point.t, UTC).strftime("%Y-%m-%d %H:%M:%S"),
                    point.students,
                    point.seen,
                    *((point.shares.get(e, 0.0) if point.shares else None) for e in EMOTION_WORDS),
                    point.valence,
                    *((point.pace[word] if point.pace else None) for word in PACE_WORDS),
                    point.suppressed,
                    _not_a_formula("; ".join(notes)),
                ]
            )
        return text.getvalue()


def make_report(
    session: ClassSession, points: Sequence[Point], markers: Sequence[Marker], now: float
) -> ClassReport:
    """The report of a class, ended or as far as it has come at the time `now`."""
    ends = session.ended_at or now
    began = min([p.t for p in points[:1]] + [m.t for m in markers[:1]], default=session.created_at)
    cuts = [began, *(marker.t for marker in markers), ends]
    texts = [START, *(marker.text for marker in markers)]
    parts = [
        [point for point in points if begins <= point.t + POINT_SECONDS / 2 < ends]
        for begins, ends in pairwise(cuts)
    ]
    eases = {i: ease for i, part in enumerate(parts) if (ease := _ease(part)) is not None}
    comparable = len(set(eases.values())) > 1
    hidden = [point for point in points if point.suppressed]
    paces = [point.pace for point in points if point.pace]
    return ClassReport(
        session=session,
        began=began,
        ended=session.ended_at,
        minutes=round((ends - began) / 60, 1),
        students=_most_and_mean([point.students for point in points]) if points else None,
        shown_minutes=_minutes(len(points) - len(hidden)),
        hidden_minutes=_minutes(len(hidden)),
        shares=_mean_shares(points),
        valence=mean([point.valence for point in points], 2),
        pace={word: _most_and_mean([p[word] for p in paces]) for word in PACES} if paces else None,
        stretches=tuple(
            _stretch(begins, ends, text, part)
            for (begins, ends), text, part in zip(pairwise(cuts), texts, parts, strict=True)
        ),
        best=max(eases, key=eases.__getitem__) if comparable else None,
        hardest=min(eases, key=eases.__getitem__) if comparable else None,
        markers=tuple(markers),
        alerts=tuple(alert for point in points for alert in point.alerts),
        points=tuple(points),
    )


def _stretch(begins: float, ends: float, text: str, points: Sequence[Point]) -> Stretch:
    return Stretch(
        begins,
        ends,
        text,
        students=mean([point.students for point in points], 2),
        shares=_mean_shares(points),
        valence=mean([point.valence for point in points], 2),
        pace=mean_of_each([point.pace for point in points], 2),
    )


def _ease(points: Sequence[Point]) -> float | None:
    """How easy a stretch was: its valence (0 without cameras) less the share of students who were
    lost or found it too fast. None if too little of it is known."""
    known = [point for point in points if point.suppressed is None and point.pace]
    if len(known) * POINT_SECONDS < LEAST_STRETCH:
        return None
    return fmean(
        (point.valence or 0) - (point.pace["lost"] + point.pace["slow_down"]) / point.students
        for point in known
        if point.pace  # as it is, which a type checker cannot know
    )


def _mean_shares(points: Sequence[Point]) -> dict[str, float] | None:
    shares = mean_of_each([point.shares for point in points], 2)
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))) if shares else None


def _most_and_mean(values: Sequence[float]) -> dict[str, float]:
    return {"most": max(values), "mean": round(fmean(values), 2)}


def _minutes(points: int) -> float:
    return round(points * POINT_SECONDS / 60, 1)


def _not_a_formula(text: str) -> str:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
