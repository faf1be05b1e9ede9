"""The Socket.IO contract between real students, a real teacher and a real server."""

import time
from itertools import pairwise

import pytest
import requests

from server.access import Tokens
from server.domain.session import ClassSession
from tests.conftest import SECRET_KEY


def test_four_students_show_nothing_and_five_show_shares(server, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    for _ in range(4):
        join(server, opened["code"], "happy")
    view = teacher.wait_for("view", lambda view: view["students"] == 4)
    hidden = ("seen", "shares", "valence", "pace")
    assert [view[name] for name in hidden] == [None] * 4
    assert view["suppressed"] == "few_students"
    join(server, opened["code"], "happy")
    view = teacher.wait_for("view", lambda view: view["seen"] == 5)
    assert view["shares"] == {"happy": 1.0}
    assert set(view) == {"t", "students", "counted", "seen", "shares", "suppressed"} | {
        "valence",
        "pace",
        "help",
        "named",
        "alerts",
    }


def test_a_student_is_welcomed_with_an_opaque_seat(server, join):
    opened = server.open_class("Geometry")
    welcome = join(server, opened["code"]).welcome
    assert welcome | {"seat": ""} == {
        "seat": "",
        "mode": "camera",
        "title": "Geometry",
        "interval": 5.0,
        "fade": 300.0,
    }
    assert len(welcome["seat"]) > 20


def test_words_and_hands_reach_the_teacher(server, join, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    students = [join(server, opened["code"]) for _ in range(5)]
    for student in students[:3]:
        student.send("pace", {"value": "slow_down"})
    students[3].send("pace", {"value": "lost"})
    students[4].send("help", {"on": True, "name": "Ada"})
    view = teacher.wait_for("view", lambda v: v["help"] and v["pace"] and v["pace"]["lost"])
    assert view["pace"] == {"slow_down": 3, "fine": 0, "speed_up": 0, "lost": 1}
    assert view["help"][0]["name"] == "Ada"
    assert view["shares"] is None and view["suppressed"] is None


def test_at_most_one_view_a_tick(server, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    started = time.time()
    for emotion in ["sad", "happy", "fear", "neutral"] * 4:
        for student in students:
            student.looks(emotion)
    for student in students:
        student.looks("angry")
    times = []
    while True:
        view = teacher.wait_for("view")
        times.append(view["t"])
        if view["shares"] == {"angry": 1.0}:
            break
    assert len(times) <= (time.time() - started) / 0.2 + 2
    assert all(later - earlier > 0.15 for earlier, later in pairwise(times))


def test_students_get_nothing_of_the_room(server, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    students[0].send("help", {"on": True, "name": "Ada"})
    students[0].send("show", {"name": "Ada"})
    teacher.send("marker", {"text": "recursion"})
    teacher.wait_for("point", seconds=30)
    teacher.send("end", {})
    for student in students:
        # Not a message between the welcome and the end.
        assert student.received.get(timeout=10) == ("ended", {})


def test_classes_hear_nothing_of_each_other(server, join, teach):
    here, there = server.open_class("here"), server.open_class("there")
    teacher, stranger = teach(server, here), teach(server, there)
    for _ in range(5):
        join(server, here["code"], "happy")
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    join(server, there["code"])
    view = stranger.wait_for("view", lambda view: view["students"] > 0)
    assert view["students"] == 1
    assert stranger.received.empty()


BAD_LABELS = [
    {"state": "ok", "emotion": "bored"},
    {"state": "ok", "emotion": "sad", "code": "ABC234"},
    {"state": "ok", "emotion": "sad", "p": float("nan")},
    {"state": "ok", "emotion": "sad", "p": 7},
    {"state": "no_face", "emotion": "sad"},
    {},
    [],
    "sad",
    None,
    b"\x89PNG" * 500,
]


@pytest.mark.parametrize(
    ("event", "messages"),
    [("label", [[data] for data in BAD_LABELS] + [[], [{"state": "ok"}, {}]])]
    + [("pace", [[{"value": "stop"}]]), ("help", [[{"on": "yes"}]]), ("hack", [[{}]])]
    + [("show", [[{}], [{"name": ""}], [{"name": 5}], [{"name": "two\nlines"}]])]
    + [("marker", [[{"text": "not mine to send"}]]), ("end", [[{}]])]
    + [("clear", [[{"what": "pace"}]]), ("silence", [[{"kind": "many_lost"}]])],
)
def test_a_bad_message_is_one_error_to_its_sender_and_changes_nothing(
    server, join, teach, event, messages
):
    opened = server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    for arguments in messages:
        students[0].send(event, *arguments)
        error = students[0].wait_for("error")
        assert list(error) == ["message"] and 0 < len(error["message"]) < 200
    assert all(student.received.empty() for student in students)
    # The next thing that the teacher hears of is the next true change.
    students[1].send("pace", {"value": "fine"})
    view = teacher.wait_for("view")
    assert view["shares"] == {"happy": 1.0} and view["pace"]["fine"] == 1


def test_ten_megabytes_close_the_senders_connection_and_nobody_elses(server, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(6)]
    teacher.wait_for("view", lambda view: view["shares"])
    students[0].send("label", {"state": "ok", "emotion": "x" * 10_000_000})
    students[0].wait_for("disconnect")
    for student in students[1:]:
        student.looks("sad")
    view = teacher.wait_for("view", lambda view: "sad" in view["shares"])
    assert not any(student.closed for student in students[1:])
    assert view["shares"]["sad"] >= 0.8


def test_an_unknown_class_refuses(server, connect):
    for role in ("student", "teacher"):
        peer = connect(server, role=role, code="ZZZZZZ", token="x")
        assert peer.refused == "There is no class with this code."


def test_a_connection_without_a_role_is_refused(server, connect):
    opened = server.open_class()
    assert "role" in connect(server, code=opened["code"]).refused
    assert "role" in connect(server, role="admin", code=opened["code"]).refused


def test_a_wrong_forged_or_borrowed_token_is_refused(server, connect):
    opened, other = server.open_class(), server.open_class()
    code = opened["code"]
    forged = Tokens("another secret key of that length", 30).teacher(
        ClassSession(code, "Algebra", "camera", 5, 0.0)
    )
    seat, _ = Tokens(SECRET_KEY, 30).new_seat(code)
    for token, told in [
        (None, "not a teacher's link"),
        ("", "not a teacher's link"),
        ("\ud800", "not a teacher's link"),
        ({"token": opened["token"]}, "not a teacher's link"),
        (opened["token"][:-1], "not a teacher's link"),
        (forged, "not a teacher's link"),
        (seat, "not a teacher's link"),
        (other["token"], "another class"),
    ]:
        assert told in connect(server, role="teacher", code=code, token=token).refused


def test_a_reconnect_takes_the_same_seat(server, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    seat = students[0].welcome["seat"]
    students[0].vanish()
    again = join(server, opened["code"], "sad", seat=seat)
    assert again.welcome["seat"] == seat
    view = teacher.wait_for("view", lambda view: view["shares"] != {"happy": 1.0})
    assert view["students"] == 5 and view["seen"] == 5
    assert view["shares"] == {"happy": 0.8, "other": 0.2}


def test_a_seat_is_one_student_however_many_pages_have_it(server, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    first = join(server, opened["code"])
    second = join(server, opened["code"], seat=first.welcome["seat"])
    third = join(server, opened["code"], "happy", seat=first.welcome["seat"])
    for _ in range(4):
        join(server, opened["code"], "happy")
    assert teacher.wait_for("view", lambda view: view["seen"] == 5)["students"] == 5
    first.leave()
    third.leave()  # the newest, but not the last
    second.looks("happy")
    second.send("help", {"on": True})
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 5
    second.leave()
    teacher.wait_for("view", lambda view: view["students"] == 4, seconds=20)


def test_a_forged_or_foreign_seat_gets_a_fresh_one(server, join, teach):
    opened, other = server.open_class(), server.open_class()
    foreign = join(server, other["code"]).welcome["seat"]
    for seat in ("guess", foreign, {"seat": 1}, "\ud800"):
        assert join(server, opened["code"], seat=seat).welcome["seat"] != seat


def test_a_class_survives_the_servers_sudden_death(start_server, join, teach):
    server = start_server()
    opened = server.open_class("Geometry", min_students=3)
    teacher = teach(server, opened)
    teacher.send("marker", {"text": "started recursion"})
    teacher.wait_for("marker")
    students = [join(server, opened["code"], "happy") for _ in range(3)]
    before = teacher.wait_for("point", lambda point: point["shares"], seconds=30)
    students[0].looks("sad")
    teacher.wait_for("view", lambda view: view["shares"] != {"happy": 1.0})  # a tick later
    seats = [student.welcome["seat"] for student in students]
    server.kill()
    server.start()
    teacher = teach(server, opened)
    history = teacher.wait_for("history")
    assert before in history["points"]
    assert [marker["text"] for marker in history["markers"]] == ["started recursion"]
    assert teacher.wait_for("view")["students"] == 0
    again = [join(server, opened["code"], "sad", seat=seat) for seat in seats]
    assert [student.welcome["seat"] for student in again] == seats
    assert again[0].welcome["title"] == "Geometry"
    view = teacher.wait_for("view", lambda view: view["shares"])
    assert view["students"] == 3 and view["shares"] == {"sad": 1.0}


def test_typed_names_are_shown_and_not_kept(server, join, teach):
    opened = server.open_class()
    teacher, student = teach(server, opened), join(server, opened["code"], "happy")
    student.send("help", {"on": True, "name": "Ada"})
    assert teacher.wait_for("view", lambda view: view["help"])["help"][0]["name"] == "Ada"
    student.send("show", {"name": "Ada"})
    view = teacher.wait_for("view", lambda view: view["named"])
    assert view["named"] == [{"name": "Ada", "emotion": "happy", "pace": None}]
    student.send("show", {"name": None})
    teacher.wait_for("view", lambda view: not view["named"])
    teacher.wait_for("point", seconds=30)
    history = teach(server, opened).wait_for("history")
    assert history["points"] and "Ada" not in str(history)


@pytest.mark.parametrize("what", ["pace", "help"])
def test_a_teacher_clears_what_students_said(server, join, teach, what):
    opened = server.open_class(mode="self-report")
    teacher, other = teach(server, opened), teach(server, opened)
    students = [join(server, opened["code"]) for _ in range(5)]
    students[0].send("pace", {"value": "lost"})
    students[0].send("help", {"on": True, "name": "Ada"})
    teacher.wait_for("view", lambda view: view["help"] and view["pace"] and view["pace"]["lost"])
    teacher.send("clear", {"what": what})
    for student in students:
        assert student.wait_for("cleared") == {"what": what}
    still_there = (what != "pace", what != "help")
    for each in (teacher, other):
        each.wait_for(
            "view",
            lambda v: v["pace"] and (v["pace"]["lost"] == 1, len(v["help"]) == 1) == still_there,
        )


def test_a_teacher_who_clears_or_silences_nonsense_is_told(server, teach):
    teacher = teach(server, server.open_class())
    for event, message in [
        ("clear", {"what": "everything"}),
        ("clear", {}),
        ("silence", {"kind": ["many_lost"]}),
        ("silence", {"kind": "many_lost", "for": 5}),
    ]:
        teacher.send(event, message)
        assert teacher.wait_for("error")["message"]


def test_the_end_reaches_everybody_and_is_final(server, join, teach, connect):
    opened = server.open_class()
    teacher, student = teach(server, opened), join(server, opened["code"], "happy")
    teacher.send("end", {})
    for peer in (teacher, student):
        assert peer.wait_for("ended") == {}
    student.looks("sad")
    assert "ended" in student.wait_for("error")["message"]
    for auth in ({"role": "student"}, {"role": "teacher", "token": opened["token"]}):
        assert "ended" in connect(server, code=opened["code"], **auth).refused
    page = requests.get(opened["join_url"], timeout=10)
    assert page.status_code == 200 and "This class has ended" in page.text


def test_a_class_without_cameras_takes_no_labels(server, join):
    opened = server.open_class(mode="self-report")
    student = join(server, opened["code"], "happy")
    assert "without cameras" in student.wait_for("error")["message"]


def test_ruling_the_camera_out_holds_for_classes_that_were_opened_with_it(start_server, join):
    server = start_server()
    opened = server.open_class()
    strict = start_server(SENSING="self-report", DATABASE_URL=server.settings["DATABASE_URL"])
    student = join(strict, opened["code"], "happy")
    assert student.welcome["mode"] == "self-report"
    assert "without cameras" in student.wait_for("error")["message"]
