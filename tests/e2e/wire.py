"""What a browser has sent: every byte on every socket, by its own record (NetLog)."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, SERVER, Protocol


def recording(path: Path) -> list[str]:
    """Chromium's options to write its record to `path`, and to find no host but this one."""
    return [
        f"--log-net-log={path}",
        "--net-log-capture-mode=Everything",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
    ]


@dataclass
class Request:
    """An HTTP request; a WebSocket's has the messages that were sent over it."""

    method: str
    path: str
    headers: dict[str, str]
    messages: list[str] = field(default_factory=list)


def sent(path: Path, port: int) -> list[Request]:
    """All that was sent, of a record that is finished.

    Raises AssertionError if a byte went elsewhere than to this machine's `port`, or is neither
    part of a request without a body nor of a WebSocket's text message, pong or goodbye.
    """
    record = json.loads(path.read_text())
    names = {number: name for name, number in record["constants"]["logEventTypes"].items()}
    streams: defaultdict[int, bytes] = defaultdict(bytes)
    addresses = {}
    hosts = (f"127.0.0.1:{port}", f"[::1]:{port}")
    for event in record["events"]:
        name, parameters = names[event["type"]], event.get("params", {})
        socket = event["source"]["id"]
        if name == "TCP_CONNECT_ATTEMPT" and "address" in parameters:
            addresses[socket] = parameters["address"]
        elif name.endswith("BYTES_SENT"):
            assert name == "SOCKET_BYTES_SENT" and addresses[socket] in hosts, (name, event)
            streams[socket] += base64.b64decode(parameters["bytes"])
    return [request for stream in streams.values() for request in _requests(stream)]


def _requests(stream: bytes) -> list[Request]:
    requests = []
    while stream:
        head, _, stream = stream.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        requests.append(Request(method, target, headers))
        assert not headers.keys() & {"content-length", "transfer-encoding"}, "a body"
        if headers.get("upgrade") == "websocket":
            requests[-1].messages, stream = _messages(stream), b""
    return requests


def _messages(stream: bytes) -> list[str]:
    protocol = Protocol(SERVER, state=OPEN)
    protocol.receive_data(stream)
    frames = [event for event in protocol.events_received() if isinstance(event, Frame)]
    sizes = sum(_size(frame) for frame in frames)
    assert sizes == len(stream), f"{len(stream) - sizes} bytes that are no frame"
    assert {frame.opcode for frame in frames} <= {Opcode.TEXT, Opcode.PONG, Opcode.CLOSE}
    assert all(frame.fin for frame in frames)
    return [bytes(frame.data).decode() for frame in frames if frame.opcode is Opcode.TEXT]


def _size(frame: Frame) -> int:
    """Bytes of a frame as a browser sends it: with a mask of four, and a short length."""
    return 2 + 4 + (2 if len(frame.data) > 125 else 0) + len(frame.data)
