"""Training runs: whole, killed and gone on with, and refused."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import h5py
import numpy as np

from tests.training.conftest import ROOT, contents, one_line
from training.__main__ import main
from training.augment import augment
from training.dataset import Dataset
from training.run import BEST_WEIGHTS, Config, load_classifier, read_history, write_history
from training.train import make_targets, soft_targets, train

EPOCHS = 3


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


def backups(run):
    return sorted((run / "backup").glob("epoch-*"))


def assert_same_run(run, other):
    """The same history, the same best weights and the same state (of weights and optimizer)."""
    assert [row["epoch"] for row in history(run)] == [row["epoch"] for row in history(other)]
    for row, same in zip(history(run), history(other), strict=True):
        for name in row:
            if name in ("seconds", "machine"):
                continue
            assert float(row[name]) == pytest.approx(float(same[name]), rel=1e-5, abs=1e-6), name
    for path in (*backups(run), run / BEST_WEIGHTS):
        ours, theirs = weights(path), weights(other / path.relative_to(run))
        assert ours.keys() == theirs.keys() and len(ours) > 50
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-5, atol=1e-6)


@pytest.fixture(scope="module")
def uninterrupted(data, trained, tmp_path_factory):
    """An epoch in which only the last layer learns, then two for all."""
    run = tmp_path_factory.mktemp("runs") / "uninterrupted"
    settings = {"epochs": EPOCHS, "frozen_epochs": 1, "weights": str(trained.run), "seed": 3}
    train(data, run, Config.of("compact", **settings))
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


def test_a_random_network_is_never_frozen(trained):
    assert trained.config.frozen_epochs == 1 and Config.load(trained.run).frozen_epochs == 0


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
    assert config.batch == 128 and config.strength == 0.6  # what suits this model


@pytest.fixture(scope="module")
def killed(data_file, trained, tmp_path_factory):
    """What a killed process left of such a run, by the epoch that it was in."""
    folder = tmp_path_factory.mktemp("killed")
    run = folder / "run"
    with (folder / "stderr").open("w") as errors:
        started = subprocess.Popen(
            [sys.executable, "-m", "training", "train", "--data", data_file, "--run", run]
            + ["--epochs", str(EPOCHS), "--seed", "3", "--frozen-epochs", "1"]
            + ["--weights", trained.run],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )

    def wait_for(epoch):
        deadline = time.monotonic() + 240
        while not (run / "backup" / f"epoch-{epoch}.weights.h5").exists():
            assert started.poll() is None and time.monotonic() < deadline
            time.sleep(0.005)

    try:
        wait_for(0)
        started.send_signal(signal.SIGSTOP)
        first = shutil.copytree(run, folder / "first")
        started.send_signal(signal.SIGCONT)
        wait_for(EPOCHS - 1)
    finally:
        started.kill()
        started.wait()
    assert (folder / "stderr").read_text() == ""
    return {0: first, EPOCHS - 1: run}


@pytest.mark.parametrize("during", [0, EPOCHS - 1])
def test_a_killed_run_goes_on_to_what_an_uninterrupted_one_comes_to(
    during, cli, data_file, killed, uninterrupted, tmp_path
):
    run = shutil.copytree(killed[during], tmp_path / "run")
    if during == 0:  # had the kill come a little later, there would be this row too
        row = {"epoch": 0, "accuracy": 0.9, "loss": 0.1, "val_accuracy": 0.99, "val_loss": 0.1}
        write_history(run, [row])
    else:  # and had it come a little earlier, no more than these
        write_history(run, read_history(run)[:during])
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    assert outcome.status == 0
    assert_same_run(run, uninterrupted)


def test_a_finished_run_has_nothing_to_go_on_with(cli, data_file, uninterrupted):
    before = contents(uninterrupted)
    outcome = cli("train", "--data", data_file, "--run", uninterrupted, "--resume")
    assert outcome.status == 0 and "best PublicTest accuracy" in outcome.out
    assert contents(uninterrupted) == before


def test_a_folder_that_holds_a_run_is_refused_without_resume(cli, data_file, uninterrupted):
    before = contents(uninterrupted)
    one_line(
        cli("train", "--data", data_file, "--run", uninterrupted),
        str(uninterrupted),
        "already holds a run",
    )
    assert contents(uninterrupted) == before


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
    (backup,) = backups(run)
    backup.write_bytes(backup.read_bytes()[:10_000])
    one_line(cli("train", "--data", data_file, "--run", run, "--resume"), str(backup), "cannot")
    assert len(history(run)) == EPOCHS - 1


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "--model",
            "vgg",
            "unknown model 'vgg', expected one of resnet50, cnn, cnn-slow, compact, teacher",
        ),
        ("--epochs", 0, "1 or more"),
        ("--batch", 0, "1 or more"),
        ("--patience", 0, "1 or more"),
        ("--limit", -5, "1 or more"),
        ("--seed", -1, "0 or more"),
        ("--strength", 1.5, "0..1"),
        ("--votes-weight", -0.1, "0..1"),
        ("--teachers-weight", 1.5, "0..1"),
        ("--teachers-weight", 0.5, "come together"),
        ("--teachers", "runs/teacher", "come together"),
        ("--average", 1, "less than 1"),
        ("--label-smoothing", -0.1, "less than 1"),
        ("--weight-decay", -1, "0 or more"),
        ("--warmup-steps", -1, "0 or more"),
        ("--frozen-epochs", -1, "0 or more"),
        ("--learning-rate", 0, "learning rate"),
        ("--precision", "float8", "unknown precision, expected one of float32, mixed_float16"),
        ("--weights", "nowhere", "compact begins with random weights, or with those of a run"),
        ("--weights", ".", "no best.weights.h5 yet"),
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


def test_only_the_last_layer_learns_in_frozen_epochs(data, trained, uninterrupted, tmp_path):
    settings = {"epochs": 1, "frozen_epochs": 1, "weights": str(trained.run), "batch": 16}
    train(data, tmp_path / "run", Config.of("compact", **settings))
    before, after = (weights(run / BEST_WEIGHTS) for run in (trained.run, tmp_path / "run"))
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed and all(name.startswith("layers/dense/") for name in changed)
    (backup,) = backups(uninterrupted)  # after the first epoch in which all layers learn
    kernel = "layers/conv2d/vars/0"
    assert not np.array_equal(weights(backup)[kernel], before[kernel])


@pytest.fixture(scope="module")
def idle(data_file, trained, tmp_path_factory):
    """A run that begins with the weights of another, and learns next to nothing."""
    run = tmp_path_factory.mktemp("runs") / "idle"
    arguments = ["--epochs", "9", "--patience", "2", "--learning-rate", "1e-12", "--limit", "32"]
    given = ["--run", str(run), "--weights", str(trained.run), "--average", "0", *arguments]
    assert main(["train", "--data", str(data_file), *given]) == 0
    return run


def test_a_run_can_begin_with_the_weights_of_another(idle, trained):
    before, after = (weights(run / BEST_WEIGHTS) for run in (trained.run, idle))
    kernels = [name for name in before if before[name].ndim == 4 and name.startswith("layers/")]
    assert len(kernels) > 8
    for name in kernels:
        np.testing.assert_allclose(after[name], before[name], atol=1e-5)


def test_a_run_that_gets_no_better_stops_and_stays_so(cli, data_file, idle):
    assert len(history(idle)) == 3  # the first is the best, then two more
    assert cli("train", "--data", data_file, "--run", idle, "--resume").status == 0
    assert len(history(idle)) == 3


def test_a_full_disk_is_one_clear_line_and_loses_nothing(
    cli, data_file, uninterrupted, small_disk, tmp_path
):
    run = tmp_path / "run"
    shutil.copytree(uninterrupted, run)
    write_history(run, read_history(run)[:-1])
    before = contents(run)
    with small_disk(100_000):
        outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    assert outcome.status == 2 and len(outcome.err.splitlines()) == 1
    assert "cannot write" in outcome.err and "epoch-2.weights.h5" in outcome.err
    assert contents(run) == before


@pytest.mark.parametrize("damage", ["epoch,loss\n0,1.5\n", "epoch,val_accuracy\n0,much\n", "\xff"])
def test_a_damaged_history_is_one_clear_line(damage, cli, data_file, uninterrupted, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(uninterrupted, run)
    (run / "history.csv").write_text(damage, encoding="latin-1")
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    one_line(outcome, "history.csv cannot be read")
    assert (run / "history.csv").read_text(encoding="latin-1") == damage


def test_a_run_tells_the_command_that_repeats_it(cli, data_file, tmp_path):
    run = tmp_path / "run"
    arguments = "--epochs 1 --batch 16 --precision mixed_bfloat16 --limit 32"
    given = ("--run", run, "--model", "cnn-slow", *arguments.split())
    assert cli("train", "--data", data_file, *given).status == 0
    command = Config.load(run).command(run)
    assert command == f"python -m training train --run {run} --model cnn-slow {arguments}"


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


def test_targets_mix_the_label_with_the_shares_of_the_votes():
    votes = np.zeros((3, 10), np.uint8)
    votes[0, [3, 6, 7, 9]] = 6, 2, 5, 1  # contempt and "not a face" are none of our labels
    votes[1, :] = 255
    votes[2, 8] = 10  # unknown
    faces = Dataset(np.zeros((3, 48, 48)), np.array([6, 0, 2]), np.zeros(3), votes)
    targets = soft_targets(faces, 0.4)
    assert targets.dtype == np.float32
    by_hand = np.zeros((3, 7))
    by_hand[0, 3] = 0.4 * 6 / 8
    by_hand[0, 6] = 0.6 + 0.4 * 2 / 8
    by_hand[1] = 0.4 / 7
    by_hand[1, 0] += 0.6
    by_hand[2, 2] = 1  # nobody voted for a label of ours: the given one alone
    np.testing.assert_allclose(targets, by_hand, rtol=1e-6)


def test_targets_take_in_what_teachers_say_to_a_face_and_its_mirror_image(data, trained):
    faces = data.split("Training").sample(20)
    settings = {"teachers": f"{trained.run},{trained.run}", "teachers_weight": 0.25}
    targets = make_targets(faces, Config.of("compact", **settings))
    teacher = load_classifier(trained.run)
    views = (faces.images, faces.images[:, :, ::-1])
    answers = [teacher.predict(view[..., None].astype(float), verbose=0) for view in views]
    assert np.abs(answers[0] - answers[1]).max() > 0.01
    by_hand = 0.75 * np.eye(7)[faces.labels] + 0.25 * np.mean(answers, axis=0)
    np.testing.assert_allclose(targets, by_hand, atol=1e-6)


def test_a_teacher_that_is_none_is_one_clear_line_and_starts_no_run(cli, data_file, tmp_path):
    arguments = ("--teachers", tmp_path / "nobody", "--teachers-weight", 0.5)
    outcome = cli("train", "--data", data_file, "--run", tmp_path / "run", *arguments)
    one_line(outcome, "nobody is not a training run")
    assert not (tmp_path / "run").exists()
