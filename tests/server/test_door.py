"""Who may open classes, as the operator says."""

import pytest
import requests

from server.access.door import WRONG_AN_HOUR
from server.config import Settings
from tests.live_server import SECRET_KEY
from tests.lti_platform import STUDENT, TEACHER, a_platform

PASSWORD = "चार शब्द, 4 mots"
ASKED = {"title": "Algebra", "mode": "self-report"}
HOUR = 60 * 60


@pytest.fixture
def school(start_app):
    return start_app(teachers="password", teachers_password=PASSWORD, proxies=1)


def ask(app, address="203.0.113.5", **extra):
    headers = {"X-Forwarded-For": address}
    return app.post("/api/classes", json=ASKED | extra, headers=headers)


def test_whoever_knows_the_password_opens_a_class_and_nobody_else_does(school):
    assert ask(school, password=PASSWORD).status_code == 201
    refused = [ask(school), *(ask(school, password=wrong) for wrong in ("", "p", "\ud800"))]
    for answer in [*refused, ask(school, password=PASSWORD + " ")]:
        assert answer.status_code == 403
        assert answer.json == {"error": "This takes the password for teachers. Please check it."}
    assert school.post("/api/classes", data="title=Algebra").status_code == 403


@pytest.mark.parametrize("password", [None, 7, ["a"], {}])
def test_a_password_that_is_no_text_is_one_clear_error_on_any_server(school, app, password):
    for server in (school, app):
        answer = ask(server, password=password)
        assert (answer.status_code, answer.json["error"]) == (400, "password must be a text")


def test_where_none_is_asked_for_a_password_changes_nothing(app):
    assert ask(app, password="any").status_code == 201


def test_whoever_guesses_is_stopped_for_an_hour_and_nobody_else_is(school):
    answers = [ask(school, password=f"guess {number}") for number in range(WRONG_AN_HOUR)]
    assert {answer.status_code for answer in answers} == {403}
    for password in ("one more", PASSWORD):
        stopped = ask(school, password=password)
        assert stopped.status_code == 429 and "Too many wrong passwords" in stopped.json["error"]
    assert ask(school, "203.0.113.6", password=PASSWORD).status_code == 201
    school.now += HOUR
    assert ask(school, password=PASSWORD).status_code == 201


def test_who_sends_no_password_does_not_guess(school):
    for _ in range(WRONG_AN_HOUR + 1):
        assert ask(school).status_code == 403
    assert ask(school, password=PASSWORD).status_code == 201


def test_wrong_passwords_take_nothing_from_those_who_may_open_classes(start_app):
    school = start_app(teachers="password", teachers_password=PASSWORD, classes_per_hour=1)
    for _ in range(3):
        assert ask(school, password="wrong").status_code == 403
    assert ask(school, password=PASSWORD).status_code == 201


def test_the_password_is_in_no_log_and_on_no_page(start_server):
    server = start_server(TEACHERS="password", TEACHERS_PASSWORD="correct horse battery")
    for password in ("correct horse battery", "wrong horse"):
        asked = ASKED | {"password": password}
        answer = requests.post(f"{server.url}/api/classes", json=asked, timeout=10)
        assert answer.status_code in (201, 403) and "horse" not in answer.text
    assert "horse" not in server.log() + requests.get(server.url, timeout=10).text


@pytest.mark.parametrize(
    "who", [{"TEACHERS": "lti"}, {"TEACHERS": "password", "TEACHERS_PASSWORD": "x" * 12}]
)
def test_teachers_of_a_learning_platform_come_in_without_a_password(start_server, who):
    with a_platform() as platform:
        server = start_server(LTI_PLATFORMS=platform.setting, **who)
        teacher = platform.launch(server, platform.says(TEACHER))
        assert teacher.status_code == 303 and "/room/" in teacher.headers["Location"]
        student = platform.launch(server, platform.says(STUDENT))
        assert "/room/" not in student.headers["Location"]


def test_where_platforms_alone_open_classes_nobody_else_does(start_app):
    with a_platform() as platform:
        named = {"SECRET_KEY": SECRET_KEY, "TEACHERS": "lti", "LTI_PLATFORMS": platform.setting}
        settings = Settings.from_environment(named)
    app = start_app(teachers=settings.teachers, platforms=settings.platforms)
    for extra in ({}, {"password": PASSWORD}):
        answer = ask(app, **extra)
        assert answer.status_code == 403 and "learning platform" in answer.json["error"]
