"""What the figures mean, and what is said when there is nothing to measure."""

import json
import shutil

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import numpy as np

from training.dataset import LABELS
from training.evaluate import load_classifier, measure
from training.train import BEST_WEIGHTS

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # inside Keras


def test_figures_are_those_worked_out_by_hand():
    labels = np.array([0, 1, 2, 3, 4, 5, 6, 3, 3, 6])
    guesses = [0, 1, 2, 3, 4, 5, 6, 3, 6, 3]  # one of three happy is neutral, and one neutral happy
    figures = measure(labels, np.eye(7)[guesses] * 0.6 + 0.05)
    assert figures["images"] == 10
    assert figures["accuracy"] == 0.8
    # F1 = 2 TP / (2 TP + FP + FN): 1 for five labels, 4 / 6 for happy and 2 / 4 for neutral.
    assert figures["macro_f1"] == round((5 + 4 / 6 + 2 / 4) / 7, 4)
    expected = np.eye(7, dtype=int)
    expected[3, 3], expected[3, 6] = 2, 1  # rows are the true labels
    expected[6, 6], expected[6, 3] = 1, 1
    assert figures["confusion"] == expected.tolist()


def test_the_command_line_measures_both_splits_and_keeps_the_figures(cli, data, data_file, trained):
    outcome = cli("evaluate", "--data", data_file, "--run", trained.run)
    assert outcome.status == 0
    figures = json.loads((trained.run / "evaluation.json").read_text())
    assert list(figures) == ["PublicTest", "PrivateTest"]
    assert figures["PublicTest"]["images"] == 21 and figures["PrivateTest"]["images"] == 14
    # The weights kept are those that did best, so they do as well again.
    assert figures["PublicTest"]["accuracy"] == pytest.approx(trained.best, abs=1e-4)
    for split, figure in figures.items():
        confusion = np.array(figure["confusion"])
        true = np.bincount(data.split(split).labels, minlength=7)
        assert confusion.sum(axis=1).tolist() == true.tolist()
        assert confusion.trace() / confusion.sum() == pytest.approx(figure["accuracy"], abs=1e-4)
        assert f"{split}: accuracy {figure['accuracy']:.4f}" in outcome.out
    rows = [line.split() for line in outcome.out.splitlines() if line.split()[0] in LABELS]
    assert [row[0] for row in rows if len(row) == 8] == [*LABELS, *LABELS]


def test_the_classifier_gives_probabilities(data, trained):
    inputs = data.images[:50, ..., None].astype(np.float32)
    probabilities = np.asarray(load_classifier(trained.run)(inputs))
    assert probabilities.shape == (50, 7) and probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
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
    ],
)
@pytest.mark.parametrize("step", ["evaluate", "export"])
def test_a_run_that_cannot_be_used_is_one_clear_line(
    step, wrong, message, cli, data_file, trained, tmp_path
):
    run = tmp_path / "run"
    if wrong != "missing":
        shutil.copytree(trained.run, run)
        (run / "evaluation.json").unlink(missing_ok=True)
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
    elif wrong == "weights that are text":
        (run / BEST_WEIGHTS).write_text("not weights")
    where = {"evaluate": ("--data", data_file), "export": ("--to", tmp_path / "emotion")}[step]
    outcome = cli(step, "--run", run, *where)
    assert outcome.status == 2 and outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ") and message in line
    assert str(run) in line or wrong == "an unknown model"
    assert not (tmp_path / "emotion").exists() and not (run / "evaluation.json").exists()


def test_a_data_set_without_test_images_is_one_clear_line(cli, data, trained, tmp_path):
    data.split("PublicTest").save(tmp_path / "part.npz")
    outcome = cli("evaluate", "--data", tmp_path / "part.npz", "--run", trained.run)
    assert outcome.status == 2
    assert outcome.err == "error: the data set has no PrivateTest images\n"
