"""From folders of one's own labels to a data set, and to the page about it."""

import json
import os
import shutil
from itertools import pairwise
from types import SimpleNamespace
from unicodedata import normalize
from zipfile import ZipFile, ZipInfo

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from tests.e2e.conftest import launch
from tests.training.conftest import contents, one_line, train_run, write_zip
from training.dataset import LABELS, PARTS, SPLITS, Dataset
from training.page import Page
from training.run import load_network
from training.tfjs import STATIC

NAMES = ("happy", "bored", "confused $5", "ज़रूर", "sleepy")


@pytest.fixture(scope="module")
def own(data, tmp_path_factory):
    """A folder of 30 faces for each of five labels; of the first two, two are the same picture."""
    folder = tmp_path_factory.mktemp("own") / "my class.v2"
    pngs = [cv2.imencode(".png", image)[1].tobytes() for image in data.images]
    files = {}
    for number, label in enumerate(("Happiness", *NAMES[1:])):
        for image in range(30):
            files[f"{label}/{image}.png"] = pngs[30 * number + image]
    files["Happiness/copy.png"] = files["Happiness/0.png"]
    files["bored/copy.png"] = files["Happiness/0.png"]
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return SimpleNamespace(folder=folder, files=files)


def prepared(cli, source, to, *options):
    outcome = cli("prepare", "--source", source, "--data", to, *options)
    assert (outcome.status, outcome.err) == (0, "")
    return Dataset.load(to), outcome.out.splitlines()


def test_a_folder_of_labels_becomes_a_data_set(own, cli, tmp_path):
    data, said = prepared(cli, own.folder, tmp_path / "own.npz")
    assert data.name == "my class.v2"
    assert data.label_names == ("happy", "bored", "confused $5", "sleepy", "ज़रूर")
    assert data.votes.shape == (152, 8) and not data.votes.any()
    counts = data.counts()
    assert counts.sum(axis=1).tolist() == [31, 31, 30, 30, 30]
    assert counts[2:].tolist() == [[24, 3, 3]] * 3
    assert said[1].split() == ["happy", *map(str, counts[0])]
    assert "no folder names a split: divided 80/10/10, with seed 1" in said
    assert not any("FER" in line for line in said)
    for index, name in enumerate(data.label_names):
        folder = "Happiness" if name == "happy" else name
        kept = {file for path, file in own.files.items() if path.startswith(f"{folder}/")}
        faces = {image.tobytes() for image in data.images[data.labels == index]}
        assert faces == {cv2.imdecode(np.frombuffer(f, np.uint8), 0).tobytes() for f in kept}


def test_identical_images_fall_into_the_same_split_whatever_their_labels(own, cli, tmp_path):
    seen = set()
    for seed in range(1, 7):
        data, _ = prepared(cli, own.folder, tmp_path / "own.npz", "--seed", seed)
        (same,) = np.nonzero((data.images == data.images[0]).all(axis=(1, 2)))
        assert len(same) == 3
        (split,) = set(data.splits[same])
        seen.add(split)
    assert len(seen) > 1


def test_three_pictures_of_a_label_are_one_for_each_split(own, cli, tmp_path):
    labels = {path.split("/")[0] for path in own.files}
    three = [[path for path in own.files if path.startswith(f"{label}/")][:3] for label in labels]
    write_zip(tmp_path / "few.zip", {path: own.files[path] for paths in three for path in paths})
    data, _ = prepared(cli, tmp_path / "few.zip", tmp_path / "few.npz", "--split", "10/10/80")
    assert (data.counts() == 1).all()


def test_the_split_follows_from_the_seed_and_not_from_names_or_packing(own, cli, tmp_path):
    one, _ = prepared(cli, own.folder, tmp_path / "one.npz", "--split", "6/2/2")
    assert one.counts()[2:].tolist() == [[18, 6, 6]] * 3
    backwards = {
        f"{path.split('/')[0]}/{1000 - n}.png": file
        for n, (path, file) in enumerate(own.files.items())
    }
    write_zip(tmp_path / "other.zip", backwards)
    other, _ = prepared(cli, tmp_path / "other.zip", tmp_path / "two.npz", "--split", "6/2/2")
    assert other.name == "other" and placed(other) == placed(one)
    third, _ = prepared(
        cli, own.folder, tmp_path / "three.npz", "--split", "6/2/2", "--seed", 2, "--name", "Mine"
    )
    assert third.name == "Mine" and placed(third) != placed(one)
    assert (third.counts() == one.counts())[2:].all()


