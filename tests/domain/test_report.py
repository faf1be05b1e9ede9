"""What is left of a class: means, stretches between markers, a table."""

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.labels import Labels
from server.domain.moments import find_moments
from server.domain.report import START, make_report
from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.domain.view import Alert, Asked
from tests.own_model import VALENCES
from tests.schemas import CONTRACT, check_against

SESSION = ClassSession("ABC234", "Algebra", "camera", 5, 1000.0, 1600.0)
MARKERS = [Marker(1200.0, "recursion"), Marker(1400.0, "=1+1")]


ASKED = Asked(1250.0, 1310.0, "got_it", {"yes": 5, "so_so": 1, "not_yet": 2})


def point(t, valence=0.0, lost=0, students=10, slow_down=0, speed_up=0, fine=3, **shares):
    pace = {"slow_down": slow_down, "fine": fine, "speed_up": speed_up, "lost": lost}
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


def test_an_alert_lasts_to_the_end_of_the_last_point_that_has_it():
    alert = Alert("many_lost", 1204.0, "About 4 of 10 say that they are lost.", {"now": 4})
    during = [replace(p, alerts=(alert,)) if 1200 <= p.t < 1260 else p for p in LESSON]
    [told] = report_of(*during).to_dict()["alerts"]
    assert told == {**vars(alert), "until": 1260.0, "note": "recursion"}


def test_an_alert_that_stands_at_the_end_lasts_as_long_as_the_class():
    alert = Alert("many_lost", 1581.0, "About 4 of 10 say that they are lost.")
    end = replace(LESSON[-1], alerts=(alert,))
    assert [told.until for told in report_of(*LESSON[:-1], end).alerts] == [1600.0]
    still = replace(SESSION, ended_at=None)
    assert [told.until for told in report_of(end, session=still, now=1597.5).alerts] == [1597.5]


def test_an_alert_that_another_process_went_on_with_is_told_once():
    first, second = (Alert("many_lost", since, "Why.") for since in (1204.0, 1204.0000003))
    both = [replace(LESSON[20], alerts=(first,)), replace(LESSON[21], alerts=(second,))]
    assert [told.until for told in report_of(*both, LESSON[22]).alerts] == [1220.0]


def test_a_question_is_told_once_as_it_was_told_last():
    first = replace(ASKED, answers=None)
    twice = [replace(LESSON[31], asked=(first,)), replace(LESSON[32], asked=(ASKED,)), LESSON[33]]
    assert report_of(*twice).asked == (ASKED,)


def told(*known, markers=MARKERS, asked=()):
    """(kind, from, to, note, figures) of each moment."""
    closed = replace(known[0], asked=tuple(asked))
    moments = report_of(closed, *known[1:], markers=markers).moments
    return [(m.kind, m.begins, m.ends, m.note, m.figures) for m in moments]


def test_three_sentences_tell_the_class_in_the_order_of_time():
    best = points(1400, 1600, fine=6, students=12)
    assert told(*LESSON[:40], *best, asked=[ASKED]) == [
        ("lost", 1200.0, 1400.0, "recursion", {"most": 4, "students": 10}),
        ("asked", 1250.0, 1310.0, "recursion", {}),
        ("fine", 1400.0, 1600.0, "=1+1", {"most": 6, "students": 12}),
    ]
    moments = report_of(replace(LESSON[0], asked=(ASKED,))).moments
    assert [m.asked for m in moments if m.kind == "asked"] == [ASKED]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"lost": 2, "slow_down": 9, "speed_up": 9}, "lost"),
        ({"lost": 1, "slow_down": 2, "speed_up": 9}, "slow_down"),
        ({"lost": 1, "slow_down": 1, "speed_up": 2}, "speed_up"),
        ({"lost": 1, "slow_down": 1, "speed_up": 1}, "calm"),
        ({"lost": 2, "students": 11}, "calm"),
    ],
)
def test_the_worst_trouble_of_a_fifth_of_the_class_is_told(said, kind):
    assert told(*points(1000, 1600, **{"fine": 0} | said))[0][0] == kind


def test_what_stops_for_less_than_a_minute_is_told_as_one():
    lost = [*points(1000, 1100, lost=4), *points(1100, 1150), *points(1150, 1200, lost=5)]
    assert told(*lost, *points(1200, 1600))[0][:3] == ("lost", 1000.0, 1200.0)
    twice = [*points(1000, 1100, lost=4), *points(1100, 1160), *points(1160, 1200, lost=9)]
    assert told(*twice, *points(1200, 1600))[0][:3] == ("lost", 1000.0, 1100.0)  # 40, the other 36


