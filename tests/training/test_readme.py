"""The documented way from photographs to a model, command by command, with a handful of faces."""

import json
from pathlib import Path

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import numpy as np

from tests.documents import commands
from tests.training.conftest import assert_learnt, one_line
from training.browser import classify
from training.dataset import LABELS, SPLITS, VOTES
from training.metrics import by_head
from training.models import MODELS
from training.run import Config
from training.votes import COLUMNS

PREFIX = "python -m training "
# They need an account, or the published weights and real photographs: tests of their own run them.
ELSEWHERE = ("fetch", "export-face", "framing")
# As `select` writes it, of runs that were made; and what test_own_class.py runs.
OTHERS = ("docs/models.md", "docs/own-data.md")
SLOW = {"resnet50", "efficientnet-lite2"}  # models that are trained where their weights are tested
SHORT = ("--limit", 60, "--epochs", 1)  # of an option that is given twice the last one counts


def test_each_documented_step_finds_what_the_ones_before_it_left(
    browser, unhurried, cli, faces, sources, data, trained_cnn, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    Path("data/fer2013").symlink_to(sources.folder)  # where `fetch` leaves it
    Path("icml_face_data.csv").symlink_to(sources.csv)
    agreed = np.eye(len(VOTES), dtype=int)[[face.label for face in faces]] * 10
    rows = [("Usage", "Image name", *COLUMNS)]
    rows += [(face.split, "", *votes) for face, votes in zip(faces, agreed, strict=True)]
    Path("fer2013new.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    said = {}
    told = (each for document, each in commands() if document not in OTHERS)
    for step in dict.fromkeys(each for each in told if each.startswith(PREFIX)):
        name, *arguments = step.removeprefix(PREFIX).split()
        if name in ELSEWHERE:
            continue
        if SLOW & set(arguments):
            one_line(cli(name, *arguments, "--limit", 0), "limit are 1 or more")
            continue
        if name == "train":
            arguments += SHORT
            if "runs/cnn" in arguments:  # the one that is selected is to know something
                arguments += ["--weights", trained_cnn.run]
        if name == "export":  # and not into this checkout
            arguments += ["--to", "web/static/model/emotion", "--force"]
        outcome = cli(name, *arguments)
        if "--exported" in arguments:  # `npm run build` comes before it, and takes all of web/
            one_line(outcome, "the pages lack", "MatMul", "which this model needs: run `")
            continue
        assert (outcome.status, outcome.err) == (0, ""), step
        said[step.removeprefix(PREFIX)] = outcome.out

    assert Path("data/exploration/index.html").read_text().startswith("<!doctype html>")
    runs = [run for run in Path("runs").iterdir() if run.is_dir()]
    assert {Config.load(run).model for run in runs} == set(MODELS) - SLOW
    for run in runs:
        assert_learnt(run, data)

    assert "Selected: cnn" in said["select"]
    chosen = json.loads(Path("runs/selection.json").read_text())["candidates"]["cnn"]
    assert f"{chosen['public_people']:.4f} right" in said["evaluate --run runs/cnn"]
    assert chosen["public_people"] > 0.3  # of seven labels; chance is 0.14
    emotion = Path("web/static/model/emotion")
    metadata = json.loads((emotion / "metadata.json").read_text())
    assert metadata["labels"] == list(LABELS)
    guesses = by_head(classify(data.images, emotion))["label"].argmax(axis=1)
    test = data.split("PrivateTest")
    right = np.sum(guesses[data.splits == SPLITS.index("PrivateTest")] == test.labels)
    # Half precision may tip one guess that was close.
    assert abs(right - chosen["accuracy"] * len(test.labels)) < 1.5
