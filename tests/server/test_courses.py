"""One link for a course: it waits, leads into the lesson that runs, and keeps reports together."""

import sqlite3
from contextlib import closing

import pytest

from server.classroom.service import DAY, LESSON_IDLE, LESSONS, UNUSED
from server.domain.timeline import POINT_SECONDS


@pytest.fixture
def course(app):
    return app.open_course()


def of_course(app, course, path="", method="GET"):
    return app.as_teacher(course, f"/api/courses/{course['code']}{path}", method)


def end(app, lesson):
    teacher = app.teach(lesson)
    teacher.send("end", {})
    teacher.wait_for("ended")


def where(app, course):
    """Where the students' link leads: None while it waits."""
    answer = app.get(f"/course/{course['code']}")
    if answer.status_code == 302:
        return answer.headers["Location"]
    assert answer.status_code == 200 and "has not begun yet" in answer.text
    return None


def test_a_course_has_a_link_for_students_and_a_page_for_its_teacher(app):
    course = app.open_course("Algebra", "camera", min_students=7, notes_for_students=True, qna=True)
    assert course["join_url"] == f"{app.url}/course/{course['code']}"
    assert course["course_url"] == f"{app.url}/lessons/{course['code']}#{course['token']}"
    about = of_course(app, course).json
    assert about.pop("created_at") == app.now
    assert about == {
        "code": course["code"],
        "title": "Algebra",
        "mode": "camera",
        "min_students": 7,
        "notes_for_students": True,
        "qna": True,
        "join_url": course["join_url"],
        "lesson": None,
    }
    lesson = app.start_lesson(course)
    session = app.as_teacher(lesson, f"/api/classes/{lesson['code']}").json
    assert session["course"] == course["code"]
    for name in ("title", "mode", "min_students", "notes_for_students", "qna"):
        assert session[name] == about[name]


def test_what_is_no_class_is_no_course(app):
    answer = app.post("/api/courses", json={"title": "", "mode": "camera"})
    assert answer.status_code == 400 and "title" in answer.json["error"]


def test_the_link_stays_while_lessons_come_and_go(app, course):
    assert where(app, course) is None
    first = app.start_lesson(course)
    assert first["join_url"] == course["join_url"]
    assert where(app, course) == f"/c/{first['code']}"
    student = app.join(first["code"])
    end(app, first)
    student.wait_for("ended")
    assert where(app, course) is None
    assert f"/course/{course['code']}" in app.get(f"/c/{first['code']}").text  # the way on
    second = app.start_lesson(course)
    assert where(app, course) == f"/c/{second['code']}" != f"/c/{first['code']}"
    # Nobody is followed: a seat of the first lesson is none in the second.
    again = app.join(second["code"], seat=student.welcome["seat"])
    assert again.welcome["seat"] != student.welcome["seat"]


def test_a_lesson_that_runs_is_not_started_again(app, course):
    first, second = (of_course(app, course, "/lessons", "POST") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["code"] == second.json["code"]
    running = of_course(app, course).json["lesson"]
    assert running["code"] == first.json["code"]
    app.teach(running).wait_for("view")


def test_its_code_and_its_pictures_are_of_the_link_that_stays(app, course):
    lesson = app.start_lesson(course)
    for typed in (course["code"], course["code"].lower()):
        answer = app.get(f"/join?code={typed}")
        assert answer.headers["Location"] == f"/course/{course['code']}"
    assert app.get(f"/join?code={lesson['code']}").headers["Location"] == f"/c/{lesson['code']}"
    pictures = (f"/course/{course['code']}/qr.svg", f"/c/{lesson['code']}/qr.svg")
    assert len({app.get(path).data for path in pictures}) == 1
    room = app.get(f"/room/{lesson['code']}").text
    assert course["join_url"] in room and f">{course['code']}<" in room


def test_a_class_is_no_course_and_a_course_no_class(app, course):
    opened = app.open_class()
    for path in (f"/course/{opened['code']}", f"/lessons/{opened['code']}", f"/c/{course['code']}"):
        answer = app.get(path)
        assert answer.status_code == 404 and "with this code" in answer.text
    assert app.as_teacher(course, f"/api/classes/{course['code']}").status_code == 404
    assert app.as_teacher(opened, f"/api/courses/{opened['code']}").status_code == 404
    assert "no class" in app.connect(role="student", code=course["code"]).refused


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/lessons"), ("POST", "/lessons"), ("POST", "/token"), ("DELETE", "")],
)
def test_only_the_courses_own_key_opens_it(app, course, method, path):
    lesson, other = app.start_lesson(course), app.open_course()
    for wrong in (lesson, other):
        stolen = course | {"token": wrong["token"]}
        assert of_course(app, stolen, path, method).status_code == 403
    address = f"/api/courses/{course['code']}{path}"
    assert app.browser.open(address, method=method).status_code == 401
    assert of_course(app, course).json["lesson"]["code"] == lesson["code"]


