"""WebSockets as they come over a network: slow, in pieces, out of order, and never ending well."""

import itertools
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import websocket

from server.app import MAX_MESSAGE_BYTES
from tests.live_server import PATIENCE


@pytest.fixture
def connect_wire():
    """Bare WebSockets after Engine.IO's greeting; all are closed after the test."""
    wires = []

    def connect(server, **auth):
        wire = websocket.create_connection(
            server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
            timeout=PATIENCE,
            sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)],  # so that it can be slow
        )
        wires.append(wire)
        assert wire.recv().startswith("0")
        wire.send("40" + json.dumps(auth))
        return wire

    yield connect
    for wire in wires:
        wire.shutdown()


@pytest.fixture
def join_wire(connect_wire):
    """A student on a bare WebSocket, after the welcome."""

    def join(server, code):
        wire = connect_wire(server, role="student", code=code)
        assert sorted(wire.recv()[:2] for _ in range(2)) == ["40", "42"]  # let in, and welcome
        return wire

    return join


class PollingStudent:
    """In a class, behind a network that lets no WebSocket through."""

    def __init__(self, server, code):
        self._url = f"{server.url}/socket.io/?EIO=4&transport=polling"
        greeting = json.loads(self.poll()[1:])
        assert greeting["upgrades"] == []
        self._url += f"&sid={greeting['sid']}"
        self.send("40" + json.dumps({"role": "student", "code": code}))
        packets = ""
        while '"welcome"' not in packets:
            packets += self.poll()

    def poll(self):
        return requests.get(self._url, timeout=30).text

    def send(self, packet):
        assert requests.post(self._url, data=packet.encode(), timeout=10).text == "OK"


def event(name, data):
    return "42" + json.dumps([name, data])


def is_closed(wire):
    """Waits for the end of a connection."""
    try:
        while wire.recv():
            pass
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        pass
    return True


def test_a_message_that_comes_byte_by_byte_is_one_message(server, teach, join_wire):
    opened = server.open_class()
    teacher, wire = teach(server, opened), join_wire(server, opened["code"])
    frame = websocket.ABNF.create_frame(
        event("pace", {"value": "lost"}), websocket.ABNF.OPCODE_TEXT
    )
    for byte in frame.format():
        wire.sock.send(bytes([byte]))
        time.sleep(0.002)
    wire.send(event("nonsense", {}))
    assert "unknown message" in wire.recv()
    assert teacher.wait_for("view", lambda view: view["students"] == 1)


def test_messages_that_come_together_and_in_frames_are_taken_in_order(server, join_wire):
    wire = join_wire(server, server.open_class()["code"])
    first, second = event("pace", {"value": "1"}), event("help", {"on": "2"})
    whole = websocket.ABNF.create_frame(first, websocket.ABNF.OPCODE_TEXT)
    begun = websocket.ABNF.create_frame(second[:9], websocket.ABNF.OPCODE_TEXT, fin=0)
    ended = websocket.ABNF.create_frame(second[9:], websocket.ABNF.OPCODE_CONT, fin=1)
    wire.sock.send(b"".join(frame.format() for frame in (whole, begun, ended)))
    assert "unknown pace" in wire.recv()
    assert "on must be" in wire.recv()


