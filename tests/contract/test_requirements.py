"""What gets installed is what was looked at: each file of each package by its hash."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.live_server import ROOT

LOCKS = [ROOT / "requirements.txt", *sorted((ROOT / "requirements").iterdir())]


def packages(lock):
    lines = lock.read_text().replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes(lock):
    assert packages(lock)
    for package in packages(lock):
        assert re.match(r"[a-z0-9-]+(\[\w+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", package), package


def test_what_gets_installed_follows_from_what_is_asked_for(tmp_path):
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")  # pins that fit are kept
    (tmp_path / ".venv-uv").symlink_to(ROOT / ".venv-uv")
    make = ["make", "requirements", "--assume-old", ".venv-uv/done"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    for lock in LOCKS:
        assert (tmp_path / lock.relative_to(ROOT)).read_text() == lock.read_text()


@pytest.mark.parametrize("name", ["lint", "test"])
def test_neither_lint_nor_the_other_tests_take_what_training_takes(name):
    heavy = {"tensorflow", "keras", "jax", "tensorflowjs"}
    names = {package.partition("==")[0] for package in packages(ROOT / f"requirements/{name}.txt")}
    assert not heavy & names


def test_where_tensorflow_is_missing_one_line_says_so():
    script = """if True:
        import sys
        sys.modules["tensorflow"] = None  # as where it is not installed
        from training.__main__ import main
        sys.exit(main(["export-face"]))
    """
    outcome = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True
    )
    assert outcome.returncode == 2 and outcome.stdout == ""
    (line,) = outcome.stderr.splitlines()
    assert re.match(r"error: \w+ is missing here: .*Python 3\.11 or 3\.12", line)
