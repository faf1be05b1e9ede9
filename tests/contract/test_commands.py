"""Nobody is told to run what is not run here."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from tests.conftest import Peer
from tests.documents import commands
from tests.live_server import ROOT, free_port

PRE_COMMIT = ROOT / ".venv-lint/bin/pre-commit"
INSTALLED = (".venv", "node_modules")
AS_IT_IS = [f"--assume-old={name}/done" for name in INSTALLED]
PATIENCE = 600  # seconds in which the pages are built and the server starts
# What runs each of the documented commands: a test, or the targets that run tests; None where it
# takes an account or a daemon of one's own.
RUN_BY = {
    "make (run|demo)": "tests/contract/test_commands.py",
    r"make (lint|test|test-\w+|\.venv-training/done)|npm (test|run build)|source .*": "Makefile",
    "make coverage|npm run format": None,
    "make soak": "tests/bench/test_soak.py",
    "make bench": "tests/bench/test_training.py",
    "make bench-model": "tests/bench/test_model.py",
    "make bench-browser": "tests/bench/test_browser.py",
    "make bench-room": "tests/bench/test_room.py",
    "make bench-server": "tests/bench/test_server.py",
    "make bench-pages": "tests/bench/test_pages.py",
    "python -m training fetch": "tests/training/test_fetch.py",
    "python -m training (export-face|framing)": "tests/training/test_blazeface.py",
    "python -m training .*own.*": "tests/training/test_own_class.py",
    "python -m training .*": "tests/training/test_readme.py",
    "alembic upgrade head": "tests/server/test_migrations.py",
    "gunicorn server.wsgi:app": "tests/live_server.py",
    "docker compose up --build": None,
    "curl .*": "tests/server/test_api.py",
    "python3 -c .*": "tests/server/test_api.py",
    "make contract": "tests/contract/test_contract.py",
    "make papers": "tests/contract/test_papers.py",
    "make messages": "tests/contract/test_translations.py",
    "make screenshots": "tests/bench/test_screenshots.py",
    "make icons": "tests/bench/test_icons.py",
    "make requirements": "tests/contract/test_requirements.py",
    "make audit": None,
    "heroku .*": None,
    r"\.venv-lint/bin/pre-commit install": "tests/contract/test_commands.py",
    r"\.venv-(test|training)/bin/python -m pytest .*": "Makefile",
    "pybabel init.*": None,
}


@pytest.mark.parametrize(("document", "command"), sorted(set(commands())))
def test_a_documented_command_is_run(document, command):
    by = [test for pattern, test in RUN_BY.items() if re.fullmatch(pattern, command)]
    assert by, f"{document}: nothing runs `{command}`"
    assert by[0] is None or (ROOT / by[0]).exists()


@pytest.fixture
def clone(tmp_path):
    """The project as a newcomer has it: nothing is installed, nothing is built."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_commits_of_a_contributor_are_checked(clone):
    subprocess.run(["git", "init", "--quiet"], cwd=clone, check=True)
    for command in ("validate-config", "install"):
        subprocess.run([PRE_COMMIT, command], cwd=clone, check=True, capture_output=True)
    assert "pre_commit" in (clone / ".git/hooks/pre-commit").read_text()


def wait_until_gone(group: int) -> None:
    """Make ends before the server that it started, which goes on answering for a moment."""
    deadline = time.monotonic() + 30
    with suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)  # which only asks whether it is there
            time.sleep(0.1)


@contextmanager
def make(target: str, folder, port: int) -> Iterator[subprocess.Popen]:
    """Run a target that serves until it is interrupted; its output goes to a file `log`."""
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["make", target, f"PORT={port}", *AS_IT_IS],
            cwd=folder,
            env={name: os.environ[name] for name in ("PATH", "HOME")},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)
        wait_until_gone(process.pid)


def wait_for(process, folder, look):
    """What `look` returns as soon as it is something, while the process runs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text()[-2000:])


def answers(url):
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def test_a_newcomer_has_a_moving_class_with_one_command_and_serves_with_another(clone):
    """With what this checkout has installed by the same targets: in CI, from nothing."""
    for name in INSTALLED:
        (clone / name).symlink_to(ROOT / name)
    port = free_port()
    with make("demo", clone, port) as demo:
        text = r"teacher's page of a simulated class of 30:\s+(\S+)"
        found = wait_for(demo, clone, lambda: re.search(text, (clone / "log").read_text()))
        code, token = found[1].rpartition("/")[2].split("#")
        entry = {"role": "teacher", "code": code, "token": token}
        teacher = Peer(f"http://localhost:{port}", entry)
        first = teacher.wait_for("view", lambda view: view["shares"], seconds=30)
        teacher.wait_for("view", lambda view: view["shares"] != first["shares"], seconds=30)
        teacher.leave()
    with make("run", clone, port) as server:
        page = f"http://localhost:{port}/"
        wait_for(server, clone, lambda: answers(page))
        assert "Start the class" in requests.get(page, timeout=5).text
        assert requests.get(f"{page}static/dist/student.js", timeout=5).ok
