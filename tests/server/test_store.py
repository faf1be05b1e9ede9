"""What the store gives back."""

import pytest

from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.domain.view import Alert
from server.store import ClassStore, CodeTaken


def point(t, students=5, alerts=()):
    return Point(t, students, 5, {"happy": 1.0}, None, 1.0, None, alerts)


@pytest.fixture
def store(tmp_path):
    return ClassStore(f"sqlite:///{tmp_path / 'classpulse.db'}")


def test_a_class_is_found_as_it_was_opened_and_ends_once(store):
    session = ClassSession("ABC234", "Algebra", "camera", 5, 10.0)
    store.add_class(session)
    assert store.find_class("ABC234") == session
    assert store.find_class("XYZ234") is None
    store.end_class("ABC234", 20.0)
    store.end_class("ABC234", 30.0)
    assert store.find_class("ABC234").ended_at == 20.0


def test_a_code_is_given_once(store):
    store.add_class(ClassSession("ABC234", "Algebra", "camera", 5, 10.0))
    with pytest.raises(CodeTaken):
        store.add_class(ClassSession("ABC234", "Geometry", "camera", 5, 11.0))
    assert store.find_class("ABC234").title == "Algebra"


def test_points_come_back_as_they_were_in_order(store):
    first = point(10.0, alerts=(Alert("many_lost", 12.0, "About 4 of 10."),))
    store.add_points([("ABC234", point(20.0)), ("ABC234", first), ("XYZ234", point(15.0))])
    store.add_points([])
    assert store.points("ABC234") == [first, point(20.0)]


def test_of_two_points_of_the_same_time_the_newest_counts(store):
    store.add_points([("ABC234", point(10.0, students=5))])
    store.add_points([("ABC234", point(10.0, students=6)), ("XYZ234", point(10.0))])
    assert store.points("ABC234") == [point(10.0, students=6)]


def test_a_class_is_idle_when_nobody_was_there_for_long(store):
    for code, opened, points in [
        ("NEWNEW", 100.0, []),
        ("UNUSED", 10.0, []),
        ("LONGER", 10.0, [20.0, 110.0]),
        ("FORGOT", 10.0, [20.0, 30.0]),
        ("ENDEND", 10.0, [20.0]),
    ]:
        store.add_class(ClassSession(code, "Algebra", "camera", 5, opened))
        store.add_points((code, point(t)) for t in points)
    store.end_class("ENDEND", 40.0)
    assert sorted(store.idle_classes(50.0)) == [("FORGOT", 30.0), ("UNUSED", 10.0)]


def test_a_deleted_class_leaves_nothing_and_others_alone(store):
    for code in ("ABC234", "XYZ234"):
        store.add_class(ClassSession(code, "Algebra", "camera", 5, 10.0))
        store.add_points([(code, point(20.0))])
        store.add_marker(code, Marker(20.0, "recursion"))
        store.end_class(code, 30.0)
    assert sorted(store.classes_ended_before(30.0)) == ["ABC234", "XYZ234"]
    assert store.classes_ended_before(29.0) == []
    store.delete_class("ABC234")
    assert store.find_class("ABC234") is None
    assert (store.points("ABC234"), store.markers("ABC234")) == ([], [])
    assert store.find_class("XYZ234") and store.points("XYZ234") and store.markers("XYZ234")


def test_markers_are_those_of_the_class_in_order(store):
    for code, t, text in [
        ("ABC234", 2.0, "later"),
        ("ABC234", 1.0, "first"),
        ("XYZ234", 1.5, "no"),
    ]:
        store.add_marker(code, Marker(t, text))
    assert store.markers("ABC234") == [Marker(1.0, "first"), Marker(2.0, "later")]
