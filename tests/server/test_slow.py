"""Strangers who send slowly or without end, or never read: whoever is there notices nothing."""

import itertools
import json
import resource
import select
import socket
import threading
import time
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest
import requests
import websocket
from websockets.frames import Frame, Opcode

from server.config import MAX_MESSAGE_BYTES
from server.ops.worker import MOST_DRAINED
from tests.conftest import SERVE_QUICKLY
from tests.live_server import PATIENCE

HALF_SENT = 2000  # heads, and as many bodies
ENDLESS = {"lean": 200, "engineio": 20}  # messages; Engine.IO's own cost ten times as much
ROUNDS = 5  # of a lesson, while strangers do what they can
MOST_GROWTH = 100e6  # bytes
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /api/classes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
OPENING = json.dumps({"title": "Algebra", "mode": "camera"}).encode()


@pytest.fixture
def dial():
    """Bare connections; all are closed after the test."""
    with ExitStack() as sockets:

        def connect(server, data=b""):
            sock = socket.create_connection(("localhost", server.port), PATIENCE)
            sockets.enter_context(sock)
            sock.sendall(data)
            return sock

        yield connect


@pytest.fixture
def greet():
    """Bare WebSockets after Engine.IO's greeting; all are closed after the test."""
    wires = []

    def connect(server):
        wires.append(greeted(server))
        return wires[-1]

    yield connect
    for wire in wires:
        wire.shutdown()


def greeted(server):
    wire = websocket.create_connection(
        server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
        timeout=PATIENCE,
    )
    assert wire.recv().startswith("0")
    return wire


def frame(opcode, data=b"", fin=True):
    return Frame(opcode, data, fin).serialize(mask=True)


def all_that_comes(sock):
    """Until the server ends the connection."""
    heard = b""
    with suppress(ConnectionError):
        while data := sock.recv(4096):
            heard += data
    return heard


def trickle(sock, piece):
    """Send a piece again and again until an answer or the end of the connection comes."""
    deadline = time.monotonic() + PATIENCE
    with suppress(ConnectionError):
        while not select.select([sock], [], [], 0.1)[0]:
            assert time.monotonic() < deadline
            sock.sendall(piece)
    return all_that_comes(sock)


def send_until_the_end(wire, data):
    """As fast as it is taken; what comes is read, until the connection is ended."""
    wire.sock.settimeout(0)
    deadline = time.monotonic() + 2 * PATIENCE
    with suppress(ConnectionError, websocket.WebSocketException):
        while True:
            assert time.monotonic() < deadline
            readable, writable, _ = select.select([wire.sock], [wire.sock], [], 1)
            if readable and not wire.sock.recv(65536):
                return
            if writable:
                wire.sock.send(data)


def worker_of(server):
    (worker,) = psutil.Process(server.pid).children()
    return worker


class Flood:
    """Endless messages on many connections, made anew when they are ended."""

    def __init__(self, server, count, data):
        self._server, self._count, self._data = server, count, data
        self._over = threading.Event()
        self.begun = threading.Semaphore(0)

    def run(self):
        wires = [None] * self._count
        for index in itertools.cycle(range(self._count)):
            if self._over.is_set():
                break
            with suppress(OSError, websocket.WebSocketException):
                if wires[index] is None:
                    wires[index] = greeted(self._server)
                    wires[index].sock.sendall(frame(Opcode.TEXT, b"42[", fin=False))
                    wires[index].sock.settimeout(0)
                    self.begun.release()
                try:
                    wires[index].sock.send(self._data)
                except BlockingIOError:
                    pass
                except OSError:
                    wires[index].shutdown()
                    wires[index] = None
        for wire in filter(None, wires):
            wire.shutdown()

    @contextmanager
    def going_on(self):
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()


