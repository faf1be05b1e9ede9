"""Heads fitted anew say what the data say, and the rest of the run is as it was."""

from dataclasses import replace

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import numpy as np

from tests.training.conftest import contents, one_line
from training.dataset import HEADS, LABELS, VOTES, Dataset
from training.metrics import by_head
from training.tfjs import quietly

with quietly():
    from training.refit import sharpen
    from training.run import load_classifier, load_network


def answers(run, faces):
    """What both heads take each face for."""
    probabilities = load_classifier(run).predict(
        faces.images[..., None].astype("float32"), verbose=0
    )
    return {head: each.argmax(axis=1) for head, each in by_head(probabilities).items()}


def test_heads_learn_new_labels_and_votes_on_the_same_body(data, trained, cli, tmp_path):
    labels = (data.labels + 3) % len(LABELS)  # other names than those that the run learnt
    votes = np.eye(len(VOTES), dtype=np.uint8)[(data.labels + 5) % len(VOTES)] * 10
    votes[data.splits == 0][::7] = 0  # as FER+ has none for some
    other = replace(data, labels=labels.astype(np.uint8), votes=votes)
    other.save(tmp_path / "data.npz")
    before = contents(trained.run)

    command = ("refit", "--data", tmp_path / "data.npz", "--run", trained.run)
    outcome = cli(*command, "--to", tmp_path / "refitted")
    assert (outcome.status, outcome.err) == (0, "")
    assert [line.split(":")[0] for line in outcome.out.splitlines()] == list(HEADS)
    assert contents(trained.run) == before
    for file in ("config.json", "history.csv"):
        assert (tmp_path / "refitted" / file).read_bytes() == (trained.run / file).read_bytes()

    faces = other.split("PublicTest")
    was, now = (answers(run, faces) for run in (trained.run, tmp_path / "refitted"))
    right = {"label": faces.labels, "people": faces.votes.argmax(axis=1)}
    for head in HEADS:
        assert np.mean(was[head] == right[head]) < 0.3
        assert np.mean(now[head] == right[head]) > 0.8
    old, new = (load_network(run).layers for run in (trained.run, tmp_path / "refitted"))
    for one, another in zip(old, new, strict=True):
        if one.name not in HEADS:
            for weights, same in zip(one.get_weights(), another.get_weights(), strict=True):
                np.testing.assert_array_equal(weights, same)

    one_line(cli(*command, "--to", tmp_path / "refitted"), "refitted is there already")


def test_votes_for_what_is_alike_go_where_the_label_head_sees_it():
    votes, people, label = np.zeros(len(VOTES)), np.zeros(len(VOTES)), np.zeros(len(LABELS))
    disgust, fear, sad, neutral = map(LABELS.index, ("disgust", "fear", "sad", "neutral"))
    votes[[sad, neutral]] = 0.4, 0.6
    label[[fear, neutral]] = 2, 1
    (found,) = sharpen(votes[None], people[None], label[None], LABELS)
    assert found[fear] > found[sad] == pytest.approx(found[disgust])
    assert found[[disgust, fear, sad]].sum() == pytest.approx(0.4)
    assert found[neutral] == 0.6

    own = ("awake", "asleep")
    np.testing.assert_array_equal(
        sharpen(votes[None, :5], people[None, :5], label[None, :2], own), votes[None, :5]
    )


@pytest.mark.parametrize("split", [0, 1])
def test_heads_are_not_fitted_without_faces(data, trained, cli, tmp_path, split):
    kept = data.splits != split
    less = Dataset(*(part[kept] for part in (data.images, data.labels, data.splits, data.votes)))
    less.save(tmp_path / "data.npz")
    command = ("refit", "--data", tmp_path / "data.npz", "--run", trained.run)
    one_line(
        cli(*command, "--to", tmp_path / "refitted"),
        "the data set needs both Training and PublicTest images",
    )
    assert not (tmp_path / "refitted").exists()


def test_heads_are_not_fitted_to_other_labels(data, trained, cli, tmp_path):
    replace(data, label_names=tuple(reversed(LABELS))).save(tmp_path / "data.npz")
    command = ("refit", "--data", tmp_path / "data.npz", "--run", trained.run)
    one_line(cli(*command, "--to", tmp_path / "refitted"), "has other labels")
