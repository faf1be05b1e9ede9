"""What waits for the database is there for those who read, and is not without end."""

import pytest

from server.domain.session import ClassSession, Marker
from server.domain.timeline import Point
from server.storage.journal import MOST_POINTS, Journal
from tests.live_server import migrate

CODE = "ABC234"


def point(t, students=5):
    return Point(t, students, 5, {"happy": 1.0}, None, 1.0, None, ())


@pytest.fixture
def store(tmp_path, open_store):
    store = open_store(migrate(f"sqlite:///{tmp_path / 'classpulse.db'}"))
    store.add_class(ClassSession(CODE, "Algebra", "camera", 5, 1.0))
    return store


def test_what_waits_is_read_with_what_is_stored(store):
    store.add_points([(CODE, point(10.0)), (CODE, point(30.0, students=1))])
    store.add_marker(CODE, Marker(12.0, "stored"))
    journal = Journal(store)
    journal.add_points([(CODE, point(20.0)), (CODE, point(30.0, students=6))])
    journal.add_marker(CODE, Marker(11.0, "waits"))
    journal.end_class(CODE, 40.0)
    for _ in range(2):
        assert journal.points(CODE) == [point(10.0), point(20.0), point(30.0, students=1)]
        assert [marker.text for marker in journal.markers(CODE)] == ["waits", "stored"]
        assert journal.find_class(CODE).ended_at == 40.0
        journal.save()
        assert len(journal) == 0
    assert store.points(CODE) == journal.points(CODE)
    assert store.find_class(CODE).ended_at == 40.0


def test_nothing_is_left_of_a_class_that_is_deleted_while_it_waits(store):
    journal = Journal(store)
    journal.add_points([(CODE, point(10.0))])
    journal.add_marker(CODE, Marker(11.0, "recursion"))
    journal.delete_class(CODE)
    assert journal.find_class(CODE) is None
    journal.save()
    assert store.find_class(CODE) is None
    assert (store.points(CODE), store.markers(CODE)) == ([], [])


def test_of_too_many_points_the_newest_stay(store, caplog):
    journal = Journal(store)
    most = MOST_POINTS
    journal.add_points((CODE, point(10.0 * number)) for number in range(most + 3))
    assert len(journal) == most
    assert "points lost" in caplog.text
    assert journal.points(CODE)[0].t == 30.0
