"""Every model of the table trains, on every Keras backend that is here; ResNet50 from a file."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import h5py
import keras
import numpy as np
from keras.src.legacy.saving import legacy_h5_format

from tests.training.conftest import ROOT
from training.bench import COLUMNS, measure_training
from training.models import MODELS, resnet50
from training.run import BEST_WEIGHTS, Config, load_best, load_classifier, read_history

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # inside Keras


def step(*arguments, **environment):
    """One step of the command line in a process of its own, as another backend needs."""
    return subprocess.run(
        [sys.executable, "-m", "training", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="session")
def imagenet(tmp_path_factory):
    """A file such as Keras publishes for ResNet50 without its last layer, with random weights."""
    path = tmp_path_factory.mktemp("weights") / "resnet50_notop.h5"
    model = keras.applications.ResNet50(include_top=False, weights=None)
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    return path, model


@pytest.mark.parametrize("name", MODELS)
def test_every_model_trains_for_a_few_steps_and_can_be_used(name, cli, data, data_file, tmp_path):
    run = tmp_path / name
    outcome = cli(
        *("train", "--data", data_file, "--run", run, "--model", name, "--weights", "none"),
        *("--epochs", 2, "--limit", 64, "--batch", 16),
    )
    assert (outcome.status, outcome.err) == (0, "")
    losses = [float(row["loss"]) for row in read_history(run)]
    assert len(losses) == 2 and np.isfinite(losses).all()
    faces = data.split("PublicTest").images[..., None].astype(np.float32)
    probabilities = load_classifier(run).predict(faces, verbose=0)
    assert probabilities.shape == (21, 7)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_what_is_used_computes_what_was_trained(trained, crops):
    model = MODELS["compact"].build()
    load_best(model, trained.run)
    plain = MODELS["compact"].plain(model)
    faces = crops[..., None].astype(np.float32)
    expected = model.predict(faces, verbose=0)
    assert expected.std(axis=0).max() > 0.1
    np.testing.assert_allclose(plain.predict(faces, verbose=0), expected, atol=1e-4)
    kinds = {type(layer).__name__ for layer in plain.layers}
    assert not kinds & {"BatchNormalization", "Add"}


def test_the_shipped_network_does_not_mind_a_dark_room(trained, crops):
    classifier = load_classifier(trained.run)
    bright, dark = (
        classifier.predict((share * crops[..., None]).astype(np.float32), verbose=0)
        for share in (1, 0.4)
    )
    assert bright.std(axis=0).max() > 0.1
    np.testing.assert_allclose(dark, bright, atol=0.1)  # not 0: faint faces stay a little fainter


def test_the_bench_says_how_fast_a_model_trains():
    row = dict(zip(COLUMNS, measure_training("cnn", seconds=0.2), strict=True))
    assert (row["model"], row["batch"]) == ("cnn", 32)
    step = float(row["ms a step"])
    assert float(row["images/s"].replace(",", "")) == pytest.approx(32_000 / step, rel=0.02)
    assert row["input pipeline"].endswith("%")


def test_the_usual_settings_are_those_of_the_table():
    for name in ("resnet50", "cnn", "cnn-slow"):
        assert (Config.of(name).batch, Config.of(name).epochs) == (32, 50)
    assert Config.of("cnn").learning_rate == 1e-3
    assert Config.of("cnn-slow").learning_rate == 1e-4
    assert Config.of("resnet50").weights == "imagenet" and Config.of("resnet50").frozen_epochs > 0


@pytest.mark.parametrize("name", ["cnn", "compact"])
def test_a_run_made_with_jax_goes_on_and_is_measured_like_one_made_with_tensorflow(
    name, cli, data_file, tmp_path
):
    pytest.importorskip("jax", reason="JAX is not installed")
    run = tmp_path / "run"
    train = ("train", "--data", data_file, "--run", run, "--model", name)
    few = ("--epochs", 2, "--limit", 64, "--batch", 16)
    made = step(*train, *few, KERAS_BACKEND="jax")
    assert made.returncode == 0, made.stderr
    assert "jax on" in read_history(run)[0]["machine"]
    measured = step("evaluate", "--data", data_file, "--run", run, KERAS_BACKEND="jax")
    again = cli("evaluate", "--data", data_file, "--run", run)
    assert measured.returncode == again.status == 0, measured.stderr
    assert measured.stdout == again.out


def test_resnet50_begins_with_the_weights_in_a_file_and_keeps_them_while_frozen(
    cli, data_file, imagenet, tmp_path
):
    path, published = imagenet
    run = tmp_path / "run"
    outcome = cli(
        *("train", "--data", data_file, "--run", run, "--model", "resnet50", "--weights", path),
        *("--epochs", 1, "--limit", 32),  # fewer than it keeps frozen
    )
    assert (outcome.status, outcome.err) == (0, "")
    model = resnet50.build()
    load_best(model, run)
    for name in ("conv1_conv", "conv1_bn", "conv5_block3_3_conv"):
        ours, theirs = model.get_layer(name).get_weights(), published.get_layer(name).get_weights()
        for array, same in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(array, same)


def test_weights_that_cannot_be_downloaded_are_one_clear_line_that_says_what_to_do(
    data_file, tmp_path
):
    run = tmp_path / "run"
    outcome = step(
        *("train", "--data", data_file, "--run", run, "--model", "resnet50"),
        https_proxy="http://127.0.0.1:9",  # nobody listens there
        KERAS_HOME=str(tmp_path / "keras"),  # where an earlier download might lie
    )
    assert outcome.returncode == 2 and not run.exists()
    (line,) = outcome.stderr.splitlines()
    assert line.startswith("error: ImageNet weights cannot be downloaded")
    assert "--weights PATH" in line and "--weights none" in line


@pytest.mark.parametrize("content", [b"", b"no weights", None])
def test_a_file_without_fitting_weights_is_one_clear_line(
    content, cli, data_file, trained, tmp_path
):
    path, run = tmp_path / "weights.h5", tmp_path / "run"
    path.write_bytes((trained.run / BEST_WEIGHTS).read_bytes() if content is None else content)
    arguments = ("--run", run, "--model", "resnet50", "--weights", path)
    outcome = cli("train", "--data", data_file, *arguments)
    assert outcome.status == 2 and outcome.out == "" and not run.exists()
    (line,) = outcome.err.splitlines()
    assert f"cannot be read from {path}" in line
