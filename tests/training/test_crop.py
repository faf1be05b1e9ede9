"""The faces of photographs, cut out for training as the student's page cuts them."""

import json

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np

from tests.training.conftest import ROOT, TFLITE, one_line
from training import crop
from training.browser import run_script
from training.crop import FRAMING, Cropper, page_crop
from training.dataset import LABELS, Dataset
from training.framing import measure_framing

LOOK = """async (sizes) => {
  const MOVE = 40;
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const vision = await Vision.load(fetchModels("/models/0"));
  const bytes = new Uint8ClampedArray(await (await fetch("/input.bin")).arrayBuffer());
  const faces = [];
  let at = 0;
  for (const [height, width] of sizes) {
    const pixels = new ImageData(bytes.slice(at, at + 4 * height * width), width, height);
    at += pixels.data.length;
    vision.forget();
    await vision.look(await createImageBitmap(pixels), 0);
    // A face that has moved is looked at again, levelled.
    const moved = await createImageBitmap(pixels, -MOVE, 0, width, height);
    const { face } = await vision.look(moved, 1);
    faces.push([face.x - MOVE, face.y, face.size, face.roll]);
  }
  vision.close();
  return faces;
}"""

pytestmark = pytest.mark.skipif(not TFLITE.exists(), reason="run npm ci first")


@pytest.fixture(scope="module")
def cropper():
    return Cropper()


@pytest.fixture(scope="module")
def pictures(portraits):
    """BGR, no larger than the page's camera has them."""
    small = [cv2.resize(each, (640, 640), interpolation=cv2.INTER_AREA) for each in portraits]
    return [np.ascontiguousarray(each[..., ::-1]) for each in small]


def test_faces_are_found_where_the_page_finds_them(browser, cropper, pictures):
    colours = np.concatenate([cv2.cvtColor(each, cv2.COLOR_BGR2RGBA).ravel() for each in pictures])
    sizes = [each.shape[:2] for each in pictures]
    pages = run_script(LOOK, sizes, colours, [ROOT / "web/static/model/emotion"])
    ours = cropper.find(pictures)
    assert len(pages) > 5
    for theirs, square in zip(pages, ours, strict=True):
        x, y, size, roll = theirs
        assert np.hypot(square.x - x, square.y - y) < 0.06 * size
        assert square.side == pytest.approx(size, rel=0.1)
        assert square.roll == pytest.approx(roll, abs=0.15)


def test_what_is_cut_out_is_framed_closer_than_in_fer2013(cropper, detector, pictures):
    measured = measure_framing(np.stack(cropper.crop(pictures)), detector)
    fer, framing = json.loads(FRAMING.read_text()), page_crop()
    assert 0.8 * fer["scale"] < framing["scale"] < 0.9 * fer["scale"]
    assert measured["detected"] == 1.0
    assert measured["scale"] == pytest.approx(framing["scale"], rel=0.08)
    assert measured["offset_y"] == pytest.approx(framing["offset_y"], abs=0.04)
    assert abs(measured["roll_degrees"]) < 4


def test_a_turned_face_is_levelled_and_the_largest_counts(cropper, pictures):
    height, width = pictures[0].shape[:2]
    for degrees in (-20, 20):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        turned = cv2.warpAffine(pictures[0], turn, (width, height))
        (upright,), (face,) = cropper.find([pictures[0]]), cropper.find([turned])
        assert np.degrees(face.roll - upright.roll) == pytest.approx(-degrees, abs=6)
    small = cv2.resize(pictures[1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    both = np.zeros((height, width + width // 2, 3), np.uint8)
    both[:, :width], both[: height // 2, width:] = pictures[0], small
    (alone,), (beside,) = cropper.find([pictures[0]]), cropper.find([both])
    assert np.hypot(alone.x - beside.x, alone.y - beside.y) < 0.1 * alone.side


def test_faces_that_fill_their_picture_are_found(cropper, crops):
    large = [cv2.cvtColor(cv2.resize(each, (224, 224)), cv2.COLOR_GRAY2BGR) for each in crops]
    found = cropper.crop(large)
    assert sum(face is not None for face in found) > 0.9 * len(crops)
    assert all(face.shape == (48, 48) for face in found if face is not None)


def test_the_faces_of_photographs_become_a_data_set(sources, data, photos, cli, tmp_path):
    wall = cv2.imencode(".png", np.full((200, 300, 3), 90, np.uint8))[1].tobytes()
    files = dict(sources.files)
    for number, photo in enumerate(photos):
        png = cv2.imencode(".png", photo[..., ::-1])[1].tobytes()
        files[f"train/happy/photo{number}.png"] = png
    files |= {f"train/sad/wall{number}.png": wall for number in range(6)}
    for name, content in files.items():
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_bytes(content)
    target = tmp_path / "fer2013.npz"
    outcome = cli("prepare", "--source", tmp_path / "data", "--data", target)
    assert (outcome.status, outcome.err) == (0, "")
    walls = ", ".join(f"train/sad/wall{number}.png" for number in range(5))
    assert outcome.out.splitlines()[-2] == (
        f"faces are cut out of {len(photos) + 6} images that are not 48 x 48, "
        f"but for 6 that show none: {walls}, ..."
    )
    found = Dataset.load(target)
    assert len(found.images) == len(data.images) + len(photos)
    known = {image.tobytes() for image in data.images}
    new = [index for index, image in enumerate(found.images) if image.tobytes() not in known]
    assert {LABELS[label] for label in found.labels[new]} == {"happy"} and len(new) == len(photos)


def test_without_the_detectors_file_it_is_one_clear_line(cli, sources, tmp_path, monkeypatch):
    wall = cv2.imencode(".png", np.full((200, 300), 90, np.uint8))[1].tobytes()
    for name, content in (sources.files | {"train/sad/wall.png": wall}).items():
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_bytes(content)
    monkeypatch.setattr(crop, "TFLITE", tmp_path / "face_detection_short_range.tflite")
    target = tmp_path / "fer2013.npz"
    outcome = cli("prepare", "--source", tmp_path / "data", "--data", target)
    one_line(outcome, "face_detection_short_range.tflite", "run `npm ci` first")
    assert not target.exists()
