"""The page about the data set, opened in Chromium, on faces whose figures are known."""

from types import SimpleNamespace

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from tests.conftest import require_chromium
from training import data_plots
from training.browser import chromium
from training.dataset import LABELS, PARTS, SPLITS, VOTES, Dataset
from training.explore import agreement, explore, places, unity

READ = """() => ({
  tables: [...document.querySelectorAll("table")].map(
    (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText))),
  words: [...document.querySelectorAll("p")].map((words) => words.innerText),
  captions: [...document.querySelectorAll("figcaption")].map((words) => words.innerText),
  widths: [...document.images].map((image) => image.naturalWidth),
})"""


def find(data, label, split, number):
    """The index of one face."""
    wanted = (data.labels == LABELS.index(label)) & (data.splits == SPLITS.index(split))
    return int(np.flatnonzero(wanted)[number])


def with_votes(votes, index, **choices):
    for name, people in choices.items():
        votes[index, VOTES.index(name)] = people


@pytest.fixture(scope="module")
def made(data):
    """The small data set with duplicates, a blank image, and votes for five faces."""
    images, votes = data.images.copy(), np.zeros((len(data.images), 10), np.uint8)
    for original, *copies in (
        [("sad", "Training", 1), ("sad", "PublicTest", 0), ("sad", "PublicTest", 1)],
        [("fear", "Training", 2), ("fear", "Training", 3), ("angry", "PrivateTest", 0)],
        [("happy", "PublicTest", 0), ("neutral", "PrivateTest", 1)],
        [("surprise", "Training", 0), ("surprise", "Training", 1)],
    ):
        for copy in copies:
            images[find(data, *copy)] = images[find(data, *original)]
    images[find(data, "disgust", "Training", 0)] = 7
    angry = [find(data, "angry", "Training", number) for number in range(4)]
    with_votes(votes, angry[0], angry=10)
    with_votes(votes, angry[1], angry=4, neutral=6)
    with_votes(votes, angry[2], angry=5, neutral=5)  # no majority
    with_votes(votes, angry[3], angry=5, neutral=4, sad=1)  # 5 of 9: one alone does not count
    with_votes(votes, find(data, "happy", "Training", 0), contempt=10)
    return Dataset(images, data.labels, data.splits, votes)


@pytest.fixture(scope="module")
def page(made, tmp_path_factory):
    """What Chromium makes of the page about `made`."""
    folder = tmp_path_factory.mktemp("page") / "exploration"
    explore(made, folder)
    with sync_playwright() as tools:
        require_chromium(tools)
        browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        tab = browser.new_page()
        errors, requests = [], []
        tab.on("console", lambda message: errors.append(message.text))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        address = (folder / "index.html").as_uri()
        tab.goto(address)
        seen = tab.evaluate(READ)
        browser.close()
    others = [url for url in requests if url != address and not url.startswith("data:")]
    return SimpleNamespace(folder=folder, errors=errors, others=others, **seen)


def table(page, corner):
    """Rows of the table whose second column has this title, without the titles."""
    (found,) = [rows[1:] for rows in page.tables if rows[0][1] == corner]
    return found


def test_the_page_needs_no_other_file_and_shows_every_picture(page):
    assert page.errors == [] and page.others == []
    pictures = list(page.folder.glob("*.png"))
    assert len(page.widths) == len(pictures) > 10 and min(page.widths) > 600
    assert all(cv2.imread(str(picture)) is not None for picture in pictures)


def test_the_page_counts_labels_and_splits(page):
    rows = [[label, str(20 + n), "3", "2"] for n, label in enumerate(LABELS)]
    assert table(page, "Training") == [*rows, ["all", "161", "21", "14"]]
    assert page.words[0].startswith("196 faces")


def test_the_page_counts_duplicates(page):
    assert table(page, "images") == [
        ["identical to another image", "10", "4"],
        ["across splits", "8", "3"],
        ["with different labels", "5", "2"],
    ]
    (words,) = [words for words in page.words if "pixel for pixel" in words]
    assert "2 of PublicTest and 1 of PrivateTest are also in Training" in words
    assert "2 of 2 pictures: the same picture with different labels." in page.captions
    assert "3 of 3 pictures: the same picture in more than one split." in page.captions


def test_a_duplicate_is_named_by_its_splits_and_labels(made):
    group = [find(made, "fear", "Training", 2), find(made, "fear", "Training", 3)]
    group.append(find(made, "angry", "PrivateTest", 0))
    assert places(made, sorted(group)) == "Training: 2 fear\nPrivateTest: angry"


def test_the_page_counts_images_that_show_nothing(page):
    assert "Images of one grey level, which show nothing: 1." in page.words


def test_the_page_tells_how_far_the_annotators_agree(page):
    assert table(page, "with votes") == [
        ["angry", "4", "50.0%", "25.0%", "25.0%", "65.0%"],
        ["happy", "1", "0.0%", "0.0%", "100.0%", "100.0%"],
    ]
    (words,) = [words for words in page.words if "looked again" in words]
    assert "at 5 of the images. For 40.0% of these" in words
    assert "chose the same for 40.0%, whichever" in words


