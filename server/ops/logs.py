"""Logs: one JSON object a line on stdout, and none of who asked for what."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from traceback import format_tb
from types import TracebackType

log = logging.getLogger(__name__)
# What every record has; anything else came by `extra`.
_USUAL = {*logging.makeLogRecord({}).__dict__, "message"}

# For logging.config.dictConfig and gunicorn's `logconfig_dict`. Nothing goes to gunicorn's access
# log: it would hold addresses and class codes.
CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "server.ops.logs.JsonFormatter"}},
    "filters": {
        "no rubbish": {"()": "server.ops.logs.NoRubbish"},
        "no strangers": {"()": "server.ops.logs.NoStrangers"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stdout",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {
        "gunicorn.error": {
            "level": "INFO",
            "handlers": [],
            "propagate": True,
            "filters": ["no strangers"],
        },
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        "alembic": {"level": "WARNING"},
        "werkzeug": {"level": "WARNING"},
        # By their full names: a logger of these without a level gets a handler of its own.
        # Its errors come once each.
        "engineio.server": {"level": "ERROR", "filters": ["no rubbish"]},
        "socketio.server": {"level": "WARNING", "filters": ["no rubbish"]},
    },
}


# What Engine.IO and Socket.IO say of messages that mean nothing, or in the words of whoever asked.
_RUBBISH = re.compile(
    "(message|post request) handler error|Method .* not supported|Unknown callback received"
    "|.* is not (an accepted origin|connected to namespace)|.* session ",
    re.DOTALL,
)
# How gunicorn begins what it says of a request.
_OF_A_REQUEST = re.compile("Invalid request|Error handling request|Socket error|WSGI app|HTTP/2")


class NoRubbish(logging.Filter):
    """Leaves out what anybody can have Engine.IO and Socket.IO say.

    What goes wrong in our own handlers of messages these tell themselves, and server/http/forwarded
    has the origins.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return not _RUBBISH.match(record.getMessage())


class NoStrangers(logging.Filter):
    """Has gunicorn say what went wrong with a request, and not whose it was, nor for what."""

    def filter(self, record: logging.LogRecord) -> bool:
        if begins := _OF_A_REQUEST.match(str(record.msg)):
            kind, _, trace = sys.exc_info()
            record.msg = f"{begins[0]}: {kind.__name__}" if kind else begins[0]
            record.args = ()
            if record.exc_info:
                record.exc_info = None
                record.__dict__["exception"] = "".join(format_tb(trace))
        return True


def log_failed_task(
    _context: object,
    kind: type[BaseException],
    _error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    """As gevent's Hub.print_exception, which would write with what a greenlet was called."""
    exception = "".join(format_tb(trace))
    log.error("a task failed: %s", kind.__name__, extra={"exception": exception})


class JsonFormatter(logging.Formatter):
    """A record -> one line: time (ISO, UTC), level, logger, message, extras, exception if any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {
            name: value
            for name, value in record.__dict__.items()
            if name not in _USUAL and name not in line
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
