"""Pages and the API that opens a class."""

import codecs
import csv
import gzip
import json
import re
import sqlite3
import time
from contextlib import closing
from html import escape, unescape
from io import StringIO

import pytest
import requests

from server.config import Logo, School
from server.domain.labels import FER2013, Labels
from server.domain.session import ClassSession
from server.domain.timeline import Point
from tests.live_server import migrate
from tests.own_model import VALENCES


def post(app, body):
    return app.post("/api/classes", json=body)


def test_opening_a_class_gives_its_code_and_links(app):
    response = post(app, {"title": "Algebra", "mode": "camera", "min_students": 7})
    opened = response.json
    assert response.status_code == 201
    assert set(opened) == {"code", "join_url", "room_url", "token"}
    assert opened["join_url"] == f"{app.url}/c/{opened['code']}"
    # In the fragment, which browsers keep to themselves.
    assert opened["room_url"] == f"{app.url}/room/{opened['code']}#{opened['token']}"
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
def test_a_class_that_cannot_be_opened_is_one_clear_error(app, body, told):
    response = post(app, body)
    assert response.status_code == 400
    assert list(response.json) == ["error"] and told in response.json["error"]


def test_a_body_that_is_no_json_or_too_large_is_one_clear_error(app):
    assert app.post("/api/classes", data="title=Algebra").status_code == 400
    large = post(app, {"title": "x" * 100_000, "mode": "camera"})
    assert large.status_code in (400, 413) and "error" in large.json


def test_an_unknown_code_is_a_friendly_page(app):
    for path in ("/c/ZZZZZZ", "/room/ZZZZZZ", "/join?code=zzzzzz"):
        response = app.get(path, follow_redirects=True)
        assert response.status_code == 404
        assert "There is no class with this code" in response.text


@pytest.mark.parametrize(
    ("method", "path", "status", "heading"),
    [
        ("GET", "/none", 404, "Nothing here"),
        ("POST", "/", 405, "That did not work"),
        ("POST", "/language", 400, "That did not work"),
    ],
)
def test_people_get_a_friendly_page_for_whatever_goes_wrong(app, method, path, status, heading):
    response = app.browser.open(path, method=method)
    assert response.status_code == status
    assert response.mimetype == "text/html" and heading in response.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/none", 404), ("PUT", "/api/classes", 405), ("GET", "/report/ZZZZZZ.csv", 404)],
)
def test_programs_get_one_clear_error_for_whatever_goes_wrong(app, method, path, status):
    response = app.browser.open(path, method=method)
    assert response.status_code == status and list(response.json) == ["error"]
    assert (response.headers.get("Allow") is not None) == (status == 405)


def test_a_code_may_be_typed_as_people_type(app):
    code = app.open_class("Geometry")["code"]
    typed = f" {code[:3].lower()}-{code[3:]} "
    response = app.get("/join", query_string={"code": typed}, follow_redirects=True)
    assert response.request.path == f"/c/{code}"
    assert "Geometry" in response.text


def test_the_qr_code_is_a_picture(app):
    code = app.open_class()["code"]
    response = app.get(f"/c/{code}/qr.svg")
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert "<svg xmlns=" in response.text  # without the namespace browsers show no picture


def test_titles_are_text_not_markup(app):
    code = app.open_class("<script>alert(1)</script>")["code"]
    page = app.get(f"/c/{code}").text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_an_operator_can_rule_the_camera_out(start_app):
    app = start_app(sensing="self-report")
    response = post(app, {"title": "Algebra", "mode": "camera"})
    assert response.status_code == 400 and "self-report" in response.json["error"]
    assert 'value="camera"' not in app.get("/").text
    code = app.open_class(mode="self-report")["code"]
    assert "join-camera" not in app.get(f"/c/{code}").text


PAPERS = ("/parents", "/privacy", "/security")


def test_the_papers_have_the_numbers_of_this_server(start_app):
    app = start_app(min_students=7, retention_days=11)
    assert "fewer than 7 students" in app.get("/parents").text
    privacy = app.get("/privacy").text
    assert "fewer than 7 students" in privacy and "this many days: 11." in privacy


def test_the_papers_say_nothing_of_cameras_where_there_are_none(app, start_app):
    without = start_app(sensing="self-report")
    for path in PAPERS[:2]:
        assert "No class on this server can use a camera." not in app.get(path).text
        text = without.get(path).text
        assert "No class on this server can use a camera." in text
        assert "With a camera" not in text and "☐" not in text


