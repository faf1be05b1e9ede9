"""Training runs: whole, killed and gone on with, and refused."""

import csv
import json
import shutil
import subprocess
import sys
import time

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import h5py
import numpy as np

from tests.training.conftest import ROOT
from training.augment import augment
from training.dataset import Dataset
from training.train import BACKUP, BEST_WEIGHTS, Config, soft_targets, train

EPOCHS = 3

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # inside Keras


def history(run):
    with (run / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def weights(path):
    """Every array in a weights file, by its name there."""
    arrays = {}

    def keep(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(keep)
    return arrays


def assert_same_run(run, other):
    """The same history, the same best weights and the same state (of weights and optimizer)."""
    assert [row["epoch"] for row in history(run)] == [row["epoch"] for row in history(other)]
    for row, same in zip(history(run), history(other), strict=True):
        for name in row:
            assert float(row[name]) == pytest.approx(float(same[name]), rel=1e-5, abs=1e-6), name
    for path in (BACKUP, BEST_WEIGHTS):
        ours, theirs = weights(run / path), weights(other / path)
        assert ours.keys() == theirs.keys() and len(ours) > 50
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5, atol=1e-6)


def one_line(outcome, *messages):
    assert outcome.status == 2 and outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ") and all(message in line for message in messages)


@pytest.fixture(scope="module")
def uninterrupted(data, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "uninterrupted"
    train(data, run, Config(epochs=EPOCHS, seed=3))
    return run


def test_a_run_learns_and_leaves_its_history_settings_and_best_weights(trained):
    rows = history(trained.run)
    assert [int(row["epoch"]) for row in rows] == list(range(trained.config.epochs))
    assert float(rows[-1]["accuracy"]) > 0.4  # of seven labels; chance is 0.14
    assert float(rows[-1]["loss"]) < 0.7 * float(rows[0]["loss"])
    assert trained.best == max(float(row["val_accuracy"]) for row in rows) > 0.4
    assert (trained.run / BEST_WEIGHTS).is_file()
    saved = json.loads((trained.run / "config.json").read_text())
    assert saved["epochs"] == 6 and saved["batch"] == 8 and saved["average"] == 0.8
    assert saved["votes_weight"] == 0  # the data set has no votes to learn from


def test_the_command_line_trains_with_the_settings_it_is_given(cli, data_file, tmp_path):
    run = tmp_path / "runs" / "quick"
    outcome = cli(
        *("train", "--data", data_file, "--run", run),
        *("--model", "compact", "--epochs", 2, "--seed", 5, "--limit", 64),
    )
    assert outcome.status == 0
    rows = history(run)
    assert len(rows) == 2 and (run / BEST_WEIGHTS).is_file()
    best = max(float(row["val_accuracy"]) for row in rows)
    assert outcome.out.splitlines()[-1] == f"best PublicTest accuracy {best:.4f}, in {run}"
    config = Config.load(run)
    assert (config.model, config.epochs, config.seed, config.limit) == ("compact", 2, 5, 64)
    assert config.batch == Config().batch


def test_a_killed_run_goes_on_to_what_an_uninterrupted_one_comes_to(
    cli, data_file, uninterrupted, tmp_path
):
    run = tmp_path / "killed"
    started = subprocess.Popen(
        [sys.executable, "-m", "training", "train", "--data", data_file, "--run", run]
        + ["--epochs", str(EPOCHS), "--seed", "3"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    rows, backup = run / "history.csv", run / BACKUP
    try:
        deadline = time.monotonic() + 120
        while not (
            rows.exists()
            and history(run)
            and backup.stat().st_mtime_ns > rows.stat().st_mtime_ns  # the second epoch has begun
        ):
            assert started.poll() is None and time.monotonic() < deadline
            time.sleep(0.005)
    finally:
        started.kill()
        started.wait()
    written = len(history(run))
    assert 1 <= written < EPOCHS
    # Had the kill come just before the next backup, there would be the row of its epoch too.
    with rows.open("a", newline="") as file:
        csv.writer(file).writerow([written, 0.9, 0.1, 0.99, 0.1])
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    assert outcome.status == 0
    assert_same_run(run, uninterrupted)


def test_a_kill_while_the_last_row_was_written_loses_nothing(
    cli, data_file, uninterrupted, tmp_path
):
    run = tmp_path / "killed"
    shutil.copytree(uninterrupted, run)
    lines = (run / "history.csv").read_bytes().splitlines(keepends=True)
    (run / "history.csv").write_bytes(b"".join(lines[:-1]) + lines[-1][:-7])
    assert cli("train", "--data", data_file, "--run", run, "--resume").status == 0
    assert_same_run(run, uninterrupted)


def test_a_finished_run_has_nothing_to_go_on_with(cli, data_file, uninterrupted):
    before = {path: path.read_bytes() for path in uninterrupted.rglob("*") if path.is_file()}
    outcome = cli("train", "--data", data_file, "--run", uninterrupted, "--resume")
    assert outcome.status == 0 and "best PublicTest accuracy" in outcome.out
    assert {path: path.read_bytes() for path in before} == before


def test_a_folder_that_holds_a_run_is_refused_without_resume(cli, data_file, uninterrupted):
    before = {path: path.read_bytes() for path in uninterrupted.rglob("*") if path.is_file()}
    one_line(
        cli("train", "--data", data_file, "--run", uninterrupted),
        str(uninterrupted),
        "already holds a run",
    )
    assert {path: path.read_bytes() for path in before} == before


def test_other_settings_than_the_run_has_are_refused(cli, data_file, uninterrupted):
    arguments = ("train", "--data", data_file, "--run", uninterrupted, "--resume", "--epochs", 9)
    one_line(cli(*arguments), str(uninterrupted), "other settings", f"epochs={EPOCHS}")


def test_there_is_nothing_to_resume_in_an_empty_folder(cli, data_file, tmp_path):
    run = tmp_path / "empty"
    run.mkdir()
    one_line(
        cli("train", "--data", data_file, "--run", run, "--resume"), str(run), "not a training"
    )
    assert not list(run.iterdir())


def test_a_damaged_backup_is_one_clear_line(cli, data_file, uninterrupted, tmp_path):
    run = tmp_path / "damaged"
    shutil.copytree(uninterrupted, run)
    lines = (run / "history.csv").read_bytes().splitlines(keepends=True)
    (run / "history.csv").write_bytes(b"".join(lines[:-1]))
    (run / BACKUP).write_bytes((run / BACKUP).read_bytes()[:10_000])
    one_line(
        cli("train", "--data", data_file, "--run", run, "--resume"), str(run / BACKUP), "cannot"
    )
    assert len(history(run)) == EPOCHS - 1


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--model", "vgg", "unknown model 'vgg', expected one of compact"),
        ("--epochs", 0, "one epoch"),
        ("--limit", -5, "one image"),
        ("--seed", -1, "a seed of 0"),
        ("--strength", 1.5, "0..1"),
        ("--learning-rate", 0, "learning rate"),
        ("--init", "nowhere", "nowhere has no best.weights.h5 yet"),
    ],
)
def test_a_setting_that_cannot_be_is_one_clear_line_and_starts_no_run(
    option, value, message, cli, data_file, tmp_path
):
    run = tmp_path / "run"
    one_line(cli("train", "--data", data_file, "--run", run, option, value), message)
    assert not run.exists()


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "cut off", "garbled", "array"])
def test_a_damaged_data_file_is_one_clear_line_and_starts_no_run(
    damage, cli, data_file, data, tmp_path
):
    path, run = tmp_path / "fer2013.npz", tmp_path / "run"
    content = data_file.read_bytes()
    middle = len(content) // 2
    if damage == "array":
        with path.open("wb") as file:
            np.save(file, data.images)
    elif damage != "missing":
        path.write_bytes(
            {
                "empty": b"",
                "text": b"not a data set",
                "cut off": content[:middle],
                "garbled": content[:middle] + b"\xff" * 64 + content[middle + 64 :],
            }[damage]
        )
    one_line(cli("train", "--data", path, "--run", run), str(path))
    assert not run.exists()