def placed(data):
    return sorted(zip((i.tobytes() for i in data.images), data.labels, data.splits, strict=True))


SPELT = ("à l'aise", "می‌خندد", "👩‍🚀")  # the second and the third with what joins their parts


def member(name, utf8=True):
    """A file of a zip with its name as it is, and in UTF-8 though no flag may say so."""
    info = Unchanged()
    info.filename = name
    if not utf8:
        info._encodeFilenameFlags = lambda: (name.encode(), 0)
    return info


class Unchanged(ZipInfo):
    """One whose attributes may be any: ZipFile asks it how its name is to be written."""


PACKED = {
    "by macOS": lambda name: member(normalize("NFD", name), utf8=False),
    "by Windows": lambda name: member(f"top/{name}".replace("/", "\\")),
    "as by anybody": member,
}


@pytest.mark.parametrize("how", PACKED)
def test_labels_of_any_language_are_the_same_however_they_are_packed(how, own, cli, tmp_path):
    names = {label: f"{SPELT[at]}/" for at, label in enumerate(("Happiness/", "bored/", "sleepy/"))}
    with ZipFile(tmp_path / "own.zip", "w") as archive:
        for path, content in own.files.items():
            for label, name in names.items():
                if path.startswith(label):
                    archive.writestr(PACKED[how](path.replace(label, name)), content)
    data, _ = prepared(cli, tmp_path / "own.zip", tmp_path / "own.npz")
    assert data.label_names == tuple(sorted(SPELT))
    assert data.counts().sum(axis=1).tolist() == [31, 31, 30]


def test_a_name_of_its_own_allows_any_labels_in_folders_of_splits(own, cli, tmp_path):
    for number, (path, content) in enumerate(own.files.items()):
        split = ("train", "train", "valid", "test")[number % 4]
        target = tmp_path / "data" / split / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    options = ("prepare", "--source", tmp_path / "data", "--data", tmp_path / "own.npz")
    one_line(cli(*options), "unknown label 'bored'", "with a --name of its own")
    data, _ = prepared(cli, tmp_path / "data", tmp_path / "own.npz", "--name", "Mine")
    assert data.name == "Mine" and data.label_names[1] == "bored"
    assert data.counts().sum(axis=0).tolist() == [76, 38, 38]
    outcome = cli(*options, "--name", "Mine", "--split", "80/10/10")
    one_line(outcome, "--split is for data without splits")


def test_images_that_cannot_be_read_are_counted_and_left_aside(own, cli, tmp_path):
    files = own.files | {"bored/broken.png": b"no image", "sleepy/empty.jpg": b""}
    write_zip(tmp_path / "own.zip", files | {"bored/list.txt": b"", "cover.png": b"on top"})
    data, said = prepared(cli, tmp_path / "own.zip", tmp_path / "own.npz")
    assert len(data.images) == len(own.files)
    (line,) = [line for line in said if line.startswith("left aside: ")]
    parts = line.removeprefix("left aside: ").split(", ")
    assert sorted(parts) == ["1 .txt", "1 in other folders", "2 unreadable"]


def test_names_of_files_that_are_not_utf8_are_said_all_the_same(own, cli, tmp_path):
    folder = shutil.copytree(own.folder, tmp_path / "own")
    cv2.imwrite(str(tmp_path / "wall.png"), np.zeros((200, 200, 3), np.uint8))
    (tmp_path / "wall.png").rename(folder / "bored" / os.fsdecode(b"caf\xe9.png"))
    _, said = prepared(cli, folder, tmp_path / "own.npz")
    assert any(line.endswith(r"1 that show none: bored/caf\udce9.png") for line in said)


def only(own, *labels):
    return {path: file for path, file in own.files.items() if path.split("/")[0] in labels}


def many(own):
    files = [*own.files.values()]
    return {f"label {n % 21}/{n}.png": file for n, file in enumerate(files)}


