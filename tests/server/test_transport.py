"""WebSockets as they come over a network: slow, in pieces, out of order, and never ending well.

What a page needs it gets of Engine.IO's own, too; where these are less strict with strangers than
ours, only ours are tested.
"""

import itertools
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import websocket
from engineio import Server
from engineio.base_server import BaseServer
from engineio.socket import Socket
from websockets.protocol import Protocol
from websockets.sync.client import connect

from server.config import MAX_MESSAGE_BYTES
from server.domain.labels import PACES
from server.domain.session import Marker
from server.domain.timeline import Point
from server.sockets.handlers import HISTORY_PART
from server.sockets.transport import MOST_PARTS
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
        answer = requests.get(self._url, timeout=30)
        answer.raise_for_status()
        return answer.text

    def send(self, packet):
        answer = requests.post(self._url, data=packet.encode(), timeout=10)
        answer.raise_for_status()
        assert answer.text == "OK"


def serve(app):
    """The command for an application of this folder."""
    return ["gunicorn", "--pythonpath", "tests/server", f"{app}:app"]


NARROW = serve("narrow")


def test_the_server_ends_the_connections_of_a_class_that_is_over(each_quick_server, join, teach):
    server = each_quick_server
    opened = server.open_class()
    stay = [teach(server, opened), join(server, opened["code"])]
    polling = PollingStudent(server, opened["code"])
    stay[0].send("end", {})
    while '"ended"' not in polling.poll():
        pass
    for peer in stay:
        peer.wait_for("ended")
        peer.wait_for("disconnect")
    with pytest.raises(requests.HTTPError, match="400"):
        while True:
            polling.poll()


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


def test_a_message_that_comes_byte_by_byte_is_one_message(each_server, teach, join_wire):
    opened = each_server.open_class()
    teacher, wire = teach(each_server, opened), join_wire(each_server, opened["code"])
    frame = websocket.ABNF.create_frame(
        event("pace", {"value": "lost"}), websocket.ABNF.OPCODE_TEXT
    )
    for byte in frame.format():
        wire.sock.send(bytes([byte]))
        time.sleep(0.002)
    wire.send(event("nonsense", {}))
    assert "unknown message" in wire.recv()
    assert teacher.wait_for("view", lambda view: view["students"] == 1)


def test_messages_that_come_together_and_in_frames_are_taken_in_order(each_server, join_wire):
    wire = join_wire(each_server, each_server.open_class()["code"])
    first, second = event("pace", {"value": "1"}), event("help", {"on": "2"})
    whole = websocket.ABNF.create_frame(first, websocket.ABNF.OPCODE_TEXT)
    begun = websocket.ABNF.create_frame(second[:9], websocket.ABNF.OPCODE_TEXT, fin=0)
    ended = websocket.ABNF.create_frame(second[9:], websocket.ABNF.OPCODE_CONT, fin=1)
    wire.sock.send(b"".join(frame.format() for frame in (whole, begun, ended)))
    assert "value must be one of" in wire.recv()
    assert "on must be" in wire.recv()


def test_half_a_frame_and_then_nothing_is_a_student_who_is_gone(
    each_quick_server, teach, join_wire
):
    server = each_quick_server
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


