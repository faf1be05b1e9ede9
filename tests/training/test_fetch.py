"""Kaggle's client library against a server that plays Kaggle, as a user's shell would start it."""

import base64
import hashlib
import io
import json
import os
import resource
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from zipfile import ZipFile

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

from tests.live_server import ROOT
from tests.training.conftest import assert_same
from training.dataset import Dataset

TOKEN = "KGAT_0123456789abcdef"
USER, KEY = "teacher", "0123456789abcdef"
PAGE = "https://www.kaggle.com/datasets/msambare/fer2013"
BY_HAND = f"download {PAGE} by hand and give it to `prepare --source`"


class Kaggle(ThreadingHTTPServer):
    """The two calls that a download makes, and the storage it is redirected to.

    It is the proxy of the client, which in its LOCALHOST environment calls http://localhost/api.
    """

    def __init__(self, archive: bytes) -> None:
        super().__init__(("127.0.0.1", 0), KaggleHandler)
        self.archive = archive
        self.status = 200  # of the answer to the first call
        self.digest = hashlib.md5(archive).digest()
        self.sent = len(archive)  # how much of it gets through
        self.calls: list[str] = []

    def answer(self, call: str, request: dict, authorization: str | None):
        """Status, headers and body."""
        basic = base64.b64encode(f"{USER}:{KEY}".encode()).decode()
        if self.status != 200:
            return self.status, {}, json.dumps({"code": self.status, "message": "no"}).encode()
        if authorization not in {f"Bearer {TOKEN}", f"Basic {basic}"}:
            return 401, {}, json.dumps({"code": 401, "message": "Unauthenticated"}).encode()
        assert (request["ownerSlug"], request["datasetSlug"]) == ("msambare", "fer2013")
        if call == "GetDataset":
            return 200, {"X-Kaggle-HubVersion": "99.0"}, b'{"currentVersionNumber": 1}'
        return 302, {"Location": "http://storage.localhost/fer2013"}, b""


class KaggleHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        service, call = self.path.split("/")[-2:]
        assert service == "datasets.DatasetApiService"
        self.server.calls.append(call)
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers, body = self.server.answer(call, request, self.headers["Authorization"])
        self.reply(status, headers | {"Content-Type": "application/json"}, body)

    def do_GET(self):
        assert self.path == "http://storage.localhost/fer2013"
        self.server.calls.append("storage")
        digest = base64.b64encode(self.server.digest).decode()
        headers = {"x-goog-hash": f"md5={digest}", "Content-Type": "application/zip"}
        self.reply(200, headers, self.server.archive)

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.sent])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def kaggle(sources):
    with Kaggle(sources.zip.read_bytes()) as server:
        Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


