"""What students may send, and that anything else is one clear error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import messages
from server.domain.labels import EMOTIONS
from server.domain.messages import ClassRequest, Help, Label, MessageError


@pytest.mark.parametrize("emotion", sorted(EMOTIONS))
def test_every_emotion_is_a_label(emotion):
    data = {"state": "ok", "emotion": emotion, "p": 0.5}
    assert messages.parse_label(data) == Label("ok", emotion, 0.5)


@pytest.mark.parametrize("state", ["unsure", "no_face", "paused"])
def test_other_states_come_without_an_emotion(state):
    assert messages.parse_label({"state": state}) == Label(state)
    with pytest.raises(MessageError):
        messages.parse_label({"state": state, "emotion": "happy"})


@pytest.mark.parametrize("p", [0, 1, 0.25])
def test_p_is_a_probability(p):
    assert messages.parse_label({"state": "ok", "emotion": "sad", "p": p}).p == p


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "one JSON object"),
        ("happy", "one JSON object"),
        ([], "one JSON object"),
        (b"\x00" * 100, "one JSON object"),
        ({}, "missing: state"),
        ({"state": "ok"}, "unknown emotion"),
        ({"state": "ok", "emotion": "bored"}, "unknown emotion"),
        ({"state": "ok", "emotion": ["happy"]}, "unknown emotion"),
        ({"state": "happy"}, "unknown state"),
        ({"state": ["ok"]}, "unknown state"),
        ({"state": "ok", "emotion": "happy", "p": float("nan")}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": float("inf")}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": 7}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": 10**400}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": -0.1}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": "0.5"}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": True}, "p must be"),
        ({"state": "ok", "emotion": "happy", "p": None}, "p must be"),
        ({"state": "ok", "emotion": "happy", "code": "ABC234"}, "1 unknown field"),
        ({"state": "ok", "emotion": "happy", "image": "x" * 9000}, "1 unknown field"),
    ],
)
def test_a_bad_label_is_one_clear_error(data, told):
    with pytest.raises(MessageError, match=told) as error:
        messages.parse_label(data)
    assert len(str(error.value)) < 200  # and never an echo of what was sent


@pytest.mark.parametrize("value", ["slow_down", "fine", "speed_up", "lost", None])
def test_pace_words(value):
    assert messages.parse_pace({"value": value}) == value


@pytest.mark.parametrize("data", [{}, {"value": "stop"}, {"value": 1}, {"value": ["lost"]}, "lost"])
def test_a_bad_pace_is_one_clear_error(data):
    with pytest.raises(MessageError):
        messages.parse_pace(data)


def test_help_has_a_name_only_if_one_was_typed():
    assert messages.parse_help({"on": True}) == Help(True, None)
    assert messages.parse_help({"on": True, "name": "  "}) == Help(True, None)
    assert messages.parse_help({"on": True, "name": " Ada "}) == Help(True, "Ada")
    assert messages.parse_help({"on": False}) == Help(False, None)


@pytest.mark.parametrize(
    "name", ["山田\u3000太郎", "Anne\u00a0Marie", "می\u200cخواهم", "👩\u200d🏫"]
)
def test_names_are_as_people_write_them(name):
    assert messages.parse_help({"on": True, "name": name}).name == name


@pytest.mark.parametrize(
    "data",
    [{}, {"on": 1}, {"on": True, "name": 5}, {"on": True, "name": "x" * 61}]
    + [{"on": True, "name": "two\nlines"}, {"on": True, "seat": "s"}],
)
def test_a_bad_help_is_one_clear_error(data):
    with pytest.raises(MessageError):
        messages.parse_help(data)


def test_a_marker_is_a_line_of_text():
    assert messages.parse_marker({"text": " started recursion "}) == "started recursion"
    for data in ({}, {"text": " "}, {"text": "x" * 121}, {"text": 3}, {"text": "a\x00b"}):
        with pytest.raises(MessageError):
            messages.parse_marker(data)


def test_end_is_an_empty_object():
    messages.parse_empty({})
    for data in (None, {"code": "ABC234"}, []):
        with pytest.raises(MessageError):
            messages.parse_empty(data)


# What a decoder of JSON, or a binary message, can bring; names of the contract now and then.
WORDS = st.sampled_from(
    ["state", "ok", "emotion", "happy", "p", "value", "lost", "on", "name", "text", "what", "pace"]
    + ["kind", "title", "mode", "camera", "min_students"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | WORDS, inner),
)
PARSERS = {name: value for name, value in vars(messages).items() if name.startswith("parse_")}


@pytest.mark.parametrize("parse", PARSERS.values(), ids=PARSERS)
@given(data=ANYTHING)
def test_whatever_comes_is_a_message_or_one_clear_error(parse, data):
    try:
        parse(data)
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
        ({"title": " "}, "needs a title"),
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
    assert messages.parse_show({"name": " Ada "}) == "Ada"
    assert messages.parse_show({"name": None}) is None
    with pytest.raises(MessageError, match="takes a name"):
        messages.parse_show({"name": " "})
