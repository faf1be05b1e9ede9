"""The student's page behind the video call: in a tab that is hidden, labels keep going out."""

import contextlib
import itertools
import json
import subprocess
import time

import pytest
import requests
import websocket

from tests.live_server import PATIENCE, free_port
from training.browser import chromium

NOTE_LABELS = """
const send = WebSocket.prototype.send;
window.labels = [];
WebSocket.prototype.send = function (data) {
  if (String(data).startsWith('42["label"')) labels.push(data);
  return send.call(this, data);
};
"""
NO_STREAMS = "delete window.MediaStreamTrackProcessor;"


class Tab:
    """A tab of a Chromium without Playwright, which keeps every page visible and awake."""

    def __init__(self, browser: "Chromium", url: str, script: str) -> None:
        self._browser = browser
        self._target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        self._send("Page.enable")
        self._send("Page.addScriptToEvaluateOnNewDocument", source=script)
        self._send("Page.navigate", url=url)

    def evaluate(self, expression: str):
        asked = {"expression": expression, "returnByValue": True, "userGesture": True}
        return self._send("Runtime.evaluate", **asked)["result"].get("value")

    def wait_for(self, expression: str, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < deadline, f"not within {seconds} s: {expression}"
            time.sleep(0.1)

    def _send(self, method: str, **parameters):
        return self._browser.send(method, self._session, **parameters)


class Chromium:
    """Chromium with a fake webcam, over its own debugging protocol."""

    def __init__(self, arguments: list[str]) -> None:
        port = free_port()
        command = [chromium() or "chromium", "--headless=new", f"--remote-debugging-port={port}"]
        silence = subprocess.DEVNULL  # a pipe that nobody reads holds it up once it is full
        self._process = subprocess.Popen([*command, *arguments], stdout=silence, stderr=silence)
        address = self._address(f"http://127.0.0.1:{port}/json/version")
        self._socket = websocket.create_connection(address, PATIENCE, suppress_origin=True)
        self._numbers = itertools.count()

    def _address(self, url: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return requests.get(url, timeout=5).json()["webSocketDebuggerUrl"]
            except requests.ConnectionError:
                assert time.monotonic() < deadline, "Chromium does not start"
                time.sleep(0.05)

    def send(self, method: str, session: str | None = None, **parameters):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def close(self) -> None:
        with contextlib.suppress(websocket.WebSocketException, AssertionError):
            self.send("Browser.close")
        self._socket.close()
        self._process.wait(30)


@pytest.fixture
def browser(webcam, tmp_path):
    browser = Chromium(
        [
            "--no-sandbox",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--use-fake-ui-for-media-stream",
            # A hidden page's timers run once a minute, here from the beginning.
            "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1",
            *webcam.options,
        ]
    )
    yield browser
    browser.close()


@pytest.mark.parametrize(
    "script", [pytest.param("", id="streams"), pytest.param(NO_STREAMS, id="page's frames")]
)
def test_labels_keep_going_out_from_a_hidden_tab(server, browser, script):
    page = Tab(browser, server.open_class()["join_url"], NOTE_LABELS + script)
    page.wait_for("document.querySelector('#join-camera:enabled') !== null")
    page.evaluate("document.querySelector('#join-camera').click()")
    page.wait_for("labels.length > 0 && labels.at(-1).includes('happy')")

    Tab(browser, "about:blank", "")  # in front of it, in the same window
    page.wait_for("document.visibilityState === 'hidden'")
    page.evaluate("labels.length = 0")
    # One every few seconds: with timers that run once a minute, the third would not come in time.
    page.wait_for("labels.length >= 3", seconds=110)
    assert page.evaluate("document.visibilityState") == "hidden"
    assert {"happy" in each for each in page.evaluate("labels")} == {True}, page.evaluate("labels")
