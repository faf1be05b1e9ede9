"""What is left of a class: means, stretches between markers, a table."""

import csv
from dataclasses import replace
from io import StringIO

import pytest

from server.domain.report import START, make_report
from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.domain.view import Alert

SESSION = ClassSession("ABC234", "Algebra", "camera", 5, 1000.0, 1600.0)
MARKERS = [Marker(1200.0, "recursion"), Marker(1400.0, "=1+1")]


def point(t, valence=0.0, lost=0, students=10, **shares):
    pace = {"slow_down": 0, "fine": 3, "speed_up": 0, "lost": lost}
    return Point(t, students, 9, shares or {"neutral": 1.0}, None, valence, pace, ())


def hidden(t):
    return Point(t, 4, None, None, "few_students", None, None, ())


def points(first, last, **figures):
    return [point(float(t), **figures) for t in range(first, last, 10)]


LESSON = [
    *points(1000, 1200, valence=0.1),
    *points(1200, 1400, valence=-0.3, lost=4),
    *points(1400, 1600, valence=0.4, students=12, happy=0.7, neutral=0.3),
]


def report_of(*points, session=SESSION, markers=MARKERS, now=2000.0):
    return make_report(session, points, markers, now)


def test_a_report_has_the_means_of_the_class():
    report = report_of(*LESSON)
    assert (report.minutes, report.shown_minutes, report.hidden_minutes) == (10.0, 10.0, 0.0)
    assert report.students == {"most": 12, "mean": 10.67}
    assert report.shares == {"neutral": 0.77, "happy": 0.23}
    assert report.valence == 0.07
    assert report.pace["lost"] == {"most": 4, "mean": 1.33}


def test_stretches_go_from_marker_to_marker():
    report = report_of(*LESSON)
    assert [(s.begins, s.ends, s.text, s.valence) for s in report.stretches] == [
        (1000.0, 1200.0, START, 0.1),
        (1200.0, 1400.0, "recursion", -0.3),
        (1400.0, 1600.0, "=1+1", 0.4),
    ]
    assert (report.best, report.hardest) == (2, 1)


def test_without_cameras_what_students_say_tells_the_hardest_stretch():
    words = [replace(p, shares=None, valence=None, seen=None) for p in LESSON]
    report = report_of(*words, session=replace(SESSION, mode="self-report"))
    assert report.hardest == 1 and report.best in (0, 2)
    assert report.shares is None and report.valence is None


@pytest.mark.parametrize(
    "known",
    [
        [],
        points(1000, 1200),
        points(1000, 1600),
        [*points(1000, 1200), *points(1200, 1240, valence=-1.0)],
    ],
    ids=["nothing", "one stretch", "all the same", "one too short to tell"],
)
def test_no_stretch_is_best_or_hardest_where_they_cannot_be_told_apart(known):
    report = report_of(*known)
    assert (report.best, report.hardest) == (None, None)


def test_hidden_time_counts_for_nothing_but_itself():
    report = report_of(*map(hidden, range(1000, 1300, 10)), *points(1300, 1600, valence=0.5))
    assert (report.shown_minutes, report.hidden_minutes) == (5.0, 5.0)
    assert report.valence == 0.5
    assert report.stretches[0].shares is None


def test_a_class_of_which_nothing_is_known_has_an_empty_report():
    report = report_of(markers=[])
    assert (report.students, report.shares, report.valence, report.pace) == (None,) * 4
    assert [stretch.text for stretch in report.stretches] == [START]


def test_a_class_that_still_runs_is_reported_so_far():
    report = report_of(*LESSON, session=replace(SESSION, ended_at=None), now=1700.0)
    assert report.ended is None and report.minutes == 11.7


def test_a_class_that_was_opened_early_begins_with_the_first_student():
    early = replace(SESSION, created_at=SESSION.created_at - 3600)
    report = report_of(*LESSON, session=early)
    assert report.began == 1000.0 and report.minutes == 10.0
    assert report_of(session=early).began == 1200.0  # the first marker's time
    assert report_of(session=early, markers=[]).began == early.created_at


def test_alerts_are_told():
    alert = Alert("many_lost", 1204.0, "About 4 of 10 say that they are lost.")
    report = report_of(replace(LESSON[0], alerts=(alert,)), *LESSON[1:])
    assert report.to_dict()["alerts"][0]["why"] == alert.why


def test_the_message_has_the_words_of_the_contract():
    report = report_of(*LESSON).to_dict()
    assert {"code", "title", "mode", "min_students", "began", "ended"} < report.keys()
    assert report["began"] == 1000.0
    assert set(report["stretches"][0]) == {"from", "to", "text", "students", "shares"} | {
        "valence",
        "pace",
    }


def test_the_table_has_a_line_for_each_point_and_no_formulas():
    lines = list(csv.DictReader(StringIO(report_of(*LESSON, hidden(1600.0)).to_csv())))
    assert len(lines) == 61
    assert lines[0]["time (UTC)"] == "1970-01-01 00:16:40"
    assert (lines[-2]["happy"], lines[-2]["sad"], lines[-2]["lost"]) == ("0.7", "0.0", "0")
    assert (lines[-1]["happy"], lines[-1]["hidden"]) == ("", "few_students")
    assert [line["notes"] for line in lines if line["notes"]] == ["recursion", "'=1+1"]
