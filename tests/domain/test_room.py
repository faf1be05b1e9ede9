"""Seats: who counts, and for how long; test_privacy.py has what nobody may learn from them."""

import json

import pytest

from server.domain.messages import Answer, Help, Label, Pace, Show
from server.domain.room import MOST_GONE, QUESTION_SHOWN, REGROUP, Room
from server.domain.seats import LABEL_LIFETIME, PACE_LIFETIME, SEAT_GRACE, Seats, Snapshot
from server.domain.told import NOTHING, QUESTION_SECONDS, Told, Word
from server.domain.view import Named

MIN_STUDENTS = 5


class ClassUnderTest:
    """Seats and a room, as the service drives them."""

    def __init__(self):
        self.seats, self.room = Seats(), Room("camera", MIN_STUDENTS)
        self.now, self.faces, self.told = 1000.0, {}, NOTHING

    def comes(self, seat, emotion=None):
        self.seats.join(seat, f"connection of {seat}", self.now)
        if emotion:
            self.faces[seat] = emotion

    def leaves(self, *seats):
        for seat in seats:
            self.seats.leave(seat, f"connection of {seat}")
            del self.faces[seat]

    def turns_away(self, *seats):
        for seat in seats:
            self.seats.say(seat, Label("no_face"), self.now)
            del self.faces[seat]

    def view(self):
        snapshots = [self.seats.snapshot(self.now, teachers=1)]
        return self.room.view(snapshots, self.now, self.told)

    def is_told(self, what, value="", ago=0):
        """Told to the leader, and not yet to the process that has the seats."""
        self.told = Told({**self.told.words, what: Word(value, self.now - ago)})

    def says(self, message, *seats):
        for seat in seats:
            self.seats.say(f"seat {seat}", message, self.now)

    def tick(self, seconds=1):
        """Time goes by, in which everybody's browser goes on sending."""
        for _ in range(seconds):
            self.now += 1
            for seat, emotion in self.faces.items():
                self.seats.say(seat, Label("ok", emotion), self.now)
            view = self.view()
        return view


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
    assert group.tick(2).shares == {"happy": 1.0}


def test_the_same_seat_on_a_new_connection_is_one_student():
    group = class_of("happy", "happy", "happy", "happy", "sad")
    group.seats.join("seat 4", "another connection", group.now)
    assert group.tick().students == 5
    # The older connection's end says nothing about the seat any more.
    group.seats.leave("seat 4", "connection of seat 4")
    group.seats.drop("seat 4", "connection of seat 4", group.now)
    assert group.tick(int(SEAT_GRACE) + 1).students == 5


def test_a_dropped_connection_keeps_its_seat_for_a_while():
    group = class_of(*["happy"] * 6)
    group.tick()
    group.seats.drop("seat 0", "connection of seat 0", group.now)
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
    view = group.tick(30)
    assert (view.counted, view.shares) == (5, {"happy": 1.0})


def test_groups_last_for_as_long_as_they_are_shown():
    group = class_of(*["happy"] * 5)
    group.tick(int(REGROUP) - 10)
    group.comes("new", "sad")
    view = group.tick(60)
    assert (view.students, view.counted) == (6, 5)


def test_those_who_show_their_names_do_not_hide_the_others():
    group = class_of(*["happy"] * 3, *["sad"] * 3)
    group.tick()
    group.seats.say("seat 5", Show("Ada"), group.now)
    assert group.tick().shares == {"happy": 0.5, "sad": 0.5}  # there are five others
    group.seats.say("seat 4", Show("Ben"), group.now)
    assert group.tick().shares is None
    group.seats.say("seat 4", Show(None), group.now)
    assert group.tick().shares is None  # what was known stays known


def test_who_shows_the_name_is_seen_with_face_and_word_until_they_take_it_back():
    group = class_of("sad", "sad")
    group.seats.say("seat 1", Pace("lost"), group.now)
    group.seats.say("seat 1", Show("Ben"), group.now)
    group.seats.say("seat 0", Show("Ada"), group.now)
    assert group.tick().named == (Named("Ada", "sad", None), Named("Ben", "sad", "lost"))
    group.seats.say("seat 1", Show(None), group.now)
    group.turns_away("seat 0")
    assert group.tick(int(LABEL_LIFETIME) + 1).named == (Named("Ada", None, None),)


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
    group.tick()
    assert group.room.is_over(group.now)
    assert Room("camera", MIN_STUDENTS).is_over(1.0)


