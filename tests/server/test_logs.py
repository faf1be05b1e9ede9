"""Logs as a log collector reads them: each line by itself."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from server.ops.logs import JsonFormatter
from tests.live_server import ROOT


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
