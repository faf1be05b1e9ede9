"""A run's evaluation: its figures, its plots and its page, and what is said when there is none."""

import base64
import json
import re
import shutil
from dataclasses import replace
from html import unescape

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import h5py
import numpy as np

from tests.training.conftest import contents, one_line
from training import metrics, people
from training.dataset import LABELS, SPLITS, TEST_SPLITS, VOTES, Dataset
from training.run import BEST_WEIGHTS, load_classifier, read_history, write_history

PLOTS = {
    f"{plot}-{split}.png" for plot in ("confusion", "roc", "reliability") for split in TEST_SPLITS
}
PLOTS |= {"training.png", "mistakes.png"}


@pytest.fixture(scope="module")
def voted(data):
    """The data set with votes: for neutral of every third face, else for its label."""
    votes = np.eye(len(VOTES), dtype=np.uint8)[data.labels] * 9
    votes[::3] = np.eye(len(VOTES), dtype=np.uint8)[LABELS.index("neutral")] * 9
    return Dataset(data.images, data.labels, data.splits, votes)


@pytest.fixture
def run(trained, tmp_path):
    """A run of its own for each test."""
    return shutil.copytree(trained.run, tmp_path / "run")


def test_the_command_line_measures_both_splits_and_keeps_the_figures(cli, voted, run, trained):
    voted.save(run.parent / "voted.npz")
    outcome = cli("evaluate", "--data", run.parent / "voted.npz", "--run", run)
    assert outcome.status == 0 and outcome.err.startswith("warning: ")  # it learnt without votes
    page = (run / "evaluation" / "index.html").read_text()
    assert "right, by what people say" in page and "the majority of FER+" in page
    figures = json.loads((run / "evaluation" / "figures.json").read_text())
    classifier = load_classifier(run)
    splits = {split: voted.split(split) for split in TEST_SPLITS}

    def classify(images):
        return classifier.predict(images[..., None].astype(np.float32), 512, verbose=0)

    given = {split: classify(faces.images) for split, faces in splits.items()}
    # PublicTest chooses the settings, for PrivateTest too.
    shares = people.shares_of(voted.split("Training").votes)
    settings, other = (
        metrics.fit(faces, [given[split], classify(faces.images[:, :, ::-1])], shares)
        for split, faces in splits.items()
    )
    assert {name: figures[name] for name in settings._fields} == settings._asdict()
    assert settings != other
    for split, faces in splits.items():
        expected = metrics.measure(faces, given[split], settings)
        assert figures[split] == expected and expected["people"]["images"] > 5
        right, error = expected["people"]["accuracy"], expected["calibration"]["after"]["error"]
        assert f"{split}: {right:.4f} right by what people say (" in outcome.out
        assert f"ECE {error:.4f} at temperature {settings.temperature}" in outcome.out
        accuracy, area = expected["accuracy"], expected["macro_auc"]
        assert (
            f"{split}: accuracy {accuracy:.4f}, macro F1 {expected['macro_f1']:.4f}, "
            f"AUC {area:.4f} of the head for the label, {len(faces.labels)} images"
        ) in outcome.out
    assert figures["PublicTest"]["images"] == 21 and figures["PrivateTest"]["images"] == 14
    # The weights kept are those that did best, so they do as well again.
    kept = max(read_history(run), key=lambda row: float(row["val_people"]))
    accuracy = float(kept["val_accuracy"])
    assert figures["PublicTest"]["accuracy"] == pytest.approx(accuracy, abs=1e-4)
    lines = [line.split() for line in outcome.out.splitlines()]
    rows = [line for line in lines if len(line) == 8]  # and not 7, as the heads of the columns
    assert [row[0] for row in rows] == [*LABELS, *LABELS]
    printed = [[int(count) for count in row[1:]] for row in rows]
    assert printed == figures["PublicTest"]["confusion"] + figures["PrivateTest"]["confusion"]


