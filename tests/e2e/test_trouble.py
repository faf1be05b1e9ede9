"""What goes wrong with cameras, faces and models: words for it, and a way to take part anyway."""

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import (
    astronaut,
    launch,
    two_people,
    wall,
)
from tests.live_server import ROOT


def enter(browser, opened, permissions=("camera",)):
    page = browser.new_context(permissions=list(permissions)).new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    return page


def can_still_take_part(page, teacher):
    expect(page.locator("#trouble")).to_contain_text("You can still take part")
    page.get_by_role("button", name="I need help").click()
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 1


def test_a_student_without_a_camera_is_told_and_takes_part(server, playwright, teach):
    opened = server.open_class()
    with launch(playwright) as browser:
        page = enter(browser, opened)
        expect(page.locator("#trouble")).to_contain_text("No camera was found")
        can_still_take_part(page, teach(server, opened))


def test_a_student_who_refuses_the_camera_is_told_and_takes_part(server, browser, teach):
    opened = server.open_class()
    page = enter(browser, opened, permissions=())
    expect(page.locator("#trouble")).to_contain_text("not allowed to use the camera")
    can_still_take_part(page, teach(server, opened))


def test_a_camera_that_another_program_has_is_said_so(server, browser, teach):
    opened = server.open_class()
    context = browser.new_context(permissions=["camera"])
    # No second program can hold Chromium's fake webcam: answer as Chromium does on Windows.
    context.add_init_script(
        """navigator.mediaDevices.getUserMedia = () =>
          Promise.reject(new DOMException("Could not start video source", "NotReadableError"));"""
    )
    page = context.new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    # Said when it has been tried three times, seconds apart.
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("in use by another program")
    expect(page.get_by_role("button", name="Try the camera again")).to_be_enabled()
    can_still_take_part(page, teach(server, opened))


def test_a_picture_without_a_face_is_no_guess(server, browser, webcam, teach):
    webcam.show(wall())
    opened = server.open_class()
    teacher = teach(server, opened)
    page = enter(browser, opened)
    expect(page.locator("#looks")).to_have_text("No face to be seen")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"no_face"}')
    assert teacher.wait_for("view", lambda view: view["students"] == 1)["shares"] is None


def test_of_several_faces_the_largest_counts(server, browser, webcam):
    webcam.show(two_people())
    opened = server.open_class()
    page = enter(browser, opened)
    expect(page.locator("#trouble")).to_have_text(
        "2 faces are in the picture: the largest one counts."
    )
    # The box is drawn around the nearer one: left in the frame, which the page shows mirrored.
    ink = page.evaluate(
        """() => {
          const canvas = document.querySelector('#face');
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
          const columns = [];
          for (let pixel = 0; pixel < width * height; pixel++) {
            if (data[pixel * 4 + 3] > 0) columns.push(pixel % width);
          }
          return { to: columns.reduce((a, b) => Math.max(a, b)) };
        }"""
    )
    assert ink["to"] < 360


def cut_off():
    """A face from which the picture's left edge takes a part; BGR uint8 640 x 480."""
    face = cv2.resize(astronaut()[0:260, 100:360], (480, 480), interpolation=cv2.INTER_AREA)
    picture = wall()
    picture[:, :320] = face[:, 160:]
    return picture


