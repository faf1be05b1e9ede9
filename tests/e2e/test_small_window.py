"""The small window in front of the call: what moves into it, and that all of it comes back."""

import pytest
from playwright.sync_api import expect

from tests.e2e.test_headers import school
from tests.e2e.test_words import enter, enter_with, show_name
from training.browser import wait_until

# All that the page has, in order.
ORDER = """[...document.querySelectorAll("[id], [data-pace]")].map(
  ({ id, dataset }) => id || dataset.pace)"""
MOVED = "#paces, #help, #status, #camera-state"


def opener(page):
    return page.get_by_role("button", name="Keep this in front of the call")


def open_small(page):
    with page.context.expect_page() as opened:
        opener(page).click()
    small = opened.value
    expect(small.locator("#help")).to_be_visible()
    return small


def fits(small):
    """Whether nothing has to be scrolled to, at the size that the page asks for."""
    small.set_viewport_size({"width": 320, "height": 400})
    return small.evaluate(
        """() => {
          const { scrollHeight, scrollWidth } = document.documentElement;
          return scrollHeight <= 400 && scrollWidth <= 320;
        }"""
    )


def is_as_it_was(page, order):
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#elsewhere")).to_be_hidden()
    expect(page.get_by_role("button", name="Bring them back")).to_be_hidden()
    assert page.evaluate(ORDER) == order


@pytest.fixture
def page(server, browser):
    """A student's page in a class with cameras, without one."""
    return enter(browser, server.open_class())


def test_opening_it_again_loses_nothing(page, troubles):
    troubles.watch(page)
    order = page.evaluate(ORDER)
    small = open_small(page)
    opener(page).click()
    expect(small.get_by_role("button", name="I am lost")).to_be_visible()
    assert len(page.context.pages) == 2
    small.get_by_role("button", name="I am lost").click()
    small.close()
    is_as_it_was(page, order)
    expect(page.get_by_role("button", name="I am lost", pressed=True)).to_be_visible()
    again = open_small(page)
    expect(again.get_by_role("button", name="I am lost", pressed=True)).to_be_visible()
    again.close()
    is_as_it_was(page, order)
    assert troubles == []


def test_asking_for_it_twice_at_once_loses_nothing(page, troubles):
    troubles.watch(page)
    order = page.evaluate(ORDER)
    opener(page).dblclick()
    back = page.get_by_role("button", name="Bring them back")
    expect(back).to_be_visible()
    [small] = [each for each in page.context.pages if each != page]
    expect(small.locator(MOVED)).to_have_count(4)
    back.click()
    is_as_it_was(page, order)
    assert troubles == []


def test_the_page_says_where_its_parts_are_and_brings_them_back(page):
    order = page.evaluate(ORDER)
    small = open_small(page)
    expect(page.locator("#elsewhere")).to_contain_text("in the small window")
    expect(page.locator(MOVED)).to_have_count(0)
    with small.expect_event("close"):
        page.get_by_role("button", name="Bring them back").press("Enter")
    is_as_it_was(page, order)
    expect(opener(page)).to_be_focused()


def test_the_focus_is_not_lost_when_the_window_is_closed_by_itself(page):
    small = open_small(page)
    page.get_by_role("button", name="Bring them back").focus()
    small.close()
    expect(opener(page)).to_be_focused()


def test_a_student_asks_for_help_and_learns_of_a_lost_connection_in_front_of_the_call(
    start_server, browser, teach
):
    server = start_server()
    opened = server.open_class()
    page = browser.new_context(permissions=["camera"]).new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    small = open_small(page)
    expect(small.locator("#camera-state")).to_have_text("Camera on")
    small.get_by_role("button", name="I need help").click()
    teach(server, opened).wait_for("view", lambda view: view["help"])
    expect(small.get_by_role("button", name="My hand is up", pressed=True)).to_be_visible()
    page.get_by_role("button", name="Pause the camera").click()
    expect(small.locator("#camera-state")).to_have_text("Camera off")
    server.kill()
    expect(small.locator("#status")).to_contain_text("What you tap now is sent later.")
    show_name(page, "Ada")
    expect(small.locator("#shown")).to_contain_text("Ada")
    assert fits(small)


