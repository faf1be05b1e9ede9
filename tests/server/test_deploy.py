"""The way from nginx to a process, as deploy/nginx.conf and docker-compose.yml have it."""

import re

import pytest
import requests

from server.config import Settings
from tests.live_server import METRICS_TOKEN, ROOT, SECRET_KEY


@pytest.fixture
def nginx(start_nginx, server):
    return start_nginx(server.port)


def test_a_class_can_be_held_through_nginx(nginx, server, join, teach):
    opened = server.open_class()
    teacher = teach(nginx, opened)
    for _ in range(5):
        join(nginx, opened["code"], "happy")
    assert teacher.wait_for("view", lambda view: view["shares"])["shares"] == {"happy": 1.0}


def test_pages_go_without_https_where_nginx_has_none(nginx, server):
    page = f"{nginx.url}/c/{server.open_class()['code']}"
    response = requests.get(page, allow_redirects=False, timeout=10)
    assert response.status_code == 200


def test_links_say_https_where_the_proxy_before_nginx_has_it(nginx):
    asked = {"title": "Algebra", "mode": "camera"}
    headers = {"X-Forwarded-Proto": "https", "Host": "classpulse.example.org"}
    opened = requests.post(f"{nginx.url}/api/classes", json=asked, headers=headers, timeout=10)
    assert opened.json()["join_url"].startswith("https://classpulse.example.org/c/")


def test_a_file_that_many_ask_for_is_asked_of_a_process_once(start_server, start_nginx):
    server = start_server()
    nginx = start_nginx(server.port)
    address = f"{nginx.url}/static/dist/student.js"
    plain = requests.get(address, headers={"Accept-Encoding": "identity"}, timeout=10)
    packed = requests.get(address, headers={"Accept-Encoding": "gzip"}, timeout=10)
    assert (plain.content, "Content-Encoding" in plain.headers) == (packed.content, False)
    assert packed.headers["Content-Encoding"] == "gzip"
    server.kill()
    for accepted, first in (("identity", plain), ("gzip", packed)):
        again = requests.get(address, headers={"Accept-Encoding": accepted}, timeout=10)
        assert again.content == first.content
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    known = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
    assert requests.get(address, headers=known, timeout=10).status_code == 304


def test_figures_of_the_processes_are_not_shown_outside(nginx):
    bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    assert requests.get(f"{nginx.url}/metrics", headers=bearer, timeout=10).status_code == 404


def test_nginx_knows_all_processes_of_the_compose_file():
    configuration = (ROOT / "deploy/nginx.conf").read_text()
    processes = re.findall(r"^  (web-\d+):", (ROOT / "docker-compose.yml").read_text(), re.M)
    assert processes == re.findall(r"server (web-\d+):8000;", configuration) != []


def test_the_compose_file_passes_on_all_that_an_operator_can_set():
    class Asked(dict[str, str]):
        def get(self, name, default=None):
            self[name] = value = super().get(name, default)
            return value

    asked = Asked(SECRET_KEY=SECRET_KEY)
    Settings.from_environment(asked)
    compose = (ROOT / "docker-compose.yml").read_text()
    passed_on = re.findall(r"^    ([A-Z_]+):", compose, re.MULTILINE)
    assert asked.keys() - {"PORT", "SCRIPT_NAME"} <= set(passed_on)
