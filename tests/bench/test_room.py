"""The benchmark of the teacher's room, with a little of everything: every figure is there."""


def test_a_short_run_has_every_figure(cli):
    done = cli("room", "--quick")
    assert done.status == 0, done.err
    rows = [line.split("|")[1:-1] for line in done.out.splitlines() if "|" in line]
    figures = {name.strip(): [cell.strip() for cell in cells] for name, *cells in rows}
    for name in ("50 students", "500 students", "at full speed", "at 1/4 of it", "first paint"):
        assert all(float(cell) > 0 for cell in figures[name]), name
    assert float(figures["500 students"][0]) < 2000
