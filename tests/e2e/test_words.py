"""The student's own words: how they are said, how long they last, and who they are said by."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

FADE = 5 * 60 * 1000  # milliseconds


def enter(browser, opened, with_clock=False):
    """A student's page in the class, without a camera."""
    return enter_with(browser.new_context().new_page(), opened, with_clock)


def enter_with(page, opened, with_clock=False):
    """The same with a page of a test's own."""
    if with_clock:
        page.clock.install()
    page.goto(opened["join_url"])
    page.locator("#join-words").click()
    expect(page.locator("#status")).to_have_text("")
    return page


def pressed(page, name):
    return page.get_by_role("button", name=name, pressed=True)


def lost(count):
    return lambda view: view["pace"] is not None and view["pace"]["lost"] == count


def show_name(page, name):
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Show my name").click()


def test_a_tapped_pace_goes_by_itself_even_if_it_was_said_again_in_between(
    server, browser, join, teach
):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    for _ in range(4):
        join(server, opened["code"])
    page = enter(browser, opened, with_clock=True)
    page.get_by_role("button", name="I am lost").click()
    teacher.wait_for("view", lost(1))
    # Minutes without a sign of life from the server: the page takes it for lost, and connects anew.
    with page.expect_websocket():
        page.clock.fast_forward(FADE - 30_000)
        page.clock.fast_forward(10_000)
    expect(page.locator("#status")).to_have_text("")
    expect(pressed(page, "I am lost")).to_be_visible()
    page.clock.fast_forward(30_000)
    expect(page.get_by_role("button", name="I am lost", pressed=False)).to_be_visible()
    teacher.wait_for("view", lost(0))