@pytest.fixture
def mislabelled(data, tmp_path):
    """All faces but Training's have the next label: whatever a run has learnt, it errs."""
    taught = data.splits == SPLITS.index("Training")
    labels = np.where(taught, data.labels, (data.labels + 1) % len(LABELS))
    replace(data, labels=labels).save(tmp_path / "mislabelled.npz")
    return tmp_path / "mislabelled.npz"


def test_the_page_shows_every_plot_and_needs_no_other_file(cli, mislabelled, run):
    assert cli("evaluate", "--data", mislabelled, "--run", run).status == 0
    files = {path.name: path.read_bytes() for path in (run / "evaluation").iterdir()}
    assert set(files) == {"figures.json", "index.html", *PLOTS}
    page = files["index.html"].decode()
    shown = re.findall(r'src="([^"]*)"', page)
    prefix = "data:image/png;base64,"
    assert {base64.b64decode(image.removeprefix(prefix)) for image in shown} == {
        files[name] for name in PLOTS
    }
    for name in PLOTS:
        drawn = cv2.imdecode(np.frombuffer(files[name], np.uint8), cv2.IMREAD_GRAYSCALE)
        assert min(drawn.shape) > 200 and drawn.std() > 5
    assert not re.findall(r"https?:|<script|<link", page)
    figures = json.loads(files["figures.json"])
    for split in TEST_SPLITS:
        assert f"<td>{figures[split]['accuracy']:.4f}</td>" in page
        assert f"<td>{figures[split]['classes']['happy']['auc']:.4f}</td>" in page
    assert "right, by FER-2013's label" in unescape(page) and "FER+" not in page  # nobody voted


def test_other_data_than_a_run_learnt_from_are_a_warning(cli, data, data_file, run, tmp_path):
    assert not cli("evaluate", "--data", data_file, "--run", run).err
    divided_otherwise = replace(data, splits=data.splits[::-1].copy())
    divided_otherwise.save(tmp_path / "other.npz")
    outcome = cli("evaluate", "--data", tmp_path / "other.npz", "--run", run)
    assert outcome.status == 0
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"warning: {run} learnt from other data, or from these with other ")


def test_a_run_without_history_has_no_training_curves(cli, mislabelled, run):
    (run / "history.csv").unlink()
    assert cli("evaluate", "--data", mislabelled, "--run", run).status == 0
    names = {path.name for path in (run / "evaluation").iterdir()}
    assert names == {"figures.json", "index.html", *PLOTS} - {"training.png"}


def test_a_new_evaluation_takes_the_place_of_the_earlier_one(cli, data_file, run):
    (run / "evaluation").mkdir()
    (run / "evaluation" / "figures.json").write_text("{}")
    (run / "evaluation" / "old.png").write_text("old")
    assert cli("evaluate", "--data", data_file, "--run", run).status == 0
    assert not (run / "evaluation" / "old.png").exists()
    assert json.loads((run / "evaluation" / "figures.json").read_text())["model"] == "compact"


