"""Logs: one JSON object a line on stdout, and none of who asked for what."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

# What every record has; anything else came by `extra`.
_USUAL = {*logging.makeLogRecord({}).__dict__, "message"}

# For logging.config.dictConfig and gunicorn's `logconfig_dict`. Nothing goes to gunicorn's access
# log: it would hold addresses and class codes.
CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "server.ops.logs.JsonFormatter"}},
    "filters": {"no rubbish": {"()": "server.ops.logs.NoRubbish"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stdout",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        "alembic": {"level": "WARNING"},
        "werkzeug": {"level": "WARNING"},
        # By their full names: a logger of these without a level gets a handler of its own.
        # Its errors come once each, such as an origin that is not accepted.
        "engineio.server": {"level": "ERROR", "filters": ["no rubbish"]},
        "socketio.server": {"level": "WARNING"},
    },
}


class NoRubbish(logging.Filter):
    """Leaves out what Engine.IO says of a message that is no Socket.IO, which anybody can send.

    What goes wrong in our own handlers of messages these tell themselves.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return record.getMessage() not in ("message handler error", "post request handler error")


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
