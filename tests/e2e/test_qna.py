"""Questions that students write: the teacher gets them without a name, and shows them to all."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_accessibility import AXE, FIND, SIZES
from tests.e2e.test_words import Network, enter_with

QUESTION = "Why does the recursion end?"
UNDO_MILLISECONDS = 10_000


@pytest.fixture
def opened(server):
    return server.open_class(mode="self-report", qna=True, min_students=3)


@pytest.fixture
def room(opened, browser, troubles):
    page = troubles.watch(browser.new_context().new_page())
    page.clock.install()
    page.goto(opened["room_url"])
    expect(page.locator("#headline")).to_have_text("Waiting for students")
    return page


def enter(browser, opened):
    return connected(enter_with(browser.new_context().new_page(), opened))


def connected(page):
    expect(page.get_by_role("heading", name="You are in the class")).to_be_visible()
    return page


def write(page, text=QUESTION):
    page.get_by_label("Your question").fill(text)
    page.get_by_role("button", name="Send").click()


def said(page):
    return page.locator("#post-said")


def asked(page):
    return page.locator("#posts .text")


def me_too(page, question=QUESTION):
    return page.get_by_role("button", name=f"Me too: {question}")


def release(room, question=QUESTION):
    room.get_by_role("button", name=f"Show to all: {question}").click()


def answered(room, question=QUESTION):
    room.get_by_role("button", name=f"Answered: {question}").click()


def test_a_question_goes_to_the_teacher_and_to_all_once_it_is_shown(
    browser, opened, room, troubles
):
    writer, other = enter(browser, opened), troubles.watch(enter(browser, opened))
    troubles.watch(writer)
    expect(writer.get_by_label("Your question")).to_have_accessible_description(
        re.compile("without your name. What you write may tell who you are.$")
    )
    expect(room.get_by_role("heading", name="Questions from students")).to_be_hidden()
    write(writer)
    expect(said(writer)).to_have_text("Sent to your teacher.")
    expect(writer.get_by_label("Your question")).to_have_value("")
    expect(room.get_by_role("heading", name="Questions from students 1")).to_be_visible()
    expect(asked(room)).to_have_text([QUESTION])
    for page in (writer, other):
        expect(page.get_by_text("What your teacher shows to all")).to_be_hidden()
    release(room)
    for page in (writer, other):  # to whoever wrote it, it looks as to anybody
        expect(asked(page)).to_have_text([QUESTION])
        expect(me_too(page)).to_have_attribute("aria-pressed", "false")
    expect(room.get_by_text("All see it.")).to_be_visible()
    expect(room.get_by_role("button", name="Show to all")).to_be_hidden()
    late = enter(browser, opened)
    expect(asked(late)).to_have_text([QUESTION])
    answered(room)
    expect(asked(room)).to_have_count(0)
    room.clock.fast_forward(UNDO_MILLISECONDS)
    for page in (writer, other, late):
        expect(page.get_by_text("What your teacher shows to all")).to_be_hidden()
    assert troubles == []


def test_me_too_is_counted_once_enough_say_so_and_the_most_wanted_stands_first(
    browser, opened, room
):
    pages = [enter(browser, opened) for _ in range(3)]
    for text in ("One?", "Two?", "Three?"):
        write(pages[0], text)
        expect(asked(room).last).to_have_text(text)
    for text in ("One?", "Two?"):
        release(room, text)
        expect(asked(pages[0]).last).to_have_text(text)
    for page in pages[:2]:
        me_too(page, "Two?").click()
        expect(me_too(page, "Two?")).to_have_attribute("aria-pressed", "true")
    expect(room.get_by_text("All see it. Me too: a few at most")).to_have_count(2)
    me_too(pages[2], "Two?").click()
    expect(room.get_by_text("All see it. Me too: 3")).to_be_visible()
    expect(asked(room)).to_have_text(["Three?", "Two?", "One?"])
    # On students' pages nothing moves under the finger.
    expect(pages[2].locator("#posts .seconded")).to_have_text(["a few at most", "3"])
    expect(asked(pages[2])).to_have_text(["One?", "Two?"])
    # After a reload the page knows what it said, so that one tap takes it back.
    pages[2].reload()
    connected(enter_with(pages[2], opened))
    expect(me_too(pages[2], "Two?")).to_have_attribute("aria-pressed", "true")
    me_too(pages[2], "Two?").click()
    expect(room.get_by_text("All see it. Me too: a few at most")).to_have_count(2)


def test_what_is_answered_can_be_undone_for_ten_seconds(browser, opened, room):
    page = enter(browser, opened)
    write(page)
    release(room)
    expect(asked(page)).to_have_text([QUESTION])
    answered(room)
    expect(room.get_by_text("Question answered.")).to_be_visible()
    expect(room.locator("#posts-card")).to_be_hidden()
    room.get_by_role("button", name="Undo").click()
    expect(asked(room)).to_have_text([QUESTION])
    room.clock.fast_forward(UNDO_MILLISECONDS)
    expect(asked(page)).to_have_text([QUESTION])


def test_all_questions_are_answered_with_one_tap_and_those_that_come_since_stay(
    browser, opened, room, troubles
):
    page = enter(browser, opened)
    all_answered = room.get_by_role("button", name="All answered")
    write(page, "One?")
    expect(asked(room)).to_have_text(["One?"])
    expect(all_answered).to_be_hidden()
    write(page, "Two?")
    expect(asked(room)).to_have_text(["One?", "Two?"])
    release(room, "One?")
    expect(asked(page)).to_have_text(["One?"])
    all_answered.click()
    expect(room.get_by_text("All questions answered.")).to_be_visible()
    expect(room.locator("#posts-card")).to_be_hidden()
    room.get_by_role("button", name="Undo").click()
    expect(asked(room)).to_have_text(["Two?", "One?"])
    room.clock.fast_forward(UNDO_MILLISECONDS)
    # What is undone by itself goes with all of them.
    answered(room, "Two?")
    expect(asked(room)).to_have_text(["One?"])
    write(page, "Three?")
    expect(asked(room)).to_have_text(["Three?", "One?"])
    all_answered.click()
    room.get_by_role("button", name="Undo").first.click()
    expect(asked(room)).to_have_count(0)
    write(enter(browser, opened), "Four?")
    expect(asked(room)).to_have_text(["Four?"])
    expect(asked(page)).to_have_text(["One?"])
    room.clock.fast_forward(UNDO_MILLISECONDS)
    expect(page.get_by_text("What your teacher shows to all")).to_be_hidden()
    colleague = browser.new_context().new_page()
    colleague.goto(opened["room_url"])
    for each in (room, colleague):
        expect(asked(each)).to_have_text(["Four?"])
        expect(each.get_by_role("button", name="All answered")).to_be_hidden()
    assert troubles == []


def test_a_refusal_says_why_and_keeps_what_was_typed(browser, opened):
    page = enter(browser, opened)
    for number in range(3):
        write(page, f"{number}?")
        expect(page.get_by_label("Your question")).to_have_value("")
    write(page)
    expect(said(page)).to_have_text(
        "That was not taken in: You have just sent several questions. Please wait a while."
    )
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)


def test_without_a_connection_nothing_is_lost_unnoticed(browser, opened, teach, server):
    teacher = teach(server, opened)
    page = browser.new_context().new_page()
    network = Network(page)
    connected(enter_with(page, opened))
    write(page, "One?")
    [post] = teacher.wait_for("posts", lambda told: told["posts"])["posts"]
    teacher.send("release", {"id": post["id"]})
    others = [enter(browser, opened) for _ in range(2)]
    for other in others:
        me_too(other, "One?").click()
    with network.away():
        write(page)
        expect(said(page)).to_contain_text("There is no connection.")
        expect(page.get_by_label("Your question")).to_have_value(QUESTION)
        me_too(page, "One?").click()
    # "Me too" is told again by itself.
    teacher.wait_for("posts", lambda told: told["posts"][0]["seconded"] == 3)
    page.get_by_role("button", name="Send").click()
    expect(said(page)).to_have_text("Sent to your teacher.")


def test_the_focus_stays_where_it_was_while_questions_come_and_go(browser, opened, room):
    page = enter(browser, opened)
    for text in ("One?", "Two?"):
        write(page, text)
        expect(asked(room).last).to_have_text(text)
    release = room.get_by_role("button", name="Show to all: One?")
    release.focus()
    room.keyboard.press("Enter")
    expect(room.get_by_role("button", name="Answered: One?")).to_be_focused()
    room.keyboard.press("Enter")
    expect(room.get_by_role("button", name="Show to all: Two?")).to_be_focused()
    me_too(page, "One?").focus()
    release = room.get_by_role("button", name="Show to all: Two?")
    release.click()
    expect(asked(page)).to_have_text(["One?", "Two?"])
    expect(me_too(page, "One?")).to_be_focused()


def test_a_class_takes_no_questions_unless_its_teacher_says_so(server, browser):
    page = browser.new_page()
    for label, count in (("Students can write questions", 1), ("Students get my notes", 0)):
        page.goto(server.url)
        page.get_by_label("Title of the class").fill("Algebra")
        page.get_by_label("Own words only").check()
        page.get_by_text("More choices").click()
        page.get_by_label(label).check()
        page.get_by_role("button", name="Start the class").click()
        expect(page.locator("#headline")).to_have_text("Waiting for students")
        student = browser.new_context().new_page()
        student.goto(page.get_by_label("Link for students").input_value())
        expect(student.get_by_text("You can also write questions")).to_have_count(count)
        student.get_by_role("button", name="Join", exact=True).click()
        expect(student.get_by_label("Your question")).to_have_count(count)
    # Started again, it is as it was.
    page.goto(server.url)
    page.get_by_role("button", name="Start again").last.click()
    expect(page.locator("body[data-qna]")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_about_questions_at_any_size(browser, opened, scheme):
    room = browser.new_context(color_scheme=scheme).new_page()
    room.goto(opened["room_url"])
    page = browser.new_context(color_scheme=scheme).new_page()
    connected(enter_with(page, opened))
    for text in (QUESTION, "x" * 200):
        write(page, text)
        expect(asked(room).last).to_have_text(text)
    release(room)
    me_too(page).click()
    expect(room.get_by_text("All see it.")).to_be_visible()
    for each in (room, page):
        each.evaluate(AXE.read_text())
        for name, (width, height) in {**SIZES, "narrow": (360, 740)}.items():
            each.set_viewport_size({"width": width, "height": height})
            assert each.evaluate(FIND) == [], name
            assert each.evaluate("document.documentElement.scrollWidth") <= width, name
