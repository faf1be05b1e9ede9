"""Training runs: whole, killed and gone on with, and refused."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import h5py
import keras
import numpy as np

from tests.training.conftest import ROOT, contents, one_line
from training.__main__ import main
from training.augment import augment
from training.batches import make_targets
from training.dataset import Dataset
from training.files import reserved
from training.metrics import by_head
from training.models import MODELS
from training.run import BEST_WEIGHTS, Config, load_classifier, read_history, write_history
from training.train import train

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
    """The same history, and the same best weights."""
    assert [row["epoch"] for row in history(run)] == [row["epoch"] for row in history(other)]
    for row, same in zip(history(run), history(other), strict=True):
        for name in row:
            if name in ("seconds", "machine"):
                continue
            assert float(row[name]) == pytest.approx(float(same[name]), rel=1e-5, abs=1e-6), name
    ours, theirs = weights(run / BEST_WEIGHTS), weights(other / BEST_WEIGHTS)
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
    assert float(rows[-1]["loss"]) < 0.7 * float(rows[0]["loss"])
    # Of seven labels; chance is 0.14. Nobody voted, so that people say the labels.
    assert trained.best == max(float(row["val_people"]) for row in rows) > 0.4
    assert max(float(row["val_accuracy"]) for row in rows) > 0.4
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
    best = max(float(row["val_people"]) for row in rows)
    said = f"right by FER-2013's label on PublicTest: {best:.4f} at best, in {run}"
    assert outcome.out.splitlines()[-1] == said
    config = Config.load(run)
    assert (config.model, config.epochs, config.seed, config.limit) == ("compact", 2, 5, 64)
    assert config.strength == 0.85  # what suits this model
    assert config.batch == 8  # and so few faces
    first, _, epoch = outcome.out.splitlines()[:3]
    assert first.startswith("compact on ") and first.endswith("2 epochs of 8 steps of 8 faces")
    assert "float32" in first and re.search(r"about \d+ s left$", epoch)
    assert "\x1b" not in outcome.out and "\b" not in outcome.out


def test_a_short_run_with_the_usual_settings_beats_chance(cli, data_file, tmp_path):
    run = tmp_path / "run"
    assert cli("train", "--data", data_file, "--run", run, "--epochs", 12).status == 0
    assert max(float(row["val_accuracy"]) for row in history(run)) > 2 / 7


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
        row = {"epoch": 0, "loss": 0.1, "val_loss": 0.1, "val_people": 0.99, "val_accuracy": 0.99}
        write_history(run, [row])
    else:  # and had it come a little earlier, no more than these
        write_history(run, read_history(run)[:during])
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    assert outcome.status == 0
    assert_same_run(run, uninterrupted)


def test_a_finished_run_has_nothing_to_go_on_with(cli, data_file, uninterrupted):
    assert {path.name for path in uninterrupted.iterdir()} == {
        *("config.json", "history.csv", BEST_WEIGHTS)
    }
    before = contents(uninterrupted)
    outcome = cli("train", "--data", data_file, "--run", uninterrupted, "--resume")
    assert outcome.status == 0 and "on PublicTest" in outcome.out
    assert f"{uninterrupted} is finished" in outcome.out
    assert contents(uninterrupted) == before


def test_two_processes_do_not_train_into_one_folder(cli, data_file, tmp_path):
    run = tmp_path / "run"
    with reserved(run):
        one_line(
            cli("train", "--data", data_file, "--run", run), f"another process is at work in {run}"
        )
        assert not contents(run).keys() - {run / ".lock"}
    assert not run.exists()


def test_a_run_does_not_go_on_with_other_data(cli, data, killed, tmp_path):
    run = shutil.copytree(killed[EPOCHS - 1], tmp_path / "run")
    (run / ".lock").unlink()  # of the process that was killed
    before, other = contents(run), data.sample(150)
    other.save(tmp_path / "other.npz")
    outcome = cli("train", "--data", tmp_path / "other.npz", "--run", run, "--resume")
    one_line(outcome, "other data", data.fingerprint()[:12], other.fingerprint()[:12])
    assert contents(run) == before


def test_a_run_of_a_version_that_kept_no_fingerprint_goes_on(
    cli, data, data_file, killed, tmp_path
):
    run = shutil.copytree(killed[EPOCHS - 1], tmp_path / "run")
    settings = json.loads((run / "config.json").read_text())
    assert settings.pop("data_sha256") == data.fingerprint()
    (run / "config.json").write_text(json.dumps(settings))
    assert cli("train", "--data", data_file, "--run", run, "--resume").status == 0
    assert Config.load(run).data_sha256 == data.fingerprint()


def with_nan(path):
    """Every number in a weights file that is not one of a kind becomes none."""
    with h5py.File(path, "r+") as file:
        file.visititems(
            lambda _, item: (
                item.write_direct(np.full(item.shape, np.nan, item.dtype))
                if isinstance(item, h5py.Dataset) and len(item.shape) == 4
                else None
            )
        )


def test_a_loss_that_is_no_number_ends_the_run_with_one_line(cli, data_file, killed, tmp_path):
    run = shutil.copytree(killed[EPOCHS - 1], tmp_path / "run")
    backup = backups(run)[-1]  # the one before may not have gone yet
    with_nan(backup)
    before, rows = (run / BEST_WEIGHTS).read_bytes(), history(run)
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    assert outcome.status == 2
    (line,) = outcome.err.splitlines()
    assert f"the loss of epoch {EPOCHS - 1} is no number (NaN)" in line
    assert (run / BEST_WEIGHTS).read_bytes() == before and history(run) == rows[: EPOCHS - 1]


def test_what_is_slower_than_float32_is_said_to_be(cli, data_file, tmp_path, monkeypatch):
    quick = ("--model", "cnn", "--epochs", 1, "--limit", 8, "--precision", "mixed_bfloat16")
    for slow, times in ((0.0, 1), (float("inf"), 0)):
        monkeypatch.setattr("training.train.SLOW", slow)  # however fast this machine is at it
        outcome = cli("train", "--data", data_file, "--run", tmp_path / f"run{times}", *quick)
        assert outcome.status == 0
        assert outcome.err.count("warning: mixed_bfloat16 is slow here") == times
        assert len(outcome.err.splitlines()) == times


@pytest.mark.parametrize("backend", ["torch", "jaxx"])
def test_a_keras_backend_that_is_not_tested_is_one_clear_line(
    backend, cli, data_file, tmp_path, monkeypatch
):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    outcome = cli("train", "--data", data_file, "--run", tmp_path / "run")
    one_line(outcome, f"KERAS_BACKEND is {backend}: expected one of tensorflow, jax")


def test_the_help_says_what_each_model_learns_with(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    said = capsys.readouterr().out
    for name in MODELS:
        (line,) = (line for line in said.splitlines() if line.startswith(f"  {name}: "))
        for setting, value in MODELS[name].settings.items():
            usual = getattr(Config(weights="none"), setting)
            assert value == usual or f"--{setting.replace('_', '-')} {value}" in line
    assert "--label-smoothing 0.0" in said and "--seed 1" in said


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


def test_a_damaged_backup_is_one_clear_line(cli, data_file, killed, tmp_path):
    run = shutil.copytree(killed[EPOCHS - 1], tmp_path / "damaged")
    write_history(run, read_history(run)[: EPOCHS - 1])
    backup = backups(run)[-1]  # the one before may not have gone yet
    backup.write_bytes(backup.read_bytes()[:10_000])
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    (line,) = outcome.err.splitlines()
    assert outcome.status == 2 and f"{backup} cannot be read" in line
    assert len(history(run)) == EPOCHS - 1


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "--model",
            "vgg",
            "unknown model 'vgg', expected one of resnet50, efficientnet-lite2, cnn, cnn-slow, "
            "compact, teacher",
        ),
        ("--epochs", 0, "1 or more"),
        ("--batch", 0, "1 or more"),
        ("--patience", 0, "1 or more"),
        ("--limit", -5, "1 or more"),
        ("--seed", -1, "0 or more"),
        ("--seed", 2**32, "less than 4294967296"),
        ("--strength", 1.5, "0..1"),
        ("--votes-weight", -0.1, "0..1"),
        ("--mix", 1.1, "0..1"),
        ("--rarity", -0.1, "0..1"),
        ("--teachers-weight", 1.5, "0..1"),
        ("--teachers-weight", 0.5, "come together"),
        ("--teachers", "runs/teacher", "come together"),
        ("--average", 1, "less than 1"),
        ("--label-smoothing", -0.1, "less than 1"),
        ("--weight-decay", -1, "0 or more"),
        ("--weight-decay", "nan", "a number of 0 or more"),
        ("--weight-decay", "inf", "a number of 0 or more"),
        ("--warmup-steps", -1, "0 or more"),
        ("--frozen-epochs", -1, "0 or more"),
        ("--learning-rate", 0, "learning rate"),
        ("--precision", "float8", "unknown precision, expected one of float32, mixed_float16"),
        ("--weights", "imagenet", "compact begins with random weights, or with those of a run"),
        ("--weights", "runs/typo", "runs/typo does not exist: to begin with are none, imagenet"),
        ("--weights", ".", "is not a training run"),
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


def test_only_the_last_layer_learns_in_frozen_epochs(data, trained, killed, tmp_path):
    settings = {"epochs": 1, "frozen_epochs": 1, "weights": str(trained.run), "batch": 16}
    train(data, tmp_path / "run", Config.of("compact", **settings))
    before, after = (weights(run / BEST_WEIGHTS) for run in (trained.run, tmp_path / "run"))
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    heads = {"dense_1", "dense_2"}  # behind the hidden layer
    assert changed and {name.split("/")[1] for name in changed} == heads
    backup = backups(killed[EPOCHS - 1])[-1]  # after the first epoch in which all layers learn
    kernel = "layers/conv2d/vars/0"
    assert not np.array_equal(weights(backup)[f"layers/functional/{kernel}"], before[kernel])


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
    rows = history(idle)
    right = [float(row["val_people"]) for row in rows]
    assert len(rows) == right.index(max(right)) + 3 < 9  # the best, then two more
    assert cli("train", "--data", data_file, "--run", idle, "--resume").status == 0
    assert history(idle) == rows


def test_patience_waits_until_the_average_has_its_momentum(cli, data_file, trained, tmp_path):
    run = tmp_path / "run"
    arguments = [
        "--epochs",
        "20",
        "--patience",
        "1",
        "--learning-rate",
        "1e-12",
        "--limit",
        "32",
        "--average",
        "0.7",
    ]
    given = ("--run", run, "--weights", trained.run, *arguments)
    assert cli("train", "--data", data_file, *given).status == 0
    # Of four steps each. The momentum after t steps is t / (10 + t): 0.7 after 24.
    assert 6 <= len(history(run)) < 20


def test_a_full_disk_is_one_clear_line_and_loses_nothing(
    cli, data_file, killed, small_disk, tmp_path
):
    run = shutil.copytree(killed[EPOCHS - 1], tmp_path / "run")
    write_history(run, read_history(run)[: EPOCHS - 1])
    (run / ".lock").unlink()  # of the process that was killed
    before = contents(run)
    with small_disk(100_000):
        outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    assert outcome.status == 2 and len(outcome.err.splitlines()) == 1
    assert "cannot write" in outcome.err and "epoch-2.weights.h5" in outcome.err
    assert contents(run) == before


@pytest.mark.parametrize("damage", ["epoch,loss\n0,1.5\n", "epoch,val_people\n0,much\n", "\xff"])
def test_a_damaged_history_is_one_clear_line(damage, cli, data_file, uninterrupted, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(uninterrupted, run)
    (run / "history.csv").write_text(damage, encoding="latin-1")
    outcome = cli("train", "--data", data_file, "--run", run, "--resume")
    one_line(outcome, "history.csv cannot be read")
    assert (run / "history.csv").read_text(encoding="latin-1") == damage


def test_a_run_tells_the_command_that_repeats_it(cli, data_file, tmp_path):
    run = tmp_path / "my run"
    arguments = "--epochs 1 --batch 7 --precision mixed_bfloat16 --limit 32"
    given = ("--run", run, "--model", "cnn-slow", *arguments.split())
    assert cli("train", "--data", data_file, *given).status == 0
    command = Config.load(run).command(run)
    assert command == f"python -m training train --run '{run}' --model cnn-slow {arguments}"


def changed(faces, strength, seed=1):
    batch = faces[..., None].astype(np.float32)
    return np.asarray(augment(batch, keras.random.SeedGenerator(seed), strength))[..., 0]


def test_augmented_faces_follow_from_the_random_numbers_alone(faces):
    image = faces[0].pixels
    batch = np.repeat(image[None], 200, axis=0)
    pictures = changed(batch, 1.0)
    np.testing.assert_array_equal(changed(batch, 1.0), pictures)
    assert (changed(batch, 1.0, seed=2) != pictures).any(axis=(1, 2)).all()
    assert pictures.shape == batch.shape and pictures.min() >= 0 and pictures.max() <= 255
    assert len({picture.tobytes() for picture in pictures}) == 200
    # A face stays a face: grey levels neither vanish nor turn into noise.
    assert pictures.std(axis=(1, 2)).mean() > 0.5 * image.std()


def test_without_strength_a_face_is_mirrored_or_as_it_was(faces):
    image = faces[0].pixels
    pictures = changed(np.repeat(image[None], 20, axis=0), 0.0)
    mirrored = np.abs(pictures - image[:, ::-1]).max(axis=(1, 2)) < 0.01
    as_it_was = np.abs(pictures - image).max(axis=(1, 2)) < 0.01
    assert mirrored.any() and as_it_was.any() and (mirrored | as_it_was).all()


def test_targets_are_the_shares_of_votes_and_the_label_with_some_of_them():
    votes = np.zeros((3, 10), np.uint8)
    votes[0, [3, 6, 7, 9]] = 6, 2, 5, 1  # contempt and "not a face" are none of our labels
    votes[2, 8] = 10  # unknown
    faces = Dataset(np.zeros((3, 48, 48)), np.array([6, 0, 2]), np.zeros(3), votes)
    targets = make_targets(faces, Config(votes_weight=0.4, label_smoothing=0.1))
    people = np.zeros((3, 10))
    people[0, [3, 6, 7, 9]] = 6 / 14, 2 / 14, 5 / 14, 1 / 14
    people[2, 8] = 1
    np.testing.assert_allclose(targets["people"], people, rtol=1e-6)
    assert targets["voted"].tolist() == [1, 0, 1]
    label = np.zeros((3, 7))
    label[0, 3] = 0.4 * 6 / 8
    label[0, 6] = 0.6 + 0.4 * 2 / 8
    label[1, 0] = label[2, 2] = 1  # nobody voted for a label of ours: the given one alone
    np.testing.assert_allclose(targets["label"], 0.9 * label + 0.1 / 7, rtol=1e-6)


def test_where_nobody_voted_labels_stand_in_for_votes():
    faces = Dataset(*(np.zeros(shape, np.uint8) for shape in ((1, 48, 48), 1, 1, (1, 10))))
    targets = make_targets(faces, Config())
    assert targets["people"].tolist() == [[1, *[0] * 9]] and targets["voted"].tolist() == [1]


def test_a_network_learns_what_people_say_and_the_label_though_they_differ(data, tmp_path):
    # People say the next label of all faces but the last label's, of which they know nothing.
    votes = np.zeros_like(data.votes)
    votes[np.arange(len(data.labels)), np.append(np.arange(1, 7), 8)[data.labels]] = 10
    faces = Dataset(data.images, data.labels, data.splits, votes)
    settings = {"epochs": 15, "batch": 8, "learning_rate": 3e-3, "rarity": 0.5, "mix": 0.2}
    run = tmp_path / "teacher"
    train(faces, run, Config.of("cnn", **settings))
    taught = {"teachers": str(run), "teachers_weight": 1.0}
    student = tmp_path / "student"
    train(faces, student, Config.of("cnn", **settings, **taught))
    public = faces.split("PublicTest")
    said, chance = votes[data.splits == 1].argmax(axis=1), 1 / 7
    for each in (run, student):
        inputs = public.images[..., None].astype(np.float32)
        heads = by_head(np.asarray(load_classifier(each)(inputs)))
        assert np.mean(heads["people"].argmax(axis=1) == said) > 2.5 * chance, each
        assert np.mean(heads["label"].argmax(axis=1) == public.labels) > 2.5 * chance, each


def test_a_teacher_that_is_none_is_one_clear_line_and_starts_no_run(cli, data_file, tmp_path):
    arguments = ("--teachers", tmp_path / "nobody", "--teachers-weight", 0.5)
    outcome = cli("train", "--data", data_file, "--run", tmp_path / "run", *arguments)
    one_line(outcome, "nobody is not a training run")
    assert not (tmp_path / "run").exists()
