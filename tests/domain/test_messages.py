"""What students may send, and that anything else is one clear error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import contract, messages
from server.domain.contract import MESSAGES, words
from server.domain.labels import Labels
from server.domain.messages import (
    STUDENT_MESSAGES,
    Answer,
    ClassRequest,
    Help,
    Label,
    MessageError,
    Pace,
    Show,
    parse_student,
    parse_teacher,
)
from server.domain.seats import Seats
from tests.schemas import check


def test_there_is_a_message_for_each_that_a_student_may_send():
    assert STUDENT_MESSAGES.keys() == MESSAGES["student"].keys()


@pytest.mark.parametrize("emotion", ["happy", "très content", "उलझन में", "x", "x" * 40])
def test_every_line_of_up_to_forty_characters_can_be_a_label(emotion):
    assert parse_student("label", {"state": "ok", "emotion": emotion}) == Label("ok", emotion)


def test_a_label_that_has_no_name_here_is_other():
    labels = Labels({"bored": -1})
    assert Label("ok", "bored").known_to(labels) == Label("ok", "bored")
    assert Label("ok", "happy").known_to(labels) == Label("ok", "happy")
    assert Label("ok", "meet me at five").known_to(labels) == Label("ok", "other")
    assert Label("no_face").known_to(labels) == Label("no_face")


@pytest.mark.parametrize("state", sorted({*contract.words("State")} - {"ok"}))
def test_other_states_come_without_an_emotion(state):
    assert parse_student("label", {"state": state}) == Label(state)
    with pytest.raises(MessageError):
        parse_student("label", {"state": state, "emotion": "happy"})


@pytest.mark.parametrize("p", [0.25, "anything", None])
def test_the_probability_that_older_pages_send_is_not_looked_at(p):
    assert parse_student("label", {"state": "no_face", "p": p}) == Label("no_face")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "one JSON object"),
        ("happy", "one JSON object"),
        ([], "one JSON object"),
        (b"\x00" * 100, "one JSON object"),
        ({}, "missing: state"),
        ({"state": "ok"}, "an emotion comes with the state ok"),
        ({"state": "ok", "emotion": "x" * 41}, "emotion must be one line of at most 40"),
        ({"state": "ok", "emotion": "two\nlines"}, "emotion must be one line of at most 40"),
        ({"state": "ok", "emotion": ["happy"]}, "emotion must be one line of at most 40"),
        ({"state": "ok", "emotion": None}, "emotion must be one line of at most 40"),
        ({"state": "ok", "emotion": " "}, "emotion must not be empty"),
        ({"state": "happy"}, "state must be one of ok"),
        ({"state": ["ok"]}, "state must be one of ok"),
        ({"state": "ok", "emotion": "happy", "code": "ABC234"}, "1 unknown field"),
        ({"state": "ok", "emotion": "happy", "image": "x" * 9000}, "1 unknown field"),
    ],
)
def test_a_bad_label_is_one_clear_error(data, told):
    with pytest.raises(MessageError, match=told) as error:
        parse_student("label", data)
    assert len(str(error.value)) < 200  # and never an echo of what was sent


@pytest.mark.parametrize("value", [*contract.words("Pace"), None])
def test_pace_words(value):
    assert parse_student("pace", {"value": value}) == Pace(value)


@pytest.mark.parametrize("data", [{}, {"value": "stop"}, {"value": 1}, {"value": ["lost"]}, "lost"])
def test_a_bad_pace_is_one_clear_error(data):
    with pytest.raises(MessageError):
        parse_student("pace", data)


def test_help_has_a_name_only_if_one_was_typed():
    assert parse_student("help", {"on": True}) == Help(True, None)
    assert parse_student("help", {"on": True, "name": " Ada "}) == Help(True, "Ada")
    assert parse_student("help", {"on": True, "name": None}) == Help(True, None)
    seats = Seats()
    seats.join("seat", "connection", 0.0)
    seats.say("seat", parse_student("help", {"on": True, "name": "  "}), 1.0)
    (seat,) = seats.snapshot(1.0, 0).seats.values()
    assert (seat.hand_at, seat.hand_name) == (1.0, None)
    assert parse_student("help", {"on": False}) == Help(False, None)


@pytest.mark.parametrize(
    "name", ["山田\u3000太郎", "Anne\u00a0Marie", "می\u200cخواهم", "👩\u200d🏫"]
)
def test_names_are_as_people_write_them(name):
    check("student", "help", {"on": True, "name": name})
    assert parse_student("help", {"on": True, "name": name}) == Help(True, name)


@pytest.mark.parametrize(
    "data",
    [{}, {"on": 1}, {"on": True, "name": 5}, {"on": True, "name": "x" * 61}]
    + [{"on": True, "name": "two\nlines"}, {"on": True, "seat": "s"}],
)
def test_a_bad_help_is_one_clear_error(data):
    with pytest.raises(MessageError):
        parse_student("help", data)


def test_a_question_is_asked_and_answered_with_fixed_words():
    for question in (*words("Question"), None):
        assert parse_teacher("ask", {"question": question}) == {"question": question}
    for answer in (*words("Answer"), None):
        assert parse_student("answer", {"to": "5f3a", "value": answer}) == Answer("5f3a", answer)
    for data in ({}, {"question": "Do you like me?"}, {"question": 1}, {"question": ["done"]}):
        with pytest.raises(MessageError):
            parse_teacher("ask", data)
    bad_ids = [{"to": to, "value": "yes"} for to in ("", "x" * 33, 5, None, "a\nb")]
    for data in ({"value": "yes"}, {"to": "5f3a"}, {"to": "5f3a", "value": "maybe"}, *bad_ids):
        with pytest.raises(MessageError):
            parse_student("answer", data)


def test_words_are_taken_down_as_they_were_at_a_time():
    assert parse_teacher("clear", {"what": "pace"}) == {"what": "pace"}
    for what in ("help", "posts"):
        assert parse_teacher("clear", {"what": what, "t": 10}) == {"what": what, "t": 10}
    assert parse_teacher("lower", {"hand": "5f3a"}) == {"hand": "5f3a"}
    assert parse_teacher("clear", {"what": "pace", "t": 10.25})["t"] == 10.25
    for t in (-1, 1e11, float("nan"), float("inf"), "10", None, True):
        with pytest.raises(MessageError):
            parse_teacher("clear", {"what": "pace", "t": t})
    for hand in ("", "x" * 33, None, 5):
        with pytest.raises(MessageError):
            parse_teacher("lower", {"hand": hand})


def test_a_marker_is_a_line_of_text():
    assert parse_teacher("marker", {"text": " started recursion "}) == {"text": "started recursion"}
    assert parse_teacher("marker", {"text": " "}) == {"text": ""}  # a moment without words
    for data in ({}, {"text": "x" * 121}, {"text": 3}, {"text": "a\x00b"}):
        with pytest.raises(MessageError):
            parse_teacher("marker", data)


def test_end_is_an_empty_object():
    assert parse_teacher("end", {}) == {}
    for data in (None, {"code": "ABC234"}, []):
        with pytest.raises(MessageError):
            parse_teacher("end", data)


def parse(sender, event, data):
    return parse_student(event, data) if sender == "student" else parse_teacher(event, data)


EVENTS = [(sender, event) for sender in ("student", "teacher") for event in MESSAGES[sender]]


@pytest.mark.parametrize(("sender", "event"), EVENTS)
def test_the_examples_of_the_contract_are_taken(sender, event):
    for example in MESSAGES[sender][event]["examples"]:
        parse(sender, event, example)


# What a decoder of JSON, or a binary message, can bring; names of the contract now and then.
WORDS = st.sampled_from(
    ["state", "ok", "emotion", "happy", "p", "value", "lost", "on", "name", "text", "what", "pace"]
    + ["kind", "title", "mode", "camera", "min_students"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | WORDS, inner),
)


@given(data=ANYTHING)
def test_whatever_comes_is_a_message_or_one_clear_error(data):
    for sender, event in EVENTS:
        try:
            parse(sender, event, data)
        except MessageError as error:
            assert str(error) and len(str(error)) < 200 and "\n" not in str(error)
        else:
            check(sender, event, {name: data[name] for name in data if name != "p"})


@given(data=ANYTHING)
def test_whatever_comes_is_a_class_or_one_clear_error(data):
    try:
        messages.parse_class(data)
    except MessageError as error:
        assert str(error) and len(str(error)) < 200 and "\n" not in str(error)


def test_a_class_may_leave_the_number_of_students_to_the_server():
    asked = {"title": " Algebra ", "mode": "camera"}
    assert messages.parse_class(asked) == ClassRequest("Algebra", "camera", None)
    for number in (7, 7.0):  # one and the same in JSON
        request = messages.parse_class(asked | {"min_students": number})
        assert request == ClassRequest("Algebra", "camera", 7)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "title must not be empty"),
        ({"title": "x" * 121}, "one line of at most 120"),
        ({"mode": "spy"}, "mode must be"),
        ({"min_students": 2}, "min_students must be"),
        ({"min_students": 7.5}, "min_students must be"),
        ({"min_students": True}, "min_students must be"),
        ({"min_students": "7"}, "min_students must be"),
        ({"record": True}, "unknown field"),
    ],
)
def test_a_bad_class_is_one_clear_error(wrong, told):
    with pytest.raises(MessageError, match=told):
        messages.parse_class({"title": "Algebra", "mode": "camera"} | wrong)


def test_to_be_shown_takes_a_name_and_to_be_hidden_none():
    assert parse_student("show", {"name": " Ada "}) == Show("Ada")
    assert parse_student("show", {"name": None}) == Show(None)
    with pytest.raises(MessageError, match="name must not be empty"):
        parse_student("show", {"name": " "})
