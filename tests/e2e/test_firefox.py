"""What only Firefox shows: cameras that give no stream, blocked cookies, scrambled pictures."""

import base64
import os
import shutil
import signal
from contextlib import ExitStack
from functools import cache

import cv2
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import astronaut, end_class, webcam_picture
from tests.services import require_program
from training.browser import serve_folder

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

# What Firefox notes on the console where it refuses to keep something, whoever catches the error.
REFUSED = (
    "Storage access is restricted in this context due to user settings or private browsing mode."
)


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
    expect(room.locator("#hands .who")).to_have_text("Somebody")


def test_a_lesson_in_firefox(server, open_page, troubles):
    opened = server.open_class()
    page, room = open_page(), open_page()
    room.goto(opened["room_url"])
    enter(page, opened)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"ok","emotion":"happy"}')
    asks_for_help(page, room)
    end_class(room)
    expect(room.get_by_role("heading", name="What this report tells")).to_be_visible()
    assert troubles == []


def test_leaving_a_dialog_does_not_do_what_was_chosen_in_it_before(start_server, open_page):
    """Firefox remembers the choice beyond Escape."""
    server, room = start_server(), open_page()
    room.goto(server.open_class()["room_url"])
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    os.killpg(server.pid, signal.SIGSTOP)
    end_class(room)
    expect(room.locator("#status")).to_contain_text("did not answer")
    server.kill()  # without having heard of it
    server.start()
    room.get_by_role("button", name="End the class").click()
    room.keyboard.press("Escape")
    expect(room.get_by_role("button", name="End it")).to_be_hidden()
    room.get_by_role("button", name="Mark this moment").click()
    expect(room.locator("#noted")).to_contain_text("Marked")


def test_a_camera_that_gives_no_more_pictures_is_not_read_any_more(server, open_page):
    page = open_page()
    enter(page, server.open_class())
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.evaluate("unhook()")
    expect(page.locator("#last-sent")).not_to_contain_text('"ok"')
    expect(page.locator("#looks")).not_to_contain_text("Your face looks")


def test_where_cookies_are_blocked_nothing_is_kept_and_all_else_works(server, open_page, troubles):
    blocked = {"network.cookie.cookieBehavior": 2}
    page, room = open_page(**blocked), open_page(**blocked)
    room.goto(server.url)
    room.get_by_label("Title").fill("Algebra")
    room.get_by_label("Camera and own words").check()
    room.get_by_role("button", name="Start the class").click()
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    enter(page, {"join_url": room.locator("#join-link").input_value()})
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    asks_for_help(page, room)
    end_class(room)
    expect(room.get_by_role("heading", name="What this report tells")).to_be_visible()
    assert set(troubles) <= {REFUSED}


def test_in_a_frame_of_another_site_without_its_cookies_and_camera_own_words_count(
    start_server, open_page, troubles, teach, tmp_path
):
    with serve_folder(tmp_path) as address:
        school = address.rstrip("/").replace("127.0.0.1", "localhost")
        server = start_server(FRAME_ANCESTORS=school)
        opened = server.open_class()
        elsewhere = opened["join_url"].replace("localhost", "127.0.0.1")
        (tmp_path / "index.html").write_text(f"<iframe src={elsewhere}></iframe>")
        page = open_page(**{"network.cookie.cookieBehavior": 1})
        page.goto(school)
        # By a script: Playwright's clicks do not get to another site's frame in this Firefox.
        frame = page.frame_locator("iframe")
        join = frame.get_by_role("button", name="Join with my camera")
        expect(join).to_be_enabled()
        join.dispatch_event("click")
        expect(frame.locator("#trouble")).to_contain_text("You can still take part")
        frame.get_by_role("button", name="I need help").dispatch_event("click")
        assert teach(server, opened).wait_for("view", lambda view: view["help"])["students"] == 1
    assert set(troubles) <= {REFUSED}


def test_where_pictures_are_scrambled_it_is_said_and_own_words_count(server, open_page, teach):
    opened = server.open_class()
    page = open_page(**{"privacy.resistFingerprinting": True})
    enter(page, opened)
    expect(page.locator("#trouble")).to_contain_text("scrambles")
    expect(page.locator("#trouble")).to_contain_text("You can still take part")
    page.get_by_role("button", name="I need help").click()
    assert teach(server, opened).wait_for("view", lambda view: view["help"])["students"] == 1
