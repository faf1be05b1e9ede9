"""The main job: a teacher opens a class, students join, and the teacher's page moves."""

import json
import re

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LOADING, end_class, note, qr_code_in
from tests.live_server import ROOT
from tests.schemas import check
from training.browser import wait_until

FACES = ROOT.parent / "shared" / "faces"


def open_room(browser, server, troubles, title="Algebra, Monday", mode="camera"):
    """The teacher's page, reached as a teacher does; returns it with the link for students."""
    page = troubles.watch(browser.new_context().new_page())
    page.goto(server.url)
    page.get_by_label("Title of the class").fill(title)
    page.locator(f"input[value={mode}]").check()
    page.get_by_role("button", name="Start the class").click()
    # Without its fragment: the page's script has taken the token out of the address by then.
    expect(page).to_have_url(re.compile(r"/room/[A-Z0-9]{6}$"))
    link = page.get_by_label("Link for students")
    expect(link).to_have_value(re.compile(r"/c/[A-Z0-9]{6}$"))
    return page, link.input_value()


def join_with_camera(browser, join_url, troubles):
    page = troubles.watch(browser.new_context(permissions=["camera"]).new_page())
    page.goto(join_url)
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_contain_text("looks")
    return page


def read_qr_code(room):
    image = room.locator("#invite").get_by_alt_text("QR code")
    image.evaluate("(image) => image.decode()")
    screenshot = cv2.imdecode(np.frombuffer(image.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    return qr_code_in(screenshot)


def messages_in(frames):
    return [frame for frame in frames if str(frame).startswith("42")]


def share(room, word):
    return room.locator("#shares li").filter(has_text=word).locator(".value")


def test_a_smiling_student_and_four_others_move_the_teachers_page(server, browser, join, troubles):
    room, join_url = open_room(browser, server, troubles)
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    assert read_qr_code(room) == join_url
    code = join_url.rpartition("/")[2]
    for emotion in ("happy", "happy", "neutral", "neutral"):
        join(server, code, emotion)
    expect(room.locator("#students")).to_have_text("4")
    expect(room.locator("#hidden-because")).to_contain_text("fewer than 5 students")
    expect(share(room, "happy")).to_have_text("–")

    student = troubles.watch(browser.new_context(permissions=["camera"]).new_page())
    student.goto(join_url)
    requests, frames = [], []
    student.on("request", lambda request: requests.append(request))
    student.on("websocket", lambda socket: socket.on("framesent", lambda sent: frames.append(sent)))
    with student.expect_websocket() as opened:
        student.get_by_role("button", name="Join with my camera").click()
    expect(student.locator("#looks")).to_have_text("Your face looks happy")

    expect(share(room, "happy")).to_have_text("60 %")
    expect(room.locator("#headline")).to_have_text("Mostly happy looks")
    expect(room.locator("#seen")).to_have_text("5")
    expect(room.locator("#hidden-because")).to_have_text("")

    # All that the page sends, until it has said twice more how the student looks.
    said_before = len(messages_in(frames))
    while len(messages_in(frames)) < said_before + 2:
        opened.value.wait_for_event("framesent", timeout=LOADING)
    for request in requests:
        assert request.method == "GET" and request.post_data_buffer is None
        assert request.url.startswith((f"{server.url}/static/", "blob:", "data:"))
    for frame in frames:
        assert isinstance(frame, str), "nothing binary"
        if frame.startswith("42"):
            event, message = json.loads(frame[2:])
            check("student", event, message)
            assert len(frame) <= 60
        else:
            assert frame == "3" or frame.startswith("40")  # a pong, or the connection itself
    # And the student can read it.
    last = json.loads(messages_in(frames)[-1][2:])
    expect(student.locator("#last-sent")).to_have_text(re.compile(rf"^{last[0]} .*\"ok\""))
    assert troubles == []


@pytest.mark.skipif(not FACES.is_dir(), reason=f"no expression photographs in {FACES}")
def test_six_of_seven_photographed_expressions_are_read_as_people_read_them(
    server, browser, webcam, troubles
):
    read = {}
    for photo in sorted(FACES.glob("*.jpg")):
        picture = cv2.imread(str(photo))
        scale = min(640 / picture.shape[1], 480 / picture.shape[0])
        picture = cv2.resize(picture, None, fx=scale, fy=scale)
        below, right = 480 - picture.shape[0], 640 - picture.shape[1]
        picture = cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT)
        webcam.show(picture)
        page = join_with_camera(browser, server.open_class()["join_url"], troubles)
        read[photo.stem] = page.locator("#looks").inner_text().rpartition(" ")[2]
        page.close()
    right = [name for name, word in read.items() if word == {"fearful": "afraid"}.get(name, name)]
    assert len(read) == 7 and len(right) >= 6, read


@pytest.mark.parametrize("button", ["Start the class", "Join without a camera"])
def test_nothing_can_be_tapped_before_its_script_is_there(server, browser, troubles, button):
    page = troubles.watch(browser.new_page())
    held = []
    page.route("**/static/dist/*.js", lambda route: held.append(route), times=1)
    starts = button == "Start the class"
    url = server.url if starts else server.open_class()["join_url"]
    with page.expect_request("**/static/dist/*.js"):
        page.goto(url, wait_until="commit")
    expect(page.get_by_role("button", name=button)).to_be_disabled()
    held[0].continue_()
    expect(page.get_by_role("button", name=button)).to_be_enabled()
    assert troubles == []


def test_the_camera_is_asked_for_only_after_consent(server, browser, troubles):
    _, join_url = open_room(browser, server, troubles)
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(
        """window.asked = 0;
        const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (wanted) => (window.asked++, ask(wanted));"""
    )
    page = context.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(join_url)
    expect(page.locator("#consent").get_by_text("What is sent")).to_be_visible()
    expect(page.get_by_text("Who sees it")).to_be_visible()
    assert page.evaluate("asked") == 0
    assert not [url for url in requests if "/model/" in url or "wasm" in url]
    page.get_by_role("button", name="Join with my camera").click()
    wait_until(page, "asked === 1")


def test_a_student_can_pause_go_on_and_leave(server, browser, troubles):
    room, join_url = open_room(browser, server, troubles)
    page = join_with_camera(browser, join_url, troubles)
    camera_is_on = "() => document.querySelector('video').srcObject !== null"
    page.get_by_role("button", name="Pause the camera").click()
    expect(page.locator("#looks")).to_have_text("Paused: nothing is read")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')
    assert not page.evaluate(camera_is_on)
    expect(room.locator("#students")).to_have_text("1")
    page.get_by_role("button", name="Go on with the camera").click()
    expect(page.locator("#looks")).to_contain_text("looks")
    page.get_by_role("button", name="Leave the class").click()
    expect(page.get_by_text("Your camera is off and nothing is sent")).to_be_visible()
    assert not page.evaluate(camera_is_on)
    expect(room.locator("#students")).to_have_text("0")
    assert troubles == []


def test_a_camera_allowed_after_leaving_goes_out_at_once(server, browser):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(
        """const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (wanted) => new Promise((resolve) => {
          window.allow = async () => resolve((window.stream = await ask(wanted)));
        });"""
    )
    page = context.new_page()
    page.goto(server.open_class()["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    page.get_by_role("button", name="Leave the class").click()
    page.evaluate("allow()")
    wait_until(page, "stream.getTracks().every((track) => track.readyState === 'ended')")


def test_words_count_without_a_camera(server, browser, join, troubles):
    room, join_url = open_room(browser, server, troubles, mode="self-report")
    code = join_url.rpartition("/")[2]
    for _ in range(4):
        join(server, code).send("pace", {"value": "fine"})
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => { window.filmed = true; throw new Error(); }"
    )
    page = troubles.watch(context.new_page())
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(join_url)
    expect(page.get_by_text("This class does without cameras")).to_be_visible()
    page.get_by_role("button", name="Join", exact=True).click()
    page.get_by_role("button", name="I am lost").click()
    expect(page.get_by_role("button", name="I am lost")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="I need help").click()
    lost = room.locator("#pace li").filter(has_text="lost").locator(".value")
    expect(lost).to_have_text("1")
    expect(room.locator("#hands .who")).to_have_text("Ada")
    page.get_by_role("button", name="My hand is up").click()
    expect(room.locator("#hands")).to_have_text("")
    assert page.evaluate("window.filmed") is None
    assert not [url for url in requests if re.search("model|wasm|worker|vision", url)]
    expect(room.get_by_text("How the class looks")).to_be_hidden()
    assert troubles == []


def test_pages_come_back_by_themselves_when_the_server_does(start_server, browser, troubles):
    server = start_server()
    room, join_url = open_room(browser, server, troubles)
    page = join_with_camera(browser, join_url, troubles)
    page.get_by_role("button", name="I need help").click()
    expect(room.locator("#hands .who")).to_have_text("Somebody")
    server.kill()
    expect(page.locator("#status")).to_contain_text("Trying again")
    expect(room.locator("#status")).to_contain_text("Trying again")
    server.start()
    expect(page.locator("#status")).to_have_text("")
    expect(room.locator("#status")).to_have_text("")
    expect(room.locator("#students")).to_have_text("1")
    expect(room.locator("#hands .who")).to_have_text("Somebody")


def test_ruling_the_camera_out_turns_off_those_that_are_on(start_server, browser, troubles):
    server = start_server()
    page = join_with_camera(browser, server.open_class()["join_url"], troubles)
    server.kill()
    server.settings["SENSING"] = "self-report"
    server.start()
    expect(page.locator("#trouble")).to_contain_text("without cameras")
    expect(page.locator("#looks")).to_have_text("The camera is off")
    expect(page.locator("#pause")).to_be_hidden()
    assert page.evaluate("() => document.querySelector('video').srcObject === null")


def test_pages_work_where_the_browser_keeps_nothing(server, browser, troubles):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(
        """Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("denied", "SecurityError"); },
        });"""
    )
    opened = server.open_class()
    room, page = (troubles.watch(context.new_page()) for _ in range(2))
    room.goto(opened["room_url"])
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join without a camera").click()
    expect(room.locator("#students")).to_have_text("1")
    assert troubles == []


def test_the_teacher_marks_a_moment_and_ends_the_class(server, browser, troubles):
    room, join_url = open_room(browser, server, troubles)
    page = join_with_camera(browser, join_url, troubles)
    note(room, "started recursion")
    room.get_by_role("button", name="End the class").click()
    room.get_by_role("button", name="Stay").click()
    expect(room.locator("#live")).to_be_visible()
    end_class(room)
    expect(room.locator("#report")).to_contain_text("started recursion")
    expect(page.get_by_text("The class has ended")).to_be_visible()
    assert page.evaluate("() => document.querySelector('video').srcObject === null")
    assert troubles == []


def test_the_room_opens_with_the_teachers_link_only(server, browser, troubles):
    room, _ = open_room(browser, server, troubles)
    assert "#" not in room.url  # the token is out of sight of those who see the screen
    room.reload()
    expect(room.locator("#headline")).to_have_text("Waiting for students")
    stranger = browser.new_page()
    stranger.goto(room.url)
    expect(stranger.get_by_text("This page opens with the teacher's link")).to_be_visible()
    expect(stranger.get_by_role("contentinfo")).to_be_visible()  # the choice of a language
    stranger.goto(f"{room.url}#forged")
    expect(stranger.get_by_text("This is not a teacher's link of this server")).to_be_visible()
    expect(stranger.get_by_role("contentinfo")).to_be_visible()


def test_a_second_tab_takes_over_the_seat(server, browser, troubles):
    room, join_url = open_room(browser, server, troubles)
    first = join_with_camera(browser, join_url, troubles)
    second = first.context.new_page()
    second.goto(join_url)
    second.get_by_role("button", name="Join with my camera").click()
    expect(first.get_by_text("another tab or window")).to_be_visible()
    expect(first.get_by_role("link", name="Back to the class")).to_be_visible()
    expect(room.locator("#students")).to_have_text("1")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways(server, browser, troubles, width, scheme):
    opened = server.open_class("A class with quite a long title that has to go somewhere " * 2)
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme=scheme, permissions=["camera"]
    )
    page = troubles.watch(context.new_page())
    for url in (server.url, opened["join_url"], opened["room_url"]):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator("#headline")).to_have_text("Waiting for students")
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_contain_text("looks")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert troubles == []
