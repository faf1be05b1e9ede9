"""Pages and the API that opens a class, over HTTP."""

import time

import pytest
import requests

from server.domain.session import ClassSession
from server.store import ClassStore


def post(server, body, **options):
    return requests.post(f"{server.url}/api/classes", timeout=10, **({"json": body} | options))


def test_opening_a_class_gives_its_code_and_links(server):
    response = post(server, {"title": "Algebra", "mode": "camera", "min_students": 7})
    opened = response.json()
    assert response.status_code == 201
    assert set(opened) == {"code", "join_url", "room_url", "token"}
    assert opened["join_url"] == f"{server.url}/c/{opened['code']}"
    # In the fragment, which browsers keep to themselves.
    assert opened["room_url"] == f"{server.url}/room/{opened['code']}#{opened['token']}"
    assert len(opened["code"]) == 6 and not set(opened["code"]) & set("01OILU")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "title"),
        ([], "JSON object"),
        ({"title": " ", "mode": "camera"}, "title"),
        ({"title": "x" * 121, "mode": "camera"}, "title"),
        ({"title": "two\nlines", "mode": "camera"}, "title"),
        ({"title": 5, "mode": "camera"}, "title"),
        ({"title": "Algebra"}, "mode"),
        ({"title": "Algebra", "mode": "spy"}, "mode"),
        ({"title": "Algebra", "mode": "camera", "min_students": 2}, "min_students"),
        ({"title": "Algebra", "mode": "camera", "min_students": True}, "min_students"),
        ({"title": "Algebra", "mode": "camera", "min_students": "5"}, "min_students"),
        ({"title": "Algebra", "mode": "camera", "record": True}, "unknown field"),
    ],
)
def test_a_class_that_cannot_be_opened_is_one_clear_error(server, body, told):
    response = post(server, body)
    assert response.status_code == 400
    assert list(response.json()) == ["error"] and told in response.json()["error"]


def test_a_body_that_is_no_json_or_too_large_is_one_clear_error(server):
    assert post(server, None, data="title=Algebra").status_code == 400
    large = post(server, {"title": "x" * 100_000, "mode": "camera"})
    assert large.status_code in (400, 413) and "error" in large.json()


def test_an_unknown_code_is_a_friendly_page(server):
    for path in ("/c/ZZZZZZ", "/room/ZZZZZZ", "/join?code=zzzzzz"):
        response = requests.get(server.url + path, timeout=10)
        assert response.status_code == 404
        assert "There is no class with this code" in response.text


def test_a_code_may_be_typed_as_people_type(server):
    code = server.open_class("Geometry")["code"]
    typed = f" {code[:3].lower()}-{code[3:]} "
    response = requests.get(f"{server.url}/join", params={"code": typed}, timeout=10)
    assert response.url == f"{server.url}/c/{code}"
    assert "Geometry" in response.text


def test_the_qr_code_is_a_picture(server):
    code = server.open_class()["code"]
    response = requests.get(f"{server.url}/c/{code}/qr.svg", timeout=10)
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert "<svg xmlns=" in response.text  # without the namespace browsers show no picture


def test_titles_are_text_not_markup(server):
    code = server.open_class("<script>alert(1)</script>")["code"]
    page = requests.get(f"{server.url}/c/{code}", timeout=10).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_an_operator_can_rule_the_camera_out(start_server):
    server = start_server(SENSING="self-report")
    response = post(server, {"title": "Algebra", "mode": "camera"})
    assert response.status_code == 400 and "self-report" in response.json()["error"]
    assert 'value="camera"' not in requests.get(server.url, timeout=10).text
    code = server.open_class(mode="self-report")["code"]
    assert "join-camera" not in requests.get(f"{server.url}/c/{code}", timeout=10).text


def as_teacher(opened):
    return {"Authorization": f"Bearer {opened['token']}"}


