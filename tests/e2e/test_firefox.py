"""What only Firefox shows: cameras that give no stream, blocked cookies, scrambled pictures."""

import base64
import shutil
from contextlib import ExitStack
from functools import cache

import cv2
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import astronaut, webcam_picture
from tests.services import require_program

# Firefox's own fake webcam shows no face: a photograph on a canvas stands for it, until `unhook()`
# has no more pictures come. It is never quite the same, as no sensor sees anything twice.
WEBCAM = """
const bytes = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  const photograph = await createImageBitmap(new Blob([bytes]));
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const context = canvas.getContext("2d");
  const draw = () => context.drawImage(photograph, Math.random(), Math.random());
  const drawing = setInterval(draw, 100);
  window.unhook = () => clearInterval(drawing);
  return canvas.captureStream();
};
"""


@cache
def webcam():
    _, photograph = cv2.imencode(".jpg", webcam_picture(astronaut()))
    return WEBCAM % base64.b64encode(photograph).decode()


@pytest.fixture(scope="module")
def start_firefox(playwright):
    """The machine's own Firefox with these preferences; it is started once for each of them."""
    path = shutil.which("firefox-esr") or require_program("firefox")
    with ExitStack() as started:

        @cache
        def start(**preferences):
            # By WebDriver BiDi, which Firefox speaks itself: the tests need no other driver.
            firefox = playwright.firefox.launch(
                channel="moz-firefox", executable_path=path, firefox_user_prefs=preferences
            )
            return started.enter_context(firefox)

        yield start


@pytest.fixture
def open_page(start_firefox, troubles):
    """Open pages in a Firefox with these preferences; they are closed after the test."""
    with ExitStack() as opened:

        def new_page(**preferences):
            firefox = start_firefox(**preferences)
            return troubles.watch(opened.enter_context(firefox.new_context()).new_page())

        yield new_page


def enter(page, opened):
    """Join with the webcam."""
    page.add_init_script(webcam())
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()


def asks_for_help(page, room):
    page.get_by_role("button", name="I need help").click()
    expect(room.locator("#hands")).to_have_text("Somebody needs help")


def test_a_lesson_in_firefox(server, open_page, troubles):
    opened = server.open_class()
    page, room = open_page(), open_page()
    room.goto(opened["room_url"])
    enter(page, opened)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"ok","emotion":"happy"}')
    asks_for_help(page, room)
    room.get_by_role("link", name="Report so far").click()
    expect(room.get_by_role("heading", name="What this report tells")).to_be_visible()
    assert troubles == []


def test_a_camera_that_gives_no_more_pictures_is_not_read_any_more(server, open_page):
    page = open_page()
    enter(page, server.open_class())
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.evaluate("unhook()")
    expect(page.locator("#last-sent")).not_to_contain_text('"ok"')
    expect(page.locator("#looks")).not_to_contain_text("Your face looks")