def test_the_lessons_stand_together_with_what_their_reports_say(app):
    course = app.open_course(min_students=3)
    first = app.start_lesson(course)
    for _ in range(4):
        app.join(first["code"]).send("pace", {"value": "lost"})
    teacher = app.teach(first)
    teacher.wait_for("point", lambda point: point["pace"] and point["pace"]["lost"] == 4)
    teacher.send("marker", {"text": "recursion"})
    end(app, first)
    second = app.start_lesson(course)
    newest, oldest = of_course(app, course, "/lessons").json
    assert (newest["code"], newest["ended"], newest["students"]) == (second["code"], None, None)
    report = app.as_teacher(oldest, f"/report/{first['code']}.json").json
    told = {name: value for name, value in oldest.items() if name in report}
    assert told == {name: report[name] for name in told}
    assert told["students"]["most"] == 4 and told["moments"][0]["kind"] == "lost"
    assert "points" not in told


def test_older_lessons_come_after_the_newest(app, course):
    codes = []
    for _ in range(LESSONS + 1):
        lesson = app.start_lesson(course)
        codes.insert(0, lesson["code"])
        end(app, lesson)
        app.now += POINT_SECONDS
    newest = of_course(app, course, "/lessons").json
    assert [lesson["code"] for lesson in newest] == codes[:LESSONS]
    [oldest] = of_course(app, course, f"/lessons?before={newest[-1]['created_at']}").json
    assert oldest["code"] == codes[-1]


def test_a_new_link_of_a_course_ends_the_old_one_and_those_of_its_lessons(app, course):
    lesson = app.start_lesson(course)
    teacher = app.teach(lesson)
    teacher.wait_for("view")
    new = of_course(app, course, "/token", "POST").json
    assert new["course_url"].endswith(f"#{new['token']}")
    app.tick()
    assert teacher.closed
    assert of_course(app, course).json["error"] == "This teacher's link was replaced by a new one."
    old = {"role": "teacher", "code": lesson["code"], "token": lesson["token"]}
    assert "replaced" in app.connect(**old).refused
    app.teach(of_course(app, course | new).json["lesson"]).wait_for("view")


def test_a_deleted_course_is_gone_with_all_its_lessons(app, course):
    first = app.start_lesson(course)
    end(app, first)
    second = app.start_lesson(course)
    student = app.join(second["code"])
    assert of_course(app, course, method="DELETE").status_code == 204
    student.wait_for("ended")
    for path in (f"/course/{course['code']}", f"/c/{first['code']}", f"/c/{second['code']}"):
        assert app.get(path).status_code == 404
    assert of_course(app, course).status_code == 404
    path = app.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        assert "Algebra" not in "\n".join(database.iterdump())


def test_where_nothing_of_a_lesson_is_kept_the_link_stays(start_app):
    app = start_app(retention_days=0)
    course = app.open_course()
    end(app, app.start_lesson(course))
    app.tick()
    assert of_course(app, course, "/lessons").json == []
    assert where(app, course) is None
    lesson = app.start_lesson(course)
    assert where(app, course) == f"/c/{lesson['code']}"


def test_a_course_is_kept_for_a_year_after_its_last_lesson(app, course):
    app.now += UNUSED - DAY
    lesson = app.start_lesson(course)
    app.server.classroom.end(lesson["code"], app.now)
    app.tick()
    app.now += UNUSED - DAY
    app.server.classroom.sweep(app.now)
    assert app.get(f"/c/{lesson['code']}").status_code == 404
    assert where(app, course) is None
    app.now += 2 * DAY
    app.server.classroom.sweep(app.now)
    assert app.get(f"/course/{course['code']}").status_code == 404


def test_a_lesson_that_nobody_ends_is_over_before_the_next_days(app, course):
    lesson = app.start_lesson(course)
    app.teach(lesson)  # whose page stays open
    student = app.join(lesson["code"])
    for _ in range(2):
        app.now += POINT_SECONDS
        app.tick()
    student.leave()
    app.server.classroom.save()
    app.now += LESSON_IDLE - DAY / 24
    app.server.classroom.sweep(app.now)
    assert where(app, course) == f"/c/{lesson['code']}"
    app.now += DAY / 12
    app.server.classroom.sweep(app.now)
    assert where(app, course) is None
    assert app.start_lesson(course)["code"] != lesson["code"]


def test_courses_and_their_lessons_are_openings_of_an_address(start_app):
    app = start_app(classes_per_hour=2)
    course = app.open_course()
    lesson = app.start_lesson(course)
    refused = app.post("/api/courses", json={"title": "Algebra", "mode": "camera"})
    assert refused.status_code == 429 and "Too many classes" in refused.json["error"]
    # Whoever asks for the lesson that runs opens nothing.
    assert of_course(app, course, "/lessons", "POST").json["code"] == lesson["code"]
    app.server.classroom.end(lesson["code"], app.now)
    assert of_course(app, course, "/lessons", "POST").status_code == 429


def test_a_server_without_cameras_starts_lessons_without_them(start_app):
    before = start_app()
    course = before.open_course(mode="camera")
    app = start_app(sensing="self-report", database_url=before.settings.database_url)
    lesson = app.start_lesson(course)
    assert 'data-mode="self-report"' in app.get(f"/room/{lesson['code']}").text
    assert of_course(app, course).json["mode"] == "self-report"