def test_a_teacher_is_told_about_the_class_and_nobody_else_is(server):
    opened, other = server.open_class("Geometry"), server.open_class()
    for path in (f"/api/classes/{opened['code']}", f"/report/{opened['code']}.json"):
        about = requests.get(server.url + path, headers=as_teacher(opened), timeout=10)
        assert about.status_code == 200 and about.json()["title"] == "Geometry"
        for headers in ({}, as_teacher(other), {"Authorization": "Basic YTpi"}):
            refused = requests.get(server.url + path, headers=headers, timeout=10)
            assert refused.status_code == (403 if headers else 401)
            assert list(refused.json()) == ["error"]
    refused = requests.delete(f"{server.url}/api/classes/{opened['code']}", timeout=10)
    assert refused.status_code == 401 and refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_report_has_what_was_shown_and_what_was_marked(server, join, teach):
    opened = server.open_class("Geometry")
    teacher = teach(server, opened)
    for _ in range(5):
        join(server, opened["code"], "happy")
    teacher.wait_for("view", lambda view: view["shares"])
    teacher.send("marker", {"text": "started recursion"})
    teacher.wait_for("point", lambda point: point["shares"], seconds=30)
    teacher.send("end", {})
    teacher.wait_for("ended")
    url = f"{server.url}/report/{opened['code']}"
    report = requests.get(f"{url}.json", headers=as_teacher(opened), timeout=10).json()
    assert report["ended"] and report["shares"] == {"happy": 1.0}
    assert [stretch["text"] for stretch in report["stretches"]][1:] == ["started recursion"]
    table = requests.get(f"{url}.csv", headers=as_teacher(opened), timeout=10)
    assert table.headers["Content-Type"].startswith("text/csv")
    assert table.text.count("\r\n") == len(report["points"]) + 1


def test_a_deleted_class_is_gone_at_once_for_everybody(server, join, teach, connect):
    opened = server.open_class()
    teacher, student = teach(server, opened), join(server, opened["code"])
    url = f"{server.url}/api/classes/{opened['code']}"
    assert requests.delete(url, headers=as_teacher(opened), timeout=10).status_code == 204
    for peer in (teacher, student):
        assert peer.wait_for("ended") == {}
    assert requests.get(url, headers=as_teacher(opened), timeout=10).status_code == 404
    assert "no class" in connect(server, role="student", code=opened["code"]).refused


def test_nothing_is_kept_where_the_operator_says_so(start_server, teach):
    server = start_server(RETENTION_DAYS="0")
    opened = server.open_class()
    teacher = teach(server, opened)
    teacher.send("marker", {"text": "started recursion"})
    teacher.send("end", {})
    teacher.wait_for("ended")
    report = f"{server.url}/report/{opened['code']}.json"
    assert requests.get(report, headers=as_teacher(opened), timeout=10).status_code == 404


def test_old_classes_are_forgotten_when_the_server_starts(start_server):
    server = start_server()
    database = server.settings["DATABASE_URL"]
    store, now = ClassStore(database), time.time()
    day = 24 * 60 * 60
    for code, opened, ended in [
        ("ENDED2", now - 40 * day, now - 31 * day),
        ("KEPT23", now - 40 * day, now - 29 * day),
        ("LEFT23", now - 2 * day, None),
    ]:
        store.add_class(ClassSession(code, "Algebra", "camera", 5, opened, ended))
    again = start_server(DATABASE_URL=database)
    found = {code: store.find_class(code) for code in ("ENDED2", "KEPT23", "LEFT23")}
    assert found["ENDED2"] is None and found["KEPT23"].ended_at is not None
    assert found["LEFT23"].ended_at is not None  # nobody ended it, and nobody is there
    assert "This class has ended" in requests.get(f"{again.url}/c/LEFT23", timeout=10).text


@pytest.mark.parametrize("extension", ["json", "csv"])
def test_a_report_is_compressed_for_whoever_takes_that(server, teach, extension):
    opened = server.open_class()
    teacher = teach(server, opened)
    teacher.send("end", {})
    teacher.wait_for("ended")
    report = f"{server.url}/report/{opened['code']}.{extension}"
    answers = []
    for encoding in ("gzip", "identity"):
        asked = {**as_teacher(opened), "Accept-Encoding": encoding}
        answers.append(requests.get(report, headers=asked, timeout=10))
    packed, plain = answers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content and plain.content
    assert "Accept-Encoding" in plain.headers["Vary"]
