"""Launched from a learning platform, somebody is a teacher or a student, and nobody by name."""

import json
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from jwcrypto.jwk import JWK

from tests.lti_platform import MEMBERSHIP, STUDENT, TEACHER, a_platform


@pytest.fixture(scope="module")
def platform():
    with a_platform() as platform:
        yield platform


@pytest.fixture(scope="module")
def school(start_shared_server, platform):
    """A server that believes the platform; each test has a place of its own in its courses."""
    return start_shared_server(LTI_PLATFORMS=platform.setting)


def code_in(answer):
    """The class of the room or of the student's page that a launch ends in."""
    return re.search(r"/(?:room|c)/([0-9A-Z]{6})", answer.headers["Location"])[1]


def tokens_in(answer):
    """Those of a teacher's launch: of the class and of the course."""
    return answer.headers["Location"].partition("#")[2].split("&")


def followed(server, answer):
    """Where a student's launch ends: at the course's page, or beyond it."""
    assert answer.status_code == 303, answer.text
    assert re.fullmatch(r"/course/[0-9A-Z]{6}", answer.headers["Location"])
    return requests.get(server.url + answer.headers["Location"], allow_redirects=False, timeout=10)


def test_a_teachers_launch_opens_the_room_of_a_class_called_like_the_link(school, platform):
    answer = platform.launch(school, platform.says(TEACHER))
    assert answer.status_code == 303
    room = answer.headers["Location"].partition("#")[0]
    code, (token, _) = code_in(answer), tokens_in(answer)
    assert room == f"{school.url}/room/{code}"
    about = requests.get(
        f"{school.url}/api/classes/{code}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).json()
    assert (about["title"], about["mode"]) == ("Algebra, Monday", "self-report")


def test_all_launches_from_a_place_lead_to_its_one_running_class(school, platform):
    code = code_in(platform.launch(school, platform.says(TEACHER)))
    assistant = f"{MEMBERSHIP}/Instructor#TeachingAssistant"
    second = platform.launch(school, platform.says(assistant))
    assert code_in(second) == code and "/room/" in second.headers["Location"]
    student = followed(school, platform.launch(school, platform.says(STUDENT)))
    assert student.status_code == 302 and student.headers["Location"] == f"/c/{code}"
    elsewhere = platform.launch(school, platform.says(TEACHER, place="geometry"))
    assert code_in(elsewhere) != code


@pytest.mark.parametrize("role", [f"{MEMBERSHIP}/Learner#Instructor", "Learner", "", {}])
def test_whoever_has_a_role_that_only_sounds_like_a_teachers_opens_no_room(school, platform, role):
    launch = platform.launch(school, platform.says(role, place="nobody teaches here"))
    assert "/room/" not in launch.headers.get("Location", "")


def test_a_student_waits_for_a_class_that_has_not_begun_or_is_over(school, platform, connect):
    launch = platform.launch(school, platform.says(STUDENT, place="later"))
    page = followed(school, launch)
    assert page.status_code == 200 and "has not begun yet" in page.text
    opened = platform.launch(school, platform.says(TEACHER, place="later"))
    assert followed(school, launch).headers["Location"] == f"/c/{code_in(opened)}"
    token, _ = tokens_in(opened)
    teacher = connect(school, role="teacher", code=code_in(opened), token=token)
    teacher.send("end", {})
    teacher.wait_for("ended")
    assert followed(school, launch).status_code == 200
    again = platform.launch(school, platform.says(TEACHER, place="later"))
    assert code_in(again) != code_in(opened)


def test_teachers_who_come_at_once_are_in_one_class(school, platform):
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(
            lambda _: platform.launch(school, platform.says(TEACHER, place="at once")), range(8)
        )
    assert len({code_in(answer) for answer in answers}) == 1


@pytest.mark.parametrize(("mode", "is_now"), [("camera", "camera"), ("spy", "self-report")])
def test_the_link_says_whether_there_are_cameras(school, platform, mode, is_now):
    said = platform.says(TEACHER, place=mode, custom={"mode": mode})
    page = requests.get(platform.launch(school, said).headers["Location"], timeout=10)
    assert f'data-mode="{is_now}"' in page.text


def test_a_server_without_cameras_opens_no_class_with_them(start_server, platform):
    server = start_server(LTI_PLATFORMS=platform.setting, SENSING="self-report")
    said = platform.says(TEACHER, custom={"mode": "camera"})
    page = requests.get(platform.launch(server, said).headers["Location"], timeout=10)
    assert 'data-mode="self-report"' in page.text


@pytest.mark.parametrize(
    ("link", "course", "title"),
    [
        ({"id": "x1"}, {"id": "m", "title": "Mathematics"}, "Mathematics"),
        ({"id": "x2", "title": "a\n b\x00" + "c" * 200}, {}, "a b" + "c" * 117),
        ({"id": "x3", "title": " "}, None, "Class"),
        ({"id": "x4", "title": "<script>"}, {}, "&lt;script&gt;"),
        ({"id": "x5", "title": "\x00"}, {"id": "m", "title": "क्\u200dष"}, "क्\u200dष"),
    ],
)
def test_any_title_is_made_one_line_of_text(school, platform, link, course, title):
    said = platform.says(TEACHER, resource_link=link, context=course)
    page = requests.get(platform.launch(school, said).headers["Location"], timeout=10)
    assert f"<title>{title} · room" in page.text


def test_nothing_about_anybody_is_kept_or_logged(start_server, platform):
    school = start_server(LTI_PLATFORMS=platform.setting)
    platform.launch(school, platform.says(TEACHER))
    followed(school, platform.launch(school, platform.says(STUDENT)))
    path = school.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        everything = "\n".join(database.iterdump()) + school.log()
    assert "Algebra, Monday" in everything
    for known in ("Ada", "Lovelace", "ada@", "user 7", "Mathematics", "maths", platform.url):
        assert known not in everything


WRONG = {
    "no teacher's platform": {"iss": "https://elsewhere.example"},
    "for somebody else": {"aud": "another tool"},
    "another deployment": {"deployment_id": "2"},
    "another nonce": {"nonce": "0" * 32},
    "no launch": {"message_type": "LtiDeepLinkingRequest"},
    "an older version": {"version": "1.1"},
    "no place": {"resource_link": {}},
    "roles that are none": {"roles": 7},
    "a course that is none": {"resource_link": {"id": "x"}, "context": "Algebra"},
    "parameters that are none": {"custom": ["camera"]},
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG.keys())
def test_what_the_platform_did_not_say_lets_nobody_in(school, platform, said):
    answer = platform.launch(school, platform.says(TEACHER, **said))
    assert answer.status_code == 403
    assert "did not let you in" in answer.text


@pytest.mark.parametrize("seconds", [-110, -60, -1, 0, 1, 5, 60, 110])
def test_a_platforms_clock_may_be_two_minutes_ahead_or_behind(school, platform, seconds):
    now = time.time() + seconds
    said = platform.says(TEACHER, iat=now, nbf=now, exp=now + 1)
    assert platform.launch(school, said).status_code == 303


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"exp": time.time() - 600}, "has expired"),
        ({"iat": time.time() + 600}, "not yet valid (iat)"),
        ({"nbf": time.time() + 600}, "not yet valid (nbf)"),
        ({"iat": "yesterday"}, "iat"),
        ({"exp": float("inf")}, "exp"),
    ],
)
def test_a_platform_of_another_time_lets_nobody_in_and_the_log_says_why(
    school, platform, said, reason
):
    assert platform.launch(school, platform.says(TEACHER, **said)).status_code == 403
    *_, line = [line for line in school.log().splitlines() if "a launch was refused" in line]
    assert reason in json.loads(line)["message"]


