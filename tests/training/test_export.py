"""The exported models in Chromium, through the page's own script, against the Keras models."""

import datetime
import hashlib
import json
import shutil

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import numpy as np

from tests.training.conftest import ROOT, contents, one_line, run_steps
from training.browser import classify, detect
from training.crop import page_crop
from training.dataset import LABELS, SPLITS, VOTES
from training.errors import TrainingError
from training.metrics import by_head, fit, least_sure
from training.people import mixes_of, read_classes
from training.run import load_classifier
from training.tfjs import SHIPPED, STATIC

SHIPPED_RUN = ROOT / "training" / "weights" / "compact"  # what it was exported from
ROUNDING = 0.02  # of a probability, by weights of a byte each or of few bits


def probabilities(run, crops):
    return np.asarray(load_classifier(run)(crops[..., None].astype(np.float32)))


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    """An export by a process of its own, in which all that it needs is new."""
    folder = tmp_path_factory.mktemp("model") / "emotion"
    made = run_steps(("export", "--run", trained.run, "--to", folder))
    assert (made.returncode, made.stderr) == (0, "") and len(made.stdout.splitlines()) == 1
    return folder


def test_an_export_is_complete_small_and_says_what_it_is(exported, trained):
    graph = json.loads((exported / "model.json").read_text())
    shards = [path for group in graph["weightsManifest"] for path in group["paths"]]
    files = {file.name: file.stat().st_size for file in exported.iterdir()}
    metadata = json.loads((exported / "metadata.json").read_text())
    assert shards and set(files) == {"model.json", "metadata.json", *shards}
    assert metadata["bytes"] == sum(files.values()) - files["metadata.json"] < 1_000_000
    assert metadata["params"] == load_classifier(trained.run).count_params() > 100_000
    assert metadata["sha256"] == {
        name: hashlib.sha256((exported / name).read_bytes()).hexdigest()
        for name in ("model.json", *shards)
    }
    measured = ("bytes", "params", "sha256")
    assert {name: metadata[name] for name in metadata if name not in measured} == {
        "data": "FER-2013",
        "labels": list(LABELS),
        "choices": list(VOTES),
        "valence": {
            **{"angry": -1, "disgust": -1, "fear": -1, "happy": 1},
            **{"sad": -1, "surprise": 0, "neutral": 0},
        },
        "height": 48,
        "width": 48,
        "channels": 1,
        "crop": page_crop(),
        "exponent": 0.0,  # none of these measured yet
        "weights": [1.0] * len(VOTES),
        "temperature": 1.0,
        "sure": 0.5,
        "accuracy": {},
        "trained_on": "FER-2013, Training",  # and no votes, because the data had none
        "created": datetime.date.today().isoformat(),
    }
    (given,) = graph["signature"]["inputs"].values()
    assert [dim["size"] for dim in given["tensorShape"]["dim"]] == ["-1", "48", "48", "1"]
    (output,) = graph["signature"]["outputs"].values()
    assert [dim["size"] for dim in output["tensorShape"]["dim"]] == ["-1", "17"]


def test_the_browser_agrees_with_a_fresh_run(browser, exported, trained, crops, data):
    faces = np.concatenate([crops, data.split("PublicTest").images])
    expected = probabilities(trained.run, faces)
    assert expected.std(axis=0).max() > 0.1  # the model tells them apart, so agreement means much
    difference = np.abs(classify(faces, exported) - expected)
    # Each kind of processor trains another network, of which the worst probability differs.
    assert np.quantile(difference, 0.99) < ROUNDING and difference.max() < 2 * ROUNDING


def test_the_browser_agrees_with_the_weights_of_the_shipped_model(browser, crops):
    expected = probabilities(SHIPPED_RUN, crops)
    assert expected.std(axis=0).max() > 0.1
    np.testing.assert_allclose(classify(crops, SHIPPED), expected, atol=ROUNDING)
    assert json.loads((SHIPPED / "metadata.json").read_text())["crop"] == page_crop()


def test_the_browser_finds_the_faces_that_the_detector_finds(browser, detector, squares):
    expected = np.asarray(detector(squares.astype(np.float32)))
    found = detect(squares, STATIC / "model" / "face")
    assert found.shape == expected.shape
    np.testing.assert_allclose(found[..., 0], expected[..., 0], atol=ROUNDING)
    faces = expected[..., 0] > 0.3
    assert faces.any(axis=1).sum() >= len(squares) // 2
    np.testing.assert_allclose(found[faces][:, 1:], expected[faces][:, 1:], atol=0.005)