def test_a_goodbye_is_answered_and_frees_the_seat(each_server, teach, join_wire):
    opened = each_server.open_class()
    teacher, wire = teach(each_server, opened), join_wire(each_server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    wire.send("41")  # the page leaves the class, and then closes
    wire.send_close(1000)
    code, data = wire.recv_data()
    assert code == websocket.ABNF.OPCODE_CLOSE and int.from_bytes(data[:2], "big") == 1000
    teacher.wait_for("view", lambda view: view["students"] == 0)


def test_pings_of_the_websocket_itself_are_answered(each_server, join_wire):
    wire = join_wire(each_server, each_server.open_class()["code"])
    wire.ping("are you there")
    assert wire.recv_data(control_frame=True) == (websocket.ABNF.OPCODE_PONG, b"are you there")


def test_whoever_does_not_answer_a_ping_is_gone_and_who_does_stays(
    each_quick_server, teach, join, join_wire
):
    server = each_quick_server
    opened = server.open_class()
    teacher = teach(server, opened)
    join(server, opened["code"])  # whose client answers by itself
    silent = join_wire(server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 2)
    assert silent.recv() == "2"
    assert is_closed(silent)
    view = teacher.wait_for("view", lambda view: view["students"] != 2)
    assert view["students"] == 1


def test_long_views_reach_a_browser_that_reads_them_late(
    start_server, websockets, join, teach, connect_wire
):
    server = start_server(TICK_SECONDS="0.1", WEBSOCKETS=websockets)
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


def test_a_message_with_attachments_without_end_ends_its_connection(each_quick_server, join_wire):
    wire = join_wire(each_quick_server, each_quick_server.open_class()["code"])
    wire.send('459999999-["label",{"_placeholder":true,"num":0}]')
    assert is_closed(wire)


def test_whoever_can_only_poll_is_in_the_class_too(each_server, teach):
    opened = each_server.open_class()
    teacher, student = teach(each_server, opened), PollingStudent(each_server, opened["code"])
    teacher.wait_for("view", lambda view: view["students"] == 1)
    student.send(event("label", {"state": "guess"}))
    assert "state must be one of" in student.poll()
    student.send("1")
    teacher.wait_for("view", lambda view: view["students"] == 0)


def test_whoever_polls_after_the_connection_was_closed_is_refused_in_words(
    each_quick_server, teach
):
    opened = each_quick_server.open_class()
    teacher = teach(each_quick_server, opened)
    students = [PollingStudent(each_quick_server, opened["code"]) for _ in range(2)]
    teacher.send("end", {})
    teacher.wait_for("disconnect")  # as all who are left
    with pytest.raises(requests.HTTPError, match="400"):
        students[0].poll()
    with pytest.raises(requests.HTTPError, match="400"):
        students[1].send("3")


def test_a_server_that_is_stopped_sees_everybody_off_and_ends_when_they_are_gone(
    start_server, websockets, join, teach
):
    server = start_server(WEBSOCKETS=websockets)
    opened = server.open_class()
    teacher, student = teach(server, opened), join(server, opened["code"])
    server.terminate()
    for peer in (teacher, student):
        assert peer.wait_for("restart")["within"] > 0
        peer.leave()
    assert server.wait_for_its_end() == 0


def test_a_browser_that_polls_is_told_and_holds_up_nobody(start_server, websockets, teach):
    server = start_server(WEBSOCKETS=websockets)
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
    each_server, join_wire, teach, name
):
    opened = each_server.open_class()
    teacher = teach(each_server, opened)
    wire = join_wire(each_server, opened["code"])
    wire.send(event(name, {"REMOTE_ADDR": "203.0.113.7"}))
    assert "unknown message" in wire.recv()
    wire.send(event("help", {"on": True}))
    assert teacher.wait_for("view", lambda view: view["help"])["students"] == 1


def in_frames(message, count):
    """The same message in so many frames, most of which are empty."""
    frame = websocket.ABNF.create_frame
    begun = frame(message, websocket.ABNF.OPCODE_TEXT, fin=0)
    middle = [frame("", websocket.ABNF.OPCODE_CONT, fin=0)] * (count - 2)
    return b"".join(
        each.format() for each in (begun, *middle, frame("", websocket.ABNF.OPCODE_CONT))
    )


def test_a_message_that_never_ends_is_not_gathered_for_ever(server, join_wire):
    wire = join_wire(server, server.open_class()["code"])
    wire.sock.send(in_frames(event("nonsense", {}), MOST_PARTS))
    assert "unknown message" in wire.recv()
    wire.sock.send(in_frames(event("nonsense", {}), MOST_PARTS + 1))
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        wire.recv()


def has_lean_websockets(server, join_wire):
    """Engine.IO's own take a message in however many frames."""
    wire = join_wire(server, server.open_class()["code"])
    wire.sock.send(in_frames(event("nonsense", {}), 2 * MOST_PARTS))
    try:
        return "unknown message" not in wire.recv()
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return True


def test_one_setting_leaves_websockets_to_engineio(each_server, websockets, join_wire):
    assert has_lean_websockets(each_server, join_wire) == (websockets == "lean")


