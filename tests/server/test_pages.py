"""Pages and the API that opens a class, over HTTP."""

import pytest
import requests


def post(server, body, **options):
    return requests.post(f"{server.url}/api/classes", timeout=10, **({"json": body} | options))


def test_opening_a_class_gives_its_code_and_links(server):
    response = post(server, {"title": "Algebra", "mode": "camera", "min_students": 7})
    opened = response.json()
    assert response.status_code == 201
    assert set(opened) == {"code", "join_url", "room_url", "token"}
    assert opened["join_url"] == f"{server.url}/c/{opened['code']}"
    # In the fragment, which browsers keep to themselves.
    assert opened["room_url"] == f"{server.url}/room/{opened['code']}#{opened['token']}"
    assert len(opened["code"]) == 6 and not set(opened["code"]) & set("01OILU")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "title"),
        ([], "JSON object"),
        ({"title": " ", "mode": "camera"}, "title"),
        ({"title": "x" * 121, "mode": "camera"}, "title"),
        ({"title": "two\nlines", "mode": "camera"}, "title"),
        ({"title": 5, "mode": "camera"}, "title"),
        ({"title": "Algebra"}, "mode"),
        ({"title": "Algebra", "mode": "spy"}, "mode"),
        ({"title": "Algebra", "mode": "camera", "min_students": 2}, "min_students"),
        ({"title": "Algebra", "mode": "camera", "min_students": True}, "min_students"),
        ({"title": "Algebra", "mode": "camera", "min_students": "5"}, "min_students"),
        ({"title": "Algebra", "mode": "camera", "record": True}, "unknown field"),
    ],
)
def test_a_class_that_cannot_be_opened_is_one_clear_error(server, body, told):
    response = post(server, body)
    assert response.status_code == 400
    assert list(response.json()) == ["error"] and told in response.json()["error"]


def test_a_body_that_is_no_json_or_too_large_is_one_clear_error(server):
    assert post(server, None, data="title=Algebra").status_code == 400
    large = post(server, {"title": "x" * 100_000, "mode": "camera"})
    assert large.status_code in (400, 413) and "error" in large.json()


def test_an_unknown_code_is_a_friendly_page(server):
    for path in ("/c/ZZZZZZ", "/room/ZZZZZZ", "/join?code=zzzzzz"):
        response = requests.get(server.url + path, timeout=10)
        assert response.status_code == 404
        assert "There is no class with this code" in response.text


def test_a_code_may_be_typed_as_people_type(server):
    code = server.open_class("Geometry")["code"]
    typed = f" {code[:3].lower()}-{code[3:]} "
    response = requests.get(f"{server.url}/join", params={"code": typed}, timeout=10)
    assert response.url == f"{server.url}/c/{code}"
    assert "Geometry" in response.text


def test_the_qr_code_is_a_picture(server):
    code = server.open_class()["code"]
    response = requests.get(f"{server.url}/c/{code}/qr.svg", timeout=10)
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert "<svg xmlns=" in response.text  # without the namespace browsers show no picture


def test_titles_are_text_not_markup(server):
    code = server.open_class("<script>alert(1)</script>")["code"]
    page = requests.get(f"{server.url}/c/{code}", timeout=10).text
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_an_operator_can_rule_the_camera_out(start_server):
    server = start_server(SENSING="self-report")
    response = post(server, {"title": "Algebra", "mode": "camera"})
    assert response.status_code == 400 and "self-report" in response.json()["error"]
    assert 'value="camera"' not in requests.get(server.url, timeout=10).text
    code = server.open_class(mode="self-report")["code"]
    assert "join-camera" not in requests.get(f"{server.url}/c/{code}", timeout=10).text
