"""A hundred thousand messages of somebody who means harm, and a class that does not notice."""

import json
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import websocket
from websockets.frames import Frame, Opcode

from server.sockets.handlers import MESSAGES_AT_ONCE, TOO_MANY

MESSAGES = 100_000
A_CONNECTION = MESSAGES_AT_ONCE + TOO_MANY  # then it is cut off
AT_ONCE = 50  # connections
MOST_GROWTH = 40e6  # bytes: what Python's allocator may keep of a flood
EVENTS = ["label", "pace", "help", "show", "marker", "clear", "silence", "end", "view", "connect"]
EVENTS += ["post", "second", "release", "settle", "disconnect", "error", "__proto__", "ended"]
EVENTS += ["*", "", "x" * 500]


def anything(chance, depth=0):
    """A JSON value that nobody expects."""
    simple = [None, True, -1, 1e308, 2**70, "happy", "ok", "\ud800", "\x00", "ä" * 50, "'; DROP --"]
    if depth == 3 or chance.random() < 0.5:
        return chance.choice(simple)
    parts = [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
    names = ["state", "emotion", "p", "value", "on", "name", "text", "what", "code", "__class__"]
    return parts if chance.random() < 0.5 else {chance.choice(names): part for part in parts}


def message(chance, victim):
    """What is Socket.IO, but no message of the contract."""
    kind = chance.randrange(8)
    if kind == 0:  # as a teacher of the class, or of another one
        return "42" + json.dumps([chance.choice(EVENTS), {"code": victim, "text": victim}])
    if kind == 1:  # deep
        return '42["label",' + "[" * 500 + "]" * 500 + "]"
    return "42" + json.dumps([chance.choice(EVENTS), *(anything(chance) for _ in range(kind - 2))])


def rubbish(chance, victim):
    """What is no event, no Socket.IO, no Engine.IO or no frame; most of it ends a connection."""
    packets = [
        "40" + json.dumps({"role": "teacher", "code": victim, "token": victim}),  # in twice
        "40/of-its-own,",
        f"42/{victim},{json.dumps(['view', {}])}",
        *(f"43{chance.randrange(10**9)}{json.dumps([victim])}", "42[{}]", "42{}", "42[", "42", "4"),
        *("451-[]", "459999999-[", "4" + "1" * 5000, "41", "9", "5", "6", "1", ""),
    ]
    return chance.choice(
        [
            *map(frame, packets),
            frame(chance.randbytes(50), Opcode.BINARY),
            frame(b"\xff\xfe\xfd"),
            frame("x" * 20_000),
            frame("42[", fin=False) * 50,
            chance.randbytes(200),
        ]
    )


def frame(content, opcode=Opcode.TEXT, fin=True):
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    return Frame(opcode, data, fin).serialize(mask=True)


def attack(server, number, code, victim):
    """One connection, until it is cut off; returns all that came to it."""
    chance = random.Random(number)
    address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    wire = websocket.create_connection(address, timeout=30)
    heard = [wire.recv()]
    if number % 10:  # a student of a class; else of none
        wire.send("40" + json.dumps({"role": "student", "code": code}))
        heard += [wire.recv(), wire.recv()]
    messages = b"".join(frame(message(chance, victim)) for _ in range(A_CONNECTION))
    with suppress(OSError, websocket.WebSocketException):
        wire.sock.sendall(messages + rubbish(chance, victim))
        wire.sock.shutdown(socket.SHUT_WR)
        while got := wire.recv():
            heard.append(got)
    wire.shutdown()
    return "".join(str(each) for each in heard)


def test_a_flood_of_hostile_messages_harms_nobody(start_server, join, teach):
    server = start_server()
    opened, theirs = server.open_class(), server.open_class()
    teacher = teach(server, opened)
    students = [join(server, opened["code"], "happy") for _ in range(5)]
    teacher.wait_for("view", lambda view: view["shares"])
    (worker,) = psutil.Process(server.pid).children()
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def attacks(numbers):
            arguments = ((server, number, theirs["code"], opened["code"]) for number in numbers)
            return list(pool.map(lambda each: attack(*each), arguments))

        heard = attacks(range(AT_ONCE))
        before = worker.memory_info().rss
        for start in range(AT_ONCE, MESSAGES // A_CONNECTION + 1, AT_ONCE):
            heard += attacks(range(start, start + AT_ONCE))
            for student in students:
                student.looks("happy")
            students[0].send("help", {"on": start % 20 == 0})
    assert worker.memory_info().rss - before < MOST_GROWTH
    kinds = ("rate", "message")
    refused = sum(server.figure(f'classpulse_errors_total{{kind="{kind}"}}') for kind in kinds)
    assert refused > 0.8 * MESSAGES
    for text in heard:
        assert opened["code"] not in text and opened["token"] not in text and "happy" not in text
    students[1].send("pace", {"value": "lost"})
    view = teacher.wait_for("view", lambda view: view["pace"] and view["pace"]["lost"] == 1)
    assert (view["students"], view["shares"], view["named"]) == (5, {"happy": 1.0}, [])
    assert not any(peer.closed for peer in (teacher, *students))
    assert worker.is_running() and "Traceback" not in server.log()