@pytest.mark.parametrize(
    ("renamed", "missing"), [("method", "_handle_connect"), ("class", "Socket")]
)
def test_after_an_upgrade_that_renames_what_ours_need_those_of_engineio_serve(
    start_server, join_wire, join, teach, renamed, missing
):
    server = start_server(serve("upgraded"), RENAMED=renamed)
    [warning] = [json.loads(line) for line in server.log().splitlines() if missing in line]
    assert warning["level"] == "warning" and "WebSockets" in warning["message"]
    opened = server.open_class()
    teacher = teach(server, opened)
    for _ in range(5):
        join(server, opened["code"], "happy")
    assert teacher.wait_for("view", lambda view: view["shares"])["shares"] == {"happy": 1.0}
    assert not has_lean_websockets(server, join_wire)


def is_stock(app):
    return app.server.socketio.server.eio._handle_connect.__func__ is Server._handle_connect


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        *((BaseServer, name) for name in ("generate_id", "_bad_request", "reason")),
        (Server, "_trigger_event"),
        *((Socket, name) for name in ("send", "receive", "close")),
        *((Socket, name) for name in ("schedule_ping", "check_ping_timeout")),
    ],
)
def test_whatever_is_missing_of_the_libraries_is_named(start_app, monkeypatch, caplog, owner, name):
    assert not is_stock(start_app())
    monkeypatch.delattr(owner, name)
    assert is_stock(start_app())
    assert name in caplog.text


def test_a_parser_of_websockets_that_is_not_to_be_had_is_named(start_app, monkeypatch, caplog):
    monkeypatch.setattr(Protocol, "parser", property(), raising=False)
    assert is_stock(start_app())
    assert "Protocol" in caplog.text


def test_a_function_of_engineio_that_takes_something_else_is_named(start_app, monkeypatch, caplog):
    monkeypatch.setattr(Socket, "close", lambda self, wait=True, code=1000: None)
    assert is_stock(start_app())
    assert "other arguments" in caplog.text


def test_a_page_that_is_refused_is_logged_once_and_rubbish_never(start_server, websockets):
    server = start_server(WEBSOCKETS=websockets)
    url = f"{server.url}/socket.io/?EIO=4&transport="
    for transport in ("websocket", "polling", "websocket"):
        answer = requests.get(url + transport, headers={"Origin": "https://a.example"}, timeout=10)
        assert answer.status_code == 400
    code = server.open_class()["code"]
    wire = websocket.create_connection(
        f"{url.replace('http', 'ws')}websocket&class={code}", timeout=PATIENCE
    )
    assert wire.recv().startswith("0")
    wire.send("x")
    with pytest.raises((websocket.WebSocketException, ConnectionError)):
        wire.recv()
    wire.shutdown()
    student = PollingStudent(server, code)
    student.send("4nonsense")
    student.send("42[")
    assert server.log().count("a socket was refused") == 1 and "a.example" not in server.log()
    assert "Traceback" not in server.log() and code not in server.log()


def point(t):
    return Point(t, 20, 18, {"happy": 0.6, "sad": 0.4}, None, 0.2, dict.fromkeys(PACES, 4), ())


def remember(open_store, server, opened, points=(), markers=()):
    store = open_store(server.settings["DATABASE_URL"])
    store.add_points((opened["code"], each) for each in points)
    for marker in markers:
        store.add_marker(opened["code"], marker)


def all_of_history(teacher, points, markers):
    """Wait for the parts, until there are so many; returns them in the order of time."""
    parts = []
    while (
        sum(len(part["points"]) for part in parts) < points
        or sum(len(part["markers"]) for part in parts) < markers
    ):
        parts.insert(0, teacher.wait_for("history"))
    return parts


def test_the_room_of_a_class_of_a_week_opens(start_server, websockets, open_store, teach):
    server = start_server(NARROW, WEBSOCKETS=websockets)
    opened = server.open_class()
    points = [point(10.0 * index) for index in range(6 * HISTORY_PART + 40)]
    remember(open_store, server, opened, points, [Marker(5.0, "hello"), Marker(25.0, "sets")])
    teacher = teach(server, opened)
    parts = all_of_history(teacher, len(points), 2)
    assert [len(part["points"]) for part in parts] == [40] + 6 * [HISTORY_PART]
    assert [each["t"] for part in parts for each in part["points"]] == [each.t for each in points]
    assert [each["text"] for part in parts for each in part["markers"]] == ["hello", "sets"]
    assert teacher.wait_for("view")
    assert not teacher.closed


