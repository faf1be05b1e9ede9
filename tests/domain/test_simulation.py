"""The students of a try-out class, as its room sees them."""

from dataclasses import replace

import pytest

from server.domain.alerts import AlertWatch
from server.domain.room import Room
from server.domain.session import ClassSession
from server.domain.simulation import PERIOD, SEATS, Simulation
from server.domain.timeline import Recorder
from server.domain.told import NOTHING, QUESTION, Told, Word

OPENED = 5000.0  # on the wall, where the clock of the process says 0


class TryOut:
    """A class whose teacher watches from its first second on."""

    def __init__(self, code="ABC234", mode="camera"):
        session = ClassSession(code, "Try-out class", mode, 5, OPENED, simulated=True)
        self.students, self.room = Simulation(session), Room(mode, 5)
        self.alerts, self.recorder = AlertWatch(), Recorder()
        self.now, self.told, self.fired, self.points = 0.0, NOTHING, [], []

    @property
    def seats(self):
        return self.students.play(self.now, OPENED + self.now, self.told).seats

    @property
    def said(self):
        """What counts of each student now."""
        return {
            name: (seat.emotion_now(self.now), seat.pace_now(self.now), seat.hand_name)
            for name, seat in self.seats.items()
        }

    def view(self):
        snapshot = self.students.play(self.now, OPENED + self.now, self.told)
        view = self.room.view([snapshot], self.now, self.told)
        alerts = self.alerts.update(view, self.told)
        self.fired += [alert.kind for alert in alerts if alert.since == self.now]
        if point := self.recorder.add(view):
            self.points.append(point)
        return replace(view, alerts=alerts)

    def until(self, age):
        """The views of each second up to an age of the class."""
        views = []
        while self.now < age:
            self.now += 1
            views.append(self.view())
        return views

    def is_told(self, what, value=""):
        self.told = Told({**self.told.words, what: Word(value, self.now)})


CODES = ["ABC234", "7K3M9P", "ZZZZZ2"]


@pytest.mark.parametrize("code", CODES)
def test_the_same_code_tells_the_same_story_to_whoever_comes_in_between(code):
    whole = TryOut(code)
    for age in (5, 100, 220, 359, 361, 700, 1500):
        whole.until(age)
        late = TryOut(code)
        late.now = whole.now
        assert late.said == whole.said


def test_another_code_tells_another_story():
    one, other = (TryOut(code) for code in CODES[:2])
    one.until(30), other.until(30)
    assert one.said != other.said


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("mode", ["camera", "self-report"])
def test_the_class_is_calm_gets_lost_and_is_calm_again_with_one_alert(code, mode):
    room = TryOut(code, mode)
    room.until(PERIOD + 10)
    lost = [point.pace["lost"] for point in room.points]
    first, last = (lost.index(max(lost)), len(lost) - 1)
    assert max(lost) >= len(SEATS) / 2
    assert lost[0] == 0 and lost[last] < 3
    assert lost[:first] == sorted(lost[:first])  # once, and not up and down
    assert room.fired == ["many_lost"]
    assert max(point.pace["slow_down"] for point in room.points[:first]) >= 8


@pytest.mark.parametrize("code", CODES)
def test_it_can_be_seen_to_move_within_a_minute(code):
    views = TryOut(code).until(60)
    here = [view.students for view in views]
    assert here[0] < 5 and here[9] == len(SEATS) and here == sorted(here)
    # All are counted at once: none has to wait until more come.
    assert views[19].shares and views[19].seen == len(SEATS) and views[19].waiting == 0
    assert len({str(view.shares) for view in views[20:]}) > 5
    assert views[19].pace["fine"] > len(SEATS) / 2
    assert [hand.name for hand in views[-1].help] == [None]
    assert [each.name for each in views[-1].named] == ["Ben"]


def test_two_more_hands_go_up_while_the_class_is_lost_one_with_a_name():
    room = TryOut()
    names = [[hand.name for hand in view.help] for view in room.until(PERIOD)]
    assert ["Ada"] in names and ["Ada", None] in names
    assert names[-1] == [] and max(map(len, names)) == 2


def test_without_cameras_no_face_is_read():
    room = TryOut(mode="self-report")
    for view in room.until(60):
        assert (view.seen, view.shares) == (None, None)
    assert view.named[0].emotion is None
    assert {emotion for emotion, _, _ in room.said.values()} == {None}


def test_a_question_is_answered_by_most_within_20_seconds_and_helps_who_is_lost():
    room, unasked = TryOut(), TryOut()
    room.until(240), unasked.until(240)
    room.is_told(QUESTION, "ab12 got_it")
    answers = room.until(261)[-1].asked.answers
    assert sum(answers.values()) > 0.6 * len(SEATS)
    assert answers["not_yet"] > 5  # of those who are lost
    helped, lost = (each.until(282)[-1].pace["lost"] for each in (room, unasked))
    assert lost > len(SEATS) / 2 and helped == 0
    room.is_told(QUESTION, "cd34 got_it")
    assert room.until(303)[-1].asked.answers["yes"] > len(SEATS) / 2


def test_a_question_that_has_closed_before_it_was_heard_is_not_answered():
    room = TryOut()
    room.until(100)
    room.is_told(QUESTION, "ab12 got_it")
    room.now += 61
    assert all(seat.answer is None for seat in room.seats.values())


def test_what_a_teacher_takes_in_is_down_and_stays_so():
    room = TryOut()
    view = room.until(240)[-1]
    ada = next(hand for hand in view.help if hand.name == "Ada")
    room.is_told(Told.hand(ada.id))
    room.is_told("pace")
    for view in room.until(280):
        assert [hand.name for hand in view.help] == [None]
        assert sum(view.pace.values()) == 0
    room.is_told("help")
    assert room.until(285)[-1].help == ()
    assert room.until(330)[-1].pace["fine"] > 10  # what they say later counts


def test_who_comes_back_after_a_long_time_finds_the_class_where_it_is_then():
    away, there = TryOut(), TryOut()
    away.until(60), there.until(60 + 3 * PERIOD + 220)
    away.now = there.now
    assert away.said == there.said
    # And where the clock on the wall was put back.
    away.now = 100.0
    there = TryOut()
    there.until(100)
    assert away.said == there.said
