"""A visitor tries Classpulse out: a class of made-up students, marked as such wherever it is."""

import time
from contextlib import closing

import pytest
from playwright.sync_api import expect

from server.access.tokens import Tokens
from server.app import TRYOUTS_AN_HOUR
from server.domain.session import ClassSession
from server.storage.store import ClassStore
from tests.live_server import SECRET_KEY


@pytest.fixture
def visit(server, browser, troubles):
    """Open a page in a browser context of its own."""

    def page(address="", **context):
        page = troubles.watch(browser.new_context(**context).new_page())
        page.goto(f"{server.url}/{address}")
        return page

    return page


def try_out(page):
    page.get_by_role("button", name="Try it with a simulated class").click()
    expect(page.locator("#students")).to_have_text("30")


def room_of(server, code, age):
    """The address of the room of a try-out class that was opened so many seconds ago."""
    opened_at = time.time() - age
    session = ClassSession(code, "Try-out class", "camera", 5, opened_at, simulated=True)
    with closing(ClassStore(server.settings["DATABASE_URL"])) as store:
        store.add_class(session)
    return f"room/{code}#{Tokens(SECRET_KEY).teacher(session)}"


def test_one_button_leads_to_a_room_that_moves(visit, troubles):
    page = visit()
    try_out(page)
    expect(page.locator("#headline")).to_have_text("With you")
    expect(page.locator("#seen")).to_have_text("30")
    expect(page.locator("#named")).to_contain_text("Ben looks")
    shares = page.locator("#shares").text_content()
    expect(page.locator("#shares")).not_to_have_text(shares)
    expect(page.locator("#hands .who")).to_have_text("Somebody")
    page.get_by_role("button", name="Seen: Somebody").click()
    expect(page.locator("#hands-card")).to_be_hidden()
    page.get_by_role("button", name="Ask “Got it?”").click()
    expect(page.locator("#answers")).to_contain_text("Yes")
    assert troubles == []


def test_the_class_gets_lost_and_is_with_its_teacher_again(server, visit, troubles):
    calm = visit(room_of(server, "CAMLST", age=175))
    lost = visit(room_of(server, "LSTCAM", age=275))
    expect(calm.locator("#headline")).to_have_text("Too fast for some")
    expect(lost.locator("#headline")).to_have_text("Many are lost")
    expect(lost.locator("#glance")).to_have_attribute("data-level", "bad")
    expect(calm.locator("#headline")).to_have_text("Many are lost")
    expect(calm.get_by_role("button", name="Seen: Ada")).to_be_visible()
    expect(lost.locator("#headline")).to_have_text("With you")
    assert troubles == []


def test_a_visitor_sees_what_students_see_and_is_told_that_it_does_not_count(visit, troubles):
    room = visit()
    try_out(room)
    with room.expect_popup() as opened:
        room.get_by_role("link", name="See what students see").click()
    student = troubles.watch(opened.value)
    told = student.get_by_text("Nothing you do here is counted.")
    expect(told).to_be_visible()
    expect(student.locator("header .simulated")).to_have_text("Simulated")
    student.get_by_role("button", name="Join without a camera").click()
    expect(told).to_be_visible()
    expect(student.locator("#in-class")).to_have_text("You are in the class")
    student.get_by_role("button", name="Too slow").click()
    expect(student.get_by_role("button", name="Too slow")).to_have_attribute("aria-pressed", "true")
    expect(student.locator("#last-sent")).to_contain_text("speed_up")
    room.bring_to_front()
    expect(room.locator("#hands .who")).to_have_text("Somebody")  # half a minute later
    expect(room.locator("#students")).to_have_text("30")
    expect(room.locator("#pace li", has_text="too slow").locator(".value")).to_have_text("0")
    assert troubles == []


def test_it_is_marked_as_simulated_wherever_a_teacher_meets_it(visit, troubles):
    page = visit()
    try_out(page)
    expect(page.locator("header .simulated")).to_have_text("Simulated")
    with page.expect_popup() as window:
        page.get_by_text("While you present").click()
        page.get_by_role("button", name="Keep the class in front of the slides").click()
    expect(window.value.locator(".simulated")).to_have_text("Simulated")
    page.get_by_role("button", name="Bring it back").click()
    page.get_by_role("link", name="Report so far").click()
    expect(page.locator("#report h1")).to_contain_text("Simulated")
    expect(page.locator("#kept")).to_contain_text("a day after it was opened")
    page.get_by_role("link", name="Classpulse").click()
    row = page.locator("#class-list li")
    expect(row).to_contain_text("simulated students")
    first = row.locator(".code").text_content()
    row.get_by_role("button", name="Simulate again").click()
    expect(page.locator("#students")).to_have_text("30")
    assert first not in page.url
    assert troubles == []


def test_who_may_open_no_more_classes_is_told(start_server, browser):
    server, page = start_server(), browser.new_page()
    page.goto(server.url)
    # From the browser's own address, which may be another one of this machine than Python's.
    opening = "async (most) => { while (most--) await fetch('/api/tryout', { method: 'POST' }) }"
    page.evaluate(opening, TRYOUTS_AN_HOUR)
    button = page.get_by_role("button", name="Try it with a simulated class")
    button.click()
    expect(page.locator("#try-problem")).to_contain_text("Too many classes")
    expect(button).to_be_enabled()


@pytest.mark.parametrize("width", [360, 455, 1280])
def test_an_empty_room_says_in_one_sentence_what_will_be_there(server, visit, troubles, width):
    opened = server.open_class()
    address = opened["room_url"].removeprefix(f"{server.url}/")
    room = visit(address, viewport={"width": width, "height": 640})
    expect(room.locator("#detail")).to_have_text(
        "Students join with the link or the code: what they say and how the class looks will be "
        "here."
    )
    for card in ("#said-card", "#looks-card", "#over-time"):
        expect(room.locator(card)).to_be_hidden()
    expect(room.locator("#live")).not_to_contain_text("–", use_inner_text=True)
    report = visit(f"report/{opened['code']}#{opened['token']}")
    expect(report.locator("#nothing-yet")).to_be_visible()
    for card in ("#recorded", "#about", "#keep"):
        expect(report.locator(card)).to_be_hidden()
    assert troubles == []


def test_what_was_empty_is_there_as_soon_as_somebody_comes_and_stays(server, visit, join, troubles):
    opened = server.open_class()
    room = visit(opened["room_url"].removeprefix(f"{server.url}/"))
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    student = join(server, opened["code"])
    for card in ("#said-card", "#looks-card", "#over-time"):
        expect(room.locator(card)).to_be_visible()
    expect(room.locator("#timeline canvas").first).to_be_visible()
    student.leave()
    expect(room.locator("#said-card")).to_be_hidden()
    assert troubles == []


def test_a_room_without_its_key_says_where_the_link_is(server, visit):
    opened = server.open_class()
    page = visit(f"room/{opened['code']}")
    expect(page.locator("#over-reason")).to_contain_text("under “Let a second teacher in”")
