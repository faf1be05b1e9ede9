"""Logs as a log collector reads them: each line by itself."""

import json
import logging
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import requests

from server.ops.logs import JsonFormatter
from tests.live_server import PATIENCE, ROOT, SERVE


def write(message, *arguments, level=logging.INFO, exc_info=None, **extra):
    """What is logged of it, as it is read back."""
    log = logging.Logger("server.app")
    record = log.makeRecord(
        log.name, level, __file__, 1, message, arguments, exc_info, extra=extra or None
    )
    line = JsonFormatter().format(record)
    assert "\n" not in line
    return json.loads(line)


def test_a_line_says_when_how_grave_who_and_what():
    line = write("%d of %s", 3, "it\nall", level=logging.WARNING)
    time = datetime.fromisoformat(line.pop("time"))
    assert time.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - time) < timedelta(minutes=1)
    assert line == {
        "level": "warning",
        "logger": "server.app",
        "message": "3 of it\nall",
    }


def test_further_fields_stand_beside_whatever_they_are():
    line = write("slow", waited=1.5, kind="store", path=ROOT, level_of_it=None)
    assert (line["waited"], line["kind"], line["path"]) == (1.5, "store", str(ROOT))
    assert line["level_of_it"] is None


def test_an_exception_is_one_field_of_the_line():
    try:
        raise ValueError("no good")
    except ValueError:
        line = write("it failed", level=logging.ERROR, exc_info=sys.exc_info())
    assert line["message"] == "it failed"
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("ValueError: no good")


def test_all_loggers_of_a_server_write_json_to_stdout_and_nobody_writes_who_asked():
    """In a process of its own, because logging is one for all of a process."""
    script = """if True:
        import logging.config
        from server.ops.logs import CONFIG
        logging.config.dictConfig(CONFIG)
        import socketio
        socketio.Server(async_mode="threading")  # adds a handler to a logger without a level
        for name in ("gunicorn.error", "gunicorn.access", "server.app", "engineio.server"):
            logging.getLogger(name).info("said by %s", name)
        logging.getLogger("socketio.server").error("an error")
    """
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(line["logger"], line["message"]) for line in lines] == [
        ("gunicorn.error", "said by gunicorn.error"),
        ("server.app", "said by server.app"),
        ("socketio.server", "an error"),
    ]
    assert run.stderr == ""


HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(range(32, 127)) * 3 + b"\r\n\r\n"  # TLS
RUBBISH = {
    "https": HELLO,
    "no request": b"{code}\r\n\r\n",
    "a method": b"get-{code} /c/{code} HTTP/1.1\r\n\r\n",
    "a version": b"GET /c/{code} HTTP/9.9\r\n\r\n",
    "a long line": b"GET /c/{code}" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n",
    "no header": b"GET /c/{code} HTTP/1.1\r\n{code}\r\n\r\n",
    "a name": b"GET /c/{code} HTTP/1.1\r\n{code} x: y\r\n\r\n",
    "a value": b"GET /c/{code} HTTP/1.1\r\n{code}: \x00\r\n\r\n",
    "a long header": b"GET /c/{code} HTTP/1.1\r\nx: {code}" + b"x" * 10_000 + b"\r\n\r\n",
    "two hosts": b"GET /c/{code} HTTP/1.1\r\nHost: a\r\nHost: {code}\r\n\r\n",
    "a length": b"POST /c/{code} HTTP/1.1\r\nContent-Length: {code}\r\n\r\n",
    "an encoding": b"POST /c/{code} HTTP/1.1\r\nTransfer-Encoding: {code}\r\n\r\n",
    "an expectation": b"GET /c/{code} HTTP/1.1\r\nExpect: {code}\r\n\r\n",
    "a path": b"GET /c/{code} HTTP/1.0\r\nSCRIPT_NAME: /z\r\n\r\n",
    "an address": b"GET http://[{code}/ HTTP/1.0\r\n\r\n",
    "a host": b"GET /c/{code} HTTP/1.0\r\nHost: [{code}\r\nX-Forwarded-Proto: http\r\n\r\n",
    "a session": b"GET /socket.io/?EIO=4&transport=polling&sid={code} HTTP/1.0\r\n\r\n",
    "a transport": b"GET /socket.io/?EIO=4&transport={code} HTTP/1.0\r\n\r\n",
    "an origin": b"GET /socket.io/?EIO=4 HTTP/1.0\r\nOrigin: https://{code}\r\n\r\n",
}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_whatever_comes_the_log_says_neither_from_whom_nor_for_what(start_server, host):
    server = start_server()
    code = server.open_class()["code"]
    for data in RUBBISH.values():
        client = socket.create_connection((host, server.port), PATIENCE)
        with client, client.makefile("rb") as answer:
            client.sendall(data.replace(b"{code}", code.encode()))
            assert answer.readline().startswith(b"HTTP/1.")
    assert requests.get(f"{server.url}/healthz", timeout=PATIENCE).ok
    log = server.log()
    assert log.count("Invalid request: ") >= 10, "what happened is told"
    assert not re.search(rf"127\.0\.0\.1|::1|{code}", log, re.IGNORECASE)


def test_a_machine_that_has_no_more_files_says_so_and_nothing_of_whom_it_turned_away(start_server):
    server = start_server(["sh", "-c", 'ulimit -n 60 && exec "$@"', "sh", *SERVE])
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), PATIENCE))
        deadline = time.monotonic() + PATIENCE
        while "a task failed: OSError" not in server.log() and time.monotonic() < deadline:
            time.sleep(0.05)
    [line, *_] = [line for line in server.log().splitlines() if "a task failed" in line]
    assert "do_read" in json.loads(line)["exception"]
    assert "127.0.0.1" not in server.log()
