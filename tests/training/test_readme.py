"""The documented way from photographs to a model, command by command, with a handful of faces."""

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.documents import commands

pytest.importorskip("tensorflow", reason="training needs training/requirements.txt")

SHORT = ["--limit", "60", "--epochs", "1"]  # of an option that is given twice the last one counts
# They need an account, or the published weights and real photographs: tests of their own run them.
ELSEWHERE = ("fetch", "export-face", "framing")


def test_the_documented_steps_lead_to_a_model(sources, browser, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/fer2013").symlink_to(sources.folder)  # where `fetch` leaves it
    path = next(iter(sources.files))
    (tmp_path / "votes.csv").write_text(
        "path,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
        f"{path},9,1,0,0,0,0,0,0,0,0\n"
    )
    prefix = "python -m training "
    steps = dict.fromkeys(each for _, each in commands() if each.startswith(prefix))
    for step in steps:
        name, *arguments = step.removeprefix(prefix).split()
        if name in ELSEWHERE:
            continue
        arguments += SHORT if name == "train" else []
        ran = subprocess.run(
            [sys.executable, "-m", "training", name, *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, f"{step}\n{ran.stderr[-2000:]}"
    assert (tmp_path / "web/static/model/emotion/model.json").exists()
