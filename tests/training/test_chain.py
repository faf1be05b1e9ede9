"""The whole way from Kaggle's zip to a class's browser, as a user's shell walks it."""

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import numpy as np

from tests.training.conftest import ROOT, assert_same
from training.browser import classify
from training.dataset import LABELS, Dataset

# Of the models, the one that is within the browser's budget on the busiest machine.
SETTINGS = ("--model", "cnn", "--epochs", 15, "--batch", 8, "--learning-rate", 3e-3)


@pytest.fixture
def shell(tmp_path):
    """Runs a step in an empty folder, with an empty home and no network."""
    (tmp_path / "home").mkdir()

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "training", *map(str, arguments)],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "HOME": str(tmp_path / "home"),
                "https_proxy": "http://127.0.0.1:9",  # the port that discards: nobody answers
            },
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


def test_each_step_finds_what_the_one_before_it_left(browser, shell, sources, data, tmp_path):
    def succeeds(*arguments):
        outcome = shell(*arguments)
        assert (outcome.returncode, outcome.stderr) == (0, "")
        return outcome.stdout

    refused = shell("fetch")
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.startswith("error: no Kaggle credentials")
    assert len(refused.stderr.splitlines()) == 1 and not (tmp_path / "data").exists()

    succeeds("prepare", "--source", sources.zip)
    assert_same(Dataset.load(tmp_path / "data/fer2013.npz"), data)
    page = succeeds("explore").removeprefix("written to ").strip()
    assert (tmp_path / page).read_text().startswith("<!doctype html>")

    succeeds("train", "--run", "runs/first", *SETTINGS)
    measured = succeeds("evaluate", "--run", "runs/first")
    assert "Selected: first" in succeeds("select")
    chosen = json.loads((tmp_path / "runs/selection.json").read_text())["candidates"]["first"]
    assert f"PublicTest: accuracy {chosen['public_accuracy']:.4f}" in measured

    succeeds("export")
    emotion = tmp_path / "web/static/model/emotion"
    assert json.loads((emotion / "metadata.json").read_text())["labels"] == list(LABELS)
    for split, name in (("PublicTest", "public_accuracy"), ("PrivateTest", "private_accuracy")):
        faces = data.split(split)
        probabilities = classify(faces.images, emotion)
        right = np.sum(probabilities.argmax(axis=1) == faces.labels)
        # Half precision may tip one guess that was close.
        assert abs(right - chosen[name] * len(faces.labels)) < 1.5
    assert chosen["public_accuracy"] > 0.4  # of seven labels; chance is 0.14

    succeeds("evaluate", "--exported", emotion)
    published = json.loads((emotion / "metadata.json").read_text())["accuracy"]
    assert published["PrivateTest"] == round(float(right) / len(faces.labels), 4)
