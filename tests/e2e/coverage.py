"""Which of the pages' code ran in a Chromium, in files as Node writes them for its own code."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

import requests
import websocket

from tests.live_server import ROOT

FOLDER = os.environ.get("CHROMIUM_V8_COVERAGE")  # nothing is recorded without it
DIST = ROOT / "web/static/dist"
BETWEEN = 2  # seconds: what a worker did since then is lost if it dies
PATIENCE = 20  # seconds for a busy Chromium to say what ran
ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
BEGIN = [
    ("Profiler.enable", {}),
    ("Profiler.startPreciseCoverage", {"callCount": True, "detailed": True}),
    ("Target.setAutoAttach", ATTACH),  # for a page's workers
    ("Runtime.runIfWaitingForDebugger", {}),
]

Function = dict[str, Any]  # as the protocol's Profiler.FunctionCoverage


class Recorder:
    """Asks all pages and workers of a Chromium again and again what has run in them."""

    def __init__(self, address: str) -> None:
        """`address`: of the browser's debugging protocol, ws://..."""
        self._socket = websocket.create_connection(address, suppress_origin=True)
        self._numbers = itertools.count()
        self._changed = Condition()
        self._sessions: set[str] = set()
        self._asked: dict[int, str] = {}  # the sessions that have not answered yet
        # By script, and by where a function begins and ends: what of it ran, each time differently.
        self._ran: defaultdict[str, defaultdict[tuple[int, int], list[dict[str, Any]]]] = (
            defaultdict(lambda: defaultdict(list))
        )
        self._send("Target.setAutoAttach", ATTACH)
        Thread(target=self._listen, daemon=True).start()

    def take(self) -> None:
        """Ask all of them once more, and wait for their answers."""
        self._ask()
        with self._changed:
            self._changed.wait_for(lambda: not self._asked, PATIENCE)

    def write(self, folder: Path) -> None:
        """One file for each different way in which a function ran; together they tell all."""
        layers: defaultdict[int, defaultdict[str, list[dict[str, Any]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for url, functions in self._ran.items():
            for variants in functions.values():
                for layer, function in enumerate(variants):
                    layers[layer][url].append(function)
        folder.mkdir(parents=True, exist_ok=True)
        for layer, scripts in layers.items():
            result = [
                {"scriptId": "0", "url": url, "functions": functions}
                for url, functions in scripts.items()
            ]
            path = folder / f"coverage-{os.getpid()}-{id(self)}-{layer}.json"
            path.write_text(json.dumps({"result": result}))

    def _send(self, method: str, parameters: dict[str, Any], session: str | None = None) -> int:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        return number

    def _ask(self) -> None:
        with self._changed:
            for session in self._sessions - set(self._asked.values()):
                self._asked[self._send("Profiler.takePreciseCoverage", {}, session)] = session

    def _listen(self) -> None:
        self._socket.settimeout(BETWEEN)
        asked_at = time.monotonic()
        while True:
            try:
                self._hear(json.loads(self._socket.recv()))
            except websocket.WebSocketTimeoutException:
                pass
            except (websocket.WebSocketException, OSError):
                return  # Chromium is closed
            if time.monotonic() - asked_at > BETWEEN:
                asked_at = time.monotonic()
                self._ask()

    def _hear(self, message: dict[str, Any]) -> None:
        with self._changed:
            parameters = message.get("params", {})
            if message.get("method") == "Target.attachedToTarget":
                for method, more in BEGIN:
                    self._send(method, more, parameters["sessionId"])
                self._sessions.add(parameters["sessionId"])
            if message.get("method") == "Target.detachedFromTarget":
                gone = parameters["sessionId"]
                self._sessions.discard(gone)
                self._asked = {key: each for key, each in self._asked.items() if each != gone}
            if self._asked.pop(message.get("id", -1), None):
                for script in message.get("result", {}).get("result", []):
                    self._keep(script)
            self._changed.notify_all()

    def _keep(self, script: dict[str, Any]) -> None:
        path = urlsplit(script["url"]).path
        file = DIST / path.rpartition("/")[2]
        if not (path.startswith("/static/dist/") or path == "/service-worker.js"):
            return
        for function in script["functions"]:
            for each in function["ranges"]:
                each["count"] = min(each["count"], 1)
            whole = function["ranges"][0]
            variants = self._ran[file.as_uri()][whole["startOffset"], whole["endOffset"]]
            if function not in variants:
                variants.append(function)


@contextmanager
def recording(port: int) -> Iterator[Recorder | None]:
    """Record what runs in the Chromium that can be debugged at a port, if that is wished for."""
    if not FOLDER:
        yield None
        return
    about = requests.get(f"http://127.0.0.1:{port}/json/version", timeout=PATIENCE).json()
    recorder = Recorder(about["webSocketDebuggerUrl"])
    yield recorder
    recorder.take()
    recorder.write(ROOT / FOLDER)
