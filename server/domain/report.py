"""A class's timeline and markers -> its report. Nothing in it that was not shown to the class's
teacher before."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from itertools import pairwise
from statistics import fmean

from server.domain.labels import FER2013, OTHER, PACES, SHIPPED, Labels
from server.domain.moments import Moment, find_moments, note_before
from server.domain.session import ClassSession, Marker
from server.domain.timeline import POINT_SECONDS, Point, mean, mean_of_each
from server.domain.view import Asked, Figures

START = "Start of the class"
MARKED = "marked moment"  # without words
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
QUESTION_WORDS = {"got_it": "Got it?", "done": "Done?", "go_on": "Shall we go on?"}
ANSWER_WORDS = {"yes": "yes", "so_so": "so-so", "not_yet": "not yet"}
FIRST_HEADINGS = "time (UTC)", "students", "faces read"
LAST_HEADINGS = "balance", *PACE_WORDS.values(), "hidden", "notes", "questions"
SIMULATED = "simulated"
OTHER_HEADINGS = {*FIRST_HEADINGS, *EMOTION_WORDS.values(), *LAST_HEADINGS, SIMULATED}
SUMMARY = (
    *("code", "title", "mode", "began", "ended", "minutes", "students", "shares", "pace"),
    *("markers", "asked", "moments"),
)
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
class PastAlert:
    """An Alert from its beginning to its end, with the teacher's note before it, or ""."""

    kind: str
    since: float
    why: str
    figures: Figures | None
    until: float
    note: str


@dataclass(frozen=True)
class ClassReport:
    """What is left of a class. Times in seconds since the epoch: it began with the first student or
    marker. Shares and valence are means over the time in which they were shown; `best` and
    `hardest` point into `stretches`; `moments` are at most three."""

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
    alerts: tuple[PastAlert, ...]
    asked: tuple[Asked, ...]
    moments: tuple[Moment, ...]
    points: tuple[Point, ...]

    def to_dict(self) -> dict[str, object]:
        """The report as JSON has it."""
        report = asdict(self)
        session = report.pop("session")
        names = "code", "title", "mode", "min_students", "simulated"
        facts = {name: session[name] for name in names}
        for part in (*report["stretches"], *report["moments"]):
            part["from"], part["to"] = part.pop("begins"), part.pop("ends")
        return {**facts, **report}

    def summary(self) -> dict[str, object]:
        """Of the report as JSON has it, what one class is told by among others."""
        short = replace(self, stretches=(), alerts=(), points=()).to_dict()  # the rest takes long
        return {name: short[name] for name in SUMMARY}

    def to_csv(self, labels: Labels = SHIPPED) -> str:
        """A line for each ten seconds that are known, times in UTC; openapi.json describes it."""
        emotions = _columns(self.points, labels)
        text = StringIO()
        lines = csv.writer(text)
        lines.writerow(
            [
                *FIRST_HEADINGS,
                *(_not_a_formula(_heading(emotion)) for emotion in emotions),
                *LAST_HEADINGS,
                *([SIMULATED] if self.session.simulated else []),
            ]
        )
        for point in self.points:
            notes = [m.text or MARKED for m in self.markers if 0 <= m.t - point.t < POINT_SECONDS]
            lines.writerow(
                [
                    datetime.fromtimestamp(point.t, UTC).strftime("%Y-%m-%d %H:%M:%S"),
                    point.students,
                    point.seen,
                    *((point.shares.get(e, 0.0) if point.shares else None) for e in emotions),
                    point.valence,
                    *((point.pace[word] if point.pace else None) for word in PACE_WORDS),
                    point.suppressed,
                    _not_a_formula("; ".join(notes)),
                    "; ".join(map(_with_answers, point.asked)),
                    *(["yes"] if self.session.simulated else []),
                ]
            )
        return text.getvalue()


def make_report(
    session: ClassSession,
    points: Sequence[Point],
    markers: Sequence[Marker],
    now: float,
    labels: Labels = SHIPPED,
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
    asked = tuple({each.t: each for point in points for each in point.asked}.values())
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
        alerts=_past_alerts(points, markers, ends),
        asked=asked,
        moments=find_moments(points, markers, asked, began, ends, labels),
        points=tuple(points),
    )


def _columns(points: Sequence[Point], labels: Labels) -> Sequence[str]:
    """The emotions that a table has a column of: FER-2013's seven, if those are all that were seen,
    or the model's and what else was seen; and what stands for others."""
    seen = dict.fromkeys(emotion for point in points for emotion in point.shares or ())
    if seen.keys() <= FER2013.keys() | {OTHER}:
        return list(EMOTION_WORDS)
    listed = dict.fromkeys([*labels.model, *seen])
    named = [emotion for emotion in EMOTION_WORDS if emotion in listed and emotion != OTHER]
    return [*named, *(emotion for emotion in listed if emotion not in EMOTION_WORDS), OTHER]


def _heading(emotion: str) -> str:
    """What a table calls an emotion; other than its other columns, such as how many are lost."""
    taken = emotion not in EMOTION_WORDS and emotion in OTHER_HEADINGS
    return f"looks {emotion}" if taken else EMOTION_WORDS.get(emotion, emotion)


def _past_alerts(
    points: Sequence[Point], markers: Sequence[Marker], ends: float
) -> tuple[PastAlert, ...]:
    """The alerts that are in points: once each, with the end of the last point that has it."""
    past: dict[tuple[str, int], PastAlert] = {}
    for point in points:
        until = ends if point is points[-1] else point.t + POINT_SECONDS
        for alert in point.alerts:
            note = note_before(markers, alert.since)
            # To the second: another process that goes on with it reckons its beginning anew.
            past[alert.kind, round(alert.since)] = PastAlert(**vars(alert), until=until, note=note)
    return tuple(past.values())


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


def _with_answers(asked: Asked) -> str:
    """ "Got it? yes 21, so-so 5, not yet 2"."""
    answers = asked.answers
    told = [f"{text} {answers[word]}" for word, text in ANSWER_WORDS.items()] if answers else []
    return f"{QUESTION_WORDS[asked.question]} {', '.join(told) or 'too few answers'}"


def _not_a_formula(text: str) -> str:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
