"""What a teacher is shown, and what not: suppression, folding, rounding."""

import pytest

from server.domain.labels import SHIPPED, Labels
from server.domain.view import Hand, Named, Tally, make_view
from tests.own_model import VALENCES


def view_of(emotions, *, students=None, mode="camera", min_students=5, labels=SHIPPED, **tally):
    seen = sum(emotions.values())
    students = seen if students is None else students
    tally = Tally(students, seen, seen, emotions=emotions, **tally)
    return make_view(1000.0, mode, min_students, tally, labels)


def test_four_students_show_nothing():
    view = view_of({"happy": 4}, paces={"lost": 4})
    assert (view.shares, view.valence, view.pace) == (None, None, None)
    assert view.suppressed == "few_students"
    assert (view.students, view.counted, view.seen) == (4, None, None)


def test_five_students_show_shares():
    view = view_of({"happy": 3, "sad": 2})
    assert view.shares == {"happy": 0.6, "sad": 0.4}
    assert view.suppressed is None


def test_the_class_decides_how_few_are_too_few():
    assert view_of({"happy": 3}, min_students=3).shares == {"happy": 1.0}
    assert view_of({"happy": 9}, min_students=10).shares is None


def test_many_students_with_few_faces_show_words_but_no_shares():
    view = view_of({"happy": 4}, students=30, paces={"lost": 2})
    assert view.shares is None and view.valence is None
    assert view.suppressed == "few_faces"
    assert view.pace == {"slow_down": 0, "fine": 0, "speed_up": 0, "lost": 2}


def test_a_label_that_only_one_student_has_is_folded_into_other():
    assert view_of({"happy": 4, "sad": 1}).shares == {"happy": 0.8, "other": 0.2}


def test_lone_labels_are_folded_together():
    shares = view_of({"happy": 3, "sad": 1, "fear": 1}).shares
    assert shares == {"happy": 0.6, "other": 0.4}


def test_the_valence_does_not_tell_a_lone_label():
    lone = [view_of({"neutral": 4, emotion: 1}) for emotion in ("happy", "sad", "surprise")]
    assert len({view.valence for view in lone}) == 1


def test_labels_of_a_model_are_shown_beside_those_of_fer_2013():
    view = view_of({"bored": 4, "à l'aise": 4, "sad": 2}, labels=Labels(VALENCES))
    assert view.shares == {"bored": 0.4, "à l'aise": 0.4, "sad": 0.2}
    assert view.valence == pytest.approx(-0.2)


def test_labels_that_nobody_knows_are_folded_into_other_however_many_have_them():
    view = view_of({"bored": 4, "meet me at five": 3, "other": 2, "sad": 1})
    assert view.shares == {"other": 1.0} and view.valence == 0
    assert view_of({"bored": 4}, min_students=3, labels=Labels(VALENCES)).shares == {"bored": 1.0}


def test_a_model_may_have_a_label_that_is_called_other():
    view = view_of({"other": 4, "sad": 1}, labels=Labels({"other": -1, "sad": 1}))
    assert view.shares == {"other": 1.0} and view.valence == 0


def test_who_is_seen_by_name_has_no_emotion_that_nobody_knows():
    named = tuple(Named("Ada", emotion, None) for emotion in ("bored", "happy", None))
    shown = [each.emotion for each in view_of({}, named=named).named]
    assert shown == [None, "happy", None]


def test_valence_is_pleasant_less_unpleasant():
    assert view_of({"happy": 6, "sad": 2, "angry": 2}).valence == pytest.approx(0.2)
    assert view_of({"neutral": 5}).valence == 0
    assert view_of({"fear": 3, "disgust": 2}).valence == -1


def test_the_order_of_equal_shares_tells_nothing_of_who_came_first():
    one, other = (
        view_of(dict.fromkeys(order, 3)) for order in (("sad", "happy"), ("happy", "sad"))
    )
    assert list(one.shares) == list(other.shares) == ["happy", "sad"]


def test_shares_are_twentieths_that_add_up_to_one():
    assert view_of({"happy": 4, "neutral": 2}).shares == {"happy": 0.65, "neutral": 0.35}
    thirds = view_of({"happy": 3, "neutral": 3, "sad": 3}).shares
    assert thirds == {"happy": 0.35, "neutral": 0.35, "sad": 0.3}
    assert view_of({"happy": 98, "sad": 2}).shares == {"happy": 1.0}


def test_a_class_without_cameras_has_words_only():
    view = view_of({}, students=5, mode="self-report", paces={"slow_down": 3})
    assert view.shares is None and view.suppressed is None
    assert view.pace["slow_down"] == 3


def test_raised_hands_are_shown_however_few_are_here():
    hands = (Hand("ab", 10.0, "Ada"), Hand("cd", 20.0, None))
    view = view_of({"happy": 1}, hands=hands)
    assert view.to_dict()["help"] == [
        {"id": "ab", "since": 10.0, "name": "Ada"},
        {"id": "cd", "since": 20.0, "name": None},
    ]


def test_views_that_differ_only_in_time_are_the_same():
    emotions = {"happy": 5}
    earlier, later = (
        make_view(t, "camera", 5, Tally(5, 5, 5, emotions=emotions)) for t in (1.0, 2.0)
    )
    assert earlier.same_as(later)
    assert not earlier.same_as(view_of({"happy": 6}))
