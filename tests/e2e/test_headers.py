"""Browsers hold to what they are told about our pages, as tests/server/test_headers.py has it."""

from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.conftest import end_class

ASK = """navigator.mediaDevices.getUserMedia({ video: true }).then(
  (stream) => (stream.getTracks().forEach((track) => track.stop()), "given"),
  ({ name }) => name)"""


def pages(server):
    camera, words = server.open_class(), server.open_class(mode="self-report")
    return {
        "home": server.url,
        "student": camera["join_url"],
        "student, own words": words["join_url"],
        "room": f"{server.url}/room/{camera['code']}",
        "report": f"{server.url}/report/{camera['code']}",
        "nowhere": f"{server.url}/nowhere",
    }


@pytest.fixture
def context(browser):
    return browser.new_context(permissions=["camera"])


def test_only_a_student_of_a_class_with_cameras_can_be_asked_for_one(server, context):
    page = context.new_page()
    answers = {}
    for name, url in pages(server).items():
        page.goto(url)
        answers[name] = page.evaluate(ASK)
    assert answers.pop("student") == "given"
    assert set(answers.values()) == {"NotAllowedError"}


def test_a_script_that_somebody_smuggles_in_does_not_run(server, context, troubles):
    page = troubles.watch(context.new_page())
    for url in pages(server).values():
        page.goto(url)
        page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "window.ran = true";
              document.body.append(script);
              document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='ran = true'>");
              const other = document.createElement("script");
              other.src = "https://example.org/evil.js";
              document.body.append(other);
            }"""
        )
        assert page.evaluate("window.ran") is None
        assert sum("Content Security Policy" in text for text in troubles) >= 2, troubles
        troubles.clear()


def test_a_lesson_needs_nothing_that_the_policy_forbids(server, context, join, troubles):
    opened = server.open_class()
    room, student = (troubles.watch(context.new_page()) for _ in range(2))
    room.goto(opened["room_url"])
    student.goto(opened["join_url"])
    student.get_by_role("button", name="Join with my camera").click()
    expect(student.locator("#looks")).to_have_text("Your face looks happy")
    student.get_by_role("button", name="Keep this in front of the call").click()
    student.get_by_role("button", name="Leave the class").click()
    for _ in range(5):
        join(server, opened["code"], "happy")
    expect(room.locator("#headline")).to_have_text("Mostly happy looks")
    end_class(room)
    expect(room.get_by_role("heading", name="What this report tells")).to_be_visible()
    assert troubles == []


@contextmanager
def school(folder, url, allow="camera"):
    """A page of a school on an origin of its own, which shows `url` in a frame."""
    (folder / "index.html").write_text(f"<iframe allow='{allow}' src='{url}'></iframe>")
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://localhost:{other.server_port}"
        other.shutdown()


@pytest.mark.parametrize("is_named", [True, False])
def test_a_class_is_shown_in_the_pages_of_a_named_school_only(
    start_server, context, tmp_path, is_named
):
    server = start_server()
    opened = server.open_class()
    with school(tmp_path, opened["join_url"]) as origin:
        server.stop()
        server.settings["FRAME_ANCESTORS"] = (
            f"https://lms.example.org {origin}" if is_named else "https://lms.example.org"
        )
        server.start()
        page = context.new_page()
        page.goto(origin)
        frame = page.frames[1]
        if is_named:
            frame.get_by_role("button", name="Join with my camera").click()
            expect(frame.locator("#looks")).to_have_text("Your face looks happy")
            assert "X-Frame-Options" not in requests.get(opened["join_url"], timeout=10).headers
        else:
            assert frame.get_by_role("button").count() == 0


def test_a_frame_that_may_not_use_the_camera_leads_to_a_window_that_may(
    start_server, context, tmp_path
):
    server = start_server()
    with school(tmp_path, server.open_class()["join_url"], allow="fullscreen") as origin:
        server.stop()
        server.settings["FRAME_ANCESTORS"] = origin
        server.start()
        page = context.new_page()
        page.goto(origin)
        frame = page.frames[1]
        frame.get_by_role("button", name="Join with my camera").click()
        expect(frame.locator("#trouble")).to_contain_text("Open the class in a window of its own")
        with context.expect_page() as opened:
            frame.get_by_role("link", name="in a window of its own").click()
        own = opened.value
        own.get_by_role("button", name="Join with my camera").click()
        expect(own.locator("#looks")).to_have_text("Your face looks happy")
