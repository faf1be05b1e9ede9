"""Our exported model beside the libraries'."""

import re

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import numpy as np

from bench.model import compare, one_annotator
from bench.robustness import CHANGES
from tests.bench.conftest import tables
from tests.training.conftest import one_line
from tests.training.test_people import HAPPY, SAD, voted
from training.browser import classify
from training.dataset import LABELS, SPLITS, Dataset
from training.evaluate import load_metadata
from training.metrics import Settings, by_head
from training.tfjs import SHIPPED


def page_says(crops):
    """Probabilities of LABELS as the page has them, [n, 7]."""
    metadata = load_metadata(SHIPPED)
    settings = Settings(**{name: metadata[name] for name in Settings._fields})
    return settings.apply(by_head(classify(crops, SHIPPED))["people"])[:, : len(LABELS)]


def test_every_classifier_reads_every_crop(browser, crops):
    results = compare(crops, SHIPPED)
    assert list(results) == ["classpulse", "face-api", "human"]
    for probabilities, milliseconds in results.values():
        assert probabilities.shape == (len(crops), 7) and milliseconds.shape == (len(crops),)
        assert milliseconds.min() >= 0 and milliseconds.max() > 0
    ours, others = results["classpulse"][0], [results[name][0] for name in ("face-api", "human")]
    np.testing.assert_allclose(ours, page_says(crops), atol=1e-5)
    for theirs in others:
        np.testing.assert_allclose(theirs.sum(axis=1), 1, atol=1e-3)
        # Of seven labels each, so this is no accident.
        assert np.mean(theirs.argmax(axis=1) == ours.argmax(axis=1)) > 0.4


def test_the_command_prints_every_figure_of_the_card(browser, cli, data, tmp_path):
    private = data.split("PrivateTest").images
    changed = [change(face) for change in CHANGES.values() for face in private]
    says = page_says(np.stack([*private, *changed])).argmax(axis=1)
    guesses, *changed_guesses = says.reshape(1 + len(CHANGES), len(private))
    both = (page_says(private) + page_says(np.ascontiguousarray(private[..., ::-1]))) / 2
    right = np.arange(len(guesses)) % 3 > 0
    said = np.where(right, guesses, (guesses + 1) % 7)
    labels = by_head(classify(private, SHIPPED))["label"].argmax(axis=1)
    labels = np.where(np.arange(len(labels)) % 2 > 0, labels, (labels + 1) % 7)
    images = np.concatenate([private, private[:5]])  # five are in Training too
    splits = np.repeat([SPLITS.index("PrivateTest"), SPLITS.index("Training")], [len(right), 5])
    votes = 8 * np.eye(10, dtype=np.uint8)[np.concatenate([said, said[:5]])]
    labels = np.concatenate([labels, labels[:5]]).astype(np.uint8)
    Dataset(images, labels, splits.astype(np.uint8), votes).save(tmp_path / "data.npz")
    outcome = cli("model", "--data", tmp_path / "data.npz", "--exported", SHIPPED)
    assert (outcome.status, outcome.err) == (0, "")
    found = tables(outcome.out)

    people = found["What people say"]
    accuracy = percent(right)
    assert people["classpulse"][0] == accuracy
    assert people["classpulse, from both sides"][0] == percent(both.argmax(axis=1) == said)
    assert people["one annotator of ten"][0] == "100.0 %"  # all ten say the same
    sure = both.max(axis=1) >= load_metadata(SHIPPED)["sure"]
    assert people["classpulse, as its page says"][0] == percent(
        sure & (both.argmax(axis=1) == said)
    )
    readings = [row[2] for name, row in people.items() if name]  # but for the columns' names
    assert all(re.fullmatch(r"\d\.\d{3} \([+-]\d\.\d{3}\)", each) for each in readings)
    beside = found["FER-2013's label, and what it takes"]
    assert beside["classpulse"][0] == "50.0 %" and beside["classpulse"][2] != ""
    assert int(beside["classpulse"][-1].replace(",", "")) <= 1_000_000
    assert beside["human"][-1] == "205,129" and beside["face-api"][-1].startswith("32")
    good = found["How good"]
    share, interval, images = good["what people say"]
    low, high = (float(each) for each in interval.replace(" %", "").split(" to "))
    assert share == accuracy and low < 100 * right.mean() < high and images == "14"
    assert good["without images that are also in Training"][2] == "9"
    assert good["FER-2013's label, by its head"][0] == "50.0 %"
    counts = [row for name, row in found["What it takes for what"].items() if name != "people say"]
    assert np.array(counts, int).sum() == len(right)
    for name, guesses in zip(CHANGES, changed_guesses, strict=True):
        accuracy, lost = found["Robustness"][name]
        assert accuracy == percent(guesses == said)
        assert float(lost) == pytest.approx(
            100 * (right.mean() - np.mean(guesses == said)), abs=0.06
        )


def percent(right):
    return f"{100 * np.mean(right):.1f} %"


def test_data_without_private_test_images_is_one_clear_line(cli, data, tmp_path):
    data.split("PublicTest").save(tmp_path / "part.npz")
    outcome = cli("model", "--data", tmp_path / "part.npz")
    one_line(outcome, "the data set has no PrivateTest images")


def test_data_or_a_model_with_other_labels_is_one_clear_line(cli, data, data_file, tmp_path):
    other = Dataset(data.images, data.labels, data.splits, data.votes, tuple("abcdefg"), "Mine")
    other.save(tmp_path / "own.npz")
    outcome = cli("model", "--data", tmp_path / "own.npz")
    one_line(outcome, "this benchmark has other labels than Mine: angry,", "not a, b,")
    outcome = cli("browser", "--data", tmp_path / "own.npz")
    one_line(outcome, "this benchmark has other labels than Mine")
    (tmp_path / "metadata.json").write_text('{"labels": ["bored"]}')
    outcome = cli("model", "--data", data_file, "--exported", tmp_path)
    one_line(outcome, f"{tmp_path} has other labels than FER-2013: bored; not angry")


def test_one_annotator_says_what_each_of_them_said_as_often():
    votes = np.array([voted(happy=6, sad=3, contempt=1)] * 4000 + [voted()], np.uint8)
    *said, nobody = one_annotator(votes)
    shares = [np.mean(np.array(said) == label) for label in (HAPPY, SAD, -1)]
    np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=0.03)
    assert nobody == -1