def test_the_clocks_of_processes_may_differ(school, start_server, platform):
    ahead = start_server(
        ["gunicorn", "--pythonpath", "tests/server", "ahead:app"],
        LTI_PLATFORMS=platform.setting,
        DATABASE_URL=school.settings["DATABASE_URL"],
    )
    browser = requests.Session()
    asked = platform.login(ahead, browser)
    said = platform.says(STUDENT, place="ahead") | {"nonce": asked["nonce"]}
    form = {"id_token": platform.sign(said), "state": asked["state"]}
    launches = [
        browser.post(f"{each.url}/lti/launch", data=form, allow_redirects=False, timeout=10)
        for each in (school, ahead)
    ]
    for launch in launches:
        assert followed(school, launch).status_code == 200


def test_a_token_that_never_expires_lets_nobody_in(school, platform):
    said = platform.says(TEACHER)
    del said["exp"]
    assert platform.launch(school, said).status_code == 403


def test_a_forged_token_lets_nobody_in(school, platform):
    browser = requests.Session()
    asked = platform.login(school, browser)
    said = platform.says(TEACHER) | {"nonce": asked["nonce"]}
    forged = platform.sign(said, JWK.generate(kty="RSA", size=2048))
    honest = platform.sign(said)
    unsigned = f"eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.{honest.split('.')[1]}."
    for token in (forged, unsigned, "nonsense", "a.b.c", ""):
        form = {"id_token": token, "state": asked["state"]}
        answer = browser.post(asked["redirect_uri"], data=form, timeout=10)
        assert answer.status_code == 403, token
    form = {"id_token": honest, "state": asked["state"]}
    answer = browser.post(asked["redirect_uri"], data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 303


def test_a_token_taken_from_somebody_opens_nothing_in_another_browser(school, platform):
    asked = platform.login(school, requests.Session())
    stolen = platform.sign(platform.says(TEACHER) | {"nonce": asked["nonce"]})
    thief = requests.Session()
    form = {"id_token": stolen, "state": asked["state"]}
    assert thief.post(asked["redirect_uri"], data=form, timeout=10).status_code == 403
    own = platform.login(school, thief)
    form = {"id_token": stolen, "state": own["state"]}
    assert thief.post(asked["redirect_uri"], data=form, timeout=10).status_code == 403


@pytest.mark.parametrize("asked", [{}, {"iss": "https://elsewhere.example", "login_hint": "7"}])
def test_a_login_from_an_unknown_platform_goes_nowhere(school, asked):
    answer = requests.get(
        f"{school.url}/lti/login", params=asked, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Proto": "https,http"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
def test_what_a_browser_remembers_of_a_launch_works_in_a_frame_and_for_minutes(
    school, platform, said
):
    answer = requests.get(
        f"{school.url}/lti/login",
        params={"iss": platform.url, "login_hint": "7"},
        headers={"Host": "classpulse.example.org", **said},
        allow_redirects=False,
        timeout=10,
    )
    [redirect_uri] = parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"]
    assert redirect_uri == "https://classpulse.example.org/lti/launch"
    cookies = answer.raw.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=None", "Max-Age=300"} <= set(cookie.split("; "))


def test_a_class_that_launches_at_once_asks_for_the_keys_once(school, platform):
    before = platform.key_requests
    for _ in range(5):
        platform.launch(school, platform.says(STUDENT))
    assert platform.key_requests - before <= 1


def test_a_platform_whose_keys_cannot_be_had_lets_nobody_in(start_server):
    with a_platform() as platform:
        server = start_server(LTI_PLATFORMS=platform.setting)
        browser = requests.Session()
        asked = platform.login(server, browser)
    form = {"id_token": platform.sign(platform.says(TEACHER) | {"nonce": asked["nonce"]})}
    answer = browser.post(asked["redirect_uri"], data=form | asked, timeout=10)
    assert answer.status_code == 403


def course_of(launch):
    """The code of the course of a teacher's launch, and what opens it."""
    room = requests.get(launch.headers["Location"], timeout=10).text
    [code] = re.findall(r'data-course="([0-9A-Z]{6})"', room)
    return code, {"Authorization": f"Bearer {tokens_in(launch)[1]}"}


def test_a_place_is_a_course_whose_lessons_stand_together(school, platform, connect):
    first = platform.launch(school, platform.says(TEACHER, place="weekly"))
    code, bearer = course_of(first)
    teacher = connect(school, role="teacher", code=code_in(first), token=tokens_in(first)[0])
    teacher.send("end", {})
    teacher.wait_for("ended")
    renamed = {"resource_link": {"id": "weekly", "title": "Geometry"}, "custom": {"mode": "camera"}}
    second = platform.launch(school, platform.says(TEACHER, **renamed))
    lessons = requests.get(f"{school.url}/api/courses/{code}/lessons", headers=bearer, timeout=10)
    assert [(lesson["code"], lesson["title"], lesson["mode"]) for lesson in lessons.json()] == [
        (code_in(second), "Geometry", "camera"),
        (code_in(first), "Algebra, Monday", "self-report"),
    ]
    assert course_of(second)[0] == code


def test_students_who_come_first_and_at_once_wait_in_one_course(school, platform):
    def launch(_):
        return platform.launch(school, platform.says(STUDENT, place="before all"))

    with ThreadPoolExecutor(8) as pool:
        pages = {answer.headers["Location"] for answer in pool.map(launch, range(8))}
    assert len(pages) == 1
    opened = platform.launch(school, platform.says(TEACHER, place="before all"))
    assert f"/course/{course_of(opened)[0]}" in pages


def test_launches_are_no_openings_of_an_address(start_server, platform):
    school = start_server(LTI_PLATFORMS=platform.setting, CLASSES_PER_HOUR="1")
    for place in ("algebra", "geometry", "history"):
        assert platform.launch(school, platform.says(TEACHER, place=place)).status_code == 303


def test_a_deleted_course_leaves_no_trace_of_its_place(start_server, platform):
    school = start_server(LTI_PLATFORMS=platform.setting)
    launched = platform.launch(school, platform.says(TEACHER))
    code, bearer = course_of(launched)
    deleted = requests.delete(f"{school.url}/api/courses/{code}", headers=bearer, timeout=10)
    assert deleted.status_code == 204
    path = school.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        assert "Algebra" not in "\n".join(database.iterdump())
        assert database.execute("SELECT link FROM courses").fetchall() == []
    again = platform.launch(school, platform.says(TEACHER))
    assert course_of(again)[0] != code


def test_without_a_platform_there_is_nothing_to_launch(app):
    assert app.get("/lti/login").status_code == 404