def test_pages_name_the_school_and_its_own_papers(app, start_app):
    picture = Logo(b"<svg/>", "image/svg+xml")
    addresses = ("https://school.example/privacy?of=us&for=you", "https://school.example/imprint")
    school = start_app(school=School("Schule <am> Wall", picture, *addresses))
    code = school.open_class()["code"]
    for path in ("/", *PAPERS, f"/c/{code}", f"/room/{code}", f"/report/{code}", "/nowhere"):
        page = school.get(path).text
        assert "Schule &lt;am&gt; Wall" in page and '<img src="/logo" alt="">' in page
        for address in addresses:
            assert f'href="{escape(address)}"' in page
        assert all(f'href="{paper}"' in page for paper in PAPERS)
    page = app.get("/").text
    assert "/logo" not in page and "Legal notice" not in page and "school's own" not in page
    assert app.get("/logo").status_code == 404


@pytest.mark.parametrize(
    ("first", "ways"), [("words", ["words", "camera"]), ("camera", ["camera", "words"])]
)
def test_the_operator_says_which_way_in_stands_first(start_app, first, ways):
    app = start_app(consent_first=first)
    page = app.get(f"/c/{app.open_class()['code']}").text
    assert re.findall(r'id="join-(\w+)"', page) == ways
    modes = {"words": "self-report", "camera": "camera"}
    form = app.get("/").text
    assert re.findall(r'name="mode" value="([\w-]+)"', form) == [modes[way] for way in ways]
    assert "checked" not in form


def test_a_teacher_is_told_about_the_class_and_nobody_else_is(app):
    opened, other = app.open_class("Geometry"), app.open_class()
    for path in (f"/api/classes/{opened['code']}", f"/report/{opened['code']}.json"):
        about = app.as_teacher(opened, path)
        assert about.status_code == 200 and about.json["title"] == "Geometry"
        for refused, status in (
            (app.get(path), 401),
            (app.as_teacher(other, path), 403),
            (app.get(path, headers={"Authorization": "Basic YTpi"}), 401),
        ):
            assert refused.status_code == status
            assert list(refused.json) == ["error"]
    refused = app.delete(f"/api/classes/{opened['code']}")
    assert refused.status_code == 401 and refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_report_has_what_was_shown_and_what_was_marked(app):
    opened = app.open_class("Geometry")
    teacher = app.teach(opened)
    for _ in range(5):
        app.join(opened["code"], "happy")
    teacher.wait_for("view", lambda view: view["shares"])
    teacher.send("marker", {"text": "पुनरावृत्ति für alle"})
    teacher.wait_for("point", lambda point: point["shares"])
    teacher.send("end", {})
    teacher.wait_for("ended")
    path = f"/report/{opened['code']}"
    report = app.as_teacher(opened, f"{path}.json").json
    assert report["ended"] and report["shares"] == {"happy": 1.0}
    assert [stretch["text"] for stretch in report["stretches"]][1:] == ["पुनरावृत्ति für alle"]
    table = app.as_teacher(opened, f"{path}.csv")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.data.startswith(codecs.BOM_UTF8)  # by which spreadsheets know it
    lines = list(csv.DictReader(StringIO(table.data.decode("utf-8-sig"))))
    assert len(lines) == len(report["points"])
    assert [line["notes"] for line in lines if line["notes"]] == ["पुनरावृत्ति für alle"]
    described = app.get("/api/openapi.json").json["paths"]["/report/{code}.csv"]["get"]
    schema = described["responses"]["200"]["content"]["text/csv"]["schema"]
    assert all(f"`{column}`" in schema["description"] for column in lines[0])


def test_a_deleted_class_is_gone_at_once_for_everybody(app):
    opened = app.open_class()
    teacher, student = app.teach(opened), app.join(opened["code"])
    path = f"/api/classes/{opened['code']}"
    assert app.as_teacher(opened, path, "DELETE").status_code == 204
    for peer in (teacher, student):
        assert peer.wait_for("ended") == {}
    assert app.as_teacher(opened, path).status_code == 404
    assert "no class" in app.connect(role="student", code=opened["code"]).refused


def test_nothing_is_kept_where_the_operator_says_so(start_app):
    app = start_app(retention_days=0)
    opened = app.open_class()
    teacher = app.teach(opened)
    teacher.send("marker", {"text": "started recursion"})
    teacher.send("end", {})
    teacher.wait_for("ended")
    assert app.as_teacher(opened, f"/report/{opened['code']}.json").status_code == 404


