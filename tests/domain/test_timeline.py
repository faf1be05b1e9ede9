"""Ten seconds of views make one point."""

import json
from dataclasses import replace

from server.domain.timeline import Point, Recorder
from server.domain.view import Alert, Asked, View

PACE = {"slow_down": 0, "fine": 4, "speed_up": 0, "lost": 1}


def shown(students=10, valence=0.2, **shares):
    return View(0.0, students, 10, 8, shares or {"happy": 1.0}, None, valence, PACE)


HIDDEN = View(0.0, 4, suppressed="few_students")


def point_of(*views):
    """The point of the ten seconds from 1000 on, with these views in force, evenly."""
    recorder = Recorder()
    for index, view in enumerate(views):
        assert recorder.add(replace(view, t=1000 + 10 * index / len(views))) is None
    return recorder.add(replace(HIDDEN, t=1010))


def test_a_point_has_the_means_of_what_was_shown():
    point = point_of(shown(10, 0.2, happy=0.6, sad=0.4), shown(12, 0.4, happy=0.8, other=0.2))
    assert point == Point(
        t=1000,
        students=11,
        seen=8,
        shares={"happy": 0.7, "sad": 0.2, "other": 0.1},
        suppressed=None,
        valence=0.3,
        pace=PACE,
        alerts=(),
    )


def test_what_was_hidden_for_half_of_the_time_is_hidden():
    point = point_of(shown(), HIDDEN)
    assert (point.shares, point.valence, point.pace, point.seen) == (None,) * 4
    assert point.suppressed == "few_students"
    mostly_shown = point_of(shown(), HIDDEN, shown())
    assert mostly_shown.shares == {"happy": 1.0} and mostly_shown.suppressed is None


def test_a_class_without_cameras_has_its_words():
    point = point_of(View(0.0, 8, pace=PACE))
    assert (point.shares, point.suppressed, point.pace) == (None, None, PACE)


def test_an_alert_is_in_the_points_in_which_it_was_in_force():
    old, new = Alert("many_lost", 990.0, "before"), Alert("faces_gone", 1004.0, "now")
    views = [View(0.0, 8, pace=PACE, alerts=alerts) for alerts in ((old,), (old, new), ())]
    assert point_of(*views).alerts == (old, new)


ANSWERS = {"yes": 5, "so_so": 2, "not_yet": 1}


def points_of(*questions, seconds=60):
    """The points of a class in which these questions are the newest from their `t` on."""
    recorder, points = Recorder(), []
    for t in range(1000, 1000 + seconds):
        asked = next((each for each in reversed(questions) if each.t <= t), None)
        points.append(recorder.add(replace(shown(), t=t, asked=asked)))
    return [point for point in (*points, recorder.close()) if point]


def test_a_question_is_in_the_point_in_which_it_closed():
    asked = Asked(1012.0, 1034.5, "got_it", ANSWERS)
    assert [point.asked for point in points_of(asked)] == [(), (), (), (asked,), (), ()]
    # Between the last view of one point and the first of the next.
    asked = Asked(1012.0, 1029.5, "got_it", ANSWERS)
    assert [point.asked for point in points_of(asked)] == [(), (), (), (asked,), (), ()]


def test_a_question_closes_for_another_one_and_with_the_class():
    first, second = Asked(1012.0, 1072.0, "got_it", ANSWERS), Asked(1033.0, 1093.0, "done", None)
    points = points_of(first, second)
    assert points[3].asked == (replace(first, until=1033.0),)
    assert points[5].asked == (replace(second, until=1059.0),)
    assert [point.asked for point in points if point.t not in (1030, 1050)] == [()] * 4


def test_points_go_on_from_tick_to_tick():
    recorder = Recorder()
    points = [point for t in range(1003, 1043) if (point := recorder.add(replace(shown(), t=t)))]
    assert [point.t for point in points] == [1000, 1010, 1020, 1030]
    assert recorder.close().t == 1040
    assert recorder.close() is None


def test_a_point_survives_being_stored():
    [point] = points_of(Asked(1001.0, 1005.0, "done", ANSWERS), seconds=10)
    point = replace(point, alerts=(Alert("faces_gone", 1004.0, "now"),))
    stored = json.loads(json.dumps(point.to_dict()))
    assert Point.from_dict(stored) == point
    del stored["asked"]  # as points were stored before there were questions
    assert Point.from_dict(stored) == replace(point, asked=())