def test_the_classifier_gives_probabilities(data, trained):
    inputs = data.images[:50, ..., None].astype(np.float32)
    probabilities = np.asarray(load_classifier(trained.run)(inputs))
    assert probabilities.shape == (50, 17) and probabilities.min() >= 0
    for head in metrics.by_head(probabilities).values():
        np.testing.assert_allclose(head.sum(axis=1), 1, atol=1e-5)
    assert probabilities.std(axis=0).max() > 0.05  # and not the same ones for every face


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("missing", "not a training run"),
        ("settings that are no JSON", "not a training run"),
        ("settings of something else", "not a training run"),
        ("an unknown model", "unknown model 'vgg'"),
        ("no weights", f"no {BEST_WEIGHTS} yet"),
        ("weights cut off", f"{BEST_WEIGHTS} cannot be read"),
        ("weights that are text", f"{BEST_WEIGHTS} cannot be read"),
        ("weights of another model", "its weights are not those of compact as it is today"),
        ("weights that are NaN", "weights that are no numbers (NaN)"),
        ("settings of a newer version", "which has no setting colour: a newer one made it"),
    ],
)
@pytest.mark.parametrize("step", ["evaluate", "export"])
def test_a_run_that_cannot_be_used_is_one_clear_line(
    step, wrong, message, cli, data_file, trained, trained_cnn, tmp_path
):
    run = tmp_path / "run"
    if wrong != "missing":
        shutil.copytree(trained.run, run)
    if wrong == "settings that are no JSON":
        (run / "config.json").write_text("{model:")
    elif wrong == "settings of something else":
        (run / "config.json").write_text('{"compilerOptions": {}}')
    elif wrong == "an unknown model":
        (run / "config.json").write_text('{"model": "vgg"}')
    elif wrong == "no weights":
        (run / BEST_WEIGHTS).unlink()
    elif wrong == "weights cut off":
        (run / BEST_WEIGHTS).write_bytes((run / BEST_WEIGHTS).read_bytes()[:100_000])
    elif wrong == "weights of another model":
        shutil.copy(trained_cnn.run / BEST_WEIGHTS, run)
    elif wrong == "weights that are NaN":
        with h5py.File(run / BEST_WEIGHTS, "r+") as file:
            file["layers/conv2d/vars/0"][...] = np.nan
    elif wrong == "settings of a newer version":
        settings = json.loads((run / "config.json").read_text()) | {"colour": "grey"}
        (run / "config.json").write_text(json.dumps(settings))
    elif wrong == "weights that are text":
        (run / BEST_WEIGHTS).write_text("not weights")
    where = {"evaluate": ("--data", data_file), "export": ("--to", tmp_path / "emotion")}[step]
    outcome = cli(step, "--run", run, *where)
    assert outcome.status == 2 and outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ") and message in line
    assert str(run) in line or wrong == "an unknown model"
    assert not (tmp_path / "emotion").exists() and not (run / "evaluation").exists()


@pytest.mark.parametrize("size", [2_000, 100_000])
def test_a_full_disk_is_one_clear_line_and_changes_nothing(
    size, cli, data, data_file, run, small_disk
):
    (run / "evaluation").mkdir()
    (run / "evaluation" / "figures.json").write_text("{}")
    before = contents(run)
    with small_disk(size):
        outcome = cli("evaluate", "--data", data_file, "--run", run)
    said = f"looking at {np.sum(data.splits > 0)} faces\n"
    one_line(outcome, f"cannot write {run / 'evaluation'}: File too large", out=said)
    assert contents(run) == before
    assert not [path for path in run.iterdir() if path.name.startswith(".")]


def test_a_folder_of_other_things_is_not_replaced(cli, data_file, run):
    (run / "evaluation").mkdir()
    (run / "evaluation" / "notes.txt").write_text("what I saw")
    before = contents(run)
    outcome = cli("evaluate", "--data", data_file, "--run", run)
    one_line(outcome, f"{run / 'evaluation'} has no figures.json: move it away")
    assert contents(run) == before


def test_a_file_in_the_way_is_not_replaced(cli, data_file, run):
    (run / "evaluation").write_text("what I saw")
    before = contents(run)
    one_line(cli("evaluate", "--data", data_file, "--run", run), "move it away")
    assert contents(run) == before


@pytest.mark.parametrize("column", ["loss", "val_loss", "val_people", "val_accuracy", "epoch"])
def test_a_damaged_history_is_one_clear_line(column, cli, data_file, run):
    write_history(run, [row | {column: "much"} for row in read_history(run)])
    one_line(cli("evaluate", "--data", data_file, "--run", run), "history.csv cannot be read")
    assert not (run / "evaluation").exists()


def test_a_data_set_without_test_images_is_one_clear_line(cli, data, trained, tmp_path):
    data.split("PublicTest").save(tmp_path / "part.npz")
    outcome = cli("evaluate", "--data", tmp_path / "part.npz", "--run", trained.run)
    assert outcome.status == 2
    assert outcome.err == "error: the data set has no PrivateTest images\n"
