"""server.wsgi on an Engine.IO that works as this one does, but has another name for something."""

import os
from types import FunctionType
from typing import Any

import engineio.socket
from engineio import Server


def rename(owner: Any, old: str, new: str, *users: FunctionType) -> None:
    """Of what `owner` has; `users` know it by the new name from then on."""
    setattr(owner, new, getattr(owner, old))
    delattr(owner, old)
    for user in users:
        names = [new if name == old else name for name in user.__code__.co_names]
        user.__code__ = user.__code__.replace(co_names=tuple(names))


if os.environ["RENAMED"] == "method":
    rename(Server, "_handle_connect", "_let_in", Server.handle_request)
else:
    rename(engineio.socket, "Socket", "Session", Server._handle_connect)

from server.wsgi import app as app  # noqa: E402
