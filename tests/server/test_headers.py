"""What browsers are told about our pages; tests/e2e/test_headers.py has them hold to it."""

import re

import pytest

from server.config import Logo, School


@pytest.fixture
def pages(app):
    """The path of each kind of page."""
    camera, words = app.open_class()["code"], app.open_class(mode="self-report")["code"]
    course = app.open_course(mode="camera")["code"]
    return {
        "home": "/",
        "student": f"/c/{camera}",
        "student, own words": f"/c/{words}",
        "room": f"/room/{camera}",
        "report": f"/report/{camera}",
        "waiting": f"/course/{course}",
        "lessons": f"/lessons/{course}",
        "nowhere": "/nowhere",
        "a script": "/static/dist/worker.js",
    }


def test_every_answer_says_what_a_browser_may_do_with_it(app, pages):
    for name, path in pages.items():
        with app.get(path) as response:
            headers = response.headers
        text = headers["Content-Security-Policy"]
        assert text.startswith("default-src 'none'") and "frame-ancestors 'none'" in text
        assert "unsafe-inline" not in text and "'unsafe-eval'" not in text
        assert ("wasm-unsafe-eval" in text) == (name == "a script")
        assert not re.search(r"https?:|\*|data:|blob:", text), "nothing but our own"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        permissions = headers["Permissions-Policy"]
        assert ("camera=(self)" in permissions) == (name == "student")
        assert ("camera=()" in permissions) == (name != "student")
        assert "microphone=()" in permissions
        assert "Strict-Transport-Security" not in headers  # this was no https
        assert "Set-Cookie" not in headers
        assert ("no-store" in headers["Cache-Control"]) == (name != "a script")


def test_whoever_comes_by_https_stays_with_it(app):
    secure = app.get("/", headers={"X-Forwarded-Proto": "https"})
    assert re.fullmatch(r"max-age=\d{8,}", secure.headers["Strict-Transport-Security"])


def test_pages_can_be_shown_in_the_frames_of_named_pages_only(start_app):
    app = start_app(frame_ancestors=("https://lms.example.org", "http://localhost:8080"))
    headers = app.get("/").headers
    named = "frame-ancestors https://lms.example.org http://localhost:8080"
    assert named in headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in headers


def test_the_schools_logo_may_do_nothing(start_app):
    picture = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    app = start_app(school=School("Gymnasium am Wall", Logo(picture, "image/svg+xml")))
    answer = app.get("/logo")
    assert (answer.data, answer.headers["Content-Type"]) == (picture, "image/svg+xml")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert not any(each.startswith("script-src") for each in policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "max-age=3600"
    again = app.get("/logo", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