@pytest.fixture
def many_files():
    """As many open files as may be, for this test."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_half_sent_requests_and_endless_messages_stop_no_lesson(
    start_server, websockets, join, teach, dial
):
    server = start_server(WEBSOCKETS=websockets)
    opened = server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["shares"])
    before = worker_of(server).memory_info().rss
    flood = Flood(server, ENDLESS[websockets], frame(Opcode.CONT, fin=False) * 50)
    with flood.going_on():
        for _ in range(ENDLESS[websockets]):
            assert flood.begun.acquire(timeout=PATIENCE)
        for number in range(HALF_SENT):
            dial(server, HEAD[: 10 + number % 20])
            dial(server, POST + b"Content-Length: 5000\r\n\r\n{")
        for number in range(1, ROUNDS + 1):
            page = requests.get(f"{server.url}/c/{opened['code']}", timeout=PATIENCE)
            assert page.status_code == 200 and "Algebra" in page.text
            assert requests.get(f"{server.url}/healthz", timeout=PATIENCE).status_code == 200
            students.append(join(server, opened["code"], "happy"))
            students[0].send("help", {"on": number % 2 == 1})
            teacher.wait_for(
                "view",
                lambda view: view["students"] == len(students) and len(view["help"]) == number % 2,  # noqa: B023
            )
            server.open_class()
    assert worker_of(server).memory_info().rss - before < MOST_GROWTH
    assert not any(peer.closed for peer in (teacher, *students))
    assert "Traceback" not in server.log()


def test_a_head_that_comes_slowly_ends_its_connection(quick_server, dial):
    assert trickle(dial(quick_server), b"") == b""
    assert trickle(dial(quick_server, HEAD), b"X: y\r\n") == b""
    assert trickle(dial(quick_server, HEAD + b"\r\n" + HEAD), b"X: y\r\n").count(b"HTTP/1.1") == 1


def test_a_body_that_comes_slowly_is_refused_before_anything_is_done(quick_server, dial):
    begun = dial(quick_server, POST + b"Content-Length: 5000\r\n\r\n" + OPENING[:5])
    assert trickle(begun, b"").startswith(b"HTTP/1.1 408 ")
    begun = dial(quick_server, POST + b"Content-Length: 5000\r\n\r\n" + OPENING)
    assert trickle(begun, b" ").startswith(b"HTTP/1.1 408 ")
    begun = dial(quick_server, POST + b"Transfer-Encoding: chunked\r\n\r\n")
    assert trickle(begun, b"1\r\n \r\n").startswith(b"HTTP/1.1 408 ")


def test_a_body_in_chunks_is_a_body(server, dial):
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in OPENING) + b"0\r\n\r\n"
    sock = dial(server, POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert all_that_comes(sock).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("ending", [b"", b"5\r\nab", b"x\r\n", b"1\r\nabc", b"0\r\nX: y\r\n"])
def test_chunks_that_are_none_are_refused_and_nobody_is_named(server, dial, ending):
    sock = dial(server, POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + ending)
    sock.shutdown(socket.SHUT_WR)
    assert all_that_comes(sock).startswith(b"HTTP/1.1 400 ")
    assert "127.0.0.1" not in server.log()


@pytest.mark.parametrize("path", ["/api/classes", "/socket.io/?EIO=4&transport=polling&sid="])
def test_a_body_that_is_too_long_is_refused_and_the_connection_goes_on(server, path):
    session = requests.Session()
    if "sid" in path:
        greeting = session.get(f"{server.url}{path.removesuffix('&sid=')}", timeout=PATIENCE).text
        path += json.loads(greeting[1:])["sid"]
    for body in (b" " * (MAX_MESSAGE_BYTES + 1), iter([b" " * MAX_MESSAGE_BYTES, b" "])):
        answer = session.post(
            f"{server.url}{path}",
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=PATIENCE,
        )
        assert answer.status_code == (400 if "sid" in path else 413)  # Engine.IO's own
        assert session.get(f"{server.url}/healthz", timeout=PATIENCE).status_code == 200


def test_a_body_without_end_is_refused_and_ends_its_connection(server, dial):
    sock = dial(server, POST + b"Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"2710\r\n" + b" " * 10_000 + b"\r\n"
    with suppress(ConnectionError):
        for _ in range(MOST_DRAINED // 10_000 + 1):
            sock.sendall(chunk)
    heard = all_that_comes(sock)
    assert heard.startswith(b"HTTP/1.1 413 ") and b"Connection: close" in heard


def test_requests_without_end_on_one_connection_are_not_all_that_is_answered(
    server, dial, join, teach
):
    opened = server.open_class()
    teacher = teach(server, opened)
    sock = dial(server)
    is_over = threading.Event()

    def send():
        with suppress(OSError):
            while not is_over.is_set():
                sock.sendall((HEAD + b"\r\n") * 1000)

    def read():
        with suppress(OSError):
            while sock.recv(65536):
                pass

    threads = [threading.Thread(target=each) for each in (send, read)]
    for thread in threads:
        thread.start()
    try:
        join(server, opened["code"]).send("help", {"on": True})
        assert teacher.wait_for("view", lambda view: view["help"])["students"] == 1
    finally:
        is_over.set()
        sock.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def test_whoever_reads_nothing_is_cut_off(quick_server, dial):
    ask = b"GET /static/dist/vision.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
    sock = dial(quick_server, ask * 40)  # 12 MB, of which the kernel takes some
    port = sock.getsockname()[1]
    assert sock.recv(1)  # it is served, and now nobody reads on

    def is_served():
        return any(
            each.raddr and each.raddr.port == port
            for each in worker_of(quick_server).net_connections()
        )

    deadline = time.monotonic() + PATIENCE
    while is_served():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(frame(Opcode.CONT, fin=False), id="empty parts"),
        pytest.param(frame(Opcode.CONT, b"x", fin=False), id="parts"),
        pytest.param(frame(Opcode.PING), id="pings"),
        pytest.param(frame(Opcode.PONG, b"x" * 125), id="pongs"),
    ],
)
def test_frames_without_end_within_a_message_end_their_connection(
    each_quick_server, greet, connect, data
):
    opened = each_quick_server.open_class()
    wire = greet(each_quick_server)
    wire.send("40" + json.dumps({"role": "student", "code": opened["code"]}))
    wire.sock.sendall(frame(Opcode.TEXT, b"42[", fin=False))
    send_until_the_end(wire, data * 20)
    assert connect(each_quick_server, role="student", code=opened["code"]).refused is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(frame(Opcode.PING), id="pings"),
        pytest.param(frame(Opcode.TEXT, b"3"), id="answers to no ping"),
        pytest.param(frame(Opcode.TEXT, b"439[]"), id="acknowledgements"),
        pytest.param(frame(Opcode.TEXT, b"42/x,[1]"), id="another namespace"),
        pytest.param(frame(Opcode.TEXT, b"42[1]"), id="messages"),
    ],
)
def test_small_frames_without_end_end_their_connection_and_fill_no_log(
    each_quick_server, greet, data
):
    opened = each_quick_server.open_class()
    wire = greet(each_quick_server)
    wire.send("40" + json.dumps({"role": "student", "code": opened["code"]}))
    before = each_quick_server.log()
    send_until_the_end(wire, data * 20)
    assert each_quick_server.log() == before


def test_a_message_that_is_too_long_ends_its_connection_while_it_comes(each_quick_server, greet):
    wire = greet(each_quick_server)
    wire.sock.sendall(frame(Opcode.TEXT, b"x" * (MAX_MESSAGE_BYTES + 100))[:-50])
    all_that_comes(wire.sock)


def test_whoever_is_in_no_class_is_not_borne_for_long(each_quick_server, greet):
    opened = each_quick_server.open_class()
    silent, refused, trickling = (greet(each_quick_server) for _ in range(3))
    refused.send("40" + json.dumps({"role": "teacher", "code": opened["code"]}))
    assert refused.recv().startswith("44")
    trickling.sock.sendall(frame(Opcode.TEXT, b"x" * 9000)[:-8000])
    for wire in (silent, refused, trickling):
        all_that_comes(wire.sock)
    url = f"{each_quick_server.url}/socket.io/?EIO=4&transport=polling"
    sid = json.loads(requests.get(url, timeout=PATIENCE).text[1:])["sid"]
    polled = requests.get(f"{url}&sid={sid}", timeout=PATIENCE)
    assert polled.status_code in (200, 400) and not polled.text.startswith("2")


def test_nobody_polls_twice_at_once_and_too_many_are_refused_in_words(start_server, dial, join):
    server = start_server(SERVE_QUICKLY)
    opened = server.open_class()
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    sids = []
    while (answer := requests.get(url, timeout=PATIENCE)).status_code == 200:
        sids.append(json.loads(answer.text[1:])["sid"])
        student = "40" + json.dumps({"role": "student", "code": opened["code"]})
        assert requests.post(f"{url}&sid={sids[-1]}", student, timeout=PATIENCE).text == "OK"
    assert (answer.status_code, answer.text) == (503, "Too many are connected.")
    while '"welcome"' not in requests.get(f"{url}&sid={sids[-1]}", timeout=PATIENCE).text:
        pass
    poll = f"GET /socket.io/?EIO=4&transport=polling&sid={sids[-1]} HTTP/1.1\r\nHost: x\r\n\r\n"
    pair = [dial(server, poll.encode()) for _ in range(2)]
    readable, _, _ = select.select(pair, [], [], PATIENCE)
    assert readable[0].recv(4096).startswith(b"HTTP/1.1 400 ")
    assert join(server, opened["code"]).welcome
