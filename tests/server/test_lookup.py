"""Whoever tries codes gets nowhere, and those in class notice nothing."""

import pytest

from server.access.lookup import MISSES_AN_HOUR
from server.http.languages import LANGUAGES


@pytest.fixture
def app(start_app):
    return start_app(proxies=1)


def get(app, path, address):
    return app.get(path, headers={"X-Forwarded-For": address})


def test_guessing_codes_is_held_back_on_every_page(app):
    code = app.open_class()["code"]
    course = app.open_course()["code"]
    ways = ["/c/{}", "/room/{}", "/report/{}", "/api/classes/{}", "/c/{}/qr.svg"]
    ways += ["/course/{}", "/lessons/{}", "/api/courses/{}", "/course/{}/qr.svg", "/join?code={}"]
    for number in range(MISSES_AN_HOUR):
        way = ways[number % len(ways)].format(f"NO{number}")
        assert get(app, way, "203.0.113.7").status_code == 404
    for path in (f"/c/{code}", "/c/NOSUCH", f"/api/classes/{code}", f"/course/{course}"):
        answer = get(app, path, "203.0.113.7")
        assert answer.status_code == 429 and "Too many wrong codes" in answer.text
        assert get(app, f"/c/{code}", "203.0.113.8").status_code == 200
    assert get(app, "/", "203.0.113.7").status_code == 200
    # What was typed can be corrected where it led nowhere, in each language.
    for language in LANGUAGES:
        for path in ("/c/NO-SUCH", "/join?code=NO-SUCH"):
            for address, status in (("203.0.113.7", 429), ("203.0.113.8", 404)):
                headers = {"X-Forwarded-For": address, "Accept-Language": language}
                answer = app.get(path, headers=headers)
                assert answer.status_code == status and 'value="NO-SUCH"' in answer.text
                assert f'lang="{language}"' in answer.text


def test_sockets_count_and_whoever_was_in_the_class_comes_back(app):
    opened = app.open_class()
    code = opened["code"]
    student = app.join(code)
    for number in range(MISSES_AN_HOUR):
        assert get(app, f"/c/NO{number}", "203.0.113.7").status_code == 404
    for guessed in ("NOSUCH", code):
        stranger = app.connect("203.0.113.7", role="student", code=guessed)
        assert "Too many wrong codes" in stranger.refused
    app.join(code, address="203.0.113.7", seat=student.welcome["seat"])
    teacher = {"role": "teacher", "code": code, "token": opened["token"]}
    assert app.connect("203.0.113.7", **teacher).refused is None
    for token, status in ((opened["token"], 200), ("of somebody else", 429)):
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.7"}
        assert app.get(f"/report/{code}.json", headers=headers).status_code == status


def test_a_wrong_code_over_a_socket_counts_as_well(app):
    assert "no class" in app.connect("203.0.113.7", role="student", code="NOSUCH").refused
    for number in range(MISSES_AN_HOUR - 1):
        assert get(app, f"/c/NO{number}", "203.0.113.7").status_code == 404
    assert get(app, "/c/NOSUCH", "203.0.113.7").status_code == 429