def test_it_is_good_where_many_say_so_and_nobody_has_trouble():
    assert "fine" not in [kind for kind, *_ in told(*points(1000, 1600, fine=3))]
    assert "fine" not in [kind for kind, *_ in told(*points(1000, 1050, fine=4))]
    assert "fine" not in [kind for kind, *_ in told(*points(1000, 1600, fine=4, lost=1))]
    assert "fine" not in [kind for kind, *_ in told(*points(1000, 1600, fine=4, slow_down=2))]
    large = points(1000, 1600, fine=8, lost=1, students=20)
    assert told(*large)[1] == ("fine", 1000.0, 1600.0, "", {"most": 8, "students": 20})


def test_the_question_that_most_answered_is_told():
    few = Asked(1100.0, 1160.0, "done", {"yes": 5, "so_so": 0, "not_yet": 0})
    later = replace(ASKED, t=1320.0, until=1380.0)
    hidden_ones = replace(ASKED, t=1500.0, until=1560.0, answers=None)
    moments = told(*LESSON, asked=[few, ASKED, later, hidden_ones])
    assert [begins for kind, begins, *_ in moments if kind == "asked"] == [1320.0]
    assert "asked" not in [kind for kind, *_ in told(*LESSON, asked=[hidden_ones])]


def test_looks_are_told_where_words_leave_a_place():
    looks = {"happy": 0.7, "sad": 0.2, "fear": 0.1}
    usual, unhappy = points(1000, 1500, **looks), points(1500, 1600, sad=0.3, fear=0.3, happy=0.4)
    assert told(*usual, *unhappy)[1:] == [("unhappy", 1500.0, 1600.0, "=1+1", {"share": 0.6})]
    assert told(*usual)[1:] == [("happy", 1000.0, 1600.0, "", {"share": 0.7})]
    mixed = points(1000, 1600, happy=0.3, neutral=0.3, sad=0.2, angry=0.2)
    assert told(*mixed)[1:] == []  # no look that most had
    three = [*points(1000, 1300, lost=4, **looks), *points(1300, 1600, fine=5, **looks)]
    assert [kind for kind, *_ in told(*three, asked=[ASKED])] == ["lost", "asked", "fine"]


def test_nothing_is_told_of_a_class_of_which_all_was_hidden():
    assert report_of(*map(hidden, range(1000, 1300, 10))).moments == ()
    assert report_of().moments == ()


def test_a_moment_is_named_after_the_latest_note_with_words():
    markers = [Marker(1000.0, "limits"), Marker(1010.0, ""), Marker(1030.0, "later")]
    moments = told(*points(1020, 1600, lost=4), markers=markers)
    assert [note for kind, *_, note, _ in moments if kind == "lost"] == ["limits"]


COUNTS = st.integers(0, 12)
TIMES = st.integers(0, 80).map(lambda t: 1000.0 + 10 * t)
POINTS = st.lists(
    st.one_of(
        st.builds(hidden, TIMES),
        st.builds(point, TIMES, lost=COUNTS, fine=COUNTS, slow_down=COUNTS, students=COUNTS),
        st.builds(point, TIMES, lost=COUNTS, students=COUNTS, sad=st.just(0.6), happy=st.just(0.4)),
    ),
    unique_by=lambda point: point.t,
).map(lambda points: sorted(points, key=lambda point: point.t))
ANSWERS = st.fixed_dictionaries({"yes": COUNTS, "so_so": COUNTS, "not_yet": COUNTS})
QUESTIONS = st.lists(
    st.builds(
        lambda t, seconds, answers: Asked(t, t + seconds, "done", answers),
        TIMES,
        st.floats(0, 60),
        st.none() | ANSWERS,
    )
)
NOTES = st.lists(st.builds(Marker, TIMES, st.sampled_from(["", "limits", "proofs"])))


@given(POINTS, QUESTIONS, NOTES, st.floats(1001, 1900))
def test_any_class_is_told_in_three_sentences_that_are_true(points, asked, markers, ends):
    markers = sorted(markers, key=lambda marker: marker.t)
    moments = find_moments(points, markers, asked, 1000.0, ends)
    assert len(moments) <= 3
    assert [m.begins for m in moments] == sorted(m.begins for m in moments)
    for moment in moments:
        assert 1000.0 <= moment.begins < moment.ends <= ends
        assert (moment.asked in asked) == (moment.kind == "asked")
        inside = [p for p in points if moment.begins <= p.t < moment.ends]
        if moment.kind in ("lost", "slow_down", "fine"):
            most, students = moment.figures["most"], moment.figures["students"]
            assert (most, students) in [(p.pace[moment.kind], p.students) for p in points if p.pace]
            assert most >= max(p.pace[moment.kind] for p in inside if p.pace)
        elif moment.kind == "calm":
            lost = [p.pace["lost"] for p in points if p.pace]
            assert moment.figures["most"] == max(lost)
            assert moment.note == ""
        elif moment.kind in ("unhappy", "happy", "neutral"):
            assert 0 < moment.figures["share"] <= 1
        if moment.note:
            assert moment.note in [m.text for m in markers if m.t <= moment.begins]


