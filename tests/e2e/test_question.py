"""A question to the class, on a student's page: asked, answered with one tap, and over."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.test_accessibility import AXE, FIND, SIZES
from tests.e2e.test_words import Network, enter, enter_with, pressed, show_name

ASKED = "Your teacher asks: Got it?"
THANKS = "Thank you: your answer was counted."
OTHERS = 4  # with the student on the page as many as have to be here


@pytest.fixture
def opened(server):
    return server.open_class(mode="self-report")


@pytest.fixture
def teacher(server, opened, teach):
    return teach(server, opened)


@pytest.fixture
def others(server, opened, join):
    return [join(server, opened["code"]) for _ in range(OTHERS)]


def ask(teacher, question="got_it"):
    teacher.send("ask", {"question": question})


def all_answer(others, value="yes"):
    for student in others:
        asked = student.wait_for("question", lambda told: told["question"])["question"]
        student.send("answer", {"to": asked["id"], "value": value})


def counted(teacher, yes=0, so_so=0, not_yet=0):
    """Wait until the teacher sees so many answers."""
    answers = {"yes": yes, "so_so": so_so, "not_yet": not_yet}
    teacher.wait_for("view", lambda view: view["asked"] and view["asked"]["answers"] == answers)


def answer(page, name):
    page.get_by_role("button", name=name).click()


def test_an_answer_reaches_the_teacher_and_can_be_changed_while_the_question_is_open(
    browser, opened, teacher, others, troubles
):
    page = enter(browser, opened)
    troubles.watch(page)
    expect(page.get_by_role("button", name="Not yet")).to_be_hidden()
    ask(teacher)
    question = page.get_by_role("group", name=ASKED)
    expect(question.get_by_role("button")).to_have_text(["Yes", "So-so", "Not yet"])
    expect(page.get_by_text("how many answered what, not who")).to_be_visible()
    all_answer(others)
    answer(page, "Not yet")
    expect(pressed(page, "Not yet")).to_be_visible()
    counted(teacher, yes=4, not_yet=1)
    answer(page, "So-so")
    expect(question.get_by_role("button", pressed=True)).to_have_text("So-so")
    counted(teacher, yes=4, so_so=1)
    ask(teacher, None)
    expect(question).to_be_hidden()
    expect(page.locator("#said")).to_have_text(THANKS)
    answer(page, "Just right")
    expect(page.locator("#said")).to_be_hidden()
    assert troubles == []


def test_an_answer_that_is_taken_back_is_not_counted_nor_thanked_for(
    browser, opened, teacher, others
):
    page = enter(browser, opened)
    ask(teacher)
    all_answer(others)
    answer(page, "Yes")
    counted(teacher, yes=5)
    answer(page, "Yes")
    expect(pressed(page, "Yes")).to_be_hidden()
    teacher.wait_for("view", lambda view: view["asked"]["answers"] is None)
    ask(teacher, None)
    expect(page.get_by_role("button", name="Yes")).to_be_hidden()
    expect(page.locator("#said")).to_have_text("")


def test_the_next_question_has_no_answer_yet(browser, opened, teacher, others):
    page = enter(browser, opened)
    ask(teacher)
    answer(page, "Yes")
    expect(pressed(page, "Yes")).to_be_visible()
    ask(teacher, "done")
    expect(page.get_by_role("group", name="Your teacher asks: Done?")).to_be_visible()
    expect(page.get_by_role("button", name="Yes", pressed=False)).to_be_visible()
    for student in others:
        student.wait_for("question")
    all_answer(others, "so_so")
    answer(page, "Not yet")
    counted(teacher, so_so=4, not_yet=1)


def test_who_comes_while_a_question_is_open_can_answer_it(browser, opened, teacher, others):
    ask(teacher)
    all_answer(others)
    page = enter(browser, opened)
    answer(page, "Yes")
    counted(teacher, yes=5)


def test_what_was_answered_without_a_connection_is_said_after_it(browser, opened, teacher, others):
    page = browser.new_context().new_page()
    network = Network(page)
    enter_with(page, opened)
    ask(teacher)
    all_answer(others)
    answer(page, "So-so")
    counted(teacher, yes=4, so_so=1)
    with network.away():
        answer(page, "Not yet")
    counted(teacher, yes=4, not_yet=1)
    expect(pressed(page, "Not yet")).to_be_visible()


def test_an_answer_is_dropped_with_its_question_while_the_student_was_away(
    browser, opened, teacher
):
    page = browser.new_context().new_page()
    network = Network(page)
    enter_with(page, opened)
    ask(teacher)
    answer(page, "Yes")
    with network.away():
        ask(teacher)  # the same again, which is another one
        answer(page, "Not yet")
    expect(page.get_by_role("button", name="Not yet", pressed=False)).to_be_visible()
    with network.away():
        ask(teacher, None)
    expect(page.get_by_role("group", name=ASKED)).to_be_hidden()


def test_a_question_goes_by_itself_when_its_time_is_over(browser, opened, teacher):
    """The time is changed on its way: nobody waits for a minute."""

    def between(page_side):
        server_side = page_side.connect_to_server()

        def from_server(message):
            if str(message).startswith('42["question"'):
                event, told = json.loads(message[2:])
                told["question"]["seconds"] = 1
                message = "42" + json.dumps([event, told])
            page_side.send(message)

        server_side.on_message(from_server)

    page = browser.new_page()
    page.route_web_socket(re.compile("socket.io"), between)
    enter_with(page, opened)
    ask(teacher)
    question = page.get_by_role("group", name=ASKED)
    expect(question).to_be_visible()
    expect(question).to_be_hidden()
    teacher.wait_for("view", lambda view: view["asked"] and view["asked"]["until"] > view["t"])


def test_a_screen_reader_hears_each_question_once_and_the_focus_is_not_lost(
    browser, opened, teacher
):
    page = enter(browser, opened)
    page.evaluate(
        """() => {
          window.heard = [];
          const asked = document.querySelector("#asked[role=status]");
          const hear = () => asked.textContent && heard.push(asked.textContent);
          new MutationObserver(hear).observe(asked, { childList: true, characterData: true });
        }"""
    )
    ask(teacher)
    page.get_by_role("button", name="Yes").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(pressed(page, "So-so")).to_be_focused()
    ask(teacher)  # the same again
    expect(page.get_by_role("button", name="So-so", pressed=False)).to_be_focused()
    ask(teacher, None)
    expect(page.get_by_role("group", name="How is the pace for you?")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Too fast")).to_be_focused()
    assert page.evaluate("heard") == [ASKED, ASKED]


def test_whoever_is_elsewhere_on_the_page_stays_there(browser, opened, teacher):
    page = enter(browser, opened)
    page.get_by_label("Your name").focus()
    ask(teacher)
    expect(page.get_by_role("group", name=ASKED)).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    ask(teacher, None)
    expect(page.get_by_role("group", name=ASKED)).to_be_hidden()
    expect(page.get_by_label("Your name")).to_be_focused()


def test_nobody_shown_by_name_is_named_beside_an_answer(browser, opened, teacher, others):
    page = enter(browser, opened)
    show_name(page, "Ada")
    ask(teacher)
    all_answer(others)
    answer(page, "Not yet")
    counted(teacher, yes=4, not_yet=1)
    expect(page.locator("#last-sent")).to_contain_text('"value":"not_yet"')
    named = teacher.wait_for("view", lambda view: view["named"])["named"]
    assert named == [{"name": "Ada", "emotion": None, "pace": None}]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_about_an_open_question_at_any_size(browser, opened, teacher, scheme):
    page = browser.new_context(color_scheme=scheme).new_page()
    enter_with(page, opened)
    ask(teacher, "go_on")
    answer(page, "So-so")
    page.evaluate(AXE.read_text())
    for name, (width, height) in {**SIZES, "narrow": (360, 740)}.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(FIND) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        for button in page.locator("[data-answer]").all():
            assert button.bounding_box()["height"] >= 44, name
