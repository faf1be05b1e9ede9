"""The Socket.IO contract between students, a teacher and a server."""

from unittest.mock import ANY

import pytest

from server.access.tokens import Tokens
from server.classroom.service import MOST_POSTS
from server.domain.labels import Labels
from server.domain.session import ClassSession
from server.sockets.handlers import (
    MESSAGES_AT_ONCE,
    NO_DATABASE,
    POSTS_A_MINUTE,
    POSTS_AN_HOUR,
    TOO_FAST,
    TOO_MANY,
    TRY_AGAIN,
)
from tests.live_server import METRICS_TOKEN, SECRET_KEY
from tests.own_model import VALENCES


def test_four_students_show_nothing_and_five_show_shares(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    for _ in range(4):
        app.join(opened["code"], "happy")
    view = teacher.wait_for("view", lambda view: view["students"] == 4)
    hidden = ("seen", "shares", "valence", "pace")
    assert [view[name] for name in hidden] == [None] * 4
    assert view["suppressed"] == "few_students"
    app.join(opened["code"], "happy")
    view = teacher.wait_for("view", lambda view: view["seen"] == 5)
    assert view["shares"] == {"happy": 1.0}
    assert set(view) == {"t", "students", "counted", "seen", "shares", "suppressed"} | {
        "valence",
        "pace",
        "help",
        "named",
        "alerts",
        "waiting",
        "asked",
    }


def test_a_student_is_welcomed_with_an_opaque_seat(app):
    opened = app.open_class("Geometry")
    welcome = app.join(opened["code"]).welcome
    assert welcome | {"seat": ""} == {
        "seat": "",
        "mode": "camera",
        "title": "Geometry",
        "interval": 5.0,
        "fade": 300.0,
        "cleared": {"pace": None, "help": None},
        "question": None,
    }
    assert len(welcome["seat"]) > 20


def test_words_and_hands_reach_the_teacher(app):
    opened = app.open_class(mode="self-report")
    teacher = app.teach(opened)
    students = [app.join(opened["code"]) for _ in range(5)]
    for student in students[:3]:
        student.send("pace", {"value": "slow_down"})
    students[3].send("pace", {"value": "lost"})
    students[4].send("help", {"on": True, "name": "Ada"})
    view = teacher.wait_for("view", lambda v: v["help"] and v["pace"] and v["pace"]["lost"])
    assert view["pace"] == {"slow_down": 3, "fine": 0, "speed_up": 0, "lost": 1}
    assert view["help"][0]["name"] == "Ada"
    assert view["shares"] is None and view["suppressed"] is None


def test_at_most_one_view_a_tick(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    students = [app.join(opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    for emotion in ["sad", "happy", "fear", "neutral"] * 4:
        for student in students:
            student.looks(emotion)
    for student in students:
        student.looks("angry")
    assert not teacher.received
    app.tick()
    [(event, view)] = teacher.received
    assert event == "view" and view["shares"] == {"angry": 1.0}


def test_whatever_is_sent_as_a_label_is_counted_and_never_shown_as_text(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    students = [app.join(opened["code"], "meet me at five") for _ in range(5)]
    students[0].send("show", {"name": "Ada"})
    students += [app.join(opened["code"], "happy") for _ in range(5)]
    view = teacher.wait_for("view", lambda view: view["named"] and view["seen"] == 10)
    assert view["named"] == [{"name": "Ada", "emotion": None, "pace": None}]
    view = teacher.wait_for("view", lambda view: (view["shares"] or {}).get("happy"))
    assert view["shares"] == {"happy": 0.55, "other": 0.45}  # without Ada
    teacher.wait_for("point")
    report = app.as_teacher(opened, f"/report/{opened['code']}.json").text
    assert "meet me" not in report and "meet me" not in str(teacher.received)


def test_a_label_of_the_operators_own_model_is_shown(start_app):
    app = start_app(labels=Labels(VALENCES))
    opened = app.open_class()
    teacher = app.teach(opened)
    for looks in ("bored", "bored", "bored", "à l'aise", "à l'aise"):
        app.join(opened["code"], looks)
    view = teacher.wait_for("view", lambda view: view["seen"] == 5)
    assert view["shares"] == {"bored": 0.6, "à l'aise": 0.4}
    assert view["valence"] == -0.2


def test_students_get_nothing_of_the_room(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    students = [app.join(opened["code"], "happy") for _ in range(5)]
    students[0].send("help", {"on": True, "name": "Ada"})
    students[0].send("show", {"name": "Ada"})
    teacher.send("marker", {"text": "recursion"})
    teacher.wait_for("point")
    teacher.send("end", {})
    teacher.wait_for("ended")
    for student in students:
        # Not a message between the welcome and the end.
        assert list(student.received) == [("ended", {})]


def test_classes_hear_nothing_of_each_other(app):
    here, there = app.open_class("here"), app.open_class("there")
    teacher, stranger = app.teach(here), app.teach(there)
    for _ in range(5):
        app.join(here["code"], "happy")
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    app.join(there["code"])
    view = stranger.wait_for("view", lambda view: view["students"] > 0)
    assert view["students"] == 1
    assert not stranger.received


BAD_TEXTS = ["", " ", "x" * 201, "two\nlines", "\u2028", None, 5, ["Why?"]]
BAD_LABELS = [
    {"state": "ok", "emotion": "x" * 41},
    {"state": "ok", "emotion": "two\nlines"},
    {"state": "ok", "emotion": "sad", "code": "ABC234"},
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
    + [("clear", [[{"what": "pace"}]]), ("silence", [[{"kind": "many_lost"}]])]
    + [("post", [[{}], [{"text": text}], [{"text": "Why?", "name": "Ada"}]]) for text in BAD_TEXTS]
    + [("second", [[{"id": "5f3a9c02"}], [{"id": "5f3a9c02", "on": True}]])]
    + [("release", [[{"id": "5f3a9c02"}]]), ("settle", [[{"id": "5f3a9c02"}]])],
)
def test_a_bad_message_is_one_error_to_its_sender_and_changes_nothing(app, event, messages):
    opened = app.open_class()
    teacher = app.teach(opened)
    students = [app.join(opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    for arguments in messages:
        students[0].send(event, *arguments)
        error = students[0].wait_for("error")
        assert list(error) == ["message"] and 0 < len(error["message"]) < 200
    assert not any(student.received for student in students)
    # The next thing that the teacher hears of is the next true change.
    students[1].send("pace", {"value": "fine"})
    view = teacher.wait_for("view")
    assert view["shares"] == {"happy": 1.0} and view["pace"]["fine"] == 1


def test_ten_megabytes_close_the_senders_connection_and_nobody_elses(each_server, join, teach):
    opened = each_server.open_class()
    teacher = teach(each_server, opened)
    students = [join(each_server, opened["code"], "happy") for _ in range(6)]
    teacher.wait_for("view", lambda view: view["shares"])
    students[0].send("label", {"state": "ok", "emotion": "x" * 10_000_000})
    students[0].wait_for("disconnect")
    for student in students[1:]:
        student.looks("sad")
    view = teacher.wait_for("view", lambda view: "sad" in view["shares"])
    assert not any(student.closed for student in students[1:])
    assert view["shares"]["sad"] >= 0.8


def test_an_unknown_class_refuses(app):
    for role in ("student", "teacher"):
        peer = app.connect(role=role, code="ZZZZZZ", token="x")
        assert peer.refused == "There is no class with this code."


def test_a_connection_without_a_role_is_refused(app):
    opened = app.open_class()
    assert "role" in app.connect(code=opened["code"]).refused
    assert "role" in app.connect(role="admin", code=opened["code"]).refused


def test_a_wrong_forged_or_borrowed_token_is_refused(app):
    opened, other = app.open_class(), app.open_class()
    code = opened["code"]
    forged = Tokens("another secret key of that length").teacher(
        ClassSession(code, "Algebra", "camera", 5, 0.0)
    )
    seat, _ = Tokens(SECRET_KEY).new_seat(code)
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
        assert told in app.connect(role="teacher", code=code, token=token).refused


def test_a_reconnect_takes_the_same_seat(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    students = [app.join(opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    seat = students[0].welcome["seat"]
    students[0].vanish()
    again = app.join(opened["code"], "sad", seat=seat)
    assert again.welcome["seat"] == seat
    view = teacher.wait_for("view", lambda view: view["shares"] != {"happy": 1.0})
    assert view["students"] == 5 and view["seen"] == 5
    assert view["shares"] == {"happy": 0.8, "other": 0.2}


def test_a_seat_is_one_student_however_many_pages_have_it(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    first = app.join(opened["code"])
    second = app.join(opened["code"], seat=first.welcome["seat"])
    third = app.join(opened["code"], "happy", seat=first.welcome["seat"])
    for _ in range(4):
        app.join(opened["code"], "happy")
    assert teacher.wait_for("view", lambda view: view["seen"] == 5)["students"] == 5
    first.leave()
    third.leave()  # the newest, but not the last
    second.looks("happy")
    second.send("help", {"on": True})
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 5
    second.leave()
    teacher.wait_for("view", lambda view: view["students"] == 4)


def test_a_forged_or_foreign_seat_gets_a_fresh_one(app):
    opened, other = app.open_class(), app.open_class()
    foreign = app.join(other["code"]).welcome["seat"]
    for seat in ("guess", foreign, {"seat": 1}, "\ud800"):
        assert app.join(opened["code"], seat=seat).welcome["seat"] != seat


def test_a_class_survives_the_servers_sudden_death(start_server, websockets, join, teach):
    server = start_server(WEBSOCKETS=websockets)
    opened = server.open_class("Geometry", min_students=3)
    teacher = teach(server, opened)
    teacher.send("marker", {"text": "started recursion"})
    teacher.wait_for("marker")
    students = [join(server, opened["code"], "happy") for _ in range(3)]
    before = teacher.wait_for("point", lambda point: point["shares"])
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


def test_typed_names_are_shown_and_not_kept(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"], "happy")
    student.send("help", {"on": True, "name": "Ada"})
    assert teacher.wait_for("view", lambda view: view["help"])["help"][0]["name"] == "Ada"
    student.send("show", {"name": "Ada"})
    view = teacher.wait_for("view", lambda view: view["named"])
    assert view["named"] == [{"name": "Ada", "emotion": "happy", "pace": None}]
    student.send("show", {"name": None})
    teacher.wait_for("view", lambda view: not view["named"])
    teacher.wait_for("point")
    history = app.teach(opened).wait_for("history")
    assert history["points"] and "Ada" not in str(history)


@pytest.mark.parametrize("what", ["pace", "help"])
def test_a_teacher_clears_what_students_said(app, what):
    opened = app.open_class(mode="self-report")
    teacher, other = app.teach(opened), app.teach(opened)
    students = [app.join(opened["code"]) for _ in range(5)]
    students[0].send("pace", {"value": "lost"})
    students[0].send("help", {"on": True, "name": "Ada"})
    teacher.wait_for("view", lambda view: view["help"] and view["pace"] and view["pace"]["lost"])
    teacher.send("clear", {"what": what})
    assert students[0].wait_for("cleared") == {"what": what}
    still_there = (what != "pace", what != "help")
    for each in (teacher, other):
        each.wait_for(
            "view",
            lambda v: v["pace"] and (v["pace"]["lost"] == 1, len(v["help"]) == 1) == still_there,
        )
    for student in students[1:]:  # who have said nothing are told nothing
        assert not student.received


def test_a_teacher_takes_in_one_hand_and_only_its_student_is_told(app):
    opened = app.open_class(mode="self-report")
    teacher, ada, ben = app.teach(opened), app.join(opened["code"]), app.join(opened["code"])
    for student, name in ((ada, "Ada"), (ben, "Ben")):
        student.send("help", {"on": True, "name": name})
    view = teacher.wait_for("view", lambda view: len(view["help"]) == 2)
    hand = next(hand for hand in view["help"] if hand["name"] == "Ben")
    assert teacher.ask("lower", {"hand": hand["id"]}) == []
    assert ben.wait_for("cleared") == {"what": "help"}
    view = teacher.wait_for("view", lambda view: len(view["help"]) == 1)
    assert view["help"][0]["name"] == "Ada" and not ada.received
    assert teacher.ask("lower", {"hand": hand["id"]}) == []  # once more changes nothing
    back = app.join(opened["code"], seat=ben.welcome["seat"])
    assert back.welcome["cleared"] == {"pace": None, "help": pytest.approx(0, abs=1)}
    assert app.join(opened["code"]).welcome["cleared"]["help"] is None


def test_what_came_after_the_view_that_the_teacher_saw_stays(app):
    opened = app.open_class(mode="self-report")
    teacher = app.teach(opened)
    students = [app.join(opened["code"]) for _ in range(5)]
    students[0].send("pace", {"value": "lost"})
    seen = teacher.wait_for("view", lambda view: view["pace"] and view["pace"]["lost"] == 1)
    app.now += 0.1
    students[1].send("pace", {"value": "lost"})
    app.now += 10
    teacher.send("clear", {"what": "pace", "t": seen["t"]})
    assert students[0].wait_for("cleared") == {"what": "pace"}
    view = teacher.wait_for("view", lambda view: view["pace"] and view["pace"]["lost"] == 1)
    assert not students[1].received and view["pace"]["lost"] == 1


def test_a_class_is_asked_and_answers(app):
    opened = app.open_class(mode="self-report")
    teacher = app.teach(opened)
    students = [app.join(opened["code"]) for _ in range(6)]
    assert teacher.ask("ask", {"question": "got_it"}) == []
    for student in students:
        question = student.wait_for("question")["question"]
        assert (question["question"], question["seconds"]) == ("got_it", 58.0)
    app.now += 20
    late = app.join(opened["code"])
    assert late.welcome["question"] == question | {"seconds": pytest.approx(38)}
    for student in students[:4]:
        assert student.ask("answer", {"to": question["id"], "value": "yes"}) == []
    view = teacher.wait_for("view", lambda view: view["asked"])
    assert view["asked"]["answers"] is None
    late.send("answer", {"to": question["id"], "value": "not_yet"})
    view = teacher.wait_for("view", lambda view: view["asked"]["answers"])
    assert view["asked"]["answers"] == {"yes": 4, "so_so": 0, "not_yet": 1}
    assert teacher.ask("ask", {"question": None}) == []
    assert students[0].wait_for("question") == {"question": None}
    app.tick()
    students[5].send("answer", {"to": question["id"], "value": "yes"})
    app.now += 1
    app.tick()
    view = app.teach(opened).wait_for("view")
    assert view["asked"]["answers"]["yes"] == 4 and view["asked"]["until"] <= view["t"]
    assert app.join(opened["code"]).welcome["question"] is None


def test_a_note_is_changed_and_deleted_for_everybody_who_has_it(app):
    opened = app.open_class(notes_for_students=True)
    teacher, student = app.teach(opened), app.join(opened["code"])
    kept = []
    for text in ("Ada was rude", ""):
        app.now += 1
        teacher.send("marker", {"text": text})
        kept.append(teacher.wait_for("marker"))
    student.wait_for("notes", lambda told: len(told["notes"]) == 2)
    first, second = (f"/api/classes/{opened['code']}/markers/{each['t']}" for each in kept)
    key = {"Authorization": f"Bearer {opened['token']}"}
    client = app.server.app.test_client()
    changed = {"t": kept[0]["t"], "text": "group work"}
    assert client.put(first, json={"text": " group work "}, headers=key).get_json() == changed
    app.tick()
    assert teacher.wait_for("markers")["markers"] == [changed, kept[1]]
    assert student.wait_for("notes")["notes"] == [changed, kept[1]]
    assert client.delete(second, headers=key).status_code == 204
    app.tick()
    assert teacher.wait_for("markers")["markers"] == [changed]
    assert student.wait_for("notes")["notes"] == [changed]
    again = client.put(second, json={"text": "a"}, headers=key)
    for answer in (client.delete(second, headers=key), again):
        assert answer.status_code == 404 and "no note" in answer.get_json()["error"]
    for t in ("nan", "inf", "-1", "yesterday", "1e999"):
        path = f"/api/classes/{opened['code']}/markers/{t}"
        assert client.delete(path, headers=key).status_code == 404
    for bad in ({}, {"text": 1}, {"text": "x" * 121}, {"text": "a\nb"}, {"text": "a", "t": 1}, []):
        assert client.put(first, json=bad, headers=key).status_code == 400
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert client.delete(first, headers=headers).status_code in (401, 403)
    teacher.send("end", {})
    teacher.wait_for("ended")
    assert client.put(first, json={"text": "after the end"}, headers=key).status_code == 200
    report = client.get(f"/report/{opened['code']}.json", headers=key).get_json()
    assert [marker["text"] for marker in report["markers"]] == ["after the end"]


def posts_of(told):
    return [(post["text"], post["released"], post["seconded"]) for post in told["posts"]]


@pytest.fixture
def qna(app):
    return app.open_class(mode="self-report", qna=True)


def test_a_post_goes_to_the_teachers_alone_until_one_of_them_releases_it(app, qna):
    teachers = [app.teach(qna) for _ in range(2)]
    writer, other = app.join(qna["code"]), app.join(qna["code"])
    for peer in (*teachers, writer, other):
        assert peer.wait_for("posts") == {"t": ANY, "posts": []}
    assert writer.ask("post", {"text": " Why? "}) == []
    for teacher in teachers:
        told = teacher.wait_for("posts")
        assert posts_of(told) == [("Why?", False, None)]
    app.tick()
    for student in (writer, other):
        assert not student.received  # not even that there is something
    assert teachers[0].ask("release", {"id": told["posts"][0]["id"]}) == []
    for peer in (*teachers, writer, other):
        assert posts_of(peer.wait_for("posts")) == [("Why?", True, None)]
    # Who comes later gets them right after the welcome.
    late = app.join(qna["code"])
    assert posts_of(late.wait_for("posts")) == [("Why?", True, None)]
    assert posts_of(app.teach(qna).wait_for("posts")) == [("Why?", True, None)]


def test_a_post_is_gone_once_it_is_settled(app, qna):
    teacher, student = app.teach(qna), app.join(qna["code"])
    for text in ("One", "Two"):
        student.send("post", {"text": text})
    one, two = teacher.wait_for("posts", lambda told: len(told["posts"]) == 2)["posts"]
    teacher.send("release", {"id": one["id"]})
    student.wait_for("posts", lambda told: told["posts"])
    for post in (one, two):
        teacher.send("settle", {"id": post["id"]})
    assert student.wait_for("posts") == {"t": ANY, "posts": []}
    teacher.wait_for("posts", lambda told: not told["posts"])
    for event in ("release", "settle"):
        [refusal] = teacher.ask(event, {"id": one["id"]})
        assert refusal == {"message": "This question is not open any more."}


def test_students_second_what_is_released_once_each_whether_they_stay_or_not(app, qna):
    teacher = app.teach(qna)
    students = [app.join(qna["code"]) for _ in range(6)]
    students[0].send("post", {"text": "Why?"})
    [post] = teacher.wait_for("posts", lambda told: told["posts"])["posts"]
    [refusal] = students[1].ask("second", {"id": post["id"], "on": True})
    assert refusal == {"message": "This question is not open any more."}  # nor to be seen
    teacher.send("release", {"id": post["id"]})
    students[1].wait_for("posts", lambda told: told["posts"])
    for _ in range(3):  # more than once, and from two pages
        students[1].send("second", {"id": post["id"], "on": True})
    same = app.join(qna["code"], seat=students[1].welcome["seat"])
    same.send("second", {"id": post["id"], "on": True})
    for student in students[2:5]:
        student.send("second", {"id": post["id"], "on": True})
    for _ in range(3):
        app.tick()
    shown = [data for event, data in teacher.received if event == "posts"]
    assert {seconded for told in shown for *_, seconded in posts_of(told)} == {None}
    students[5].send("second", {"id": post["id"], "on": True})
    for peer in (teacher, students[0]):
        peer.wait_for("posts", lambda told: posts_of(told) == [("Why?", True, 5)])
    students[5].leave()
    students[4].send("second", {"id": post["id"], "on": False})
    teacher.wait_for("posts", lambda told: posts_of(told) == [("Why?", True, None)])
    students[4].send("second", {"id": post["id"], "on": True})
    teacher.wait_for("posts", lambda told: posts_of(told) == [("Why?", True, 5)])


def test_posts_reach_everybody_once_a_tick_however_many_come(app, qna):
    teacher = app.teach(qna)
    students = [app.join(qna["code"]) for _ in range(10)]
    app.tick()
    teacher.received.clear()
    for number, student in enumerate(students):
        student.send("post", {"text": f"Question {number}"})
    app.tick()
    posts = [data for event, data in teacher.received if event == "posts"]
    assert [len(told["posts"]) for told in posts] == [10]


def test_a_class_without_questions_takes_none_and_hears_nothing_of_them(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"])
    [refusal] = student.ask("post", {"text": "Why?"})
    assert refusal == {"message": "Students cannot write questions in this class."}
    app.tick()
    assert "posts" not in {event for peer in (teacher, student) for event, *_ in peer.received}


def test_a_student_writes_three_posts_a_minute_and_ten_an_hour_on_any_connection(app, qna):
    student, other = app.join(qna["code"]), app.join(qna["code"])
    seat, taken = student.welcome["seat"], []
    for number in range(60):
        if number % 5 == 4:  # comes back, now and then after the seat was given up
            student.leave() if number % 2 else student.vanish()
            student = app.join(qna["code"], seat=seat)
        if student.ask("post", {"text": "Why?"}) == []:
            taken.append(app.now)
        app.now += 15
    assert len(taken) == 10
    assert all(later - earlier > 59 for earlier, later in zip(taken, taken[3:], strict=False))
    [refusal] = student.ask("post", {"text": "Why?"})
    assert refusal == {"message": "You have just sent several questions. Please wait a while."}
    assert other.ask("post", {"text": "Why?"}) == []
    app.now += 3600
    assert student.ask("post", {"text": "Why?"}) == []


def test_a_class_has_so_many_open_posts_and_no_more(app, qna):
    teacher = app.teach(qna)
    for _ in range(MOST_POSTS):
        student = app.join(qna["code"])
        assert student.ask("post", {"text": "Why?"}) == []
        student.leave()
    late = app.join(qna["code"])
    for _ in range(POSTS_AN_HOUR + 1):  # more than one student may write
        [refusal] = late.ask("post", {"text": "Why?"})
        assert refusal["message"].startswith("Too many questions are open.")
    post, *_ = teacher.wait_for("posts", lambda told: len(told["posts"]) == MOST_POSTS)["posts"]
    teacher.send("settle", {"id": post["id"]})
    assert late.ask("post", {"text": "Why?"}) == []


def test_one_message_settles_all_posts_that_a_teacher_saw_and_none_that_came_since(app, qna):
    teacher, other = app.teach(qna), app.teach(qna)
    students = [app.join(qna["code"]) for _ in range(MOST_POSTS // POSTS_A_MINUTE - 1)]
    for student in students:
        for _ in range(POSTS_A_MINUTE):
            assert student.ask("post", {"text": "Why?"}) == []
    late = app.join(qna["code"])
    late.send("post", {"text": "How?"})
    seen = teacher.wait_for("posts", lambda told: told["posts"])
    late.send("post", {"text": "When?"})
    other.send("release", {"id": seen["posts"][0]["id"]})  # what was shown since goes, too
    late.wait_for("posts", lambda told: told["posts"])
    late.send("post", {"text": "Where?"})
    assert teacher.ask("clear", {"what": "posts", "t": seen["t"]}) == []
    for peer in (teacher, other):
        told = peer.wait_for("posts", lambda told: len(told["posts"]) == 2)
        assert [text for text, *_ in posts_of(told)] == ["When?", "Where?"]
    assert late.wait_for("posts") == {"t": ANY, "posts": []}
    assert teacher.ask("clear", {"what": "posts"}) == []  # all that is shown
    teacher.wait_for("posts", lambda told: not told["posts"])
    assert teacher.ask("clear", {"what": "posts", "t": told["t"]}) == []  # nothing is left


def test_nothing_of_a_post_is_kept(app, qna, tmp_path, caplog):
    caplog.set_level(0)
    teacher, student = app.teach(qna), app.join(qna["code"])
    for text in ("settled words", "released words", "waiting words"):
        student.send("post", {"text": text})
    posts = teacher.wait_for("posts", lambda told: len(told["posts"]) == 3)["posts"]
    teacher.send("settle", {"id": posts[0]["id"]})
    teacher.send("release", {"id": posts[1]["id"]})
    student.wait_for("posts", lambda told: told["posts"])
    teacher.wait_for("point")
    teacher.send("end", {})
    teacher.wait_for("ended")
    for path in ("", ".json", ".csv"):
        report = app.as_teacher(qna, f"/report/{qna['code']}{path}")
        assert report.status_code == 200 and "words" not in report.text.replace("own words", "")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Algebra" in kept and b" words" not in kept
    assert " words" not in caplog.text
    figures = app.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}).text
    assert 'event="post"' in figures and " words" not in figures


def test_who_comes_back_is_told_how_long_ago_a_teacher_took_down_what(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"])
    student.vanish()
    teacher.send("clear", {"what": "help"})
    app.now += 5
    teacher.send("clear", {"what": "help"})
    app.now += 40
    for back in (app.join(opened["code"], seat=student.welcome["seat"]), app.join(opened["code"])):
        cleared = back.welcome["cleared"]
        assert cleared["pace"] is None and cleared["help"] == pytest.approx(40)


def test_what_was_taken_down_is_known_after_everybody_was_gone(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    teacher.send("clear", {"what": "pace"})
    teacher.leave()
    app.tick()
    assert app.server.classroom.live == {}
    cleared = app.join(opened["code"]).welcome["cleared"]
    assert cleared["pace"] > 0 and cleared["help"] is None


def test_a_hand_that_goes_up_right_after_the_others_were_taken_down_stays_up(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"])
    student.send("help", {"on": True, "name": "Ada"})
    teacher.wait_for("view", lambda view: view["help"])
    teacher.send("clear", {"what": "help"})
    app.now += 0.05  # no tick in between
    student.send("help", {"on": True, "name": "Grace"})
    view = teacher.wait_for("view")
    assert [hand["name"] for hand in view["help"]] == ["Grace"]
    app.tick()
    assert [event for event, _ in student.received] == ["cleared"]


@pytest.mark.parametrize(
    ("event", "good", "bad"),
    [
        ("pace", {"value": "lost"}, {"value": "found"}),
        ("help", {"on": True}, {"on": True, "name": "two\nlines"}),
        ("show", {"name": "Ada"}, {"name": "x" * 61}),
    ],
)
def test_an_acknowledgement_tells_what_is_taken_in_from_what_is_refused(app, event, good, bad):
    student = app.join(app.open_class()["code"])
    assert student.ask(event, good) == []
    [refusal] = student.ask(event, bad)
    assert refusal == student.wait_for("error")
    for _ in range(MESSAGES_AT_ONCE):
        last = student.ask(event, good)
    assert last == student.ask(event, good) == [{"message": TOO_FAST}]  # told each time
    assert [name for name, _ in student.received] == ["error"]  # and once to who does not ask


def test_a_teacher_gets_to_know_what_is_refused_as_well(app):
    teacher = app.teach(app.open_class())
    assert teacher.ask("clear", {"what": "help"}) == []
    [refusal] = teacher.ask("marker", {"text": "two\nlines"})
    assert "one line" in refusal["message"]


NOTES = ["recursion", "بدأنا", "two words"]


def test_students_get_the_teachers_notes_where_the_class_allows_it(app):
    opened = app.open_class(notes_for_students=True)
    teacher, student = app.teach(opened), app.join(opened["code"])
    for text in NOTES:
        teacher.send("marker", {"text": text})
        *_, note = student.wait_for("notes", lambda told: told["notes"])["notes"]
        assert note == teacher.wait_for("marker") and note["text"] == text
    late = app.join(opened["code"]).wait_for("notes")
    assert [note["text"] for note in late["notes"]] == NOTES
    assert late["t"] == pytest.approx(app.now)
    with app.without_database():
        teacher.send("marker", {"text": "unsaved"})
        teacher.wait_for("trouble")
    anew = student.wait_for("notes")["notes"]  # as something may have been lost
    assert [note["text"] for note in anew] == [*NOTES, "unsaved"]


def test_no_byte_of_a_note_goes_to_a_student_where_the_class_does_not_allow_it(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"])
    for text in NOTES:
        teacher.send("marker", {"text": text})
        teacher.wait_for("marker")
    back = app.join(opened["code"], seat=student.welcome["seat"])
    with app.without_database():
        teacher.wait_for("trouble")
    teacher.wait_for("history")  # everybody gets everything anew
    app.server.sockets.resend_all()
    assert not student.received and not back.received


@pytest.mark.parametrize("value", ["yes", 1, None, []])
def test_whether_students_get_notes_is_true_or_false(app, value):
    asked = {"title": "Algebra", "mode": "camera", "notes_for_students": value}
    answer = app.post("/api/classes", json=asked)
    assert answer.status_code == 400
    assert answer.get_json() == {"error": "notes_for_students must be true or false"}


def test_a_teacher_who_clears_or_silences_nonsense_is_told(app):
    teacher = app.teach(app.open_class())
    for event, message in [
        ("clear", {"what": "everything"}),
        ("clear", {}),
        ("silence", {"kind": ["many_lost"]}),
        ("silence", {"kind": "many_lost", "for": 5}),
    ]:
        teacher.send(event, message)
        assert teacher.wait_for("error")["message"]


def test_the_end_reaches_everybody_and_is_final(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"], "happy")
    teacher.send("end", {})
    for peer in (teacher, student):
        assert peer.wait_for("ended") == {}
    student.looks("sad")
    assert "ended" in student.wait_for("error")["message"]
    for auth in ({"role": "student"}, {"role": "teacher", "token": opened["token"]}):
        assert "ended" in app.connect(code=opened["code"], **auth).refused
    page = app.get(f"/c/{opened['code']}")
    assert page.status_code == 200 and "This class has ended" in page.text


def test_a_class_without_cameras_takes_no_labels(app):
    opened = app.open_class(mode="self-report")
    student = app.join(opened["code"], "happy")
    assert "without cameras" in student.wait_for("error")["message"]


def test_ruling_the_camera_out_holds_for_classes_that_were_opened_with_it(app, start_app):
    opened = app.open_class()
    strict = start_app(sensing="self-report", database_url=app.settings.database_url)
    student = strict.join(opened["code"], "happy")
    assert student.welcome["mode"] == "self-report"
    assert "without cameras" in student.wait_for("error")["message"]


def test_a_flood_of_messages_is_answered_once_and_then_cut_off(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    flooding, *others = (app.join(opened["code"], "happy") for _ in range(5))
    for _ in range(MESSAGES_AT_ONCE + TOO_MANY - 1):
        flooding.looks("sad")
    assert [event for event, _ in flooding.received] == ["error"]
    assert "Too many messages" in flooding.wait_for("error")["message"]
    assert not flooding.closed
    for _ in range(TOO_MANY):
        flooding.looks("sad")
    assert flooding.closed
    for student in others:
        student.looks("surprise")
    teacher.wait_for("view", lambda view: "surprise" in (view["shares"] or {}))
    assert not any(student.closed for student in others)


def test_whoever_was_held_back_is_heard_again_after_a_while(app):
    student = app.join(app.open_class()["code"])
    for _ in range(MESSAGES_AT_ONCE):
        student.send("pace", {"value": "fine"})
    app.now += 1
    student.send("nonsense", {})
    assert "unknown message" in student.wait_for("error")["message"]


def test_a_full_class_lets_nobody_in_but_those_who_had_a_seat(start_app):
    app = start_app(max_students=3)
    code = app.open_class()["code"]
    students = [app.join(code) for _ in range(3)]
    late = app.connect(role="student", code=code)
    assert late.refused.startswith("This class is full.") and late.may_retry
    students[0].vanish()
    app.join(code, seat=students[0].welcome["seat"])


def test_without_a_database_a_class_goes_on_and_who_comes_is_told_to_try_again(app):
    opened, other = app.open_class(), app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"], "happy")
    with app.without_database():
        teacher.send("marker", {"text": "recursion"})
        assert teacher.wait_for("trouble") == {"message": NO_DATABASE, "live": True}
        assert teacher.wait_for("marker")["text"] == "recursion"
        late = app.connect(role="student", code=other["code"])
        assert late.refused == TRY_AGAIN and late.may_retry
        colleague = app.teach(opened)
        assert [each["text"] for each in colleague.wait_for("history")["markers"]] == ["recursion"]
        assert colleague.wait_for("trouble")["message"] == NO_DATABASE
        student.send("help", {"on": True})
        teacher.wait_for("view", lambda view: view["help"])
    assert teacher.wait_for("trouble") == {"message": None, "live": True}
    assert [each["text"] for each in teacher.wait_for("history")["markers"]] == ["recursion"]


def test_whoever_is_not_in_a_class_can_send_nothing(app):
    student = app.join(app.open_class()["code"])
    student.leave()
    student.send("help", {"on": True})
    assert not student.received


def test_a_teacher_who_goes_is_not_counted_any_more(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    assert app.figure("classpulse_teachers") == 1
    teacher.leave()
    assert app.figure("classpulse_teachers") == 0


def test_a_connection_that_was_too_slow_is_counted(app):
    student = app.join(app.open_class()["code"])
    student.vanish("ping timeout")
    assert app.figure('classpulse_errors_total{kind="slow"}') == 1


def test_a_server_that_stops_tells_everybody_when_to_come_back(app):
    opened = app.open_class()
    peers = [app.teach(opened), app.join(opened["code"])]
    for peer in peers:
        peer.received.clear()
    app.server.sockets.send_away(5.0)
    for peer in peers:
        assert list(peer.received) == [("restart", {"within": 5.0})]


def test_a_server_that_cannot_save_when_it_stops_says_so_and_ends(app, caplog):
    opened = app.open_class()
    teacher = app.teach(opened)
    with app.without_database():
        teacher.send("marker", {"text": "recursion"})
        teacher.leave()
        app.server.stop()
    assert "not all could be handed over" in caplog.text
