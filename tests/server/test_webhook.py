"""The report of each class reaches the school's own server, whatever happens on the way."""

import base64
import json
import queue
import re
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gevent
import pytest
import requests

from server.domain.session import ClassSession
from server.ops.clock import Clock
from server.ops.metrics import Metrics
from server.ops.webhook import Webhook
from server.storage.store import ClassStore
from tests.conftest import SERVE_QUICKLY
from tests.live_server import PATIENCE, ROOT, migrate

KEY = b"twenty-four bytes at least"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


def documented():
    """What docs/integrations.md has its readers verify with."""
    text = (ROOT / "docs/integrations.md").read_text()
    names = {}
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], names)
    return names


class School:
    """Takes reports in; `answers` are the next ones it gives, and then 204 for good."""

    def __init__(self):
        self.received = queue.Queue()
        self.answers = []
        self.is_open = threading.Event()  # until then nothing is answered
        self.is_open.set()
        school = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                school.received.put((self.headers, body))
                school.is_open.wait(PATIENCE)
                self.send_response(school.answers.pop(0) if school.answers else 204)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}/reports"
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def next(self):
        """The headers and the body of what comes next, its signature verified."""
        headers, body = self.received.get(timeout=PATIENCE)
        is_ours = documented()["is_ours"]
        assert is_ours(SECRET, headers, body)
        assert not is_ours(SECRET, headers, body.replace(b"Algebra", b"Geometry")[:-1])
        return headers, json.loads(body)

    def close(self):
        self.is_open.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def school():
    school = School()
    yield school
    school.close()


def hold(server, join, teach, title="Algebra"):
    """A class that was held and ended; returns what opening it gave."""
    opened = server.open_class(title, qna=True)
    teacher = teach(server, opened)
    for _ in range(5):
        join(server, opened["code"], "happy").send("post", {"text": "Why, and why not?"})
    teacher.wait_for("posts", lambda told: len(told["posts"]) == 5)
    teacher.wait_for("view", lambda view: view["shares"])
    teacher.send("marker", {"text": "recursion"})
    teacher.wait_for("marker")
    teacher.send("end", {})
    teacher.wait_for("ended")
    return opened


def report(server, opened):
    address = f"{server.url}/report/{opened['code']}.json"
    bearer = {"Authorization": f"Bearer {opened['token']}"}
    return requests.get(address, headers=bearer, timeout=10)


def test_a_report_is_what_the_teacher_gets_too_and_nobody_waits_for_it(
    start_server, school, join, teach
):
    server = start_server(SERVE_QUICKLY, WEBHOOK_URL=school.url, WEBHOOK_SECRET=SECRET)
    school.is_open.clear()
    opened = hold(server, join, teach)
    _, body = school.next()
    assert body["type"] == "class.ended" and body["data"]["title"] == "Algebra"
    assert body["data"] == report(server, opened).json()
    assert body["data"]["markers"][0]["text"] == "recursion"
    assert "why not" not in json.dumps(body) + server.log()
    # While the school takes its time, another class goes on.
    other = server.open_class()
    teacher = teach(server, other)
    join(server, other["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    school.is_open.set()


def test_a_report_comes_again_until_it_was_taken_even_after_a_crash(
    start_server, school, join, teach
):
    school.answers = [500, 302]
    server = start_server(
        SERVE_QUICKLY, WEBHOOK_URL=school.url, WEBHOOK_SECRET=SECRET, RETENTION_DAYS="0"
    )
    opened = hold(server, join, teach)
    first, _ = school.next()
    assert report(server, opened).ok  # it is needed still
    server.kill()
    server.start()
    for _ in range(2):
        again, body = school.next()
        assert again["webhook-id"] == first["webhook-id"] and body["data"]["title"] == "Algebra"
    # Where nothing is kept, it is gone with that.
    while report(server, opened).status_code != 404:
        assert school.received.empty()


def test_of_a_deleted_class_nothing_is_sent(start_server, school, join, teach):
    server = start_server(SERVE_QUICKLY, WEBHOOK_URL=school.url, WEBHOOK_SECRET=SECRET)
    deleted = hold(server, join, teach, "Secrets")
    address = f"{server.url}/api/classes/{deleted['code']}"
    bearer = {"Authorization": f"Bearer {deleted['token']}"}
    assert requests.delete(address, headers=bearer, timeout=10).status_code == 204
    hold(server, join, teach, "Geometry")
    assert school.next()[1]["data"]["title"] == "Geometry"
    assert school.received.empty()


def test_of_a_simulated_class_nothing_is_sent(start_server, school, join, teach):
    server = start_server(SERVE_QUICKLY, WEBHOOK_URL=school.url, WEBHOOK_SECRET=SECRET)
    teacher = teach(server, server.open_tryout())
    teacher.wait_for("view", lambda view: view["shares"])
    teacher.send("end", {})
    teacher.wait_for("ended")
    hold(server, join, teach, "Geometry")
    assert school.next()[1]["data"]["title"] == "Geometry"
    assert school.received.empty()


def test_a_report_that_is_taken_in_slowly_holds_up_no_other(start_server, school, tmp_path):
    url = migrate(f"sqlite:///{tmp_path / 'due.db'}")
    titles = ["Algebra", "Geometry", "Logic"]
    with closing(ClassStore(url, sends_reports=True)) as store:
        for title in titles:
            store.add_class(ClassSession(title.upper(), title, "camera", 5, time.time() - 120))
            store.end_class(title.upper(), time.time() - 60)
        school.is_open.clear()
        server = start_server(
            DATABASE_URL=url,
            WEBHOOK_URL=school.url,
            WEBHOOK_SECRET=SECRET,
            RETENTION_DAYS="0",
        )
        # None of them is answered before all have come, and none comes again.
        assert sorted(school.next()[1]["data"]["title"] for _ in titles) == titles
        school.is_open.set()
        while any(store.find_class(title.upper()) for title in titles):
            assert school.received.empty()
        assert server.figure('classpulse_errors_total{kind="webhook"}') == 0


def deliver(webhook):
    webhook.deliver()
    gevent.wait()


def test_a_report_that_nobody_takes_for_a_day_is_given_up(school, tmp_path, caplog):
    now = 1000.0
    url = migrate(f"sqlite:///{tmp_path / 'classpulse.db'}")
    with closing(ClassStore(url, sends_reports=True)) as store:
        clock, metrics = Clock(lambda: now, lambda: now), Metrics(dict)
        webhook = Webhook(school.url, KEY, store, keeps=True, clock=clock, metrics=metrics)
        store.add_class(ClassSession("ABC234", "Algebra", "camera", 5, now))
        store.end_class("ABC234", now)
        deliver(webhook)
        assert school.received.empty()  # other processes may still write what they have of it
        school.answers = [500] * 3
        for hours, tries in ((1, 1), (22, 1), (2, 1), (24, 0)):
            now += hours * 60 * 60
            deliver(webhook)
            assert school.received.qsize() == tries
            school.received.queue.clear()
        assert "is given up" in caplog.text
        assert store.find_class("ABC234")  # it is kept all the same
