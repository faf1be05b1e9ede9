"""What the store gives back."""

import pytest

from server.store import ClassSession, ClassStore, CodeTaken, Marker


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


@pytest.mark.parametrize(
    ("since", "times"), [(0, [1, 2, 3]), (1, [1, 2, 3]), (2.5, [2, 3]), (3, [3]), (9, [3])]
)
def test_history_begins_with_the_view_in_force(store, since, times):
    store.add_views(("ABC234", {"t": float(t), "students": t}) for t in (3, 1, 2))
    store.add_views([("XYZ234", {"t": 2.4, "students": 9})])
    assert [view["t"] for view in store.views("ABC234", since)] == times


def test_markers_are_those_of_the_class_in_order(store):
    for code, t, text in [
        ("ABC234", 2.0, "later"),
        ("ABC234", 1.0, "first"),
        ("XYZ234", 1.5, "no"),
    ]:
        store.add_marker(code, Marker(t, text))
    assert store.markers("ABC234", 0) == [Marker(1.0, "first"), Marker(2.0, "later")]
    assert store.markers("ABC234", 1.5) == [Marker(2.0, "later")]