def test_hands_keep_their_place_and_go_down():
    group = class_of(None, None)
    group.seats.say("seat 0", Help(True), 1000.0)
    group.tick()
    group.seats.say("seat 1", Help(True, "Ben"), 1000.5)
    group.seats.say("seat 0", Help(True, "Ada"), 1001.0)
    hands = [(hand.since, hand.name) for hand in group.tick().help]
    assert hands == [(1000.0, "Ada"), (1000.5, "Ben")]
    group.seats.say("seat 0", Help(False), group.now)
    assert [hand.name for hand in group.tick().help] == ["Ben"]


@pytest.mark.parametrize(("age", "counts"), [(PACE_LIFETIME, True), (PACE_LIFETIME + 1, False)])
def test_a_pace_word_fades(age, counts):
    group = class_of(*[None] * MIN_STUDENTS)
    group.seats.say("seat 0", Pace("lost"), group.now)
    group.now += age
    assert group.view().pace["lost"] == counts


def test_a_pace_word_can_be_taken_back():
    group = class_of(*[None] * MIN_STUDENTS)
    group.seats.say("seat 0", Pace("lost"), group.now)
    assert group.view().pace["lost"] == 1
    group.seats.say("seat 0", Pace(None), group.now)
    assert set(group.view().pace.values()) == {0}


def test_a_teacher_can_clear_words_and_hands_and_students_can_say_them_again():
    group = class_of(*[None] * MIN_STUDENTS)

    def say():
        group.seats.say("seat 0", Pace("lost"), group.now)
        group.seats.say("seat 0", Help(True), group.now)

    say()
    assert group.tick().help
    group.is_told("pace")
    view = group.view()
    assert view.pace["lost"] == 0 and len(view.help) == 1
    group.is_told("help")
    assert group.view().help == ()
    group.now += 1
    say()
    view = group.view()
    assert view.pace["lost"] == 1
    assert [(hand.since, hand.name) for hand in view.help] == [(group.now, None)]


@pytest.mark.parametrize("what", ["pace", "help"])
def test_what_is_taken_down_goes_down_in_every_seat_and_nothing_else_does(what):
    group = class_of(*[None] * MIN_STUDENTS)
    for seat in range(2):
        group.seats.say(f"seat {seat}", Pace("lost"), group.now)
        group.seats.say(f"seat {seat}", Help(True, "Ada"), group.now)
    group.is_told(what)
    assert group.seats.take_down(group.told) == [(what, "seat 0"), (what, "seat 1")]
    assert group.seats.take_down(group.told) == []
    view = group.tick()
    assert view.pace["lost"] == (0 if what == "pace" else 2)
    assert len(view.help) == (0 if what == "help" else 2)


def test_a_hand_that_goes_up_after_the_others_were_taken_down_stays_in_the_queue():
    group = class_of(None, None)
    group.seats.say("seat 0", Help(True, "Ada"), group.now)
    group.tick()
    group.seats.say("seat 1", Help(True, "Ben"), group.now)
    group.view()
    group.is_told("help", ago=0.5)  # known with the next tick
    assert [hand.name for hand in group.tick().help] == ["Ben"]


def test_one_hand_can_be_taken_in_and_the_others_stay():
    group = class_of(None, None)
    group.says(Help(True, "Ada"), 0)
    group.tick()
    group.says(Help(True, "Ada"), 1)
    group.says(Help(True, "Ada"), 0)  # again, as after a reconnection: it is the same hand
    first, second = group.tick().help
    group.is_told(Told.hand(second.id))
    assert group.view().help == (first,)
    assert group.seats.take_down(group.told) == [("help", "seat 1")]
    assert group.tick().help == (first,)
    group.says(Help(True, "Ada"), 1)
    assert [hand.id == second.id for hand in group.tick().help] == [False, False]


def test_answers_that_came_after_what_is_taken_down_stay():
    group = class_of(*[None] * MIN_STUDENTS)
    group.says(Pace("lost"), 0, 1)
    group.tick(10)
    group.says(Pace("lost"), 2)
    group.is_told("pace", ago=5)
    assert group.view().pace["lost"] == 1
    assert group.seats.take_down(group.told) == [("pace", "seat 0"), ("pace", "seat 1")]
    assert group.tick().pace["lost"] == 1


