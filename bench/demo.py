"""Open a try-out class on a server that is about to start, and show its room: `make demo`."""

from __future__ import annotations

import json
import os
import sys
import time
import webbrowser
from urllib.request import urlopen

PATIENCE = 30  # seconds until the server answers


def open_tryout(server: str) -> dict[str, str]:
    """What the server says of the class. Raises OSError if there is no server, or it refuses."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(f"{server}/api/tryout", data=b"") as answer:
                opened: dict[str, str] = json.load(answer)
                return opened
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    opened = open_tryout(sys.argv[1])
    print(f"\nThe teacher's page of a simulated class of 30:\n  {opened['room_url']}")
    print(f"What its students see:\n  {opened['join_url']}\nCtrl+C ends it.\n", flush=True)
    # Without a screen there may still be a browser, which would take over the terminal.
    if sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        webbrowser.open(opened["room_url"])