@pytest.fixture
def shell(tmp_path):
    """Runs a step in an empty folder with an empty home: no credentials but those given."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()

    def run(*arguments, port, most=resource.RLIM_INFINITY, **variables):
        settings = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(home),
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
            "http_proxy": f"http://127.0.0.1:{port}",
        }
        return subprocess.run(
            [sys.executable, "-m", "training", *map(str, arguments)],
            cwd=work,
            env=settings | variables,
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )

    run.home, run.work = home, work
    return run


def assert_one_line_and_nothing_there(outcome, message, shell):
    assert outcome.returncode == 2 and outcome.stdout == ""
    (line,) = outcome.stderr.splitlines()
    assert line.startswith("error: ") and message in line
    assert not [path for path in shell.work.rglob("*") if path.name != "data"]


def closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_fetch_and_then_prepare_need_no_options(kaggle, shell, data):
    outcome = shell("fetch", port=kaggle.server_port, KAGGLE_API_TOKEN=TOKEN)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout == "FER-2013 is in data/fer2013\n"
    assert kaggle.calls == ["GetDataset", "DownloadDataset", "storage"]
    assert [path.name for path in (shell.work / "data").iterdir()] == ["fer2013"]
    outcome = shell("prepare", port=closed_port())
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert_same(Dataset.load(shell.work / "data/fer2013.npz"), data)


def write_kaggle_json(home):
    (home / ".kaggle").mkdir()
    (home / ".kaggle/kaggle.json").write_text(json.dumps({"username": USER, "key": KEY}))
    return {}


def write_access_token(home):
    (home / ".kaggle").mkdir()
    (home / ".kaggle/access_token").write_text(f"{TOKEN}\n")
    return {}


CREDENTIALS = {
    "a user name and a key": lambda home: {"KAGGLE_USERNAME": USER, "KAGGLE_KEY": KEY},
    "kaggle.json": write_kaggle_json,
    "access_token": write_access_token,
    "a token in one of Kaggle's notebooks": lambda home: {
        "KAGGLE_API_TOKEN": TOKEN,
        "KAGGLE_KERNEL_RUN_TYPE": "Interactive",
        "KAGGLE_DATA_PROXY_URL": "http://localhost",
    },
}


@pytest.mark.parametrize("way", CREDENTIALS)
def test_credentials_are_taken_from_where_kaggle_has_them(way, kaggle, shell):
    variables = CREDENTIALS[way](shell.home)
    outcome = shell("fetch", "--source", "here", port=kaggle.server_port, **variables)
    assert (outcome.returncode, outcome.stdout) == (0, "FER-2013 is in here\n"), outcome.stderr
    assert (shell.work / "here/train/sad/Training_0.png").exists()


def test_without_credentials_it_says_where_to_get_them(kaggle, shell):
    outcome = shell("fetch", port=kaggle.server_port)
    assert_one_line_and_nothing_there(outcome, "no Kaggle credentials", shell)
    for advice in ("https://www.kaggle.com/settings", "KAGGLE_API_TOKEN", "~/.kaggle/", BY_HAND):
        assert advice in outcome.stderr
    assert kaggle.calls == [] and not list(shell.work.iterdir())


@pytest.mark.parametrize("content", ["{", '{"username": "teacher"}', "\udcff"])
def test_credentials_that_cannot_be_read_are_one_clear_line(content, kaggle, shell):
    (shell.home / ".kaggle").mkdir()
    (shell.home / ".kaggle/kaggle.json").write_bytes(content.encode(errors="surrogateescape"))
    outcome = shell("fetch", port=kaggle.server_port)
    assert_one_line_and_nothing_there(outcome, "the Kaggle credentials cannot be read", shell)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, "Kaggle refuses the credentials (403)"),
        (404, "Kaggle has no data set msambare/fer2013 any more (404)"),
        (503, "Kaggle answers 503 Service Unavailable: try again later"),
    ],
)
def test_what_kaggle_refuses_is_one_clear_line(status, message, kaggle, shell):
    kaggle.status = status
    outcome = shell("fetch", port=kaggle.server_port, KAGGLE_API_TOKEN=TOKEN)
    assert_one_line_and_nothing_there(outcome, message, shell)


def test_a_wrong_token_is_one_clear_line(kaggle, shell):
    outcome = shell("fetch", port=kaggle.server_port, KAGGLE_API_TOKEN="KGAT_of_somebody_else")
    assert_one_line_and_nothing_there(outcome, "Kaggle refuses the credentials (401)", shell)
    assert "make a new token at https://www.kaggle.com/settings" in outcome.stderr


def test_offline_is_one_clear_line(shell):
    outcome = shell("fetch", port=closed_port(), KAGGLE_API_TOKEN=TOKEN)
    assert_one_line_and_nothing_there(outcome, "Kaggle cannot be reached", shell)
    assert BY_HAND in outcome.stderr


def cut_off(kaggle):
    kaggle.sent //= 2
    return "broke off"


def garbled(kaggle):
    kaggle.digest = bytes(16)
    return "what Kaggle sent is damaged"


def no_archive(kaggle):
    kaggle.archive = b"<html>Welcome to the hotel's network"
    kaggle.digest = hashlib.md5(kaggle.archive).digest()
    return "what Kaggle sent is damaged"


def something_else(kaggle):
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("train/readme.txt", "the faces have moved")
    kaggle.archive = content.getvalue()
    kaggle.digest = hashlib.md5(kaggle.archive).digest()
    return "no folders train and test"


@pytest.mark.parametrize("spoil", [cut_off, garbled, no_archive, something_else])
def test_a_download_that_goes_wrong_is_one_clear_line(spoil, kaggle, shell):
    message = spoil(kaggle)
    outcome = shell("fetch", port=kaggle.server_port, KAGGLE_API_TOKEN=TOKEN)
    assert_one_line_and_nothing_there(outcome, message, shell)
    assert "storage" in kaggle.calls


def test_a_full_disk_is_one_clear_line(kaggle, shell):
    most = len(kaggle.archive) // 2
    outcome = shell("fetch", port=kaggle.server_port, most=most, KAGGLE_API_TOKEN=TOKEN)
    assert_one_line_and_nothing_there(outcome, "cannot write", shell)
    assert "data/fer2013: File too large" in outcome.stderr


def test_what_is_there_already_is_left_alone(kaggle, shell, sources):
    for source in (sources.folder, sources.zip):
        outcome = shell("fetch", "--source", source, port=kaggle.server_port)
        assert (outcome.returncode, outcome.stderr) == (0, "")
        assert outcome.stdout == f"{source} is there already: nothing to do\n"
    assert kaggle.calls == []


def test_a_folder_of_other_things_is_never_replaced(kaggle, shell):
    (shell.work / "photos").mkdir()
    (shell.work / "photos/beach.jpg").write_text("a beach")
    outcome = shell("fetch", "--source", "photos", port=kaggle.server_port, KAGGLE_API_TOKEN=TOKEN)
    assert outcome.returncode == 2 and len(outcome.stderr.splitlines()) == 1
    assert "photos has no train: move it away or write elsewhere" in outcome.stderr
    assert (shell.work / "photos/beach.jpg").read_text() == "a beach"
    assert kaggle.calls == []
