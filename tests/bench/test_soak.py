"""The soak test, as short as it can be: everything starts, and what must hold does."""

import json

import pytest

from bench.soak.witness import Violation, Witness
from tests.services import require_program

CODE = "ABCDEF"
NOW = 1_000_000_000.0


def test_a_class_outlives_a_process(cli):
    for program in ("redis-server", "postgres", "nginx", "node"):
        require_program(program)
    done = cli("soak", "--minutes=0", "--classes=2", "--only=a process k")
    assert done.status == 0, done.err
    assert "a process killed | 1 |" in done.out


@pytest.fixture
def witness(monkeypatch):
    """Knows of a class with one teacher's page and seven students, in calm times."""
    monkeypatch.setattr("time.time", lambda: NOW + 100)
    witness = Witness({CODE: 5})
    tell(witness, "connected", page=0, role="teacher", transport="websocket")
    for number in range(1, 8):
        tell(witness, "try", page=number, seat=None)
        tell(witness, "welcome", page=number, seat=f"seat {number}")
        tell(witness, "connected", page=number, transport="websocket")
    witness.calm_since = NOW
    return witness


def tell(witness, what, page=0, role="student", after=0.0, **more):
    line = {"what": what, "code": CODE, "page": page, "role": role, "at": NOW + after, **more}
    witness.take(json.loads(json.dumps(line)))


def show(witness, after=10.0, **figures):
    view = {"t": NOW + after, "students": 7, "shares": None, "suppressed": "few_faces"}
    nothing = dict.fromkeys(("valence", "pace", "seen", "counted"))
    tell(witness, "view", role="teacher", after=after, data=view | nothing | figures)


def history(witness, points, after=60.0):
    past = {"t": NOW + after, "points": points, "markers": []}
    tell(witness, "history", role="teacher", data=past)


def test_what_is_so_is_no_violation(witness):
    show(witness, shares={"happy": 0.6, "sad": 0.4})
    tell(witness, "left", page=1, after=11)
    show(witness, after=20, students=6)
    tell(witness, "lost", page=2, after=21, reason="transport close")
    show(witness, after=22, students=6)
    show(witness, after=40, students=5)
    assert (witness.counts.bounded, witness.counts.exact) == (4, 3)


def test_a_seat_that_nobody_heard_of_counts_for_as_long_as_polling_goes_unnoticed(witness):
    tell(witness, "try", page=8, seat=None, after=1)
    tell(witness, "failed", page=8, after=2, reason="xhr poll error", retry=False)
    show(witness, after=40, students=8)
    tell(witness, "try", page=9, seat=None, after=41)
    tell(witness, "failed", page=9, after=42, reason="websocket error", retry=False)
    show(witness, after=70, students=7)
    with pytest.raises(Violation, match="there are 7 to 7"):
        show(witness, after=80, students=8)


@pytest.mark.parametrize(
    ("figures", "text"),
    [
        ({"students": 8}, "only 7 had a connection"),
        ({"students": 6}, "there are 7 to 7"),
        ({"shares": {"happy": 0.6, "sad": 0.3}}, "twentieths"),
        ({"shares": {"happy": 0.58, "sad": 0.42}}, "twentieths"),
        ({"students": 4, "pace": {"lost": 1}}, "shown with 4 students"),
    ],
)
def test_a_wrong_view_is_a_violation(witness, figures, text):
    with pytest.raises(Violation, match=text):
        show(witness, **figures)


def test_a_student_whose_connection_died_unnoticed_counts_for_a_while(witness):
    tell(witness, "asleep", page=1, after=10)
    show(witness, after=69, students=7)
    with pytest.raises(Violation, match="there are 6 to 6"):
        show(witness, after=80, students=7)


def test_a_point_that_changes_or_is_lost_is_a_violation(witness):
    history(witness, [{"t": NOW, "students": 7}, {"t": NOW + 10, "students": 7}])
    history(witness, [{"t": NOW, "students": 7}], after=61)  # of a process that was not told yet
    with pytest.raises(Violation, match="is lost"):
        history(witness, [{"t": NOW, "students": 7}], after=65)
    with pytest.raises(Violation, match="now is"):
        history(witness, [{"t": NOW, "students": 7}, {"t": NOW + 10, "students": 6}])


def test_the_point_of_the_current_ten_seconds_may_be_replaced(witness):
    history(witness, [{"t": NOW, "students": 5}], after=5)
    history(witness, [{"t": NOW, "students": 7}], after=20)


def test_a_confirmed_note_has_to_be_in_the_report_once(witness):
    tell(witness, "noted", role="teacher", text="recursion", confirmed=True)
    tell(witness, "noted", role="teacher", text="lists", confirmed=False)
    once = {"points": [], "markers": [{"t": NOW, "text": "recursion"}]}
    witness.check_report(CODE, once)
    with pytest.raises(Violation, match="is lost"):
        witness.check_report(CODE, {"points": [], "markers": []})
    with pytest.raises(Violation, match="more than once"):
        witness.check_report(CODE, {"points": [], "markers": 2 * once["markers"]})


def test_a_page_that_is_refused_for_good_is_a_violation(witness):
    with pytest.raises(Violation, match="refused for good"):
        tell(witness, "refused", page=1, reason="There is no class with this code.")
