"""What goes wrong with cameras, faces and models: words for it, and a way to take part anyway."""

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LOADING, astronaut, webcam_picture


def enter(browser, opened, permissions=("camera",)):
    page = browser.new_context(permissions=list(permissions)).new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    return page


def can_still_take_part(page, teacher):
    expect(page.locator("#trouble")).to_contain_text("You can still take part")
    page.get_by_role("button", name="I need help").click()
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 1


def test_a_student_without_a_camera_is_told_and_takes_part(server, browser_with_camera, teach):
    opened = server.open_class()
    page = enter(browser_with_camera(None), opened)
    expect(page.locator("#trouble")).to_contain_text("No camera was found")
    can_still_take_part(page, teach(server, opened))


def test_a_student_who_refuses_the_camera_is_told_and_takes_part(
    server, browser_with_camera, teach
):
    opened = server.open_class()
    page = enter(browser_with_camera(webcam_picture(astronaut())), opened, permissions=())
    expect(page.locator("#trouble")).to_contain_text("not allowed to use the camera")
    can_still_take_part(page, teach(server, opened))


def test_a_camera_that_another_program_has_is_said_so(server, browser_with_camera, teach):
    opened = server.open_class()
    context = browser_with_camera(webcam_picture(astronaut())).new_context(permissions=["camera"])
    # No second program can hold Chromium's fake webcam: answer as Chromium does on Windows.
    context.add_init_script(
        """navigator.mediaDevices.getUserMedia = () =>
          Promise.reject(new DOMException("Could not start video source", "NotReadableError"));"""
    )
    page = context.new_page()
    page.goto(opened["join_url"])
    page.get_by_role("button", name="Join with my camera").click()
    expect(page.locator("#trouble")).to_contain_text("in use by another program")
    expect(page.get_by_role("button", name="Try the camera again")).to_be_enabled()
    can_still_take_part(page, teach(server, opened))


def test_a_picture_without_a_face_is_no_guess(server, browser_with_camera, teach):
    opened = server.open_class()
    teacher = teach(server, opened)
    page = enter(browser_with_camera(np.full((480, 640, 3), 150, np.uint8)), opened)
    expect(page.locator("#looks")).to_have_text("No face to be seen", timeout=LOADING)
    expect(page.locator("#last-sent")).to_have_text('label {"state":"no_face"}')
    assert teacher.wait_for("view", lambda view: view["students"] == 1)["shares"] is None


def test_of_several_faces_the_largest_counts(server, browser_with_camera):
    opened = server.open_class()
    picture = np.full((480, 640, 3), 160, np.uint8)
    face = astronaut()[0:260, 100:360]
    picture[60:420, 0:360] = cv2.resize(face, (360, 360), interpolation=cv2.INTER_AREA)
    picture[100:370, 370:640] = cv2.resize(face, (270, 270), interpolation=cv2.INTER_AREA)
    page = enter(browser_with_camera(picture), opened)
    expect(page.locator("#trouble")).to_have_text(
        "2 faces are in the picture: the largest one counts.", timeout=LOADING
    )
    # The box is drawn around the nearer one: left in the frame, which the page shows mirrored.
    ink = page.evaluate(
        """() => {
          const canvas = document.querySelector('#box');
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


@pytest.mark.parametrize("damage", ["missing", "shortened", "garbage", "not json"])
@pytest.mark.parametrize("model", ["emotion", "face"])
def test_a_missing_or_damaged_model_is_told_and_the_student_takes_part(
    server, browser_with_camera, teach, model, damage
):
    opened = server.open_class()
    context = browser_with_camera(webcam_picture(astronaut())).new_context(permissions=["camera"])

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
    expect(page.locator("#trouble")).to_contain_text(
        "The face model could not be loaded", timeout=LOADING
    )
    assert page.evaluate("() => document.querySelector('video').srcObject === null")
    can_still_take_part(page, teach(server, opened))
