"""Seats: who counts, and for how long; test_privacy.py has what nobody may learn from them."""

import pytest

from server.domain.messages import Help, Label
from server.domain.room import (
    LABEL_LIFETIME,
    PACE_LIFETIME,
    REGROUP,
    SEAT_GRACE,
    Hand,
    Named,
    Room,
)
from server.domain.view import make_view

MIN_STUDENTS = 5


class ClassUnderTest:
    """A room with its views, as the service drives them."""

    def __init__(self):
        self.room, self.now, self.view = Room(MIN_STUDENTS), 1000.0, None
        self.faces = {}

    def comes(self, seat, emotion):
        self.room.join(seat, connection=f"connection of {seat}")
        self.faces[seat] = emotion

    def leaves(self, *seats):
        for seat in seats:
            self.room.leave(seat)
            del self.faces[seat]

    def turns_away(self, *seats):
        for seat in seats:
            self.room.set_label(seat, Label("no_face"), self.now)
            del self.faces[seat]

    def tick(self, seconds=1):
        """Time goes by, in which everybody's browser goes on sending."""
        for _ in range(seconds):
            self.now += 1
            for seat, emotion in self.faces.items():
                self.room.set_label(seat, Label("ok", emotion), self.now)
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
    assert group.tick(int(SEAT_GRACE) + 1).students == 5


def test_a_dropped_connection_keeps_its_seat_for_a_while():
    group = class_of(*["happy"] * 6)
    group.tick()
    group.room.drop("seat 0", "connection of seat 0", group.now)
    del group.faces["seat 0"]
    assert group.tick(int(SEAT_GRACE)).students == 6
    assert group.tick().students == 5


def test_a_student_who_says_goodbye_is_gone_at_once():
    group = class_of("happy", "happy")
    group.leaves("seat 0")
    assert group.tick().students == 1


def test_a_face_counts_as_read_for_a_while_after_its_last_label():
    group = class_of(*["happy"] * 6)
    group.tick()
    group.turns_away("seat 0")
    assert group.tick(int(LABEL_LIFETIME)).seen == 6
    assert group.tick().seen == 5


def test_newcomers_wait_until_they_are_enough_for_a_group():
    group = class_of(*["happy"] * 5)
    group.tick()
    for number in range(4):
        group.comes(f"new {number}", "sad")
        view = group.tick()
        assert (view.students, view.counted) == (6 + number, 5)
        assert view.shares == {"happy": 1.0}
    group.comes("new 4", "sad")
    assert group.tick().shares == {"happy": 0.5, "sad": 0.5}


def test_a_student_who_goes_is_counted_on():
    group = class_of(*["happy"] * 6, "sad", "sad")
    before = group.tick().shares
    group.leaves("seat 7")
    view = group.tick()
    assert (view.students, view.shares) == (7, before)


def test_a_student_who_returns_is_counted_as_what_the_face_looks_like_now():
    group = class_of(*["happy"] * 5, "sad", "sad", "sad")
    group.tick()
    group.turns_away("seat 5")
    group.tick(60)
    group.faces["seat 5"] = "happy"
    assert group.tick().shares == {"happy": 0.75, "sad": 0.25}


def test_a_group_is_counted_while_more_than_half_of_it_is_read():
    group = class_of(*["happy"] * 8)
    group.tick()
    group.turns_away("seat 0", "seat 1", "seat 2")
    assert group.tick(30).shares == {"happy": 1.0}
    group.turns_away("seat 3")
    view = group.tick(30)
    assert view.shares is None and view.suppressed == "few_faces"
    assert (view.counted, view.seen) == (8, 4)  # how many looked away may be known


def test_groups_are_made_anew_when_nothing_was_shown_for_long():
    group = class_of(*["happy"] * 10)
    group.tick()
    group.leaves(*(f"seat {seat}" for seat in range(5)))
    assert group.tick(int(REGROUP) - 1).shares is None
    assert group.tick(30).shares == {"happy": 1.0}
    assert group.view.counted == 5


def test_those_who_show_their_names_do_not_hide_the_others():
    group = class_of(*["happy"] * 3, *["sad"] * 3)
    group.tick()
    group.room.set_name("seat 5", "Ada")
    assert group.tick().shares == {"happy": 0.5, "sad": 0.5}  # there are five others
    group.room.set_name("seat 4", "Ben")
    assert group.tick().shares is None
    group.room.set_name("seat 4", None)
    assert group.tick().shares is None  # what was known stays known


def test_who_shows_the_name_is_seen_with_face_and_word_until_they_take_it_back():
    room = Room(MIN_STUDENTS)
    for seat in ("a", "b"):
        room.join(seat, seat)
        room.set_label(seat, Label("ok", "sad"), 10.0)
    room.set_pace("b", "lost", 10.0)
    room.set_name("b", "Ben")
    room.set_name("a", "Ada")
    assert room.partial(11.0, False).named == (
        Named("Ada", "sad", None),
        Named("Ben", "sad", "lost"),
    )
    room.set_name("b", None)
    assert room.partial(12.0 + LABEL_LIFETIME, False).named == (Named("Ada", None, None),)


def test_labels_of_those_who_stay_are_live_while_somebody_waits():
    group = class_of(*["happy"] * 5)
    group.tick()
    group.comes("late", "sad")
    group.faces |= {"seat 0": "neutral", "seat 1": "neutral"}
    assert group.tick().shares == {"happy": 0.6, "neutral": 0.4}


def test_a_room_is_over_when_nobody_is_left_and_nothing_was_shown_for_long():
    group = class_of(*["happy"] * 5)
    group.tick(2)
    group.leaves(*(f"seat {seat}" for seat in range(5)))
    group.tick(int(REGROUP))
    assert not group.room.is_over(group.now)
    group.tick(2)
    assert group.room.is_over(group.now)
    assert Room(MIN_STUDENTS).is_over(1.0)


def test_hands_keep_their_place_and_go_down():
    room = Room(MIN_STUDENTS)
    for seat in ("a", "b"):
        room.join(seat, seat)
    room.set_help("a", Help(True), 10.0)
    room.set_help("b", Help(True, "Ben"), 20.0)
    room.set_help("a", Help(True, "Ada"), 30.0)
    assert room.partial(31.0, False).hands == (Hand(10.0, "Ada"), Hand(20.0, "Ben"))
    room.set_help("a", Help(False), 40.0)
    assert [hand.name for hand in room.partial(41.0, False).hands] == ["Ben"]


@pytest.mark.parametrize(("age", "counts"), [(PACE_LIFETIME, True), (PACE_LIFETIME + 1, False)])
def test_a_pace_word_fades(age, counts):
    room = Room(MIN_STUDENTS)
    room.join("a", "a")
    room.set_pace("a", "lost", 100.0)
    assert room.partial(100.0 + age, False).paces == ({"lost": 1} if counts else {})


def test_a_pace_word_can_be_taken_back():
    room = Room(MIN_STUDENTS)
    room.join("a", "a")
    room.set_pace("a", "lost", 1.0)
    room.set_pace("a", None, 2.0)
    assert room.partial(3.0, False).paces == {}


def test_a_teacher_can_clear_words_and_hands():
    room = Room(MIN_STUDENTS)
    room.join("a", "a")
    room.set_pace("a", "lost", 1.0)
    room.set_help("a", Help(True), 1.0)
    room.clear_paces()
    partial = room.partial(2.0, False)
    assert partial.paces == {} and len(partial.hands) == 1
    room.clear_hands()
    assert room.partial(3.0, False).hands == ()
