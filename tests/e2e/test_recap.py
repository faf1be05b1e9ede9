"""What stays with a student at the end: their own taps, and the teacher's notes where allowed."""

import json
import re

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.test_words import Network, enter_with, show_name

NOTE = "proof by induction"
BEGAN = 1_700_000_040  # by the students' clocks; divisible by 60


@pytest.fixture
def page_of(browser):
    """A student's page on a machine whose clock is far behind: a minute has just begun there."""

    def opened_page(opened):
        page = browser.new_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
        page.clock.install(time=BEGAN)
        page.goto(opened["join_url"])
        page.get_by_role("button", name="Join", exact=True).click()
        expect(page.locator("#status")).to_have_text("")
        return page

    return opened_page


def end(teacher, page):
    """After all that was tapped was taken in: what comes too late is refused, and taken back."""
    show_name(page, "Ada")
    teacher.wait_for("view", lambda view: view["named"])
    teacher.send("end", {})
    expect(page.get_by_role("heading", name="Goodbye")).to_be_focused()


def note(teacher, text=NOTE):
    teacher.send("marker", {"text": text})
    return teacher.wait_for("marker")


def rewrite(server, opened, marker, method, **changed):
    """Change or delete a note, as the teacher's pages do."""
    answer = requests.request(
        method,
        f"{server.url}/api/classes/{opened['code']}/markers/{json.dumps(marker['t'])}",
        headers={"Authorization": f"Bearer {opened['token']}"},
        timeout=10,
        **changed,
    )
    answer.raise_for_status()


def time_of(page, seconds):
    """As the page writes it."""
    return page.evaluate(
        """(seconds) => new Date(seconds * 1000).toLocaleTimeString(
          navigator.language, {hour: "2-digit", minute: "2-digit"})""",
        seconds,
    )


def test_a_student_keeps_what_they_tapped_beside_the_teachers_notes(server, page_of, teach):
    opened = server.open_class(mode="self-report", notes_for_students=True)
    teacher = teach(server, opened)
    note(teacher, "before anybody came")
    note(teacher)
    page = page_of(opened)
    page.get_by_role("button", name="I am lost").click()
    page.get_by_role("button", name="Just right").click()
    page.get_by_role("button", name="I am lost").click()
    page.get_by_role("button", name="I need help").click()
    note(teacher, "after that")
    end(teacher, page)
    recap = page.locator("#recap")
    expect(recap.get_by_role("heading", name="What you tapped")).to_be_visible()
    expect(recap).to_contain_text("Algebra")
    items = recap.locator("#recap-list > li")
    expect(items).to_have_count(2)
    expect(items.first).to_contain_text("“I am lost”")
    expect(items.last).to_contain_text("“I need help”")
    before = time_of(page, BEGAN - 1)  # by the student's own clock
    for item in (items.first, items.last):
        expect(item).to_contain_text(f"{before}, your teacher's note: {NOTE}")
        expect(item).not_to_contain_text("before anybody came")


def test_a_recap_has_notes_as_they_were_changed_later_and_none_that_was_deleted(
    server, page_of, teach
):
    opened = server.open_class(mode="self-report", notes_for_students=True)
    teacher = teach(server, opened)
    page = page_of(opened)
    page.get_by_role("button", name="I am lost").click()
    misspelt, wrong = note(teacher, "prof by induction"), note(teacher, "Ada was late")
    note(teacher, "")
    rewrite(server, opened, misspelt, "PUT", json={"text": NOTE})
    rewrite(server, opened, wrong, "DELETE")
    end(teacher, page)
    notes = page.locator("#recap-list > li li")
    expect(notes).to_have_text([re.compile(f"note: {NOTE}$"), re.compile("marked this moment$")])


def test_a_student_who_was_away_keeps_no_note_that_was_deleted_meanwhile(server, browser, teach):
    opened = server.open_class(mode="self-report", notes_for_students=True)
    teacher = teach(server, opened)
    page = browser.new_context().new_page()
    network = Network(page)
    only = note(teacher)
    enter_with(page, opened)
    page.get_by_role("button", name="I am lost").click()
    with network.away():
        rewrite(server, opened, only, "DELETE")
    end(teacher, page)
    expect(page.locator("#recap-list > li")).to_have_count(1)
    expect(page.locator("#recap-list li li")).to_have_count(0)