# Faces that are read, and those of them that are counted


def test_all_faces_that_are_read_are_told_and_how_many_of_them_wait():
    group = class_of(*["happy"] * 5)
    assert (group.tick().seen, group.view().waiting) == (5, 0)
    for number in range(4):
        group.comes(f"new {number}", "sad")
        view = group.tick()
        assert (view.seen, view.waiting, view.counted) == (6 + number, 1 + number, 5)
    group.comes("new 4", "sad")
    view = group.tick()
    assert (view.seen, view.waiting, view.counted) == (10, 0, 10)


def test_whoever_is_seen_by_name_is_read_and_does_not_wait():
    group = class_of(*["happy"] * 5)
    group.tick()
    group.comes("new", "sad")
    group.seats.say("new", Show("Ada"), group.now)
    view = group.tick()
    assert (view.seen, view.waiting) == (6, 0)


# Questions


def asked(group):
    view = group.view()
    return view.asked and view.asked.answers


def test_answers_are_counted_once_as_many_have_answered_as_may_be_shown():
    group = class_of(*[None] * 8)
    assert group.view().asked is None
    group.is_told("question", "ab got_it")
    group.says(Answer("ab", "yes"), 0, 1, 2)
    group.says(Answer("ab", "not_yet"), 3)
    assert group.view().asked.question == "got_it" and asked(group) is None
    group.says(Answer("ab", "so_so"), 4)
    assert asked(group) == {"yes": 3, "so_so": 1, "not_yet": 1}
    group.says(Answer("ab", "yes"), 4)
    assert asked(group) == {"yes": 4, "so_so": 0, "not_yet": 1}
    group.says(Answer("ab", None), 3)
    assert asked(group) is None


def test_a_student_who_goes_after_answering_changes_no_count():
    group = class_of(*[None] * 6)
    group.is_told("question", "ab got_it")
    group.says(Answer("ab", "yes"), *range(5))
    before = asked(group)
    group.seats.leave("seat 0", "connection of seat 0")
    assert asked(group) == before


def test_a_question_closes_by_itself_and_what_is_answered_then_does_not_count():
    group = class_of(*[None] * 6)
    group.is_told("question", "ab got_it")
    group.says(Answer("ab", "yes"), *range(5))
    open_view = group.tick(int(QUESTION_SECONDS) - 1)
    assert open_view.t < open_view.asked.until == 1000 + QUESTION_SECONDS
    closed = group.tick().asked
    group.says(Answer("ab", "not_yet"), 5)
    assert group.tick().asked == closed
    assert group.tick(int(QUESTION_SHOWN) + 1).asked is None


def test_a_teacher_can_close_a_question_and_ask_another_one():
    group = class_of(*[None] * 6)
    group.is_told("question", "ab got_it")
    group.says(Answer("ab", "yes"), *range(5))
    group.tick()
    group.is_told("question")
    view = group.view()
    assert view.asked.until == view.t and view.asked.answers["yes"] == 5
    group.says(Answer("ab", "yes"), 5)
    assert group.tick().asked == view.asked
    group.is_told("question", "cd done")
    group.says(Answer("ab", "not_yet"), 0)  # to the one that is over
    view = group.tick()
    assert (view.asked.question, view.asked.t) == ("done", group.now - 1)
    assert view.asked.answers is None


# Several processes


def with_another_process(group, *emotions):
    """The same class, half of it connected to another process, whose clock is wrong."""
    other = ClassUnderTest()
    other.now = 5.0
    for number, emotion in enumerate(emotions):
        other.comes(f"other {number}", emotion)
        other.seats.say(f"other {number}", Label("ok", emotion), other.now)
    return other


def view_of_both(group, other):
    told = json.loads(json.dumps(other.seats.snapshot(other.now, 0).to_dict(other.now)))
    snapshots = [group.seats.snapshot(group.now, 1), Snapshot.from_dict(told, group.now)]
    return group.room.view(snapshots, group.now)


