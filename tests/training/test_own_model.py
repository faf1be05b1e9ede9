"""A class with a model of somebody's own labels, from the student's camera to the report."""

import csv
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

from playwright.sync_api import expect, sync_playwright

from tests.e2e.conftest import Troubles, Webcam, end_class, labels_of, launch, smiling
from tests.own_model import LONG, describe

SHOWN = ["neutral", "confused", "à l'aise", "bored", LONG, "other"]  # in the order of pages
AND_SAD = [SHOWN[0], "sad", *SHOWN[1:]]


@pytest.fixture(scope="module")
def own_model(tmp_path_factory):
    """A model to which each face looks at ease; of operations that the shipped one has, too."""
    import keras

    from training.tfjs import export_graph_model

    metadata = describe()
    face = keras.Input((48, 48, 1))
    levels = keras.layers.GlobalAveragePooling2D()(face)
    at_ease = np.array([8.0 * (label == "à l'aise") for label in metadata["choices"]])
    dense = keras.layers.Dense(len(at_ease))
    model = keras.Model(face, keras.layers.Softmax()(dense(levels)))
    dense.set_weights([np.zeros((1, len(at_ease))), at_ease])
    folder = tmp_path_factory.mktemp("model") / "emotion"
    export_graph_model(model, folder, metadata)
    return folder


@pytest.fixture
def chromium(browser, tmp_path):
    """Chromium with a webcam that shows a face."""
    webcam = Webcam(tmp_path)
    webcam.show(smiling())
    with sync_playwright() as tools, launch(tools, *webcam.options) as opened:
        yield opened


def test_a_class_works_with_the_labels_of_its_model(own_model, start_server, chromium, join, teach):
    troubles = Troubles()
    server = start_server(MODEL=str(own_model))
    opened = server.open_class()
    room = troubles.watch(chromium.new_context().new_page())
    room.goto(opened["room_url"])
    student = troubles.watch(chromium.new_context(permissions=["camera"]).new_page())
    sent = labels_of(student)
    student.goto(opened["join_url"])
    student.locator("#join-camera").click()
    expect(student.locator("#looks")).to_have_text("Your face looks à l'aise")
    for looks in ("à l'aise", "bored", "bored", "bored"):
        join(server, opened["code"], looks)
    expect(room.locator("#looks .name")).to_have_text(
        ["à l'aise", "neutral", LONG, "unhappy", "other"]
    )
    expect(room.locator("#looks [data-name=unhappy]")).to_contain_text("60 %")
    expect(room.locator("#headline")).to_have_text("Many look unhappy")
    expect(room.locator("#shares .name")).to_have_text(SHOWN)
    room.get_by_role("button", name="Each expression").click()
    lines = room.locator("[data-chart=expressions] [data-line]")
    expect(lines).to_have_text(SHOWN)
    strokes = {line.locator("path").get_attribute("stroke") for line in lines.all()}
    assert len(strokes) == len(SHOWN)
    assert set(sent) == {"à l'aise"}
    # What another process reads, with another model, comes in between; what was chosen stays.
    room.locator("[data-chart=expressions]").get_by_role("button", name="confused").click()
    for _ in range(5):
        join(server, opened["code"], "sad")
    expect(room.locator("#shares .name")).to_have_text(AND_SAD)
    expect(lines).to_have_text(AND_SAD)
    expect(room.locator("[data-chart=expressions]")).to_be_visible()
    pressed = room.locator("[data-chart=expressions] [aria-pressed=false]")
    expect(pressed).to_have_text(["confused"])
    teacher = teach(server, opened)
    teacher.wait_for("point", lambda point: "sad" in (point["shares"] or {}))
    end_class(room)
    expect(room.locator("#looks .name")).to_have_text(["à l'aise", "neutral", LONG, "unhappy"])
    with room.expect_download() as download:
        room.locator("#csv").click()
    table = csv.reader(StringIO(Path(download.value.path()).read_text("utf-8-sig")))
    assert next(table)[3:11] == [*AND_SAD, "balance"]
    assert troubles == []
