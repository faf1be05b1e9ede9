"""The camera: off whenever the page says so, and nothing is sent that is not seen now."""

import contextlib
import itertools
import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import (
    LOADING,
    WASM_IS_BEST,
    astronaut,
    film,
    labels_of,
    launch,
    wall,
    webcam_picture,
)

# Whoever asks for the camera waits for an answer from the test. It is a camera without a picture:
# a canvas on which nothing is drawn gives no frame.
ASKED = """
window.asked = [];
window.given = [];
navigator.mediaDevices.getUserMedia = () =>
  new Promise((allow, refuse) => asked.push({
    allow: () => {
      const stream = document.createElement("canvas").captureStream(0);
      given.push(stream);
      allow(stream);
    },
    refuse: () => refuse(new DOMException("Permission denied", "NotAllowedError")),
  }));
"""
STEPS = """async (steps) => {
  const find = (id) => document.getElementById(id);
  const shown = (id) => find(id).checkVisibility();
  const press = (id) => shown(id) && find(id).click();
  const answer = (how) => asked.splice(0).forEach((question) => question[how]());
  const step = {
    join: () => press("join-camera"),
    pause: () => press("pause"),
    without: () => press("no-camera"),
    use: () => press("use-camera"),
    leave: () => press("leave"),
    allow: () => answer("allow"),
    refuse: () => answer("refuse"),
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const wrong = [];
  for (const name of steps) {
    step[name]();
    await settled();
    const live = given.filter((stream) => stream.active).length;
    const on = shown("class") && find("camera-state").textContent === "Camera on";
    if (live !== Number(on)) wrong.push(`after ${name}: ${live} live, the page says ${on}`);
    if (!on && find("video").srcObject) wrong.push(`after ${name}: a picture is shown`);
  }
  return wrong;
}"""


def open_page(browser, server, script=""):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(script)
    page = context.new_page()
    page.goto(server.open_class()["join_url"])
    return page


def join(browser, server, script=""):
    page = open_page(browser, server, script)
    page.get_by_role("button", name="Join with my camera").click()
    return page


ACTIONS = ["pause", "without", "use", "allow", "refuse"]


def test_the_camera_is_off_when_the_page_says_so_in_whatever_order_things_happen(server, browser):
    page = open_page(browser, server, ASKED)
    page.locator("#join-camera:enabled").wait_for()
    orders = itertools.permutations(ACTIONS)
    assert page.evaluate(STEPS, ["join", *itertools.chain.from_iterable(orders)]) == []


@pytest.mark.parametrize("first", ACTIONS)
def test_the_camera_is_off_after_leaving_whatever_came_before(server, browser, first):
    page = open_page(browser, server, ASKED)
    for second in ACTIONS:
        page.locator("#join-camera:enabled").wait_for()
        assert page.evaluate(STEPS, ["join", first, second, "leave", "allow"]) == [], second
        assert page.evaluate("given.every((stream) => !stream.active)"), second
        page.reload()


def test_whoever_asks_twice_before_the_answer_gets_a_camera_that_is_read(server, browser):
    page = join(
        browser,
        server,
        """
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        const allowed = new Promise((allow) => (window.allow = allow));
        navigator.mediaDevices.getUserMedia = (asked) => allowed.then(() => ask(asked));
        """,
    )
    page.get_by_role("button", name="Go on without the camera").click()
    page.get_by_role("button", name="Use my camera").click()
    page.evaluate("allow()")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


def test_a_question_without_an_answer_is_pointed_out(server, browser):
    page = open_page(browser, server, ASKED)
    page.context.clear_permissions()
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#trouble")).to_contain_text("Answer it there")
    page.evaluate("asked[0].allow()")
    expect(page.locator("#looks")).to_have_text("The camera gives no picture")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')


CAPTURE = "--utility-sub-type=video_capture.mojom.VideoCaptureService"


def capturing(webcam):
    """Chromium's processes that play a webcam's film."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            line = (process / "cmdline").read_text()
            if CAPTURE in line and webcam.options[-1] in line:
                found.add(int(process.name))
    return found


@contextlib.contextmanager
def stopped(process):
    """As a hung driver leaves it; it goes on in any case: Chromium waits for it before it ends."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_a_camera_that_hangs_repeats_no_label(server, playwright, webcam):
    others = capturing(webcam)
    with launch(playwright, *webcam.options) as browser:
        page = browser.new_context(permissions=["camera"]).new_page()
        labels = labels_of(page)
        page.goto(server.open_class()["join_url"])
        page.get_by_role("button", name="Join with my camera").click()
        expect(page.locator("#looks")).to_have_text("Your face looks happy")
        [capture] = capturing(webcam) - others
        with stopped(capture):
            expect(page.locator("#looks")).to_have_text("The camera gives no picture")
            expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')
            expect(page.locator("#camera-state")).to_have_text("Camera on")
            sent = len(labels)
        expect(page.locator("#looks")).to_have_text("Your face looks happy")
        expect(page.locator("#last-sent")).to_contain_text("happy")
        assert set(labels[sent - 1 : -1]) == {"paused"}


def test_a_laptop_that_sleeps_again_and_again_loses_nothing(server, browser):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(WASM_IS_BEST)
    page = context.new_page()
    page.clock.install()
    workers = []
    page.on("worker", lambda worker: workers.append(worker))
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    for _ in range(6):
        expect(page.locator("#engine")).to_contain_text("looks a second")
        expect(page.locator("#looks")).to_have_text("Your face looks happy")
        page.clock.fast_forward(60_000)  # each timer is late, as when a lid was closed
        page.evaluate("document.querySelector('#engine').textContent = ''")
    expect(page.locator("#engine")).to_contain_text("looks a second")
    expect(page.locator("#last-sent")).to_contain_text("happy")
    assert len(workers) == 1


# Every text that says what is seen, from the first one on.
NOTE_LOOKS = """
window.seen = [];
addEventListener("DOMContentLoaded", () => {
  const looks = document.getElementById("looks");
  new MutationObserver(() => seen.push(looks.textContent)).observe(looks, { childList: true });
});
"""
NO_STREAMS = "delete window.MediaStreamTrackProcessor;"


def test_a_closed_shutter_is_dark_for_as_long_as_it_is_closed(server, browser, webcam):
    webcam.show(film(wall() // 100, noise=0))
    page = open_page(browser, server, NOTE_LOOKS)
    with page.expect_websocket() as opened:
        page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("The picture is dark")
    for _ in range(3):  # repeats, seconds apart: longer than a still picture takes to be known
        opened.value.wait_for_event("framesent", lambda sent: "no_face" in sent, timeout=LOADING)
    assert {text for text in page.evaluate("seen") if "picture" in text} == {"The picture is dark"}
    expect(page.locator("#trouble")).to_contain_text("Is the lens covered")


@pytest.mark.parametrize(
    "script", [pytest.param("", id="streams"), pytest.param(NO_STREAMS, id="page's frames")]
)
def test_a_picture_that_stands_still_repeats_no_label(server, browser, webcam, script):
    webcam.show(film(webcam_picture(astronaut()), noise=0))
    page = open_page(browser, server, script)
    labels = labels_of(page)
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("The picture stands still")
    expect(page.locator("#trouble")).to_contain_text("stuck")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"no_face"}')
    assert labels.count("happy") <= 1
