"""A course from week to week: students keep one link, its teacher finds the lessons together."""

import json
import re

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.conftest import end_class
from tests.e2e.test_report import BACKGROUND, bad

ROOM, LESSON = re.compile(r"/room/[0-9A-Z]{6}$"), re.compile(r"/c/[0-9A-Z]{6}$")


@pytest.fixture
def open_page(browser, troubles):
    """A page of a browser that begins without memories."""
    return lambda: troubles.watch(browser.new_context().new_page())


def make_course(page, server, title="Algebra"):
    """From the first page into the room of the first lesson."""
    page.goto(server.url)
    page.get_by_label("Title of the class").fill(title)
    page.locator("input[value=self-report]").check()
    page.get_by_label("It meets again").check()
    page.get_by_role("button", name="Start the class").click()
    expect(page).to_have_url(ROOM)
    expect(page.locator("#headline")).to_have_text("Waiting for students")


def end_lesson(page):
    end_class(page)
    expect(page.get_by_role("heading", name="Algebra")).to_be_visible()  # of the report
    page.get_by_role("link", name="All lessons of the course").click()
    expect(page.get_by_text("No lesson is running.")).to_be_visible()


def join(student, teacher):
    student.get_by_role("button", name="Join", exact=True).click()
    expect(teacher.locator("#students")).to_have_text("1")


def memory(page):
    return page.evaluate("JSON.stringify(localStorage)")


def test_students_keep_their_link_from_week_to_week(server, open_page, troubles):
    teacher, student = open_page(), open_page()
    make_course(teacher, server)
    link = teacher.get_by_label("Link for students").input_value()

    student.goto(link)
    expect(student).to_have_url(LESSON)
    join(student, teacher)
    end_lesson(teacher)
    student.get_by_role("link", name="Wait for the next lesson").click()
    expect(student.get_by_role("heading", name="Your class has not begun yet")).to_be_visible()
    expect(student).to_have_url(link)
    expect(student.get_by_role("main")).to_contain_text("Algebra")

    assert teacher.get_by_label("Link for students").input_value() == link
    expect(teacher.locator("#lesson-list li")).to_have_count(1)
    teacher.get_by_role("button", name="Start the lesson").click()
    expect(teacher).to_have_url(ROOM)
    assert teacher.get_by_label("Link for students").input_value() == link
    expect(student).to_have_url(LESSON)  # by itself
    join(student, teacher)
    seats = student.evaluate("""() => Object.entries(localStorage)
      .filter(([key]) => key.startsWith("classpulse.seat."))""")
    assert len(seats) == len({seat for _, seat in seats}) == 2

    end_lesson(teacher)
    lessons = teacher.locator("#lesson-list li")
    expect(lessons).to_have_count(2)
    expect(lessons.first).to_contain_text("up to 1 student")
    lessons.first.get_by_role("link", name="Report").click()
    expect(teacher.locator("#earlier tbody tr")).to_have_count(2)
    teacher.locator("#earlier tbody tr").last.get_by_role("link").click()  # with a key
    expect(teacher.locator("#when")).not_to_be_empty()
    teacher.get_by_role("link", name="All lessons of the course").click()
    expect(lessons).to_have_count(2)

    teacher.goto(server.url)
    expect(teacher.locator("#course-list li")).to_have_count(1)
    expect(teacher.locator("#my-classes")).to_be_hidden()  # lessons stand with their course
    assert troubles == []


def test_another_teacher_has_the_course_or_one_lesson_only(server, open_page, troubles):
    teacher, of_course, of_lesson = (open_page() for _ in range(3))
    make_course(teacher, server)
    first = teacher.url[-6:]
    join_link = teacher.get_by_label("Link for students").input_value()
    student = open_page()
    student.goto(join_link)
    join(student, teacher)
    end_lesson(teacher)
    teacher.get_by_role("button", name="Start the lesson").click()
    teacher.get_by_text("Let a second teacher in").click()
    lesson_link = teacher.get_by_label("Link for a second teacher").input_value()
    teacher.get_by_role("link", name="All lessons of the course").click()
    teacher.get_by_text("Let another teacher in").click()
    course_link = teacher.get_by_label("Link for another teacher").input_value()

    of_lesson.goto(lesson_link)
    expect(of_lesson.locator("#headline")).to_have_text("Waiting for students")
    expect(of_lesson.get_by_role("link", name="All lessons of the course")).to_be_hidden()
    of_lesson.goto(f"{server.url}/lessons/{join_link[-6:]}")
    expect(of_lesson.get_by_text("Only for the teacher")).to_be_visible()
    assert first not in memory(of_lesson)
    of_lesson.goto(server.url)
    expect(of_lesson.locator("#class-list li")).to_have_count(1)  # the lesson, as it has no course
    expect(of_lesson.locator("#my-courses")).to_be_hidden()

    of_course.goto(course_link)
    assert "#" not in of_course.url
    expect(of_course.locator("#lesson-list li")).to_have_count(2)
    of_course.locator("#lesson-list").get_by_role("link", name="Report").last.click()
    expect(of_course.locator("#when")).not_to_be_empty()
    of_course.goto(server.url)
    of_course.locator("#course-list").get_by_role("link", name="Open the room").click()
    expect(of_course).to_have_url(lesson_link.partition("#")[0])
    expect(of_course.locator("#headline")).to_have_text("Waiting for students")

    teacher.get_by_role("button", name="Make a new link").click()
    expect(teacher.get_by_text("This is the new link.")).to_be_visible()
    assert teacher.get_by_label("Link for another teacher").input_value() != course_link
    expect(of_course.get_by_text("was replaced by a new one")).to_be_visible()
    assert troubles == []
    of_course.goto(course_link)
    expect(of_course.get_by_text("key does not open this course")).to_be_visible()
    teacher.get_by_role("link", name="Open the room").first.click()  # with the new keys
    expect(teacher.locator("#headline")).to_have_text("Waiting for students")


