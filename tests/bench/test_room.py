"""The benchmark of the teacher's room, with a little of everything: every figure is there."""

import subprocess
import sys

from tests.live_server import ROOT


def test_a_short_run_has_every_figure():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "room", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1:-1] for line in done.stdout.splitlines() if "|" in line]
    figures = {name.strip(): [cell.strip() for cell in cells] for name, *cells in rows}
    for name in ("50 students", "500 students", "at full speed", "at 1/4 of it", "first paint"):
        assert all(float(cell) > 0 for cell in figures[name]), name
    assert float(figures["500 students"][0]) < 2000