def test_the_teacher_clears_what_students_tapped_and_their_hands(server, browser, join, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    for _ in range(4):
        join(server, opened["code"])
    page = enter(browser, opened)
    page.get_by_role("button", name="I am lost").click()
    page.get_by_role("button", name="I need help").click()
    teacher.wait_for("view", lambda view: lost(1)(view) and len(view["help"]) == 1)
    teacher.send("clear", {"what": "pace"})
    expect(page.get_by_role("button", name="I am lost", pressed=False)).to_be_visible()
    expect(page.get_by_role("button", name="My hand is up", pressed=True)).to_be_visible()
    teacher.send("clear", {"what": "help"})
    expect(page.get_by_role("button", name="I need help", pressed=False)).to_be_visible()
    teacher.wait_for("view", lambda view: lost(0)(view) and view["help"] == [])


def test_what_was_tapped_before_the_class_was_reached_is_said_on_arrival(
    start_server, browser, teach
):
    server = start_server()
    opened = server.open_class(mode="self-report")
    page = browser.new_context().new_page()
    page.goto(opened["join_url"])
    server.kill()
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_role("button", name="I need help").click()
    expect(page.locator("#status")).to_contain_text("Trying again")
    server.start()
    teacher = teach(server, opened)
    assert teacher.wait_for("view", lambda view: view["help"], seconds=20)["students"] == 1


def test_a_student_is_seen_by_name_until_the_student_has_enough(server, browser, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    page = browser.new_context(permissions=["camera"]).new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.get_by_role("button", name="Just right").click()
    expect(page.locator("#shown")).to_be_hidden()
    page.get_by_role("button", name="Show my name").click()
    expect(page.get_by_text("Type your name first")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    show_name(page, " Ada ")
    expect(page.locator("#shown")).to_have_text("Your teacher sees you by name: Ada")
    expect(page.locator("#last-sent")).to_have_text('show {"name":"Ada"}')
    ada = {"name": "Ada", "emotion": "happy", "pace": "fine"}
    view = teacher.wait_for("view", lambda view: view["named"] == [ada])
    assert view["students"] == 1 and view["shares"] is None
    page.get_by_role("button", name="My name is shown").click()
    expect(page.locator("#shown")).to_be_hidden()
    teacher.wait_for("view", lambda view: view["named"] == [])


def test_the_name_is_said_again_after_a_break_but_not_at_another_visit(
    start_server, browser, teach
):
    server = start_server()
    opened = server.open_class(mode="self-report")
    page = enter(browser, opened)
    show_name(page, "Ada")
    ada = {"name": "Ada", "emotion": None, "pace": None}
    teach(server, opened).wait_for("view", lambda view: view["named"] == [ada])
    server.kill()
    expect(page.locator("#status")).to_contain_text("Trying again")
    server.start()
    teacher = teach(server, opened)
    teacher.wait_for("view", lambda view: view["named"] == [ada], seconds=20)
    page.reload()
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.locator("#shown")).to_be_hidden()
    teacher.wait_for("view", lambda view: view["students"] == 1 and view["named"] == [])


def test_another_name_is_shown_as_soon_as_it_is_typed(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    show_name(page, "Ada")
    page.get_by_label("Your name").fill("Grace")
    page.get_by_label("Your name").blur()
    teacher.wait_for("view", lambda view: [each["name"] for each in view["named"]] == ["Grace"])
    page.get_by_label("Your name").fill("")
    page.get_by_label("Your name").blur()
    teacher.wait_for("view", lambda view: view["named"] == [])
    expect(page.locator("#shown")).to_be_hidden()


def test_the_small_window_reminds_a_student_who_is_shown_by_name(server, browser):
    page = enter(browser, server.open_class(mode="self-report"))
    show_name(page, "Ada")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Keep this in front of the call").click()
    small = opened.value
    expect(small.locator("#shown")).to_have_text("Your teacher sees you by name: Ada")
    page.get_by_role("button", name="My name is shown").click()
    expect(small.locator("#shown")).to_be_hidden()
    small.close()
    show_name(page, "Ada")
    expect(page.locator("#shown")).to_have_text("Your teacher sees you by name: Ada")


@pytest.mark.parametrize("mode", ["camera", "self-report"])
def test_a_phone_joins_by_code_in_two_taps(server, browser, teach, troubles, mode):
    opened = server.open_class(mode=mode)
    teacher = teach(server, opened)
    code = opened["code"].lower()
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = troubles.watch(context.new_page())
    page.goto(server.url)
    within_sight(page.get_by_role("button", name="Join the class"))
    page.get_by_label("Code from your teacher").fill(f"{code[:3]}-{code[3:]}")
    page.get_by_role("button", name="Join the class").tap()
    for button in page.get_by_role("button", name=re.compile("^Join")).all():
        within_sight(button)
    expect(page.get_by_text("Being shown by name is off")).to_be_visible()
    page.locator("#join-words").tap()
    teacher.wait_for("view", lambda view: view["students"] == 1)
    assert troubles == []


def within_sight(button):
    expect(button).to_be_in_viewport(ratio=1)


class Network:
    """A page's, which can be away for a while."""

    def __init__(self, page):
        self._page, self._sockets, self._is_away = page, [], False
        page.route_web_socket(re.compile("socket.io"), self._connect)

    def _connect(self, socket):
        if not self._is_away:
            socket.connect_to_server()
        # Not closed here: Playwright would wait for that in the very loop that has to do it.
        self._sockets.append(socket)

    def _cut(self):
        while self._sockets:
            self._sockets.pop().close()

    @contextmanager
    def away(self):
        self._is_away = True
        self._page.context.set_offline(True)
        self._cut()
        expect(self._page.locator("#status")).to_contain_text("This device is offline")
        yield
        self._is_away = False
        self._cut()
        self._page.context.set_offline(False)
        expect(self._page.locator("#status")).to_have_text("")


def test_what_the_teacher_took_down_while_the_student_was_away_stays_down(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = browser.new_context().new_page()
    network = Network(page)
    enter_with(page, opened)
    page.get_by_role("button", name="I need help").click()
    page.get_by_role("button", name="Too fast").click()
    teacher.wait_for("view", lambda view: view["help"])
    with network.away():
        teacher.send("clear", {"what": "pace"})
        teacher.send("clear", {"what": "help"})
        teacher.wait_for("view", lambda view: not view["help"])
        page.get_by_role("button", name="Just right").click()  # after that
    said = page.locator("#said")
    expect(said).to_have_text("Your teacher has seen your hand.")
    expect(page.get_by_role("button", name="I need help", pressed=False)).to_be_visible()
    expect(pressed(page, "Just right")).to_be_visible()
    teacher.wait_for("view", lambda view: view["students"] == 1)
    page.get_by_role("button", name="I need help").click()
    expect(said).to_have_text("")
    assert len(teacher.wait_for("view", lambda view: view["help"])["help"]) == 1


def test_a_student_is_told_that_the_teacher_has_seen_hand_and_answer(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    said = page.get_by_role("status").filter(has_text="Your teacher has seen")
    page.get_by_role("button", name="Too fast").click()
    page.get_by_role("button", name="I need help").click()
    teacher.wait_for("view", lambda view: view["help"])
    teacher.send("clear", {"what": "pace"})
    expect(said).to_have_text("Your teacher has seen what you said on the pace.")
    teacher.send("clear", {"what": "help"})
    expect(said).to_have_text("Your teacher has seen your hand.")
    page.get_by_role("button", name="I need help").click()
    expect(said).to_be_hidden()
    teacher.wait_for("view", lambda view: view["help"])
    teacher.send("clear", {"what": "pace"})  # nothing was up
    teacher.send("clear", {"what": "help"})
    expect(said).to_have_text("Your teacher has seen your hand.")


def test_what_the_server_refuses_is_not_shown_as_said(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    show_name(page, "Ada")
    teacher.wait_for("view", lambda view: view["named"])
    page.get_by_label("Your name").fill("Ada \u0085 Lovelace")  # no character for a name
    page.get_by_label("Your name").blur()
    expect(page.locator("#said")).to_contain_text("That was not taken in: name must be one line")
    expect(page.locator("#shown")).to_have_text("Your teacher sees you by name: Ada")
    page.get_by_role("button", name="I need help").click()
    expect(page.locator("#said")).to_contain_text("That was not taken in")
    expect(page.get_by_role("button", name="I need help", pressed=False)).to_be_visible()


def test_who_taps_too_much_sees_what_the_server_took_in_last(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    show_name(page, "Ada")
    teacher.wait_for("view", lambda view: view["named"])
    page.evaluate(
        """() => {
          const lost = document.querySelector('[data-pace=lost]');
          for (let taps = 0; taps < 41; taps++) lost.click();
        }"""
    )
    expect(page.locator("#said")).to_contain_text("Too many messages: please wait a moment.")
    lost = pressed(page, "I am lost")  # a busy server may take in one more in the meantime
    teacher.wait_for("view", lambda view: (view["named"][0]["pace"] == "lost") == lost.count())


def test_without_redis_a_teacher_is_told_and_nothing_goes_down(
    start_server, redis_server, browser, teach
):
    server = start_server(REDIS_URL=redis_server.url)
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    page.get_by_role("button", name="I need help").click()
    teacher.wait_for("view", lambda view: view["help"])
    redis_server.kill()
    teacher.send("clear", {"what": "help"})
    assert "cannot do this just now" in teacher.wait_for("error")["message"]
    expect(page.get_by_role("button", name="My hand is up", pressed=True)).to_be_visible()