def test_a_course_is_found_on_the_first_page_and_forgotten_there(server, open_page, troubles):
    page = open_page()
    make_course(page, server)
    page.get_by_role("link", name="All lessons of the course").click()
    page.goto(server.url)
    [row] = page.locator("#course-list li").all()
    expect(row).to_contain_text("Algebra running")
    row.get_by_role("link", name="Open the room").click()
    end_lesson(page)
    page.goto(server.url)
    row.get_by_role("button", name="Start the lesson").click()
    expect(page).to_have_url(ROOM)
    page.goto(server.url)
    row.get_by_role("button", name="Forget").click()
    page.get_by_role("button", name="Undo").click()
    row.get_by_role("link", name="Lessons and reports").click()
    expect(page.locator("#lesson-list li")).to_have_count(2)
    page.goto(server.url)
    row.get_by_role("button", name="Forget").click()
    page.reload()  # which makes it final
    expect(page.get_by_role("button", name="Start the class")).to_be_enabled()
    expect(page.locator("#my-courses")).to_be_hidden()
    assert set(json.loads(memory(page)).values()) == {"[]"}
    assert troubles == []


def test_a_course_is_made_and_found_where_the_browser_keeps_nothing(server, browser, troubles):
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw 0; } })")
    page = troubles.watch(context.new_page())
    make_course(page, server)
    end_lesson(page)
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_text("Nothing was recorded")).to_be_visible()
    assert troubles == []


def test_a_deleted_course_is_gone_for_everybody(server, open_page, troubles):
    teacher, student = open_page(), open_page()
    make_course(teacher, server)
    student.goto(teacher.get_by_label("Link for students").input_value())
    join(student, teacher)
    teacher.get_by_role("link", name="All lessons of the course").click()
    teacher.get_by_role("button", name="Delete the course").click()
    expect(teacher.get_by_role("button", name="Keep it")).to_be_focused()
    teacher.get_by_role("button", name="Keep it").click()
    expect(teacher.locator("#lesson-list li")).to_have_count(1)
    teacher.get_by_role("button", name="Delete the course").click()
    delete = teacher.get_by_role("button", name="Delete it")
    assert delete.evaluate(BACKGROUND) == bad(teacher)
    delete.click()
    expect(teacher.get_by_text("Everything about this course")).to_be_visible()
    expect(student.get_by_role("heading", name="Goodbye")).to_be_visible()
    assert set(json.loads(memory(teacher)).values()) == {"[]"}
    assert troubles == []
    student.get_by_role("link", name="Wait for the next lesson").click()
    expect(student.get_by_text("There is no class with this code")).to_be_visible()


def test_whoever_waits_is_taken_in_after_whatever_went_wrong(start_server, browser):
    server = start_server()
    course = server.open_course()
    page = browser.new_context().new_page()
    page.goto(course["join_url"])
    page.evaluate("document.body.dataset.same = 'page'")
    server.kill()
    page.evaluate("dispatchEvent(new Event('online'))")  # as after a sleep: it tries at once
    expect(page.locator("#status")).to_contain_text("This page keeps trying")
    server.start()
    expect(page.locator("#status")).to_be_empty()  # by itself
    expect(page.locator("[data-same]")).to_have_count(1)  # was not loaded again
    lesson = server.start_lesson(course)
    expect(page).to_have_url(f"{server.url}/c/{lesson['code']}")


def test_whoever_waits_for_a_course_that_is_deleted_is_told_and_asks_no_more(server, browser):
    course = server.open_course()
    page = browser.new_context().new_page()
    page.goto(course["join_url"])
    bearer = {"Authorization": f"Bearer {course['token']}"}
    address = f"{server.url}/api/courses/{course['code']}"
    assert requests.delete(address, headers=bearer, timeout=10).status_code == 204
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text("There is no class with this code")).to_be_visible()


def test_a_problem_is_said_where_a_lesson_does_not_start(start_server, open_page):
    server, page = start_server(CLASSES_PER_HOUR="2"), open_page()
    make_course(page, server)
    end_lesson(page)
    page.get_by_role("button", name="Start the lesson").click()
    expect(page.get_by_role("alert")).to_contain_text("Too many classes were opened")
    expect(page.get_by_role("button", name="Start the lesson")).to_be_enabled()
    page.goto(server.url)
    page.locator("#course-list").get_by_role("button", name="Start the lesson").click()
    expect(page.locator("#courses-problem")).to_contain_text("Too many classes were opened")
