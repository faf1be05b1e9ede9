"""How a class looks to people, and what the room shows of it: faces of FER-2013's PrivateTest."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from playwright.sync_api import expect

from server.domain.view import STEPS
from tests.live_server import ROOT
from training.dataset import LABELS, UInt8Array
from training.people import CLASS_SIZE, mixes_of, said
from training.prepare import prepare

DATA = ROOT.parent / "shared" / "data"  # the real FER-2013, where somebody has put it
MIXES = mixes_of(LABELS)
CLASSES = 40
GROUP = 5  # students who are counted together, so that no one of them can be told
# Of a share error that is the mean of so many classes.
MOST = {"as in the data": 0.12, "60 % neutral": 0.13, "even": 0.19}

NAME = """async () => {
  const { fetchModels, Vision } = await import("/static/dist/vision.js");
  const vision = await Vision.load(fetchModels("/static/model"));
  const { width, height, labels, sure } = vision.metadata;
  const crops = new Uint8Array(await (await fetch("/crops.bin")).arrayBuffer());
  const named = [];
  for (let from = 0; from < crops.length; from += width * height) {
    const crop = Float32Array.from(crops.subarray(from, from + width * height));
    const probabilities = await vision.classify(crop);
    const most = Math.max(...probabilities);
    named.push(most < sure ? null : labels[probabilities.indexOf(most)]);
  }
  vision.close();
  return named;
}"""


class Faces(NamedTuple):
    images: UInt8Array
    said: list[str]  # by most of the people who were asked


@pytest.fixture(scope="module")
def faces():
    """Those of PrivateTest of which people say one of the labels."""
    if not DATA.exists():
        pytest.skip(f"the real FER-2013 is not in {DATA}")
    private = prepare(DATA / "fer2013.zip", DATA / "ferplus_votes.csv")[0].split("PrivateTest")
    labels = said(private.labels, private.votes)
    return Faces(private.images[labels >= 0], [LABELS[each] for each in labels[labels >= 0]])


def draw(faces, mix):
    """Indices of the faces of classes in which labels are as common as the mix says."""
    rng = np.random.default_rng(7)
    if mix is None:
        return rng.choice(len(faces.said), (CLASSES, CLASS_SIZE))
    where = [np.flatnonzero(np.array(faces.said) == label) for label in LABELS]
    labels = rng.choice(len(LABELS), (CLASSES, CLASS_SIZE), p=mix)
    return np.array([[rng.choice(where[label]) for label in row] for row in labels])


def shares(labels):
    """By label, among the students of a class whose faces are named."""
    named = [label for label in labels if label]
    return {label: named.count(label) / len(named) for label in LABELS}


def distance(one, other):
    """Total variation."""
    return sum(abs(one[each] - other[each]) for each in one) / 2


def as_shown(labels):
    """Percent of each label and of "other", as a room shows them: a label that one has is other."""
    counts = Counter(labels)
    shown = {label: counts[label] if counts[label] > 1 else 0 for label in LABELS}
    shown["other"] = len(labels) - sum(shown.values())
    return {label: 100 * count / len(labels) for label, count in shown.items()}


@pytest.mark.parametrize("mix", MIXES)
def test_the_room_shows_nearly_what_people_say_of_a_class(
    faces, server, browser, join, teach, troubles, mix
):
    classes = draw(faces, MIXES[mix])
    page = browser.new_context(bypass_csp=True).new_page()
    crops = faces.images[classes.ravel()].tobytes()
    page.route("**/crops.bin", lambda route: route.fulfill(body=crops))
    page.goto(server.url)
    named = np.array(page.evaluate(NAME), object).reshape(classes.shape)
    people = np.array(faces.said, object)[classes]
    pairs = zip(named, people, strict=True)
    errors = [distance(shares(one), shares(other)) for one, other in pairs]
    assert np.mean(errors) < MOST[mix]

    # One of the classes, in a room.
    opened = server.open_class()
    teacher, labels = teach(server, opened), [label for label in named[0] if label]
    labels = labels[: len(labels) // GROUP * GROUP]  # the others wait to be counted
    for number, label in enumerate(labels, 1):
        join(server, opened["code"], label)
        if number % GROUP == 0:
            teacher.wait_for("view", lambda view, seen=number: view["seen"] == seen)
    room = troubles.watch(browser.new_context().new_page())
    room.goto(opened["room_url"])
    expect(room.locator("#seen")).to_have_text(str(len(labels)))
    shown = {
        row.get_attribute("data-name"): float(row.locator(".value").text_content().rstrip(" %"))
        for row in room.locator("#shares li").all()
    }
    assert shown == pytest.approx(as_shown(labels), abs=100 / STEPS)
    assert troubles == []
