"""The invitation over the whole screen: read and scanned from the back row, closed with one key."""

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import qr_code_in
from tests.e2e.test_accessibility import AXE, FIND

SIZES = {(360, 740), (740, 360), (1280, 720), (1920, 1080), (768, 1024)}


@pytest.fixture
def opened(server):
    return server.open_class()


@pytest.fixture
def room(opened, browser, troubles):
    page = troubles.watch(browser.new_context().new_page())
    page.goto(opened["room_url"])
    expect(page.locator("#headline")).to_have_text("Waiting for students")
    yield page
    assert troubles == []


def screen(room):
    return room.get_by_role("dialog", name="Join at")


def code_of(room):
    return room.locator("#join-screen img")


def test_it_has_the_address_the_code_and_who_has_joined_so_far(server, opened, room, join):
    room.get_by_role("button", name="Full screen").click()
    expect(screen(room)).to_contain_text(f"localhost:{server.port}")
    expect(screen(room)).to_contain_text(opened["code"])
    for count in (1, 2):
        join(server, opened["code"])
        expect(screen(room)).to_contain_text(f"Students here: {count}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_camera_reads_its_code_at_any_size_and_nothing_is_cut_off(opened, browser, scheme, size):
    width, height = size
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
    room = context.new_page()
    room.goto(opened["room_url"])
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    room.keyboard.press("j")
    expect(code_of(room)).to_have_js_property("complete", True)
    # No code is wider.
    screen(room).locator(".code").evaluate("(code) => (code.textContent = 'WWWWWW')")
    picture = cv2.imdecode(np.frombuffer(room.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert qr_code_in(picture) == opened["join_url"]
    box = code_of(room).bounding_box()
    assert box["width"] >= 0.5 * min(width, height)
    assert (picture[2, int(box["x"]) + 2] == 255).all()  # its quiet zone is white in the dark, too
    fits = """() => {
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } =
        document.querySelector("#join-screen > div");
      return scrollWidth <= clientWidth && scrollHeight <= clientHeight;
    }"""
    assert room.evaluate(fits)
    lines = """(code) => {
      const range = document.createRange();
      range.selectNodeContents(code);
      return range.getClientRects().length;
    }"""
    assert screen(room).locator(".code").evaluate(lines) == 1
    room.evaluate(AXE.read_text())
    assert room.evaluate(FIND) == []


@pytest.mark.parametrize("key", ["j", "J", "Escape", "Enter"])
def test_the_keyboard_opens_and_closes_it_and_is_back_where_it_was(room, key):
    button = room.get_by_role("button", name="Full screen")
    expect(button).to_have_attribute("aria-keyshortcuts", "J")
    button.focus()
    room.keyboard.press("j")
    expect(screen(room)).to_be_visible()
    close = screen(room).get_by_role("button", name="Close")
    expect(close).to_be_focused()
    room.wait_for_function("document.fullscreenElement")
    room.keyboard.press("Tab")  # nothing behind it is reached
    assert room.evaluate("document.activeElement.closest('#live *, body').id") != "show-join-screen"
    close.focus()
    room.keyboard.press(key)
    expect(screen(room)).to_be_hidden()
    expect(button).to_be_focused()
    room.wait_for_function("!document.fullscreenElement")


def test_leaving_the_full_screen_closes_it(room):
    room.keyboard.press("j")
    room.wait_for_function("document.fullscreenElement")
    room.evaluate("document.exitFullscreen()")
    expect(screen(room)).to_be_hidden()


def test_a_browser_without_a_full_screen_shows_it_over_the_page(browser, opened):
    page = browser.new_context().new_page()
    page.add_init_script("delete Element.prototype.requestFullscreen;")
    page.goto(opened["room_url"])
    expect(page.locator("#headline")).to_have_text("Waiting for students")
    page.keyboard.press("j")
    box = screen(page).bounding_box()
    assert [box[each] for each in ("x", "y", "width", "height")] == [0, 0, 1280, 720]
    page.keyboard.press("Escape")
    expect(screen(page)).to_be_hidden()


def test_the_key_is_a_letter_where_somebody_types_and_asks_nothing_over_a_question(room):
    room.keyboard.press("m")
    field = room.get_by_label("Add words")
    expect(field).to_be_focused()
    field.press("j")
    expect(field).to_have_value("j")
    expect(screen(room)).to_be_hidden()
    # Nor does another key do what nobody sees behind it.
    room.get_by_role("button", name="Full screen").click()
    room.keyboard.press("m")
    room.keyboard.press("j")
    expect(screen(room)).to_be_hidden()
    expect(room.locator("#notes-list li")).to_have_count(1)
    room.get_by_role("button", name="End the class").click()
    room.keyboard.press("j")
    expect(screen(room)).to_be_hidden()
    expect(room.get_by_text("End the class for everybody?")).to_be_visible()


def test_it_goes_with_the_class(server, opened, room, teach):
    room.keyboard.press("j")
    expect(screen(room)).to_be_visible()
    teach(server, opened).send("end", {})
    expect(room).to_have_url(f"{server.url}/report/{opened['code']}")
