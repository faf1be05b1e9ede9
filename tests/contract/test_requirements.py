"""What gets installed is what was looked at: each file of each package by its hash."""

import re
import shutil
import subprocess

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_hashes(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[a-z0-9-]+(\[\w+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", package), package


def test_what_gets_installed_follows_from_what_is_asked_for(tmp_path):
    for name in ("Makefile", "requirements.in", "requirements-dev.in", "training/requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)  # pins that still fit are kept
    (tmp_path / ".venv-dev").symlink_to(ROOT / ".venv-dev")
    make = ["make", "requirements", "--assume-old", ".venv-dev/done"]
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert (tmp_path / name).read_text() == (ROOT / name).read_text()
