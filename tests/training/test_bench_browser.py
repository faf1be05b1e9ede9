"""Our page beside two libraries: every figure is there, and the webcam shows what it should."""

import re

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np

from tests.training.conftest import one_line
from tests.training.test_bench_model import tables
from training.webcam import HEIGHT, WIDTH, portraits

# The middle and the width of the astronaut's face in her photograph, brow to chin.
FACE = (225, 125, 95)


@pytest.fixture
def astronaut(photos):
    return np.ascontiguousarray(photos[0][..., ::-1])


def test_a_short_run_has_every_figure(browser, cli, astronaut, data_file, tmp_path):
    cv2.imwrite(str(tmp_path / "happy.jpg"), astronaut)
    cv2.imwrite(str(tmp_path / "somebody.jpg"), astronaut[:90])  # no label, so that nobody cares
    outcome = cli("bench-browser", "--quick", "--faces", tmp_path, "--data", data_file)
    assert (outcome.status, outcome.err) == (0, "")
    found = tables(outcome.out)

    programs = ["classpulse", "face-api", "face-api, SSD", "human"]
    (_, columns), *rows = found["In the browser"].items()
    assert columns == [*programs, "bar"]
    assert len(rows) == 9
    for name, (*cells, bar) in rows:
        assert bar and cells[0], name
        for cell in filter(None, cells):
            assert all(float(number) > 0 for number in cell.replace(",", " ").split()), name
    cells = {name: cells for name, cells in rows}
    ours, *others = (float(cell) for cell in cells["MB until the first label"][:4])
    assert 0.5 < ours < min(others)
    before, after = cells["tensors before and after 50 looks"][0].split(", ")
    assert before == after
    slowed = [float(times) for times in re.findall(r"([\d.]+) times", outcome.out)]
    assert len(slowed) == 2 and min(slowed) > 2

    right = found["Right labels"]
    assert right[""] == [*programs, "classpulse, as sent"]
    assert list(right)[1:] == ["happy", "all"]
    assert re.fullmatch(r"([1-9]\d*) of \1", right["happy"][0])

    private = found["Right labels on PrivateTest"]
    assert list(private)[1:] == programs
    for cells in map(private.get, programs):
        right, missed, vague = (float(cell.removesuffix(" %")) for cell in cells)
        assert right + missed + vague <= 100.2


def test_a_photograph_without_a_face_is_one_clear_line(browser, cli, astronaut, tmp_path):
    cv2.imwrite(str(tmp_path / "sad.jpg"), np.full_like(astronaut, 90))
    one_line(cli("bench-browser", "--faces", tmp_path), "no face in sad")


def test_a_damaged_photograph_is_one_clear_line(cli, tmp_path):
    (tmp_path / "sad.jpg").write_bytes(b"no picture")
    one_line(cli("bench-browser", "--faces", tmp_path), "sad.jpg is no image")


def test_a_server_that_does_not_start_is_one_clear_line(browser, cli, tmp_path, monkeypatch):
    monkeypatch.setenv("SENSING", "smell")
    outcome = cli("bench-browser", "--faces", tmp_path)
    one_line(outcome, "the server does not start", "SENSING must be")


@pytest.mark.parametrize("width", [60, 170])
def test_the_webcam_shows_the_face_as_wide_as_asked(browser, astronaut, width):
    (portrait,) = portraits({"the astronaut": astronaut})
    assert np.hypot(portrait.x - FACE[0], portrait.y - FACE[1]) < 10
    assert portrait.width == pytest.approx(FACE[2], rel=0.15)
    one, other = (portrait.frame(width, seconds) for seconds in (1, 1.5))
    assert one.shape == (HEIGHT, WIDTH, 3) and not np.array_equal(one, other)
    (again,) = portraits({"the frame": one[100:, 160:480]})
    assert again.width == pytest.approx(width, rel=0.15)
    assert np.hypot(again.x - WIDTH / 4, again.y - 0.45 * HEIGHT + 100) < 0.2 * width
