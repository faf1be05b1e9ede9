"""Our page beside two libraries: every figure is there."""

import re
import time

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

import cv2
import numpy as np
import psutil
from playwright.sync_api import sync_playwright

from bench.browser import slowed
from bench.programs import SETTINGS
from tests.bench.conftest import tables
from tests.conftest import require_chromium
from tests.training.conftest import one_line
from training.browser import chromium


def test_a_short_run_has_every_figure(browser, cli, astronaut, data_file, tmp_path):
    cv2.imwrite(str(tmp_path / "happy.jpg"), astronaut)
    cv2.imwrite(str(tmp_path / "somebody.jpg"), astronaut[:90])  # no label, so that nobody cares
    outcome = cli("browser", "--quick", "--faces", tmp_path, "--data", data_file)
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
    slower = re.findall(r"([\d.]+) times", outcome.out)  # the main thread, and a worker
    assert len(slower) == 2 and all(float(times) > 0 for times in slower)

    right = found["Right labels"]
    assert right[""] == programs
    assert list(right)[1:] == ["happy", "all"]
    assert re.fullmatch(r"([1-9]\d*) of \1", right["happy"][0])

    private = found["Right labels on PrivateTest"]
    assert list(private)[1:] == programs
    for cells in map(private.get, programs):
        right, missed, vague = (float(cell.removesuffix(" %")) for cell in cells)
        assert right + missed + vague <= 100.2


def test_a_photograph_without_a_face_is_one_clear_line(browser, cli, astronaut, tmp_path):
    cv2.imwrite(str(tmp_path / "sad.jpg"), np.full_like(astronaut, 90))
    one_line(cli("browser", "--faces", tmp_path), "no face in sad")


def test_a_damaged_photograph_is_one_clear_line(cli, tmp_path):
    (tmp_path / "sad.jpg").write_bytes(b"no picture")
    one_line(cli("browser", "--faces", tmp_path), "sad.jpg is no image")


def test_a_server_that_does_not_start_is_one_clear_line(browser, cli, tmp_path, monkeypatch):
    monkeypatch.setitem(SETTINGS, "SENSING", "smell")
    outcome = cli("browser", "--faces", tmp_path)
    one_line(outcome, "the server does not start", "SENSING must be")


def test_a_slowed_browser_stands_still_again_and_again_and_goes_on_afterwards():
    with sync_playwright() as tools:
        require_chromium(tools)
        browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        session = browser.new_browser_cdp_session()
        found = session.send("SystemInfo.getProcessInfo")["processInfo"]
        ids = {each["type"]: each["id"] for each in found}
        with slowed(browser):
            deadline = time.monotonic() + 60
            for name in ("browser", "renderer"):  # whose threads are a page's and its workers'
                process = psutil.Process(ids[name])
                for still in (True, False, True):
                    while (process.status() == psutil.STATUS_STOPPED) != still:
                        assert time.monotonic() < deadline, f"{name} is {process.status()}"
                        time.sleep(0.001)
        assert page.evaluate("1 + 1") == 2
        browser.close()
