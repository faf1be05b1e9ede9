"""No page of another site acts in a teacher's or a student's name."""

import pytest
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


def test_sockets_are_for_our_own_pages(server):
    assert handshake(server, server.url)
    for origin in (OTHER, f"{server.url}0", "null", f"{server.url}.evil.example.org"):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            handshake(server, origin)
        assert refused.value.status_code == 400


def test_those_who_poll_are_our_own_pages_too(app):
    def poll(origin):
        headers = {"Origin": origin}
        return app.get("/socket.io/?EIO=4&transport=polling", headers=headers)

    assert poll(app.url).status_code == 200
    for origin in (OTHER, f"{app.url}0", "null", f"{app.url}.evil.example.org"):
        answer = poll(origin)
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
def test_what_a_form_of_another_site_can_send_opens_no_class(app, content_type):
    answer = app.post(
        "/api/classes",
        data='{"title": "Algebra", "mode": "camera"}',
        headers={"Content-Type": content_type, "Origin": OTHER},
    )
    assert answer.status_code == 400


def test_another_site_may_neither_ask_nor_read(app):
    opened = app.open_class()
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
        answer = app.browser.options(path, headers=asked)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_cookie_is_worth_nothing(app):
    opened = app.open_class()
    cookies = {"Cookie": f"token={opened['token']}; session={opened['token']}"}
    assert app.get(f"/report/{opened['code']}.json", headers=cookies).status_code == 401
