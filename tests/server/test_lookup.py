"""Whoever tries codes gets nowhere, and those in class notice nothing."""

import pytest
import requests

from server.lookup import MISSES_AN_HOUR


@pytest.fixture
def server(start_server):
    return start_server(PROXIES="1")


def get(server, path, address):
    headers = {"X-Forwarded-For": address}
    return requests.get(f"{server.url}{path}", headers=headers, timeout=10)


def test_guessing_codes_is_held_back_on_every_page(server):
    code = server.open_class()["code"]
    ways = ["/c/{}", "/room/{}", "/report/{}", "/api/classes/{}", "/c/{}/qr.svg"]
    for number in range(MISSES_AN_HOUR):
        way = ways[number % len(ways)].format(f"NO{number}")
        assert get(server, way, "203.0.113.7").status_code == 404
    for path in (f"/c/{code}", "/c/NOSUCH", f"/api/classes/{code}"):
        answer = get(server, path, "203.0.113.7")
        assert answer.status_code == 429 and "Too many wrong codes" in answer.text
        assert get(server, f"/c/{code}", "203.0.113.8").ok
    assert get(server, "/", "203.0.113.7").ok


def test_sockets_count_and_whoever_was_in_the_class_comes_back(server, connect, join, teach):
    opened = server.open_class()
    code = opened["code"]
    student = join(server, code)
    for number in range(MISSES_AN_HOUR):
        address = "127.0.0.1"  # which sockets of this test come from
        assert get(server, f"/c/NO{number}", address).status_code == 404
    assert "Too many wrong codes" in connect(server, role="student", code="NOSUCH").refused
    assert "Too many wrong codes" in connect(server, role="student", code=code).refused
    join(server, code, seat=student.welcome["seat"])
    teach(server, opened).wait_for("view")
    for token, status in ((opened["token"], 200), ("of somebody else", 429)):
        bearer = {"Authorization": f"Bearer {token}"}
        page = f"{server.url}/report/{code}.json"
        assert requests.get(page, headers=bearer, timeout=10).status_code == status


def test_a_wrong_code_over_a_socket_counts_as_well(server, connect):
    assert "no class" in connect(server, role="student", code="NOSUCH").refused
    for number in range(MISSES_AN_HOUR - 1):
        assert get(server, f"/c/NO{number}", "127.0.0.1").status_code == 404
    assert get(server, "/c/NOSUCH", "127.0.0.1").status_code == 429
