"""No page of another site acts in a teacher's or a student's name."""

import pytest
import requests
import websocket

OTHER = "https://evil.example.org"


def handshake(server, origin, **options):
    """Whether a page of that origin gets a WebSocket; raises what its browser would see."""
    connection = websocket.create_connection(
        f"{server.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket",
        origin=origin,
        timeout=10,
        **options,
    )
    greeting = connection.recv()
    connection.close()
    return greeting.startswith("0{")


def poll(server, origin):
    address = f"{server.url}/socket.io/?EIO=4&transport=polling"
    return requests.get(address, headers={"Origin": origin}, timeout=10)


def test_sockets_are_for_our_own_pages(server):
    assert handshake(server, server.url)
    assert poll(server, server.url).ok
    for origin in (OTHER, f"{server.url}0", "null", f"{server.url}.evil.example.org"):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            handshake(server, origin)
        assert refused.value.status_code == 400
        answer = poll(server, origin)
        assert answer.status_code == 400
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_behind_a_proxy_the_origin_is_the_one_that_browsers_see(server):
    seen = {"host": "classpulse.example.org", "header": ["X-Forwarded-Proto: https"]}
    assert handshake(server, "https://classpulse.example.org", **seen)
    with pytest.raises(websocket.WebSocketBadStatusException):
        handshake(server, OTHER, **seen)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_what_a_form_of_another_site_can_send_opens_no_class(server, content_type):
    answer = requests.post(
        f"{server.url}/api/classes",
        data='{"title": "Algebra", "mode": "camera"}',
        headers={"Content-Type": content_type, "Origin": OTHER},
        timeout=10,
    )
    assert answer.status_code == 400


def test_another_site_may_neither_ask_nor_read(server):
    opened = server.open_class()
    for method, path in (
        ("POST", "/api/classes"),
        ("DELETE", f"/api/classes/{opened['code']}"),
        ("POST", f"/api/classes/{opened['code']}/token"),
        ("GET", f"/report/{opened['code']}.json"),
    ):
        asked = {
            "Origin": OTHER,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        answer = requests.options(f"{server.url}{path}", headers=asked, timeout=10)
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_cookie_is_worth_nothing(server):
    opened = server.open_class()
    cookies = {"token": opened["token"], "session": opened["token"]}
    page = f"{server.url}/report/{opened['code']}.json"
    assert requests.get(page, cookies=cookies, timeout=10).status_code == 401