def test_half_a_frame_and_then_nothing_is_a_student_who_is_gone(quick_server, teach, join_wire):
    server = quick_server
    opened = server.open_class()
    teacher, wire = teach(server, opened), join_wire(server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    wire.sock.send(b"\x81\xfe")
    wire.sock.shutdown(socket.SHUT_RDWR)
    teacher.wait_for("view", lambda view: view["students"] == 0)


def test_what_is_no_socket_io_ends_its_connection_and_no_other(server, teach, join_wire):
    opened = server.open_class()
    teacher = teach(server, opened)
    for nonsense in ("", "x", "9", "4", "4nonsense", "42[", "42" + "[" * 4000):
        wire = join_wire(server, opened["code"])
        wire.send(nonsense)
        assert is_closed(wire), nonsense
    for frame in (b"\x81\x05hello", b"\xf1\x80abcd", b"\x81\x82abcd\xff\xff", b"\x83\x80abcd"):
        wire = join_wire(server, opened["code"])
        wire.sock.send(frame)  # without a mask, with bits that mean nothing, no text, no such frame
        assert is_closed(wire)
    assert not teacher.closed


def test_a_message_in_many_frames_is_not_longer_than_others(server, join_wire):
    wire = join_wire(server, server.open_class()["code"])
    piece = "x" * (MAX_MESSAGE_BYTES // 4)
    codes = itertools.chain(
        [websocket.ABNF.OPCODE_TEXT], itertools.repeat(websocket.ABNF.OPCODE_CONT)
    )
    for code in itertools.islice(codes, 5):
        wire.send_frame(websocket.ABNF.create_frame(piece, code, fin=0))
    assert is_closed(wire)


def test_a_goodbye_is_answered_and_frees_the_seat(server, teach, join_wire):
    opened = server.open_class()
    teacher, wire = teach(server, opened), join_wire(server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    wire.send("41")  # the page leaves the class, and then closes
    wire.send_close(1000)
    code, data = wire.recv_data()
    assert code == websocket.ABNF.OPCODE_CLOSE and int.from_bytes(data[:2], "big") == 1000
    teacher.wait_for("view", lambda view: view["students"] == 0)


def test_pings_of_the_websocket_itself_are_answered(server, join_wire):
    wire = join_wire(server, server.open_class()["code"])
    wire.ping("are you there")
    assert wire.recv_data(control_frame=True) == (websocket.ABNF.OPCODE_PONG, b"are you there")


def test_whoever_does_not_answer_a_ping_is_gone_and_who_does_stays(
    quick_server, teach, join, join_wire
):
    server = quick_server
    opened = server.open_class()
    teacher = teach(server, opened)
    join(server, opened["code"])  # whose client answers by itself
    silent = join_wire(server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 2)
    assert silent.recv() == "2"
    assert is_closed(silent)
    view = teacher.wait_for("view", lambda view: view["students"] != 2)
    assert view["students"] == 1


def test_long_views_reach_a_browser_that_reads_them_late(start_server, join, teach, connect_wire):
    server = start_server(TICK_SECONDS="0.1")
    opened = server.open_class()
    small = connect_wire(server, role="teacher", code=opened["code"], token=opened["token"])
    teacher = teach(server, opened)
    name = "\N{GRINNING FACE}" * 60  # so that views are long
    students = [join(server, opened["code"], "happy") for _ in range(40)]
    for student in students:
        student.send("help", {"on": True, "name": name})
    teacher.wait_for("view", lambda view: len(view["help"]) == 40)
    until = time.monotonic() + 8
    for student, pace in zip(
        itertools.cycle(students), itertools.cycle(["lost", "fine", "slow_down"])
    ):
        if time.monotonic() > until:
            break
        student.send("pace", {"value": pace})
        seen = teacher.wait_for("view")
    views = []
    while not views or views[-1]["t"] < seen["t"]:
        packet = small.recv()
        if packet.startswith('42["view"'):
            views.append(json.loads(packet[2:])[1])
    assert [view["t"] for view in views] == sorted(view["t"] for view in views)
    assert len(views[-1]["help"]) == 40


def test_a_handshake_that_is_none_is_refused(server):
    url = f"{server.url}/socket.io/?EIO=4&transport=websocket"
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert requests.get(url, headers=headers, timeout=10).status_code == 400
    assert requests.get(url, timeout=10).status_code == 400


def test_whoever_can_only_poll_is_in_the_class_too(server, teach):
    opened = server.open_class()
    teacher, student = teach(server, opened), PollingStudent(server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    student.send(event("label", {"state": "guess"}))
    assert "unknown state" in student.poll()
    student.send("1")
    teacher.wait_for("view", lambda view: view["students"] == 0)


def test_a_server_that_is_stopped_sees_everybody_off_and_ends_when_they_are_gone(
    start_server, join, teach
):
    server = start_server()
    opened = server.open_class()
    teacher, student = teach(server, opened), join(server, opened["code"])
    server.terminate()
    for peer in (teacher, student):
        assert peer.wait_for("restart")["within"] > 0
        peer.leave()
    assert server.wait_for_its_end() == 0


def test_a_browser_that_polls_is_told_and_holds_up_nobody(start_server, teach):
    server = start_server()
    opened = server.open_class()
    teacher, student = teach(server, opened), PollingStudent(server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    with ThreadPoolExecutor() as pool:
        polled = pool.submit(student.poll)
        server.terminate()
        assert '"restart"' in polled.result()
    assert teacher.wait_for("restart")["within"] > 0
    teacher.leave()
    assert server.wait_for_its_end() == 0
    assert "graceful timeout" not in server.log()


@pytest.mark.parametrize("name", ["connect", "disconnect", "*"])
def test_messages_with_the_names_of_socketios_own_events_are_unknown(
    server, join_wire, teach, name
):
    opened = server.open_class()
    teacher = teach(server, opened)
    wire = join_wire(server, opened["code"])
    wire.send(event(name, {"REMOTE_ADDR": "203.0.113.7"}))
    assert "unknown message" in wire.recv()
    wire.send(event("help", {"on": True}))
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 1