def test_what_is_measured_in_the_browser_goes_into_the_metadata(
    browser, cli, exported, data, data_file, tmp_path
):
    folder = tmp_path / "emotion"
    shutil.copytree(exported, folder)
    before = json.loads((folder / "metadata.json").read_text())
    before["sure"] = 0.123  # none that is fitted: those are multiples of 0.01
    (folder / "metadata.json").write_text(json.dumps(before))
    outcome = cli("evaluate", "--data", data_file, "--exported", folder)
    assert (outcome.status, outcome.err) == (0, "")
    given = classify(data.images, folder)
    public = data.split("PublicTest")
    of_public = given[data.splits == SPLITS.index("PublicTest")]
    looks = [of_public, classify(public.images[:, :, ::-1], folder)]
    settings = fit(public, looks, np.zeros(len(VOTES)))  # nobody voted
    says = settings.apply(by_head(given)["people"])[:, : len(LABELS)]
    sure = least_sure(public.labels, says[data.splits == SPLITS.index("PublicTest")])
    accuracy = {}
    for number, split in enumerate(SPLITS[1:], 1):
        faces = data.splits == number
        right = {
            "people": says[faces].argmax(axis=1) == data.labels[faces],
            "label": by_head(given)["label"][faces].argmax(axis=1) == data.labels[faces],
        }
        accuracy[split] = {name: round(float(each.mean()), 4) for name, each in right.items()}
        guesses = says[faces].argmax(axis=1)
        readings = {
            name: read_classes(data.labels[faces], guesses, LABELS, mix)
            for name, mix in mixes_of(LABELS).items()
        }
        accuracy[split]["share_error"] = {
            mix: each["share_error"] for mix, each in readings.items() if each
        }
        assert f"{split}: accuracy {accuracy[split]['label']:.4f}" in outcome.out
    after = json.loads((folder / "metadata.json").read_text())
    assert after == before | settings._asdict() | {"sure": sure, "accuracy": accuracy}
    assert sure != before["sure"]
    named = np.mean(says[data.splits == SPLITS.index("PublicTest")].max(axis=1) >= sure)
    assert (
        f"{named:.1%} of the faces have a label of a probability of at least {sure}" in outcome.out
    )


def test_a_model_that_the_pages_were_not_built_for_says_what_to_run(
    browser, cli, trained_cnn, data_file, tmp_path
):
    folder = tmp_path / "my emotion"
    outcome = cli("export", "--run", trained_cnn.run, "--to", folder)
    assert (outcome.status, outcome.err) == (0, "")
    _, line = outcome.out.splitlines()
    assert line.startswith("the pages lack ") and " MatMul, " in line
    assert line.endswith(f", which this model needs: run `MODEL='{folder}' npm run build`")
    before = contents(folder)
    one_line(cli("evaluate", "--data", data_file, "--exported", folder), line)
    assert contents(folder) == before


def test_a_model_that_is_there_is_replaced_by_force_alone(cli, exported, trained_cnn, tmp_path):
    folder = shutil.copytree(exported, tmp_path / "emotion")
    before = contents(folder)
    given = ("export", "--run", trained_cnn.run, "--to", folder)
    one_line(cli(*given), f"{folder} holds a model already: --force has this one take its place")
    assert contents(folder) == before
    assert cli(*given, "--force").status == 0
    assert contents(folder) != before


def test_without_chromium_there_is_one_line_that_says_how_to_get_one(
    cli, exported, data, data_file, monkeypatch, tmp_path
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    outcome = cli("evaluate", "--data", data_file, "--exported", exported)
    said = f"looking at {np.sum(data.splits > 0)} faces\n"
    one_line(outcome, "no Chromium: `make .venv-training/chromium` installs one", out=said)


@pytest.mark.parametrize(
    "damage", ["missing", "shard cut off", "no shard", "graph that is no JSON", "no metadata"]
)
def test_a_damaged_model_is_one_clear_line(damage, browser, exported, crops, tmp_path):
    folder = tmp_path / "emotion"
    if damage != "missing":
        shutil.copytree(exported, folder)
    if damage == "shard cut off":
        (shard,) = folder.glob("*.bin")
        shard.write_bytes(shard.read_bytes()[:100_001])
    elif damage == "no shard":
        (shard,) = folder.glob("*.bin")
        shard.unlink()
    elif damage == "graph that is no JSON":
        (folder / "model.json").write_text("<!doctype html>")
    elif damage == "no metadata":
        (folder / "metadata.json").unlink()
    with pytest.raises(TrainingError) as error:
        classify(crops[:2], folder)
    assert str(error.value).startswith("Chromium: ") and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        (None, "not an exported model"),
        ("{", "not an exported model"),
        ('{"labels": []}', "other labels than FER-2013"),
    ],
)
def test_what_is_no_export_is_not_measured(metadata, message, cli, data_file, tmp_path):
    if metadata is not None:
        (tmp_path / "metadata.json").write_text(metadata)
    outcome = cli("evaluate", "--data", data_file, "--exported", tmp_path)
    assert outcome.status == 2 and outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert message in line and str(tmp_path) in line


def test_an_export_does_not_replace_a_folder_of_other_things(cli, trained, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    outcome = cli("export", "--run", trained.run, "--to", tmp_path)
    one_line(outcome, f"{tmp_path} has no model.json: move it away or write elsewhere")
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_full_disk_is_one_clear_line_and_changes_nothing(
    cli, exported, trained, small_disk, tmp_path
):
    folder = shutil.copytree(exported, tmp_path / "emotion")
    before = contents(tmp_path)
    with small_disk(100_000):
        outcome = cli("export", "--run", trained.run, "--to", folder, "--force")
    one_line(outcome, "cannot write", "File too large")
    assert contents(tmp_path) == before


def test_figures_of_a_split_without_images_are_refused(browser, cli, exported, data, tmp_path):
    data.split("PublicTest").save(tmp_path / "part.npz")
    before = (exported / "metadata.json").read_bytes()
    outcome = cli("evaluate", "--data", tmp_path / "part.npz", "--exported", exported)
    assert outcome.status == 2 and outcome.err == "error: the data set has no PrivateTest images\n"
    assert (exported / "metadata.json").read_bytes() == before