def profile():
    """A woman who looks past the camera, her far side drawn in further; BGR uint8 640 x 480."""
    photo = cv2.imread(str(ROOT / "node_modules/@vladmandic/face-api/demo/sample4.jpg"))
    picture = cv2.resize(photo[162:482, 860:1286], (640, 480), interpolation=cv2.INTER_AREA)
    corners = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], np.float32)
    drawn_in = np.array([[105, 84], [640, 0], [640, 480], [105, 396]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, drawn_in)
    return cv2.warpPerspective(picture, turn, (640, 480), borderValue=(150, 150, 150))


@pytest.mark.parametrize(
    ("seen", "looks", "advice"),
    [
        (lambda: wall() // 50, "The picture is dark", "lens covered"),
        (cut_off, "at the edge", "part is missing"),
        (profile, "Your face is turned away", ""),
    ],
    ids=["dark", "edge", "profile"],
)
def test_a_picture_that_cannot_be_read_is_said_so_and_is_no_guess(
    server, browser, webcam, seen, looks, advice
):
    webcam.show(seen())
    page = enter(browser, server.open_class())
    expect(page.locator("#looks")).to_contain_text(looks)
    expect(page.locator("#trouble")).to_contain_text(advice)
    expect(page.locator("#last-sent")).to_have_text('label {"state":"no_face"}')


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_phones_picture_that_lies_on_its_side_is_read_nevertheless(
    server, browser, webcam, quarters
):
    face = cv2.resize(astronaut()[0:400, 60:460], (480, 480), interpolation=cv2.INTER_AREA)
    picture = cv2.copyMakeBorder(
        np.rot90(face, quarters), 0, 0, 80, 80, cv2.BORDER_CONSTANT, value=(150, 150, 150)
    )
    webcam.show(picture)
    page = enter(browser, server.open_class())
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


CAMERAS = """
window.trouble = null;
window.said = "";
window.asked = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async ({ video }) => {
  asked.push(video);
  // What no test can do to Chromium's fake webcam: answer as Chromium does when it happens.
  if (trouble && !video.deviceId) throw new DOMException(said, trouble);
  return (window.stream = await ask({ video: { ...video, deviceId: undefined } }));
};
"""
TWO_CAMERAS = """
navigator.mediaDevices.enumerateDevices = async () => ["Front", "Desk"].map((label) => (
  { kind: "videoinput", deviceId: label.toLowerCase(), label }));
"""


def enter_with(browser, opened, script):
    context = browser.new_context(permissions=["camera"])
    context.add_init_script(CAMERAS + script)
    page = context.new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    return page


def test_where_a_camera_stays_busy_no_other_one_is_turned_on_unasked(server, browser):
    page = enter_with(browser, server.open_class(), "trouble = 'NotReadableError';" + TWO_CAMERAS)
    expect(page.locator("#looks")).to_contain_text("in use by another program. Trying again")
    expect(page.locator("#trouble")).to_contain_text("or choose another one")
    assert page.evaluate("asked.map((video) => video.deviceId ?? null)") == [None] * 3
    page.get_by_label("Which camera").select_option("Desk")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.reload()
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    assert page.evaluate("asked.map((video) => video.deviceId)") == [{"exact": "desk"}]


@pytest.mark.parametrize(
    ("name", "said", "advice"),
    [
        ("AbortError", "Timeout starting video source", "in use by another program"),
        ("NotAllowedError", "Permission denied by system", "in the system's settings"),
        ("NotAllowedError", "Permission dismissed", "closed without an answer"),
        ("NotAllowedError", "Permission denied", "beside the address bar"),
        ("OverconstrainedError", "", "is not there"),
        ("NoSuchError", "", "NoSuchError"),
    ],
)
def test_each_trouble_with_a_camera_has_words_that_lead_on(server, browser, name, said, advice):
    page = enter_with(browser, server.open_class(), f"trouble = '{name}'; said = '{said}';")
    expect(page.locator("#trouble")).to_contain_text(advice)
    expect(page.locator("#trouble")).to_contain_text("You can still take part")
    expect(page.locator("#camera-state")).to_have_text("Camera off")
    page.evaluate("trouble = null")
    page.get_by_role("button", name="Try the camera again").click()
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


def test_who_refused_the_camera_is_not_asked_again_when_a_device_changes(server, browser):
    page = enter_with(browser, server.open_class(), "trouble = 'NotAllowedError';")
    expect(page.locator("#trouble")).to_contain_text("not allowed to use the camera")
    for _ in range(4):
        page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    assert page.evaluate("asked.length") == 1


def test_a_permission_that_is_withdrawn_in_mid_class_is_said_so_and_comes_back(server, browser):
    page = enter_with(browser, server.open_class(), "")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.context.clear_permissions()
    expect(page.locator("#trouble")).to_contain_text("no longer allows this page to use the camera")
    expect(page.locator("#camera-state")).to_have_text("Camera off")
    page.context.grant_permissions(["camera"])
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


@pytest.mark.parametrize("missing", ["OffscreenCanvas", "WebAssembly"])
def test_a_browser_that_lacks_what_it_takes_is_not_asked_for_its_camera(server, browser, missing):
    page = enter_with(browser, server.open_class(), f"delete window.{missing};")
    expect(page.locator("#trouble")).to_contain_text("This browser lacks")
    assert page.evaluate("asked") == []


def test_a_camera_that_is_plugged_in_later_is_used(server, browser):
    page = enter_with(browser, server.open_class(), "trouble = 'NotFoundError';")
    expect(page.locator("#trouble")).to_contain_text("No camera was found")
    page.evaluate("trouble = null; navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


def test_a_camera_that_is_unplugged_in_mid_class_goes_on_when_it_is_back(server, browser):
    page = enter_with(browser, server.open_class(), "")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    page.evaluate(
        """() => {
          const [track] = stream.getTracks();
          track.stop();
          track.dispatchEvent(new Event("ended"));
        }"""
    )
    expect(page.locator("#trouble")).to_contain_text("unplugged")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    expect(page.locator("#trouble")).to_have_text("")


def test_a_refused_camera_goes_on_once_it_is_allowed(server, browser):
    page = enter(browser, server.open_class(), permissions=())
    expect(page.locator("#trouble")).to_contain_text("not allowed to use the camera")
    page.context.grant_permissions(["camera"])
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


def test_a_camera_muted_by_the_system_is_a_pause_that_ends_by_itself(server, browser):
    page = enter_with(browser, server.open_class(), "")
    expect(page.locator("#looks")).to_have_text("Your face looks happy")
    mute = """(muted) => {
      const [track] = stream.getTracks();
      Object.defineProperty(track, "muted", { value: muted, configurable: true });
      track.enabled = !muted;
      track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
    }"""
    page.evaluate(mute, True)
    expect(page.locator("#looks")).to_have_text("The camera gives no picture")
    expect(page.locator("#last-sent")).to_have_text('label {"state":"paused"}')
    page.evaluate(mute, False)
    expect(page.locator("#looks")).to_have_text("Your face looks happy")


@pytest.mark.parametrize("damage", ["missing", "shortened", "garbage", "not json"])
@pytest.mark.parametrize("model", ["emotion", "face"])
def test_a_missing_or_damaged_model_is_told_and_the_student_takes_part(
    server, browser, teach, model, damage
):
    opened = server.open_class()
    context = browser.new_context(permissions=["camera"])

    def spoil(route):
        body = route.fetch().body()
        if damage == "missing":
            route.fulfill(status=404)
        else:
            route.fulfill(
                body=body[: len(body) // 2] if damage == "shortened" else b"\xff" * len(body)
            )

    file = "model.json" if damage == "not json" else "*.bin"
    context.route(f"**/model/{model}/{file}", spoil)
    page = context.new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#trouble")).to_contain_text("The face model could not be loaded")
    assert page.evaluate("() => document.querySelector('video').srcObject === null")
    can_still_take_part(page, teach(server, opened))
