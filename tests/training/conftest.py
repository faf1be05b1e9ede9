"""A small data set that looks like FER-2013 in each of its forms, and the command line to try."""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from zipfile import ZipFile

import pytest

from tests.conftest import require_chromium
from tests.live_server import ROOT

if find_spec("tensorflow"):  # without it every test module here skips itself and says why
    import cv2
    import numpy as np
    import skimage.data

    from training.__main__ import main
    from training.dataset import LABELS, SPLITS, Dataset, UInt8Array
    from training.prepare import prepare
    from training.tfjs import quietly

PHOTOS = sorted(ROOT.glob("node_modules/@vladmandic/face-api/demo/sample*.jpg"))
TFLITE = ROOT / "node_modules/@mediapipe/face_detection/face_detection_short_range.tflite"
SHARED_DATA = ROOT.parent / "shared" / "data"  # the real FER-2013, where somebody has put it

Detector = Callable[[Any], Any]  # BlazeFace in Keras


class Face(NamedTuple):
    path: str
    pixels: UInt8Array
    label: int
    split: str


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


def runner(
    program: Callable[[list[str]], int], capfd: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Runs a command line's `main`; what comes back includes what C libraries print."""

    def run(*arguments: object) -> Outcome:
        capfd.readouterr()
        status = program([str(argument) for argument in arguments])
        return Outcome(status, *capfd.readouterr())

    return run


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs one step of training."""
    return runner(main, capfd)


@pytest.fixture
def small_disk() -> Callable[[int], AbstractContextManager[None]]:
    """A context in which no file can grow beyond so many bytes, as on a disk that is full."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture(scope="session")
def faces() -> list[Face]:
    """In the order of their paths: one photographed face under stripes, as many as its label says.

    Label l has 20 + l Training, 3 PublicTest and 2 PrivateTest images, no two alike.
    """
    portrait = cv2.cvtColor(skimage.data.astronaut()[70:190, 165:285], cv2.COLOR_RGB2GRAY)
    portrait = cv2.resize(portrait, (48, 48), interpolation=cv2.INTER_AREA).astype(float)
    rng = np.random.default_rng(7)
    made = []
    for label, name in enumerate(LABELS):
        for split, count in zip(SPLITS, (20 + label, 3, 2), strict=True):
            for number in range(count):
                phase = rng.uniform(0, 2 * np.pi)
                stripes = np.sin(np.linspace(0, 2 * np.pi * (1.5 * label + 0.5), 48) + phase)
                pixels = 0.4 * portrait + 60 + 50 * stripes[:, None] + rng.normal(0, 4, (48, 48))
                folder = "train" if split == "Training" else "test"
                path = f"{folder}/{name}/{split}_{number}.png"
                made.append(Face(path, pixels.clip(0, 255).astype(np.uint8), label, split))
    return sorted(made)


@pytest.fixture(scope="session")
def sources(faces: list[Face], tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The same faces as a zip, as a folder and as fer2013.csv. Tests must not change them."""
    base = tmp_path_factory.mktemp("sources")
    files = {face.path: cv2.imencode(".png", face.pixels)[1].tobytes() for face in faces}
    for path, content in files.items():
        target = base / "folder" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    write_zip(base / "fer2013.zip", files)
    rows = [[face.label, " ".join(map(str, face.pixels.ravel())), face.split] for face in faces]
    with (base / "fer2013.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["emotion", "pixels", "Usage"], *rows])
    return SimpleNamespace(
        zip=base / "fer2013.zip", folder=base / "folder", csv=base / "fer2013.csv", files=files
    )


@pytest.fixture(scope="session")
def data(sources: SimpleNamespace) -> Dataset:
    return prepare(sources.zip)[0]


@pytest.fixture(scope="session")
def data_file(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "fer2013.npz"
    data.save(path)
    return path


@pytest.fixture(scope="session")
def trained(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A run of many small steps, so that the batch normalisations have statistics to speak of."""
    settings: dict[str, Any] = {"epochs": 6, "batch": 8, "warmup_steps": 5}
    settings |= {"average": 0.8, "learning_rate": 4e-3}
    run = tmp_path_factory.mktemp("runs") / "compact"
    return train_run(data, run, "compact", frozen_epochs=1, **settings)


@pytest.fixture(scope="session")
def trained_cnn(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A run of a model that trains in half the time."""
    run = tmp_path_factory.mktemp("runs") / "cnn"
    return train_run(data, run, "cnn", epochs=15, batch=8, learning_rate=3e-3)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crop may take a minute: how fast the browser is on a busy machine chooses no run."""
    with quietly():
        from training import selection

    monkeypatch.setattr(selection, "MAX_MILLISECONDS", 60_000)


@pytest.fixture(scope="session")
def detector() -> Detector:
    if not TFLITE.exists():
        pytest.skip("run npm ci first")
    with quietly():
        from training import blazeface

        return blazeface.build(TFLITE)


@pytest.fixture(scope="session")
def photos() -> list[UInt8Array]:
    """RGB photographs: the astronaut, then people in front of all kinds of backgrounds."""
    return [skimage.data.astronaut(), *(cv2.imread(str(photo))[..., ::-1] for photo in PHOTOS)]


@pytest.fixture(scope="session")
def portraits(photos: list[UInt8Array], detector: Detector) -> list[UInt8Array]:
    """The photos, cut to three times the box of the best face: a webcam's distance."""
    return [around_face(photo, detector, 3) for photo in photos]


@pytest.fixture(scope="session")
def squares(photos: list[UInt8Array], portraits: list[UInt8Array]) -> UInt8Array:
    """Photographs with faces as the detector takes them, uint8 [n, 128, 128, 3], RGB.

    Each photo whole, and each portrait.
    """
    return np.stack([letterbox(photo) for photo in [*photos, *portraits]])


@pytest.fixture(scope="session")
def crops(photos: list[UInt8Array], detector: Detector) -> UInt8Array:
    """Real faces, grey, uint8 [n, 48, 48]: from photographs, and FER's own where they are."""
    cut = []
    for photo in photos:
        for scale in (1.0, 1.17, 1.4):
            grey = cv2.cvtColor(around_face(photo, detector, scale), cv2.COLOR_RGB2GRAY)
            cut.append(cv2.resize(grey, (48, 48), interpolation=cv2.INTER_AREA))
    if (SHARED_DATA / "fer2013.zip").exists():
        with ZipFile(SHARED_DATA / "fer2013.zip") as archive:
            public = [name for name in sorted(archive.namelist()) if "/PublicTest_" in name]
            for name in public[::40]:
                content = np.frombuffer(archive.read(name), np.uint8)
                cut.append(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE))
    return np.stack(cut)


@pytest.fixture(scope="session")
def browser() -> None:
    """Needed by tests that run Chromium: skips where there is none, but not in CI."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        require_chromium(tools)


def train_run(data: Dataset, run: Path, model: str, **settings: Any) -> SimpleNamespace:
    """A run trained into a folder, which tests must not change; `.best` on PublicTest."""
    with quietly():
        from training.run import Config
        from training.train import train

        config = Config.of(model, **settings)
        best = train(data, run, config)
    return SimpleNamespace(run=run, config=config, best=best)


def run_steps(*steps: Iterable[object], **environment: str) -> subprocess.CompletedProcess[str]:
    """Steps of the command line, one after the other in a process of their own."""
    script = f"""
from training.__main__ import main
for step in {[[str(argument) for argument in step] for step in steps]}:
    if main(step):
        exit(2)
"""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def letterbox(photo: UInt8Array) -> UInt8Array:
    """The photo in the middle of a black 128 x 128 square."""
    scale = 128 / max(photo.shape[:2])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = ((128 - side) // 2 for side in small.shape[:2])
    square = np.zeros((128, 128, 3), np.uint8)
    square[top : top + small.shape[0], left : left + small.shape[1]] = small
    return square


def around_face(photo: UInt8Array, detector: Detector, scale: float) -> UInt8Array:
    """The part of the photo around its best face, `scale` times the side of the detector's box."""
    found = np.asarray(detector(letterbox(photo)[None].astype(np.float32)))[0]
    best = found[found[:, 0].argmax()]
    height, width = photo.shape[:2]
    side = max(height, width)
    corners = best[1:5].reshape(2, 2) * side - [(side - width) / 2, (side - height) / 2]
    centre, half = corners.mean(axis=0), scale * np.ptp(corners, axis=0).max() / 2
    left, top = (centre - half).clip(0).astype(int)
    right, bottom = (centre + half).astype(int)
    return np.ascontiguousarray(photo[top:bottom, left:right])


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    with ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def assert_same(one: Dataset, other: Dataset) -> None:
    """The same faces in the same order, with the same labels, splits and votes."""
    assert one.label_names == other.label_names
    for part in ("images", "labels", "splits", "votes"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def assert_learnt(run: Path, data: Dataset) -> None:
    """The run has losses, and its best weights give probabilities."""
    with quietly():
        from training.run import load_classifier, read_history
    losses = [float(row["loss"]) for row in read_history(run)]
    assert losses and np.isfinite(losses).all()
    faces = data.split("PublicTest").images[..., None].astype(np.float32)
    probabilities = np.asarray(load_classifier(run)(faces))
    assert probabilities.shape == (len(faces), 17)
    np.testing.assert_allclose(probabilities.sum(axis=1), 2, atol=1e-5)  # of two heads


def one_line(outcome: Outcome, *messages: str, out: str = "") -> None:
    """The step refused: one line on stderr with all these messages, and `out` alone on stdout."""
    assert outcome.status == 2 and outcome.out == out
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ") and all(message in line for message in messages), line


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file in a folder and below, byte for byte."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
