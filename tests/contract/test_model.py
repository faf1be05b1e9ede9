"""Training and server meet in the exported models' metadata, and agree there."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from server.domain.labels import FER2013
from training.dataset import LABELS, TEST_SPLITS, VOTES

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "web/static/model"


def metadata(name):
    return json.loads((MODELS / name / "metadata.json").read_text())


def test_the_model_names_the_emotions_that_the_server_takes():
    about = metadata("emotion")
    assert about["valence"] == FER2013 and about["data"] == "FER-2013"
    assert about["labels"] == list(about["valence"]) == list(LABELS)


def test_the_emotion_model_is_within_its_budget_and_says_what_it_is():
    about = metadata("emotion")
    assert about["params"] <= 1_000_000 and about["bytes"] <= 900_000
    assert (about["height"], about["width"], about["channels"]) == (48, 48, 1)
    assert about["crop"].keys() == {"scale", "offset_y"}
    assert about["trained_on"] and about["created"]
    assert 0.2 < about["temperature"] < 5
    assert 1 / 7 < about["sure"] < 1


def test_the_published_accuracy_is_ahead_of_both_peers_and_of_one_annotator():
    # Measured in Chromium by `python -m training evaluate --exported`.
    accuracy = metadata("emotion")["accuracy"]["PrivateTest"]
    assert accuracy["label"] > 0.668 and accuracy["people"] > 0.827
    assert accuracy["share_error"]["60 % neutral"] < 0.141


def test_the_readme_tells_the_published_figures():
    readme = (ROOT / "README.md").read_text()
    for split in TEST_SPLITS:
        published = metadata("emotion")["accuracy"][split]
        for share in (published["people"], published["label"]):
            assert f"{100 * share:.1f} %" in readme
    assert f"off by {published['share_error']['60 % neutral']:.2f}" in readme


def test_the_page_gets_what_lies_between_outputs_and_labels():
    about = metadata("emotion")
    assert about["choices"] == list(VOTES) and about["choices"][:7] == about["labels"]
    assert about["valence"].keys() == set(LABELS) and set(about["valence"].values()) == {-1, 0, 1}
    assert len(about["weights"]) == len(VOTES) and 0 <= about["exponent"] <= 1


@pytest.mark.parametrize("name", ["emotion", "face"])
def test_the_files_are_those_that_the_metadata_vouches_for(name):
    about = metadata(name)
    files = {file.name: file.read_bytes() for file in (MODELS / name).iterdir()}
    del files["metadata.json"]
    assert about["sha256"] == {file: sha256(data).hexdigest() for file, data in files.items()}
    assert about["bytes"] == sum(map(len, files.values()))