@pytest.mark.parametrize("missing", ["Training", "PublicTest"])
def test_a_data_set_without_a_split_that_is_needed_is_one_clear_line(missing, cli, data, tmp_path):
    other = data.split("PublicTest" if missing == "Training" else "Training")
    other.save(tmp_path / "part.npz")
    outcome = cli("train", "--data", tmp_path / "part.npz", "--run", tmp_path / "run")
    one_line(outcome, "both Training and PublicTest")


def test_augmented_faces_follow_from_the_random_numbers_alone(faces):
    image = faces[0].pixels
    before = image.copy()
    pictures = [augment(image, np.random.default_rng(seed)) for seed in range(200)]
    again = [augment(image, np.random.default_rng(seed)) for seed in range(200)]
    for picture, same in zip(pictures, again, strict=True):
        assert picture.dtype == np.uint8 and picture.shape == (48, 48)
        np.testing.assert_array_equal(picture, same)
        assert (picture != image).any()
    np.testing.assert_array_equal(image, before)
    assert len({picture.tobytes() for picture in pictures}) == 200
    # A face stays a face: grey levels neither vanish nor turn into noise.
    assert np.mean([picture.std() for picture in pictures]) > 0.5 * image.std()


def test_without_strength_a_face_is_mirrored_or_as_it_was(faces):
    image = faces[0].pixels
    pictures = {augment(image, np.random.default_rng(seed), 0).tobytes() for seed in range(20)}
    assert pictures == {image.tobytes(), image[:, ::-1].tobytes()}


def test_a_run_can_begin_with_the_weights_of_another(cli, data_file, trained, tmp_path):
    outcome = cli(
        *("train", "--data", data_file, "--run", tmp_path / "run", "--init", trained.run),
        *("--epochs", 1, "--learning-rate", 1e-9),
    )
    assert outcome.status == 0
    before, after = (weights(run / BEST_WEIGHTS) for run in (trained.run, tmp_path / "run"))
    kernels = [name for name in before if before[name].ndim == 4 and name.startswith("layers/")]
    assert len(kernels) > 8
    for name in kernels:
        np.testing.assert_allclose(after[name], before[name], atol=1e-5)


def test_targets_mix_the_label_with_the_shares_of_the_votes():
    votes = np.zeros((3, 7), np.uint8)
    votes[0, [3, 6]] = 6, 2
    votes[1, :] = 255
    faces = Dataset(np.zeros((3, 48, 48)), np.array([6, 0, 2]), np.zeros(3), votes)
    targets = soft_targets(faces, 0.4)
    assert targets.dtype == np.float32
    by_hand = np.zeros((3, 7))
    by_hand[0, 3] = 0.4 * 6 / 8
    by_hand[0, 6] = 0.6 + 0.4 * 2 / 8
    by_hand[1] = 0.4 / 7
    by_hand[1, 0] += 0.6
    by_hand[2, 2] = 1  # nobody voted: the label alone
    np.testing.assert_allclose(targets, by_hand, rtol=1e-6)