@pytest.mark.parametrize("extension", ["json", "csv"])
def test_a_report_is_compressed_for_whoever_takes_that(app, extension):
    opened = app.open_class()
    teacher = app.teach(opened)
    teacher.send("end", {})
    teacher.wait_for("ended")
    path = f"/report/{opened['code']}.{extension}"
    packed, plain = (
        app.as_teacher(opened, path, **{"Accept-Encoding": encoding})
        for encoding in ("gzip", "identity")
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data != b""
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_an_address_can_open_so_many_classes_an_hour(start_app):
    app = start_app(classes_per_hour=2, proxies=1)

    def open_from(address):
        return app.post(
            "/api/classes",
            json={"title": "Algebra", "mode": "camera"},
            headers={"X-Forwarded-For": f"198.51.100.9, {address}"},
        )

    assert [open_from("203.0.113.5").status_code for _ in range(3)] == [201, 201, 429]
    assert "Too many classes" in open_from("203.0.113.5").json["error"]
    assert open_from("203.0.113.6").status_code == 201
    app.now += 60 * 60
    assert open_from("203.0.113.5").status_code == 201


def test_old_classes_are_forgotten_when_the_server_starts(start_server, tmp_path, open_store):
    database = migrate(f"sqlite:///{tmp_path / 'old.db'}")
    day, now = 24 * 60 * 60, time.time()
    store = open_store(database)
    for code, opened, ended in [
        ("ENDED2", now - 40 * day, now - 31 * day),
        ("KEPT23", now - 40 * day, now - 29 * day),
        ("LEFT23", now - 3 * day, None),
        ("WAITS2", now - 3 * day, None),
    ]:
        store.add_class(ClassSession(code, "Algebra", "camera", 5, opened, ended))
    store.add_points([("LEFT23", Point(now - 2 * day, 5, 5, None, None, None, None, ()))])
    server = start_server(DATABASE_URL=database)
    assert store.find_class("ENDED2") is None
    assert store.find_class("KEPT23").ended_at is not None
    assert store.find_class("LEFT23").ended_at == now - 2 * day  # nobody did, when they left
    assert store.find_class("WAITS2").ended_at is None  # for its first lesson
    assert "This class has ended" in requests.get(f"{server.url}/c/LEFT23", timeout=10).text


def test_a_server_without_its_database_says_so_and_is_not_ready(app):
    code = app.open_class()["code"]
    assert app.get("/readyz").json == {"status": "ok"}
    with app.without_database():
        page = app.get(f"/c/{code}")
        assert page.status_code == 503 and "cannot reach its database" in page.text
        answer = app.post("/api/classes", json={"title": "Algebra", "mode": "camera"})
        assert answer.status_code == 503 and "try again" in answer.json["error"]
    with closing(sqlite3.connect(app.settings.database_url.removeprefix("sqlite:///"))) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    ready = app.get("/readyz")
    assert ready.status_code == 503
    assert ready.json == {"status": "not ready", "troubles": ["database"]}
    assert app.get("/healthz").json == {"status": "ok"}


def test_a_mistake_of_ours_is_a_friendly_page_and_is_logged_without_the_code(app, caplog):
    @app.server.app.get("/c/<code>/broken")
    def broken(code):
        raise ValueError("a bug")

    page = app.get("/c/ABC234/broken")
    assert page.status_code == 500 and "The server has a problem" in page.text
    assert "a bug" in caplog.text and "ABC234" not in caplog.text


def test_a_renewed_link_is_the_only_one(app):
    opened = app.open_class()
    teacher = app.teach(opened)
    path = f"/api/classes/{opened['code']}/token"
    new = opened | app.as_teacher(opened, path, "POST").json
    assert new["room_url"].endswith(f"#{new['token']}") and new["token"] != opened["token"]
    app.tick()
    assert teacher.closed
    replaced = "This teacher's link was replaced by a new one."
    refused = app.connect(role="teacher", code=opened["code"], token=opened["token"])
    assert refused.refused == replaced and not refused.may_retry
    assert app.as_teacher(opened, path, "POST").json == {"error": replaced}
    app.teach(new)


def test_what_a_code_is_asked_for_without_one_leads_home(app):
    assert app.get("/join").headers["Location"] == "/"


def test_pages_that_are_the_same_for_everybody_are_there(app):
    assert app.get("/offline").status_code == 200
    with app.get("/service-worker.js") as script:
        assert script.mimetype == "text/javascript"


def test_pages_are_told_what_faces_look_like_here(start_app):
    app = start_app(labels=Labels(VALENCES | {'<b> & "': 0}))
    opened, simulated = app.open_class(), app.post("/api/tryout").json
    for page in ("room", "report"):
        told = re.search(r'data-labels="(.*?)"', app.get(f"/{page}/{opened['code']}").text)[1]
        assert json.loads(unescape(told)) == [*map(list, VALENCES.items()), ['<b> & "', 0]]
        told = re.search(r'data-labels="(.*?)"', app.get(f"/{page}/{simulated['code']}").text)[1]
        assert dict(json.loads(unescape(told))) == FER2013


@pytest.mark.parametrize(
    ("labels", "example", "rests"),
    [
        (FER2013, "happy", True),
        (VALENCES, "confused", True),
        ({"<b>": 1, "bored": -1}, "&lt;b&gt;", False),
    ],
)
def test_a_student_reads_of_the_models_own_labels(start_app, labels, example, rests):
    app = start_app(labels=Labels(labels))
    page = app.get(f"/c/{app.open_class()['code']}").text
    assert f"such as <code>{example}</code>" in page
    assert ('<div id="at-rest" >' in page) == rests
