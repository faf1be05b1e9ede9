"""Alerts: each fires once when its trouble comes and stays, and says why; else there are none."""

import itertools
import json
import random

import pytest

from server.domain.alerts import LIFETIME, REST, SUSTAINED, WARM_UP, AlertWatch
from server.domain.contract import words
from server.domain.messages import MessageError, parse_teacher
from server.domain.view import View

STUDENTS = 30


def view(t, *, valence=0.1, seen=27, lost=1, students=STUDENTS, suppressed=None):
    if suppressed:
        return View(t, students, suppressed=suppressed)
    pace = {"slow_down": 2, "fine": 5, "speed_up": 0, "lost": lost}
    shares = {"happy": 0.4, "neutral": 0.3, "sad": 0.3}
    return View(t, students, STUDENTS, seen, shares, None, valence, pace)


class Lesson:
    """A class as the watch sees it, a view a second; `fired` are the alerts in their order."""

    def __init__(self):
        self.watch, self.now, self.fired, self.shown = AlertWatch(), 1000.0, [], ()

    def goes_on(self, seconds, **figures):
        for _ in range(int(seconds)):
            self.now += 1
            before, self.shown = self.shown, self.watch.update(view(self.now, **figures))
            self.fired += [alert for alert in self.shown if alert not in before]
        return self


TROUBLES = {
    "mood_dropped": {"valence": -0.4},
    "faces_gone": {"seen": 12},
    "many_lost": {"lost": 9},
}


def test_there_is_a_trouble_for_each_kind():
    assert set(TROUBLES) == set(words("AlertKind"))
    for kind in TROUBLES:
        assert parse_teacher("silence", {"kind": kind}) == {"kind": kind}
    with pytest.raises(MessageError):
        parse_teacher("silence", {"kind": "boredom"})


@pytest.mark.parametrize("kind", TROUBLES)
def test_each_alert_fires_exactly_once_for_a_trouble_that_stays(kind):
    lesson = Lesson().goes_on(1200).goes_on(3600, **TROUBLES[kind]).goes_on(600)
    assert [alert.kind for alert in lesson.fired] == [kind]
    began = 1000 + 1200
    assert began + SUSTAINED < lesson.fired[0].since < began + SUSTAINED + 60


def test_each_alert_says_why():
    whys = {
        kind: Lesson().goes_on(1200).goes_on(120, **trouble).fired[0].why
        for kind, trouble in TROUBLES.items()
    }
    assert (
        "the balance of pleasant and unpleasant looks is \N{MINUS SIGN}0.3, it was +0.1"
        in whys["mood_dropped"]
    )
    assert "about 14, it was about 27" in whys["faces_gone"]
    assert "About 9 of 30 say that they are lost, it was about 1" in whys["many_lost"]


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_trouble_that_passes_soon_is_none(kind):
    lesson = Lesson().goes_on(1200)
    for _ in range(5):
        lesson.goes_on(25, **TROUBLES[kind]).goes_on(300)
    assert lesson.fired == []


@pytest.mark.parametrize("kind", TROUBLES)
def test_an_alert_goes_when_its_trouble_does(kind):
    lesson = Lesson().goes_on(1200).goes_on(120, **TROUBLES[kind])
    assert [alert.kind for alert in lesson.shown] == [kind]
    assert lesson.goes_on(60).shown == ()


def test_an_alert_goes_by_itself_when_it_is_known():
    lesson = Lesson().goes_on(1200).goes_on(120, lost=9)
    assert lesson.shown
    assert lesson.goes_on(LIFETIME, lost=9).shown == ()


def test_an_alert_is_silenced_at_once_and_for_a_good_while():
    lesson = Lesson().goes_on(1200).goes_on(120, lost=9)
    lesson.watch.silence("faces_gone")
    assert lesson.goes_on(1, lost=9).shown
    lesson.watch.silence("many_lost")
    assert lesson.goes_on(REST - 120, lost=9).shown == ()
    assert len(lesson.fired) == 1


def test_a_trouble_that_comes_again_much_later_is_told_again():
    lesson = Lesson().goes_on(1200)
    for _ in range(2):
        lesson.goes_on(120, lost=9).goes_on(2400)
    assert [alert.kind for alert in lesson.fired] == ["many_lost", "many_lost"]


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_class_that_has_just_begun_has_no_baseline(kind):
    assert Lesson().goes_on(WARM_UP / 2).goes_on(WARM_UP / 2, **TROUBLES[kind]).fired == []


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_class_is_compared_with_itself(kind):
    assert Lesson().goes_on(3600, **TROUBLES[kind]).fired == []


def test_a_restless_class_needs_more():
    restless = itertools.cycle([-0.3] * 40 + [0.5] * 40)
    lesson = Lesson()
    for valence in itertools.islice(restless, 3600):
        lesson.goes_on(1, valence=valence)
    assert lesson.fired == []


def test_the_chance_of_a_calm_class_fires_nothing():
    chance = random.Random(5)
    for _ in range(5):
        lesson = Lesson()
        for _ in range(3600):
            moods = [chance.choice([1, 0, 0, -1]) for _ in range(STUDENTS)]
            lesson.goes_on(
                1,
                valence=sum(moods) / STUDENTS,
                seen=STUDENTS - sum(chance.random() < 0.1 for _ in range(STUDENTS)),
            )
        assert lesson.fired == []


def test_what_is_hidden_is_neither_an_alert_nor_a_baseline():
    lesson = Lesson().goes_on(1200).goes_on(120, lost=9)
    assert lesson.goes_on(1, suppressed="few_students").shown == ()
    assert Lesson().goes_on(3600, suppressed="few_students").goes_on(100, lost=9).fired == []


def test_a_watch_goes_on_in_another_process_and_is_silenced_there():
    trouble = TROUBLES["many_lost"]
    lesson = Lesson().goes_on(1200).goes_on(120, **trouble)
    [alert] = lesson.shown
    other = Lesson()
    other.now += 500_000  # the other process's clock
    stored = json.loads(json.dumps(lesson.watch.to_dict(lesson.now)))
    other.watch = AlertWatch.from_dict(stored, other.now)
    age = lesson.now - alert.since
    [same] = other.goes_on(1, **trouble).shown
    assert (same.kind, same.why, other.now - same.since) == (alert.kind, alert.why, age + 1)
    other.watch.silence("many_lost")
    assert other.goes_on(600, **trouble).shown == ()