BAD = {
    "one label": (lambda own: only(own, "sleepy"), (), "2 to 20 labels, not 1 (sleepy"),
    "too many labels": (many, (), "2 to 20 labels, not 21 (label 0, label 1"),
    "a label of two lines": (
        lambda own: only(own, "sleepy") | {"two\nlines/1.png": own.files["bored/1.png"]},
        (),
        "a label has 1 to 40 characters in one line, not 'two\\nlines'",
    ),
    "a label that nobody sees": (
        lambda own: only(own, "sleepy") | {"\u200d/1.png": own.files["bored/1.png"]},
        (),
        "a label has 1 to 40 characters in one line, not '\\u200d'",
    ),
    "a long label": (
        lambda own: only(own, "sleepy") | {f"{'x' * 41}/1.png": own.files["bored/1.png"]},
        (),
        "a label has 1 to 40 characters",
    ),
    "a label of two pictures": (
        lambda own: (
            only(own, "sleepy")
            | {f"bored/{number}.png": own.files[f"bored/{number % 2}.png"] for number in range(9)}
        ),
        (),
        "has an empty class: no Training images of bored",
    ),
    "two parts": (lambda own: own.files, ("--split", "80/20"), "--split 80/20: expected three"),
    "nothing to train": (lambda own: own.files, ("--split", "0/1/1"), "--split 0/1/1: expected"),
    "words": (lambda own: own.files, ("--split", "a/b/c"), "--split a/b/c: expected three whole"),
    "a name of two lines": (
        lambda own: own.files,
        ("--name", "two\nlines"),
        "--name has 1 to 80 characters in one line",
    ),
}


@pytest.mark.parametrize("wrong", BAD)
def test_what_cannot_be_a_data_set_is_one_clear_line_and_changes_nothing(wrong, own, cli, tmp_path):
    make, options, message = BAD[wrong]
    write_zip(tmp_path / "own.zip", make(own))
    (tmp_path / "own.npz").write_bytes(b"an earlier one")
    before = contents(tmp_path)
    options = ("--source", tmp_path / "own.zip", "--data", tmp_path / "own.npz", *options)
    one_line(cli("prepare", *options), message)
    assert contents(tmp_path) == before


def test_votes_are_for_the_labels_of_fer2013(own, cli, tmp_path):
    (tmp_path / "votes.csv").write_text("path\n")
    options = ("--source", own.folder, "--votes", tmp_path / "votes.csv")
    outcome = cli("prepare", *options, "--data", tmp_path / "own.npz")
    one_line(outcome, "votes.csv has votes for FER-2013's labels alone")


def test_a_run_with_other_labels_is_one_clear_line_and_changes_nothing(own, trained, cli, tmp_path):
    prepared(cli, own.folder, tmp_path / "own.npz")
    data = ("--data", tmp_path / "own.npz")
    run = shutil.copytree(trained.run, tmp_path / "runs/of fer")
    before = contents(tmp_path)
    teachers = ("--teachers", run, "--teachers-weight", 0.5)
    for step in (
        ("evaluate", "--run", run),
        ("train", "--run", run, "--resume"),
        ("train", "--run", tmp_path / "new", *teachers),
        ("select", "--runs", run.parent),
        ("evaluate", "--exported", STATIC / "model/emotion"),
    ):
        one_line(cli(*step, *data), "has other labels than my class.v2: angry,", "; not happy,")
    assert contents(tmp_path) == before


def test_a_run_begins_with_all_but_the_heads_of_one_with_other_labels(own, trained, cli, tmp_path):
    prepared(cli, own.folder, tmp_path / "own.npz")
    options = ("--weights", trained.run, "--learning-rate", 1e-12, "--average", 0, "--limit", 32)
    outcome = cli(
        *("train", "--data", tmp_path / "own.npz", "--run", tmp_path / "run"),
        *("--epochs", 1, *options),
    )
    assert (outcome.status, outcome.err) == (0, "")
    assert f"begins with the weights of {trained.run} but for its heads" in outcome.out
    before, after = (load_network(run) for run in (trained.run, tmp_path / "run"))
    for layer, same in zip(before.layers, after.layers, strict=True):
        for kernel, other in zip(layer.get_weights(), same.get_weights(), strict=True):
            if kernel.ndim == 4:
                np.testing.assert_allclose(other, kernel, atol=1e-2)
    assert [layer.units for layer in after.layers[-2:]] == [5, 8]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--pleasant", "happy, glad"), "has no label 'glad': it has angry, disgust,"),
        (("--pleasant", "sad", "--unpleasant", "sad"), "'sad' cannot be both pleasant and unp"),
    ],
)
def test_a_valence_that_cannot_be_is_one_clear_line(options, message, cli, trained, tmp_path):
    outcome = cli("export", "--run", trained.run, "--to", tmp_path / "emotion", *options)
    one_line(outcome, message)
    assert not (tmp_path / "emotion").exists()