def test_the_past_is_sent_compressed_to_whoever_asks_for_that(start_server, open_store):
    server = start_server(NARROW)
    opened = server.open_class()
    remember(open_store, server, opened, [point(10.0 * index) for index in range(720)])
    auth = {"role": "teacher", "code": opened["code"], "token": opened["token"]}

    def length_with(query):
        frames = []
        url = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket" + query
        with connect(url, proxy=None, open_timeout=PATIENCE) as wire:
            read = wire.protocol.receive_data
            wire.protocol.receive_data = lambda data: (frames.append(len(data)), read(data))
            wire.send("40" + json.dumps(auth))
            while not (message := wire.recv(timeout=PATIENCE)).startswith("42"):
                pass
            name, past = json.loads(message[message.index("[") :])
            assert name == "history" and len(past["points"]) == 720
            length = sum(frames)
            wire.send('42["marker",{"text":"compressed by the page, too"}]')
            while "too" not in wire.recv(timeout=PATIENCE):
                pass
        return length

    assert length_with("&compress=1") < length_with("") / 4


def test_a_page_that_acknowledges_nothing_gets_the_latest_part_and_all_that_is_new(
    start_server, open_store, connect_wire
):
    server = start_server(NARROW)
    opened = server.open_class()
    remember(open_store, server, opened, [point(10.0 * index) for index in range(3 * HISTORY_PART)])
    wire = connect_wire(server, role="teacher", code=opened["code"], token=opened["token"])
    heard = [wire.recv() for _ in range(3)]
    [part] = [json.loads(each[each.index("[") :])[1] for each in heard if '"history"' in each]
    assert [part["points"][0]["t"], part["points"][-1]["t"]] == [20_000.0, 29_990.0]
    wire.send(event("marker", {"text": "sets"}))
    while not (new := wire.recv()).startswith('42["marker"'):
        assert '"history"' not in new
    assert "sets" in new


def test_one_message_may_be_longer_than_what_may_wait_behind_it(start_server, open_store, teach):
    server = start_server(NARROW)
    opened = server.open_class()
    text = "\N{GRINNING FACE}" * 120
    markers = [Marker(float(index), text) for index in range(HISTORY_PART)]
    remember(open_store, server, opened, (), markers)
    teacher = teach(server, opened)
    [part] = all_of_history(teacher, 0, len(markers))
    assert len(json.dumps(part)) > 1_400_000
    assert teacher.wait_for("view")


def test_whoever_reads_nothing_is_cut_off_whatever_they_acknowledge(
    start_server, open_store, connect_wire
):
    server = start_server(NARROW)
    opened = server.open_class()
    points = [point(10.0 * index) for index in range(8 * HISTORY_PART)]
    remember(open_store, server, opened, points)
    wire = connect_wire(server, role="teacher", code=opened["code"], token=opened["token"])
    for number in range(1, 8):
        wire.send(f"43{number}[]")
    heard = []
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        while True:
            heard.append(wire.recv())
    assert sum('"history"' in each for each in heard) < 8  # all would come before the first ping
    assert server.figure('classpulse_errors_total{kind="slow"}') == 1
    assert server.figure("classpulse_teachers") == 0


def test_connections_that_are_over_are_forgotten_without_a_collection(
    start_server, connect_wire, join_wire
):
    server = start_server(serve("counting"))
    code = server.open_class()["code"]
    for _ in range(3):
        join_wire(server, code).send_close(1000)
        join_wire(server, code).sock.shutdown(socket.SHUT_RDWR)
        connect_wire(server, role="student", code="none").sock.shutdown(socket.SHUT_RDWR)
        for rubbish in (b"\x83\x80abcd", b"\x81\x05hello", b"\x81\xfe", b"\x81\x81abcd9"):
            wire = join_wire(server, code)
            wire.sock.send(rubbish)
            wire.sock.shutdown(socket.SHUT_WR)
            assert is_closed(wire)
    deadline = time.monotonic() + PATIENCE
    while left := int(requests.get(f"{server.url}/remembered", timeout=10).text):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