def test_a_recap_is_copied_as_lines_and_prints_alone(server, page_of, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = page_of(opened)
    page.get_by_role("button", name="I am lost").click()
    end(teacher, page)
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#recap-copied")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = [line for line in copied.splitlines() if line]
    assert lines[0].startswith("Algebra") and lines[1].endswith("“I am lost”") and len(lines) == 2
    page.evaluate("window.print = () => (window.printed = true)")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("printed")
    page.emulate_media(media="print")
    expect(page.get_by_text("“I am lost”")).to_be_visible()
    for text in ("Goodbye", "The class has ended", "To the first page", "Only this tab"):
        expect(page.get_by_text(text)).to_be_hidden()


@pytest.mark.parametrize("copies", [True, False])
def test_where_the_clipboard_is_refused_the_text_is_copied_otherwise_or_left_selected(
    server, page_of, teach, copies
):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = page_of(opened)
    page.get_by_role("button", name="I need help").click()
    end(teacher, page)
    page.evaluate("delete Navigator.prototype.clipboard")  # as without https
    if not copies:
        page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy").click()
    told = "Copied" if copies else "does not let this page copy"
    expect(page.locator("#recap-copied")).to_contain_text(told)
    assert "“I need help”" in page.evaluate("getSelection().toString()")


def test_whoever_tapped_nothing_of_the_kind_has_no_recap(server, page_of, teach):
    opened = server.open_class(mode="self-report", notes_for_students=True)
    teacher = teach(server, opened)
    note(teacher)
    page = page_of(opened)
    page.get_by_role("button", name="Just right").click()
    end(teacher, page)
    expect(page.locator("#recap")).to_be_hidden()


def test_a_recap_is_there_after_leaving_and_in_this_tab_when_the_class_is_over(
    server, page_of, teach
):
    opened = server.open_class(mode="self-report", notes_for_students=True)
    teacher = teach(server, opened)
    page = page_of(opened)
    note(teacher)
    page.get_by_role("button", name="I am lost").click()
    teacher.wait_for("view", lambda view: view["students"] == 1)
    page.get_by_role("button", name="Leave the class").click()
    expect(page.locator("#recap-list > li")).to_contain_text(["“I am lost”"])
    teacher.send("end", {})
    teacher.wait_for("ended")
    page.reload()
    expect(page.get_by_text("This class has ended")).to_be_visible()
    expect(page.locator("#recap-list > li")).to_contain_text([NOTE])
    another = page.context.new_page()
    another.goto(opened["join_url"])
    expect(another.get_by_text("This class has ended")).to_be_visible()
    expect(another.locator("#recap")).to_be_hidden()


def test_notes_of_the_time_without_a_connection_are_in_the_recap(server, browser, teach):
    opened = server.open_class(mode="self-report", notes_for_students=True)
    teacher = teach(server, opened)
    page = browser.new_context().new_page()
    network = Network(page)
    enter_with(page, opened)
    with network.away():
        note(teacher)
        page.get_by_role("button", name="I am lost").click()
    end(teacher, page)
    expect(page.locator("#recap-list > li")).to_contain_text([NOTE])


def test_a_teacher_allows_it_on_the_first_page_and_reads_it_in_the_room(server, browser):
    page = browser.new_context().new_page()
    page.goto(server.url)
    page.get_by_label("Title of the class").fill("Algebra")
    page.get_by_label("Own words only").check()
    page.get_by_text("More choices").click()
    page.get_by_label("Students get my notes").check()
    page.get_by_role("button", name="Start the class").click()
    page.get_by_role("button", name="Mark this moment").click()
    expect(page.get_by_text("Students read your notes at the end")).to_be_visible()
    assert about(server, page)["notes_for_students"] is True
    page.goto(server.url)
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Mark this moment").click()
    expect(page.get_by_text("Students read your notes at the end")).to_be_visible()
    page.goto(server.url)
    page.get_by_label("Title of the class").fill("Geometry")
    page.get_by_label("Own words only").check()
    page.get_by_role("button", name="Start the class").click()
    expect(page.locator("#headline")).to_have_text("Waiting for students")
    page.get_by_role("button", name="Mark this moment").click()
    expect(page.get_by_label("Add words")).to_be_visible()
    expect(page.get_by_text("Students read your notes at the end")).to_be_hidden()
    assert about(server, page)["notes_for_students"] is False


def about(server, page):
    """What the server says of the class whose room is open."""
    expect(page).to_have_url(re.compile(r"/room/\w+$"))  # which has no token any more
    code = page.url.rpartition("/")[2]
    token = page.evaluate(f"localStorage.getItem('classpulse.token.{code}')")
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{server.url}/api/classes/{code}", headers=headers, timeout=10).json()