def test_students_of_all_processes_make_one_group():
    group = class_of(*["happy"] * 3)
    assert group.tick().shares is None
    view = view_of_both(group, with_another_process(group, "sad", "sad"))
    assert (view.students, view.shares) == (5, {"happy": 0.6, "sad": 0.4})


def test_a_student_known_to_two_processes_counts_once_where_they_came_last():
    group = class_of(*["happy"] * 4, "sad")
    group.tick()
    other = ClassUnderTest()
    other.comes("seat 0")
    other.seats.say("seat 0", Label("ok", "sad"), other.now)
    view = view_of_both(group, other)
    assert (view.students, view.shares) == (5, {"happy": 0.6, "sad": 0.4})


def test_a_hand_keeps_its_place_while_its_student_connects_again():
    group = class_of(None, None)
    group.seats.say("seat 0", Help(True, "Ada"), group.now)
    group.seats.say("seat 1", Help(True, "Ben"), group.now)
    first = [(hand.since, hand.name) for hand in group.tick(5).help]
    again = ClassUnderTest()
    again.now = group.now
    again.comes("seat 0")
    snapshots = [group.seats.snapshot(group.now, 1), again.seats.snapshot(again.now, 0)]
    assert [hand.name for hand in group.room.view(snapshots, group.now).help] == ["Ben"]
    again.seats.say("seat 0", Help(True, "Ada"), group.now)
    view = group.room.view(snapshots, group.now)
    assert [(hand.since, hand.name) for hand in view.help] == first


def test_whoever_comes_and_goes_without_end_fills_no_memory():
    group = class_of(*["happy"] * 20)
    group.tick()
    for number in range(0, 2 * MOST_GONE, MIN_STUDENTS):
        seats = [f"passer-by {number + each}" for each in range(MIN_STUDENTS)]
        for seat in seats:
            group.comes(seat, "sad")
        group.tick()
        group.leaves(*seats)
    view = group.tick()
    assert view.counted < 20 + MOST_GONE + MIN_STUDENTS
    assert view.shares == {"happy": 1.0}


def test_a_room_goes_on_in_another_process():
    group = class_of(*["happy"] * 5, "sad", "sad", "sad")
    group.seats.say("seat 0", Show("Ada"), group.now)
    group.seats.say("seat 1", Help(True), group.now)
    group.is_told("question", "ab done")
    group.says(Answer("ab", "yes"), *range(6))
    before = group.tick(3)
    group.leaves("seat 7")
    stored = json.loads(json.dumps(group.room.to_dict(group.now)))
    group.now += 500_000  # the other process's clock
    group.told = Told({"question": Word("ab done", group.now - 3)})
    for seat, emotion in group.faces.items():
        group.seats.join(seat, f"connection of {seat}", group.now)
        group.seats.say(seat, Label("ok", emotion), group.now)
    group.room = Room.from_dict(stored, "camera", MIN_STUDENTS, group.now)
    after = group.view()
    assert after.shares == before.shares
    assert after.students == 7 and after.counted == 7
    assert after.asked.answers == before.asked.answers == {"yes": 6, "so_so": 0, "not_yet": 0}
    assert after.asked.until - group.now == pytest.approx(QUESTION_SECONDS - 3)


def test_a_student_counts_where_the_student_came_to_last():
    here, there = class_of("happy"), class_of("sad")
    there.now += 5
    there.comes("seat 0", "sad")
    for group in (here, there):
        group.tick()
        group.seats.say("seat 0", Show("Ada"), group.now)
    now = there.now
    snapshots = [here.seats.snapshot(now, 1), there.seats.snapshot(now, 0)]
    for both in (snapshots, snapshots[::-1]):
        view = Room("camera", MIN_STUDENTS).view(both, now)
        assert (view.students, view.named) == (1, (Named("Ada", "sad", None),))


def test_a_hand_goes_down_with_its_student():
    group = class_of(None)
    group.seats.say("seat 0", Help(True, "Ada"), group.now)
    assert [hand.name for hand in group.view().help] == ["Ada"]
    group.seats.leave("seat 0", "connection of seat 0")
    assert group.view().help == ()


def test_whoever_leaves_twice_has_left_once():
    group = class_of("happy", "happy")
    for _ in range(2):
        group.seats.leave("seat 0", "connection of seat 0")
    assert len(group.seats) == 1 and "seat 0" not in group.seats and "seat 1" in group.seats