def test_the_small_window_hears_of_trouble_with_the_camera(server, browser):
    page = browser.new_context(permissions=["camera"]).new_page()
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    small = open_small(page)
    page.evaluate(
        """() => {
          const [track] = document.querySelector("video").srcObject.getTracks();
          track.stop();
          track.dispatchEvent(new Event("ended")); // as when it is unplugged
        }"""
    )
    expect(small.locator("#trouble")).not_to_be_empty()
    expect(small.locator("#camera-state")).to_have_text("Camera off")


def test_a_question_to_the_class_is_answered_in_front_of_the_call(server, browser, teach):
    opened = server.open_class(mode="self-report")
    teacher = teach(server, opened)
    page = enter(browser, opened)
    small = open_small(page)
    teacher.send("ask", {"question": "go_on"})
    expect(small.locator("body > :first-child")).to_contain_text(
        "Your teacher asks: Shall we go on?"
    )
    assert fits(small)
    small.get_by_role("button", name="Not yet").focus()
    small.keyboard.press("Space")
    expect(small.get_by_role("button", name="Not yet", pressed=True)).to_be_focused()
    show_name(page, "Ada")
    teacher.wait_for("view", lambda view: view["named"])  # and so the answer was taken in
    teacher.send("ask", {"question": None})
    expect(small.get_by_role("button", name="Not yet")).to_be_hidden()
    expect(small.get_by_role("group", name="How is the pace for you?")).to_be_focused()
    expect(small.locator("#said")).to_have_text("Thank you: your answer was counted.")


@pytest.mark.parametrize("end", ["left", "ended"])
def test_it_closes_with_the_class(server, browser, teach, end):
    opened = server.open_class()
    page = enter(browser, opened)
    order = page.evaluate(ORDER)
    small = open_small(page)
    with small.expect_event("close"):
        if end == "left":
            page.get_by_role("button", name="Leave the class").click()
        else:
            teach(server, opened).send("end", {})
    expect(page.get_by_role("heading", name="Goodbye")).to_be_focused()
    assert page.evaluate(ORDER) == order


def test_one_that_opens_after_the_class_was_left_closes_again(server, browser):
    page = browser.new_context().new_page()
    page.add_init_script(
        """const open = documentPictureInPicture.requestWindow.bind(documentPictureInPicture);
        documentPictureInPicture.requestWindow = async (size) => {
          await new Promise((resolve) => (window.letItOpen = resolve));
          const opened = await open(size);
          opened.addEventListener("pagehide", () => (window.closedAgain = true));
          return opened;
        };"""
    )
    enter_with(page, server.open_class(mode="self-report"))
    order = page.evaluate(ORDER)
    opener(page).click()
    page.get_by_role("button", name="Leave the class").click()
    page.evaluate("letItOpen()")
    wait_until(page, "window.closedAgain")
    assert page.evaluate(ORDER) == order


def test_a_browser_that_opens_none_is_said_to(browser, server):
    page = browser.new_context().new_page()
    page.add_init_script(
        """documentPictureInPicture.requestWindow = () =>
          Promise.reject(new DOMException("not now", "NotAllowedError"));"""
    )
    page.goto(server.open_class(mode="self-report")["join_url"])
    page.get_by_role("button", name="Join", exact=True).click()
    opener(page).click()
    expect(page.locator("#elsewhere")).to_have_text("The browser did not open a small window.")
    expect(page.locator(MOVED)).to_have_count(4)
    expect(opener(page)).to_be_focused()


def test_none_is_offered_in_another_sites_frame(start_server, browser, tmp_path):
    server = start_server()
    opened = server.open_class(mode="self-report")
    with school(tmp_path, opened["join_url"]) as origin:
        server.stop()
        server.settings["FRAME_ANCESTORS"] = origin
        server.start()
        page = browser.new_context().new_page()
        page.goto(origin)
        frame = page.frames[1]
        frame.get_by_role("button", name="Join", exact=True).click()
        expect(frame.get_by_role("button", name="I need help")).to_be_visible()
        expect(opener(frame)).to_be_hidden()
