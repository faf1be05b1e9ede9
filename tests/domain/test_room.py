"""Seats: who counts, for how long, and that no one's coming or going tells a label."""

import itertools
import random

from server.domain.messages import Help, Label
from server.domain.room import LABEL_LIFETIME, SEAT_GRACE, Room
from server.domain.view import make_view

MIN_STUDENTS = 5


class ClassUnderTest:
    """A room with its views, as the service drives them."""

    def __init__(self):
        self.room, self.now, self.view = Room(), 1000.0, None

    def comes(self, seat, emotion):
        self.room.join(seat, connection=f"connection of {seat}")
        self.looks(seat, emotion)

    def looks(self, seat, emotion):
        self.room.set_label(seat, Label("ok", emotion), self.now)

    def tick(self):
        self.now += 1
        shown = self.view is not None and self.view.shares is not None
        partial = self.room.partial(self.now, shown)
        self.view = make_view(self.now, "camera", MIN_STUDENTS, [partial])
        return self.view


def class_of(*emotions):
    group = ClassUnderTest()
    for seat, emotion in enumerate(emotions):
        group.comes(f"seat {seat}", emotion)
    return group


def test_students_who_come_one_by_one_are_shown_as_soon_as_there_are_enough():
    group = ClassUnderTest()
    for seat in range(5):
        assert group.tick().shares is None
        group.comes(f"seat {seat}", "happy")
    assert group.tick().shares == {"happy": 1.0}


def test_the_same_seat_on_a_new_connection_is_one_student():
    group = class_of("happy", "happy", "happy", "happy", "sad")
    assert group.room.join("seat 4", "another connection") == "connection of seat 4"
    assert group.tick().students == 5
    # The older connection's end says nothing about the seat any more.
    group.room.drop("seat 4", "connection of seat 4", group.now)
    group.now += SEAT_GRACE + 1
    assert group.tick().students == 5


def test_a_dropped_connection_keeps_its_seat_for_a_while():
    group = class_of("happy", "happy", "happy", "happy", "happy", "happy")
    group.room.drop("seat 0", "connection of seat 0", group.now)
    assert group.tick().students == 6
    group.now += SEAT_GRACE
    assert group.tick().students == 5


def test_a_student_who_says_goodbye_is_gone_at_once():
    group = class_of("happy", "happy")
    group.room.leave("seat 0")
    assert group.tick().students == 1


def test_a_label_that_is_not_repeated_goes_stale():
    group = class_of(*["happy"] * 5)
    assert group.tick().seen == 5
    group.now += LABEL_LIFETIME
    view = group.tick()
    assert view.seen == 0 and view.students == 5
    assert view.suppressed == "few_faces"


def test_a_student_who_comes_alone_waits_until_another_one_comes():
    group = class_of(*["happy"] * 5)
    group.tick()
    group.comes("late", "sad")
    view = group.tick()
    assert view.students == 6
    assert view.shares == {"happy": 1.0}
    group.comes("later", "sad")
    assert group.tick().shares == {"happy": 0.71, "sad": 0.29}


def test_a_student_who_goes_alone_is_counted_on_until_another_one_goes():
    group = class_of(*["happy"] * 6, "sad", "sad")
    before = group.tick().shares
    group.room.leave("seat 7")
    view = group.tick()
    assert view.students == 7
    assert view.shares == before
    group.room.leave("seat 0")
    assert group.tick().shares == {"happy": 0.83, "other": 0.17}


def test_hiding_in_between_does_not_help_to_single_a_student_out():
    group = class_of(*["happy"] * 4, "sad", "sad")
    before = group.tick().shares
    group.room.leave("seat 5")
    group.room.leave("seat 0")
    assert group.tick().shares is None
    group.comes("seat 0", "happy")
    # Only seat 5 is missing from those who were shown last.
    assert group.tick().shares == before


def test_labels_of_those_who_stay_are_live_while_somebody_waits():
    group = class_of(*["happy"] * 5)
    group.tick()
    group.comes("late", "sad")
    group.looks("seat 0", "neutral")
    group.looks("seat 1", "neutral")
    assert group.tick().shares == {"happy": 0.6, "neutral": 0.4}


def test_one_who_comes_as_another_goes_tells_of_neither():
    group = class_of(*["happy"] * 4, *["neutral"] * 3, "sad", "sad")
    before = group.tick().shares
    group.room.leave("seat 8")
    assert group.tick().shares == before
    group.comes("new", "happy")
    assert group.tick().shares == before
    group.room.leave("seat 7")  # two have gone by now
    assert group.tick().shares == {"happy": 0.57, "neutral": 0.43}


def test_shares_change_only_when_two_come_or_two_go_in_any_random_class():
    moves = random.Random(7)
    emotions = ["happy", "sad", "neutral", "fear"]
    changes = 0
    for _ in range(200):
        size = moves.randint(5, 9)
        group = class_of(*moves.choices(emotions, k=size))
        here = {f"seat {seat}" for seat in range(size)}
        names = (f"new {number}" for number in itertools.count())
        shown = group.tick().shares
        behind = set(here)  # those behind the shares that were shown last
        for _ in range(12):
            if moves.random() < 0.5 or len(here) < 3:
                seat = next(names)
                here.add(seat)
                group.comes(seat, moves.choice(emotions))
            else:
                seat = moves.choice(sorted(here))
                here.discard(seat)
                group.room.leave(seat)
            shares = group.tick().shares
            if shares is None:
                continue
            came, gone = here - behind, behind - here
            if len(came) < 2 and len(gone) < 2:
                assert shares == shown
            behind |= came if len(came) > 1 else set()
            behind -= gone if len(gone) > 1 else set()
            changes += shares != shown
            shown = shares
    assert changes > 100  # the class does not stand still either


def test_hands_keep_their_place_and_go_down():
    room = Room()
    for seat in ("a", "b"):
        room.join(seat, seat)
    room.set_help("a", Help(True), 10.0)
    room.set_help("b", Help(True, "Ben"), 20.0)
    room.set_help("a", Help(True, "Ada"), 30.0)
    assert [(h.since, h.name) for h in room.partial(31.0, False).hands] == [
        (10.0, "Ada"),
        (20.0, "Ben"),
    ]
    room.set_help("a", Help(False), 40.0)
    assert [hand.name for hand in room.partial(41.0, False).hands] == ["Ben"]


def test_a_pace_word_can_be_taken_back():
    room = Room()
    room.join("a", "a")
    room.set_pace("a", "lost")
    assert room.partial(1.0, False).paces == {"lost": 1}
    room.set_pace("a", None)
    assert room.partial(2.0, False).paces == {}
