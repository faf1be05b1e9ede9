"""What the world does to a server: a class goes on, and nothing that was saved is lost."""

import itertools
import json
import resource
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from email.utils import parsedate_to_datetime

import psycopg
import pytest
import requests
import websocket

from tests.conftest import SERVE_QUICKLY
from tests.live_server import PATIENCE


def class_of_five(server, join, teach, **auth):
    """An open class, its teacher and five students who look happy."""
    opened = server.open_class(**auth)
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["shares"] == {"happy": 1.0})
    return opened, teacher, students


def everybody_looks(students, emotion):
    for student in students:
        student.looks(emotion)


def report_of(server, opened):
    return requests.get(
        f"{server.url}/report/{opened['code']}.json",
        headers={"Authorization": f"Bearer {opened['token']}"},
        timeout=10,
    )


# The database


@pytest.mark.parametrize("fault", ["killed", "silent"])
def test_a_class_goes_on_without_its_database(start_server, postgres_server, join, teach, fault):
    server = start_server(SERVE_QUICKLY, DATABASE_URL=postgres_server.url)
    opened, teacher, students = class_of_five(server, join, teach)
    colleague = teach(server, opened)
    teacher.send("marker", {"text": "before"})
    before = teacher.wait_for("point", lambda point: point["shares"])
    postgres_server.kill() if fault == "killed" else postgres_server.pause()
    teacher.send("marker", {"text": "during"})
    colleague.wait_for("marker", lambda marker: marker["text"] == "during")
    assert "cannot reach its database" in teacher.wait_for("trouble")["message"]
    everybody_looks(students, "sad")
    teacher.wait_for("view", lambda view: view["shares"] == {"sad": 1.0})
    # Who comes now is let in, a teacher as well; a class that nobody is in cannot be looked up.
    join(server, opened["code"], "sad")
    assert "cannot reach" in teach(server, opened).wait_for("trouble")["message"]
    assert server.figure('classpulse_errors_total{kind="task"}') == 0  # for bugs alone
    assert '"exception"' not in server.log()
    answer = requests.post(
        f"{server.url}/api/classes", json={"title": "Another", "mode": "camera"}, timeout=20
    )
    assert answer.status_code == 503 and "try again" in answer.json()["error"]
    assert requests.get(f"{server.url}/readyz", timeout=20).json()["troubles"] == ["database"]
    assert "database is not ready: " in server.log()
    during = teacher.wait_for("point", lambda point: "sad" in (point["shares"] or {}))
    postgres_server.start() if fault == "killed" else postgres_server.resume()
    assert teacher.wait_for("trouble")["message"] is None
    history = teacher.wait_for("history")
    assert before in history["points"] and during in history["points"]
    assert [marker["text"] for marker in history["markers"]] == ["before", "during"]
    server.kill()
    server.start()
    history = teach(server, opened).wait_for("history")
    assert before in history["points"] and during in history["points"]
    assert [marker["text"] for marker in history["markers"]] == ["before", "during"]


def test_whoever_goes_while_being_let_in_is_not_counted(start_server, postgres_server, websockets):
    server = start_server(SERVE_QUICKLY, DATABASE_URL=postgres_server.url, WEBSOCKETS=websockets)
    opened = server.open_class()
    student = {"role": "student", "code": opened["code"]}
    teacher = student | {"role": "teacher", "token": opened["token"]}
    address = f"{server.url}/socket.io/?EIO=4&transport="
    polls, answers = [], []
    with psycopg.connect(postgres_server.url) as database, ThreadPoolExecutor() as pool:
        wire = websocket.create_connection(f"{address}websocket".replace("http", "ws"))
        wire.recv()
        database.execute("LOCK TABLE classes")
        wire.send(f"40{json.dumps(student)}")
        for auth in (student, teacher):
            greeting = json.loads(requests.get(f"{address}polling", timeout=10).text[1:])
            polls.append(f"{address}polling&sid={greeting['sid']}")
            packet = f"40{json.dumps(auth)}"
            answers.append(pool.submit(requests.post, polls[-1], data=packet, timeout=10))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while database.execute(waiting).fetchone()[0] < 3:
            pass
        wire.shutdown()
        for poll in polls:
            assert requests.post(poll, data="1", timeout=10).text == "OK"
        database.rollback()
        assert all(answer.result().ok for answer in answers)
    assert server.figure("classpulse_teachers") == 0
    for students in (2, 0):  # their seats are kept for a moment
        deadline = time.monotonic() + PATIENCE
        while server.figure("classpulse_students") != students:
            assert time.monotonic() < deadline


def test_a_class_goes_on_when_the_disk_is_full(start_server, join, teach):
    server = start_server(SERVE_QUICKLY)
    _, teacher, students = class_of_five(server, join, teach)
    saved = teacher.wait_for("point", lambda point: point["shares"])
    server.limit_its_files(0)
    teacher.send("marker", {"text": "during"})
    assert "cannot reach its database" in teacher.wait_for("trouble")["message"]
    everybody_looks(students, "sad")
    teacher.wait_for("view", lambda view: view["shares"] == {"sad": 1.0})
    server.limit_its_files(resource.RLIM_INFINITY)
    assert teacher.wait_for("trouble")["message"] is None
    history = teacher.wait_for("history")
    assert saved in history["points"]
    assert [marker["text"] for marker in history["markers"]] == ["during"]


# The network