def test_agreement_is_counted_by_label_and_majority(made):
    counted = agreement(made)
    expected = np.zeros((7, 11), int)
    expected[LABELS.index("angry"), VOTES.index("angry")] = 2
    expected[LABELS.index("angry"), VOTES.index("neutral")] = 1
    expected[LABELS.index("angry"), -1] = 1
    expected[LABELS.index("happy"), VOTES.index("contempt")] = 1
    np.testing.assert_array_equal(counted, expected)
    np.testing.assert_allclose(sorted(unity(made)), [0.5, 0.5, 0.6, 1, 1])


def test_faces_are_shown_by_label_and_evenly_spaced(page, made):
    sheet = cv2.imread(str(page.folder / "faces-neutral.png"), cv2.IMREAD_GRAYSCALE)
    assert sheet.shape == (3 * 84 + 2 * 4, 8 * 84 + 7 * 4)  # 24 of 26
    training = made.split("Training")
    faces = training.images[training.labels == LABELS.index("neutral")]
    for position, number in ((0, 0), (9, 9), (23, 24)):
        top, left = position // 8 * 88, position % 8 * 88
        large = cv2.resize(faces[number], (84, 84), interpolation=cv2.INTER_CUBIC)
        np.testing.assert_array_equal(sheet[top : top + 84, left : left + 84], large)
    assert (sheet[:, 84:88] == 255).all()


def test_the_plots_show_what_they_say(made):
    bars = data_plots.shares(made).axes[0].patches
    heights = np.reshape([bar.get_height() for bar in bars], (3, 7))
    np.testing.assert_allclose(heights, (made.counts() / [161, 21, 14]).T)

    first = made.images[made.labels == 0].astype(float)
    mean, deviation, difference = (data_plots.mean_faces(made).axes[row * 7] for row in range(3))
    np.testing.assert_allclose(mean.images[0].get_array(), first.mean(axis=0))
    np.testing.assert_allclose(deviation.images[0].get_array(), first.std(axis=0))
    expected = first.mean(axis=0) - made.images.mean(axis=0)
    np.testing.assert_allclose(difference.images[0].get_array(), expected - expected.mean())

    lines = data_plots.brightness(made).axes[0].lines
    medians = [line.get_xdata()[0] for line in lines if line.get_color() == "black"]
    levels = made.images.mean(axis=(1, 2))
    chosen = [(made.splits == s) & (made.labels == n) for s in range(3) for n in range(7)]
    np.testing.assert_allclose(medians, [np.median(levels[each]) for each in chosen])

    united, labels = np.array([1, 0.9, 0.8, 0.6, 0.5, 1, 1]), np.array([0, 0, 0, 0, 0, 3, 3])
    bars = data_plots.unity(united, labels).axes[0].patches
    widths = np.reshape([bar.get_width() for bar in bars], (4, 2))  # bands, labels
    np.testing.assert_allclose(widths.T, [[0.2, 0.4, 0.2, 0.2], [1, 0, 0, 0]])
    words = [text.get_text() for text in data_plots.matrix(agreement(made), "a" * 11).axes[0].texts]
    assert words == ["50", "25", "25", "100"]


def test_a_part_of_the_data_set_without_votes_can_be_explored(data, cli, tmp_path):
    chosen = data.split("Training").sample(24)
    parts = (getattr(chosen, part)[chosen.labels > 1] for part in PARTS)
    chosen = Dataset(*parts)
    chosen.save(tmp_path / "part.npz")
    to = tmp_path / "exploration"
    outcome = cli("explore", "--data", tmp_path / "part.npz", "--to", to)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == f"written to {to / 'index.html'}\n"
    page = (to / "index.html").read_text()
    assert "No votes: `prepare --votes`" in page
    names = {path.stem for path in to.glob("*.png")}
    shown = {f"faces-{label}" for label in LABELS[2:]}
    assert names == shown | {"labels", "mean-faces", "brightness"}


def test_an_earlier_page_is_replaced(data_file, cli, tmp_path):
    (tmp_path / "index.html").write_text("an earlier page")
    (tmp_path / "gone.png").write_text("of a plot that there is no more")
    assert cli("explore", "--data", data_file, "--to", tmp_path).status == 0
    assert "FER-2013" in (tmp_path / "index.html").read_text()
    assert not (tmp_path / "gone.png").exists()


def one_line(outcome, *parts):
    assert outcome.status == 2 and outcome.out == ""
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ") and all(part in line for part in parts)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_is_one_clear_line_and_the_earlier_page_stays(
    data_file, small_disk, cli, tmp_path
):
    to = tmp_path / "exploration"
    assert cli("explore", "--data", data_file, "--to", to).status == 0
    before = contents(tmp_path)
    with small_disk(len(before[to / "index.html"]) - 1):
        outcome = cli("explore", "--data", data_file, "--to", to)
    one_line(outcome, f"cannot write {to}", "File too large")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("path", ["file", "file/exploration", "photos"])
def test_what_is_in_the_way_is_one_clear_line_and_stays(path, data_file, cli, tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/beach.jpg").write_text("a beach")
    before = contents(tmp_path)
    outcome = cli("explore", "--data", data_file, "--to", tmp_path / path)
    one_line(outcome, str(tmp_path / path))
    assert contents(tmp_path) == before


def test_data_that_cannot_be_read_is_one_clear_line(cli, tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"not a data set")
    to = tmp_path / "exploration"
    one_line(cli("explore", "--data", tmp_path / "no.npz", "--to", to), "does not exist")
    one_line(cli("explore", "--data", tmp_path / "broken.npz", "--to", to), "broken.npz")
    assert not to.exists()
