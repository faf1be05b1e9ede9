"""From a folder of faces with labels of one's own to a class, by the commands of the page on it."""

import json
import re
import shlex
from html import unescape

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np
from playwright.sync_api import expect, sync_playwright

from tests.documents import commands
from tests.e2e.conftest import Webcam, launch, smiling
from tests.live_server import ROOT
from training import selection
from training.__main__ import main
from training.browser import classify
from training.dataset import NO_LABELS, Dataset
from training.metrics import by_head
from training.run import Config, load_classifier

PAGE = "docs/own-data.md"
STEP = "python -m training "
FIVE = ("happy", "bored", "half asleep", "à l'aise", "ज़रूर")
SHORT = ("--epochs", "5", "--batch", "8")  # of an option that is given twice the last one counts
ROUNDING = 0.04  # of a probability: see test_export
# No font has the signs of all languages.
pytestmark = pytest.mark.filterwarnings("ignore:Glyph:UserWarning")


@pytest.fixture(scope="module")
def folder(browser, data, tmp_path_factory):
    """Where somebody with a folder of faces, some 30 a label, has run all that the page tells."""
    folder = tmp_path_factory.mktemp("own")
    for number, label in enumerate(FIVE):
        (folder / "faces" / label).mkdir(parents=True)
        for at, face in enumerate(data.images[data.labels == number]):
            cv2.imwrite(str(folder / "faces" / label / f"{at}.png"), face)
    (folder / "training").symlink_to(ROOT / "training")  # with the weights that it begins with
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(selection, "MAX_MILLISECONDS", 60_000)  # the machine may be busy
        for document, command in commands():
            if document == PAGE and command.startswith(STEP):
                step, *arguments = shlex.split(command.removeprefix(STEP))
                assert main([step, *arguments, *(SHORT if step == "train" else ())]) == 0, command
    return folder


def words(page):
    """What a page says, without its pictures."""
    return unescape(re.sub(r'src="[^"]*"', "", page.read_text()))


def test_the_commands_of_the_page_lead_to_a_model_of_these_labels(folder):
    config = Config.load(folder / "runs/own")
    assert (config.labels, config.data) == (FIVE, "faces")
    emotion = folder / "runs/own/emotion"
    metadata = json.loads((emotion / "metadata.json").read_text())
    assert metadata["data"] == "faces" and metadata["trained_on"] == "faces, Training"
    assert metadata["labels"] == list(FIVE)
    assert metadata["choices"] == [*FIVE, *NO_LABELS] and len(metadata["weights"]) == 8
    assert metadata["valence"] == {label: int(label == "happy") for label in FIVE}
    assert metadata["accuracy"]["PrivateTest"].keys() == {"people", "label", "share_error"}
    assert metadata["accuracy"]["PrivateTest"]["share_error"].keys() == {"as in the data", "even"}

    faces = Dataset.load(folder / "data/own.npz")
    inputs = faces.images[..., None].astype(np.float32)
    expected = load_classifier(folder / "runs/own").predict(inputs, verbose=0)
    given = classify(faces.images, emotion)
    assert given.shape == (len(faces.images), 13)
    assert np.abs(given - expected).max() < ROUNDING
    for head in by_head(given).values():
        assert np.mean(head.argmax(axis=1) == faces.labels) > 0.4  # chance is 0.2


def test_the_pages_about_it_have_its_name_and_labels_and_nothing_of_fer2013(folder):
    exploration = words(folder / "data/exploration/index.html")
    evaluation = words(folder / "runs/own/evaluation/index.html")
    models = words(folder / "runs/models.html")
    for text in (exploration, evaluation, models):
        assert "faces" in text and "FER" not in text and "people say" not in text
    assert all(label in text for label in FIVE for text in (exploration, evaluation))


def test_a_student_and_the_room_see_these_labels(folder, start_server, join, teach, tmp_path):
    (model,) = re.findall(r"^MODEL=(\S+) make run$", (ROOT / PAGE).read_text(), re.MULTILINE)
    metadata = folder / model / "metadata.json"
    # Whatever the weights came out as on this machine: it names a label.
    metadata.write_text(json.dumps(json.loads(metadata.read_text()) | {"sure": 0.0}))
    server = start_server(MODEL=str(folder / model), MIN_STUDENTS="3")
    opened = server.open_class()
    teacher = teach(server, opened)
    for _ in range(3):
        join(server, opened["code"], "à l'aise")
    teacher.wait_for("view", lambda view: view["shares"])
    webcam = Webcam(tmp_path)
    webcam.show(smiling())
    with sync_playwright() as tools, launch(tools, *webcam.options) as chromium:
        student = chromium.new_context(permissions=["camera"]).new_page()
        student.goto(opened["join_url"])
        student.get_by_role("button", name="Join with my camera").click()
        one_of_five = re.compile(f"Your face looks ({'|'.join(FIVE)})")
        expect(student.locator("#looks")).to_have_text(one_of_five, timeout=30_000)
        room = chromium.new_page()
        room.goto(opened["room_url"])
        rows = room.locator("#shares li")
        expect(rows.filter(has_text="à l'aise").locator(".value")).to_have_text("100 %")
        shown = rows.evaluate_all("rows => rows.map((row) => row.dataset.name)")
        assert set(FIVE) <= set(shown) and "angry" not in shown