class Line:
    """A network between clients and a server that can go dead without a word to either."""

    def __init__(self, server):
        self._server, self._alive = server, threading.Event()
        self._alive.set()
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def dies(self):
        self._alive.clear()

    def lives(self):
        self._alive.set()

    def close(self):
        """Whoever is connected notices, even if it is dead."""
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # which ends the waits of the threads
            end.close()
        self.lives()

    def _accept(self):
        with suppress(OSError):  # closed
            while True:
                here, _ = self._listener.accept()
                there = socket.socket()
                there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # little is on its way
                there.connect(("127.0.0.1", self._server.port))
                self._ends += here, there
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                self._alive.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def lay_line(connect):
    """Lay a line to a server; it is closed before those who are connected by it leave."""
    with ExitStack() as lines:
        yield lambda server: lines.enter_context(closing(Line(server)))


def test_a_network_that_goes_dead_is_a_loss_like_any_other(quick_server, join, teach, lay_line):
    server, line = quick_server, lay_line(quick_server)
    opened = server.open_class()
    teacher = teach(server, opened)
    near = [join(server, opened["code"], "happy") for _ in range(4)]
    far = join(line, opened["code"], "happy")
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    line.dies()  # as when a laptop falls asleep, or a phone leaves the house
    view = teacher.wait_for("view", lambda view: view["students"] == 4)
    assert view["suppressed"] == "few_students"
    line.lives()
    again = join(line, opened["code"], "happy", seat=far.welcome["seat"])
    everybody_looks([*near, again], "happy")
    view = teacher.wait_for("view", lambda view: view["seen"] == 5)
    assert (view["students"], view["counted"], view["shares"]) == (5, 5, {"happy": 1.0})


def test_a_student_who_comes_back_before_the_loss_is_noticed_counts_once(
    server, join, teach, lay_line
):
    line = lay_line(server)
    opened = server.open_class()
    teacher = teach(server, opened)
    for _ in range(4):
        join(server, opened["code"], "happy")
    far = join(line, opened["code"], "happy")
    teacher.wait_for("view", lambda view: view["seen"] == 5)
    line.dies()
    join(server, opened["code"], "sad", seat=far.welcome["seat"])
    view = teacher.wait_for("view", lambda view: view["shares"] == {"happy": 0.8, "other": 0.2})
    assert (view["students"], view["counted"]) == (5, 5)


def test_a_browser_that_does_not_keep_up_is_cut_off_and_comes_back_to_what_is_new(
    start_server, join, teach, lay_line
):
    server = start_server(TICK_SECONDS="0.1")
    line = lay_line(server)
    opened = server.open_class()
    slow = teach(line, opened)
    teacher = teach(server, opened)
    name = "\N{GRINNING FACE}" * 60  # so that views are long
    students = [join(server, opened["code"], "happy") for _ in range(40)]
    for student in students:
        student.send("help", {"on": True, "name": name})
        student.send("show", {"name": name})
    teacher.wait_for("view", lambda view: len(view["help"]) == 40)
    line.dies()
    deadline = time.monotonic() + 60
    paces = itertools.cycle(["lost", "fine", "slow_down"])  # another one in each round
    for student in itertools.cycle(students):
        if server.figure('classpulse_errors_total{kind="slow"}'):
            break
        assert time.monotonic() < deadline
        student.send("pace", {"value": next(paces)})
        teacher.wait_for("view")
    line.lives()
    slow.wait_for("disconnect")
    assert not teacher.closed
    assert len(teach(line, opened).wait_for("view")["help"]) == 40


# The clock


@pytest.fixture
def jumping(start_server, preloaded, tmp_path):
    """A server, and how to set its clocks: the one on the wall, and the one that never stops."""
    jump = tmp_path / "jump"

    def set_clocks(wall, boot=0):
        (tmp_path / "next").write_text(f"{wall} {boot}")
        (tmp_path / "next").rename(jump)

    set_clocks(0)
    server = start_server(SERVE_QUICKLY, LD_PRELOAD=preloaded("jump"), JUMP_FILE=str(jump))
    return server, set_clocks


def is_right(t, ahead):
    """Whether a time is the one on the wall of a server whose clock was set ahead."""
    return abs(t - ahead - time.time()) < 60


def test_a_clock_that_is_set_changes_no_class_and_what_is_shown_goes_by_it(jumping, join, teach):
    server, set_clocks = jumping
    _, teacher, students = class_of_five(server, join, teach)
    for ahead, emotion in ((3600, "sad"), (-3600, "happy")):
        set_clocks(ahead)
        told = requests.get(f"{server.url}/healthz", timeout=10).headers["Date"]
        assert is_right(parsedate_to_datetime(told).timestamp(), ahead)
        everybody_looks(students, emotion)
        view = teacher.wait_for("view", lambda view, now=emotion: view["shares"] == {now: 1.0})
        assert view["students"] == 5 and is_right(view["t"], ahead)
        teacher.wait_for("point", lambda point, ahead=ahead: is_right(point["t"], ahead))
    assert not any(peer.closed for peer in (teacher, *students))


def test_after_a_night_of_sleep_the_times_are_right_and_old_labels_gone(jumping, join, teach):
    server, set_clocks = jumping
    opened, teacher, students = class_of_five(server, join, teach)
    night = 8 * 60 * 60
    set_clocks(night, night)
    view = teacher.wait_for("view", lambda view: view["suppressed"])
    assert view["students"] == 5 and is_right(view["t"], night)
    everybody_looks(students, "sad")
    view = teacher.wait_for("view", lambda view: view["shares"] == {"sad": 1.0})
    assert is_right(view["t"], night)
    teacher.send("marker", {"text": "awake"})
    assert is_right(teacher.wait_for("marker")["t"], night)
    teacher.send("end", {})
    teacher.wait_for("ended")
    report = report_of(server, opened).json()
    assert is_right(report["began"], 0) and is_right(report["ended"], night)