def test_the_message_has_the_words_of_the_contract():
    alert = Alert("many_lost", 1204.0, "Why.", {"now": 4})
    last = replace(LESSON[-1], alerts=(alert,), asked=(ASKED,))
    report = report_of(*LESSON[:-1], last).to_dict()
    assert {"code", "title", "mode", "min_students", "began", "ended"} < report.keys()
    assert report["began"] == 1000.0
    assert set(report["stretches"][0]) == {"from", "to", "text", "students", "shares"} | {
        "valence",
        "pace",
    }
    check_against(CONTRACT["$defs"]["Report"], json.loads(json.dumps(report)), "report")


def test_the_table_has_a_line_for_each_point_and_no_formulas():
    lines = list(csv.DictReader(StringIO(report_of(*LESSON, hidden(1600.0)).to_csv())))
    assert len(lines) == 61
    assert lines[0]["time (UTC)"] == "1970-01-01 00:16:40"
    assert (lines[-2]["happy"], lines[-2]["sad"], lines[-2]["lost"]) == ("0.7", "0.0", "0")
    assert (lines[-1]["happy"], lines[-1]["hidden"]) == ("", "few_students")
    assert [line["notes"] for line in lines if line["notes"]] == ["recursion", "'=1+1"]


def test_the_table_has_the_questions_where_they_closed():
    hidden_one = replace(ASKED, question="go_on", answers=None)
    closed = replace(LESSON[31], asked=(ASKED, hidden_one))
    lines = list(csv.DictReader(StringIO(report_of(*LESSON[:31], closed).to_csv())))
    assert lines[-1]["questions"] == (
        "Got it? yes 5, so-so 1, not yet 2; Shall we go on? too few answers"
    )
    assert {line["questions"] for line in lines[:-1]} == {""}


def test_a_moment_that_was_marked_without_words_is_in_the_table():
    marks = [Marker(1203.0, ""), Marker(1204.0, "recursion")]
    lines = list(csv.DictReader(StringIO(report_of(*LESSON, markers=marks).to_csv())))
    assert [line["notes"] for line in lines if line["notes"]] == ["marked moment; recursion"]


def test_the_table_of_a_class_that_was_seen_with_fer_2013s_labels_alone_has_all_of_those():
    shipped = report_of(*LESSON).to_csv()
    assert report_of(*LESSON).to_csv(Labels(VALENCES)) == shipped
    header = shipped.splitlines()[0].split(",")
    assert header[3:11] == [
        *("happy", "surprised", "neutral", "sad", "afraid", "angry", "disgusted", "other")
    ]


def test_the_table_of_a_class_with_other_labels_has_those_of_the_model_and_of_before():
    shares = {"=1+1": 0.5, "asleep": 0.2, "sad": 0.2, "other": 0.1}
    report = report_of(*LESSON[:1], point(1010.0, **shares), markers=[])
    model = Labels({"=1+1": 1, "neutral": 0, "à l'aise": 1})
    table = report.to_csv(model)
    assert table.splitlines()[0].split(",")[3:10] == [
        *("neutral", "sad", "'=1+1", "à l'aise", "asleep", "other", "balance")
    ]
    last = list(csv.DictReader(StringIO(table)))[-1]
    assert (last["'=1+1"], last["à l'aise"], last["asleep"], last["sad"]) == (
        *("0.5", "0.0", "0.2", "0.2"),
    )


def test_a_label_that_is_called_as_another_column_has_one_of_its_own():
    own = Labels({"lost": -1, "students": 0, "surprised": 0, "bored": -1})
    report = report_of(point(1000.0, lost=4, bored=1.0), markers=[])
    header, _ = csv.reader(StringIO(report.to_csv(own)))
    assert len(set(header)) == len(header)
    assert header[3:7] == ["looks lost", "looks students", "looks surprised", "bored"]


def moments_by(labels, **shares):
    points = [point(float(t), fine=0, **shares) for t in range(1000, 1400, 10)]
    moments = find_moments(points, [], (), 1000.0, 1400.0, Labels(labels))
    return {moment.kind: moment.figures for moment in moments}


def test_moments_go_by_the_valences_of_the_models_labels():
    shares = {"keen": 0.4, "at ease": 0.3, "bored": 0.3}
    pleasant = moments_by({"keen": 1, "at ease": 1, "bored": -1}, **shares)
    assert pleasant["happy"] == {"share": 0.7}
    without = moments_by({"keen": 0, "at ease": 0, "bored": 0}, **shares)
    assert without.keys() == {"calm"}
    assert moments_by({"neutral": 0, "bored": -1}, neutral=0.6, bored=0.4)["neutral"]
