"""Try-out classes: made-up students, whom nobody real is ever among."""

import csv
from io import StringIO

import pytest

from server.app import TRYOUTS_AN_HOUR
from server.classroom.service import SIMULATED
from server.domain.simulation import SEATS

EVERYBODY = len(SEATS)


@pytest.fixture
def try_out():
    """Open a try-out class on a server; what opening a class answers."""

    def opened(app):
        answer = app.post("/api/tryout")
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    return opened


def about(app, opened):
    return app.as_teacher(opened, f"/api/classes/{opened['code']}")


def test_whoever_asks_gets_a_class_with_cameras_where_these_are_allowed(start_app, try_out):
    for sensing, mode in (("camera", "camera"), ("self-report", "self-report")):
        app = start_app(sensing=sensing)
        opened = try_out(app)
        assert set(opened) == set(app.open_class(mode="self-report"))
        told = about(app, opened).get_json()
        assert (told["title"], told["mode"], told["simulated"]) == ("Try-out class", mode, True)


def test_an_address_opens_so_many_and_they_cost_no_teacher_an_opening(start_app, try_out):
    app = start_app(classes_per_hour=1)
    for _ in range(TRYOUTS_AN_HOUR):
        try_out(app)
    refused = app.post("/api/tryout")
    assert refused.status_code == 429 and "Too many classes" in refused.get_json()["error"]
    assert app.open_class()


def test_no_other_site_opens_one(app):
    refused = app.post("/api/tryout", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403 and "Another site" in refused.get_json()["error"]


def test_its_figures_are_shown_whatever_the_least_number_of_the_server(start_app, try_out):
    app = start_app(min_students=100)
    view = app.teach(try_out(app)).wait_for("view", lambda view: view["students"] == EVERYBODY)
    assert view["suppressed"] != "few_students"


def test_students_come_while_a_teacher_watches_and_go_with_the_teacher(app, try_out):
    opened = try_out(app)
    teacher = app.teach(opened)
    view = teacher.wait_for("view", lambda view: view["seen"] == EVERYBODY)
    assert view["students"] == EVERYBODY and view["shares"]
    teacher.leave()
    app.tick()
    again = app.teach(opened)
    assert again.wait_for("view")["students"] == 0
    assert again.wait_for("view")["students"] == EVERYBODY


def test_who_joins_is_a_guest_for_whom_all_works_and_who_is_in_no_figure(app, try_out):
    opened = try_out(app)
    teacher = app.teach(opened)
    guests = [app.join(opened["code"], "disgust") for _ in range(6)]
    for guest in guests:
        assert guest.ask("pace", {"value": "speed_up"}) == []
        assert guest.ask("help", {"on": True, "name": "Guest"}) == []
        assert guest.ask("show", {"name": "Guest"}) == []
    for _ in range(50):
        view = teacher.wait_for("view")
        assert view["students"] <= EVERYBODY
        assert "disgust" not in (view["shares"] or {})
        assert not view["pace"] or view["pace"]["speed_up"] == 0
        assert "Guest" not in [each["name"] for each in (*view["help"], *view["named"])]
    teacher.send("clear", {"what": "pace"})
    teacher.send("ask", {"question": "got_it"})
    for guest in guests:
        guest.wait_for("cleared")
        question = guest.wait_for("question")["question"]
        assert guest.ask("answer", {"to": question["id"], "value": "not_yet"}) == []
    teacher.wait_for("point", lambda point: point["asked"])
    report = app.as_teacher(opened, f"/report/{opened['code']}.json").get_json()
    assert sum(report["asked"][0]["answers"].values()) <= EVERYBODY
    assert report["students"]["most"] == EVERYBODY
    teacher.leave()
    app.tick()
    assert app.teach(opened).wait_for("view")["students"] == 0  # though the guests are here


def test_its_report_and_files_say_that_it_was_simulated(app, try_out):
    opened, real = try_out(app), app.open_class()
    for each, is_simulated in ((opened, True), (real, False)):
        teacher = app.teach(each)
        for _ in range(5):
            app.join(each["code"])
        teacher.wait_for("point")
        path = f"/report/{each['code']}"
        assert app.as_teacher(each, f"{path}.json").get_json()["simulated"] is is_simulated
        table = app.as_teacher(each, f"{path}.csv").get_data().decode("utf-8-sig")
        lines = list(csv.DictReader(StringIO(table)))
        assert [line.get("simulated") for line in lines] == ["yes" if is_simulated else None]


def test_it_is_deleted_a_day_after_it_was_opened_running_or_ended(app, try_out):
    running, ended, real = try_out(app), try_out(app), app.open_class()
    teacher = app.teach(running)
    app.teach(ended).send("end", {})
    app.now += SIMULATED
    later = try_out(app)
    app.server.classroom.sweep(app.now)
    teacher.wait_for("ended")
    there = {each["code"]: app.server.classroom.find(each["code"]) for each in (later, real)}
    assert all(there.values())
    for gone in (running, ended):
        assert app.server.classroom.find(gone["code"]) is None