def test_labels_are_as_pleasant_as_the_command_says(cli, trained, tmp_path):
    options = ("--pleasant", "surprise,happy", "--unpleasant", "neutral , sad")
    assert cli("export", "--run", trained.run, "--to", tmp_path / "to", *options).status == 0
    valence = json.loads((tmp_path / "to/metadata.json").read_text())["valence"]
    assert valence == dict(zip(LABELS, (-1, -1, -1, 1, -1, 1, -1), strict=True))


def test_labels_with_commas_are_named_in_quotes_and_accents_in_any_way(own, cli, tmp_path):
    kept = only(own, "bored", "sleepy", "confused $5")
    names = {"bored": "bored, tired", "sleepy": normalize("NFC", "très content")}
    files = {f"{names.get(a, a)}/{b}": kept[f"{a}/{b}"] for a, b in (p.split("/") for p in kept)}
    write_zip(tmp_path / "own.zip", files)
    data, _ = prepared(cli, tmp_path / "own.zip", tmp_path / "own.npz")
    run = train_run(data, tmp_path / "run", "compact", epochs=1, limit=8).run
    named = ("--pleasant", normalize("NFD", "très content"), "--unpleasant", '"bored, tired"')
    assert cli("export", "--run", run, "--to", tmp_path / "to", *named).status == 0
    valence = json.loads((tmp_path / "to/metadata.json").read_text())["valence"]
    assert valence == {"bored, tired": -1, "confused $5": 0, "très content": 1}


@pytest.mark.filterwarnings("ignore:Glyph:UserWarning")  # no font has the signs of all languages
def test_the_page_about_it_has_its_name_and_labels(own, cli, tmp_path):
    prepared(cli, own.folder, tmp_path / "own.npz", "--name", "<My> class")
    outcome = cli("explore", "--data", tmp_path / "own.npz", "--to", tmp_path / "page")
    assert outcome.status == 0
    page = (tmp_path / "page/index.html").read_text()
    assert "&lt;My&gt; class, looked at" in page and "each with one of 5 labels" in page
    assert "FER-2013" not in page
    at = [page.index(f">{name}<") for name in ("happy", "bored", "confused $5", "sleepy")]
    assert all(one < other for one, other in pairwise(at))
    names = {path.stem for path in (tmp_path / "page").glob("*.png")}
    assert {f"faces-{name}" for name in NAMES} < names and "ferplus" not in names


def test_a_page_with_the_longest_names_is_no_wider_than_a_phone(browser):
    page = Page("x" * 80, "y" * 80)
    page.heading("z" * 80, "w" * 80)
    page.picture("face", np.zeros((48, 48), np.uint8), "m" * 40)
    with sync_playwright() as tools, launch(tools) as chromium:
        shown = chromium.new_page(viewport={"width": 390, "height": 800})
        shown.set_content(page.html())
        assert shown.evaluate("document.documentElement.scrollWidth") == 390


def test_a_file_of_an_earlier_version_is_fer2013(data, tmp_path):
    parts = {part: getattr(data, part) for part in PARTS}
    np.savez_compressed(tmp_path / "old.npz", **parts)
    old = Dataset.load(tmp_path / "old.npz")
    assert (old.name, old.label_names) == ("FER-2013", LABELS)
    assert old.fingerprint() == data.fingerprint()


def test_the_fingerprint_tells_whether_data_are_the_same(own, data, cli, tmp_path):
    same = [prepared(cli, own.folder, tmp_path / "own.npz", "--name", name) for name in "ab"]
    (one, _), (other, _) = same
    assert one.fingerprint() == other.fingerprint() and len(one.fingerprint()) == 64
    seeded, _ = prepared(cli, own.folder, tmp_path / "own.npz", "--seed", 2)
    parts = {part: getattr(one, part) for part in PARTS}
    renamed = Dataset(**parts, label_names=("happy", "a", "b", "c", "d"))
    some = {each.fingerprint() for each in (one, seeded, renamed, data, one.split(SPLITS[0]))}
    assert len(some) == 5
