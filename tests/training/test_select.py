"""The comparison of runs, the choice among them, and what is shipped because of it."""

import json
import re
import shutil
from dataclasses import replace

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

from tests.training.conftest import ROOT, contents, one_line
from training.browser import time_crops
from training.errors import TrainingError
from training.evaluate import evaluate
from training.run import BEST_WEIGHTS, Config, read_history
from training.selection import MAX_BYTES, MAX_MILLISECONDS, PAGES, Candidate, Selection
from training.tfjs import SHIPPED

GOOD = Candidate(
    run="good",
    model="compact",
    epochs=9,
    planned=9,
    public_people=0.86,
    private_people=0.87,
    share_error=0.09,
    calibration_error=0.02,
    accuracy=0.69,
    macro_f1=0.66,
    macro_auc=0.92,
    params=678_967,
    bytes=924_688,
    milliseconds=4.0,
    hours=1.25,
    machine="a laptop",
    command="python -m training train --run good",
)


@pytest.fixture(scope="module")
def evaluated(data, trained, trained_cnn, tmp_path_factory):
    """A folder with two evaluated runs, the better and the worse. Tests must not change it."""
    runs = tmp_path_factory.mktemp("evaluated")
    for name, each in (("better", trained_cnn), ("worse", trained)):
        shutil.copytree(each.run, runs / name)
        evaluate(runs / name, data)
    right = figures(runs / "worse")["PublicTest"]["people"] | {"accuracy": 0.31}
    changed("PublicTest", "people", right)(runs / "worse")  # however well it did
    return runs


@pytest.fixture
def runs(evaluated, data, tmp_path):
    """The same, to change, with an earlier selection."""
    folder = tmp_path / "runs"
    shutil.copytree(evaluated, folder)
    Selection.of([GOOD], {}, data).save(folder)
    return folder


def figures(run):
    return json.loads((run / "evaluation" / "figures.json").read_text())


def test_runs_are_compared_and_the_best_on_public_test_is_shipped(
    browser, unhurried, cli, data_file, runs, tmp_path
):
    (runs / "begun").mkdir()
    shutil.copy(runs / "worse" / "config.json", runs / "begun")
    shutil.copytree(runs / "worse", runs / "damaged")
    (runs / "damaged" / "evaluation" / "figures.json").write_text('{"PublicTest": ')
    (runs / ".new-1").mkdir()  # as a process that was killed leaves behind
    for name, value in (("accuracy", 0.21), ("macro_f1", 0.22), ("macro_auc", 0.53)):
        changed("PrivateTest", name, value)(runs / "worse")  # other than on PublicTest
    outcome = cli("select", "--runs", runs, "--data", data_file)
    assert (outcome.status, outcome.err) == (0, "")

    selection = json.loads((runs / "selection.json").read_text())
    found = selection["candidates"]
    assert selection["run"] == "better" and list(found) == ["better", "worse"]
    for name, each in found.items():
        measured, history = figures(runs / name), read_history(runs / name)
        private = measured["PrivateTest"]
        exported = tmp_path / name
        assert cli("export", "--run", runs / name, "--to", exported).status == 0
        metadata = json.loads((exported / "metadata.json").read_text())
        assert each["milliseconds"] > 0
        assert each == {
            "run": name,
            "model": {"better": "cnn", "worse": "compact"}[name],
            "epochs": len(history),
            "planned": len(history),
            "public_people": measured["PublicTest"]["people"]["accuracy"],
            "private_people": private["people"]["accuracy"],
            "share_error": private["people"]["classes"]["60 % neutral"]["share_error"],
            "calibration_error": private["calibration"]["after"]["error"],
            "accuracy": private["accuracy"],
            "macro_f1": private["macro_f1"],
            "macro_auc": private["macro_auc"],
            "params": metadata["params"],
            "bytes": pytest.approx(metadata["bytes"], abs=50),  # floats as text vary in length
            "milliseconds": each["milliseconds"],
            "hours": pytest.approx(sum(float(row["seconds"]) for row in history) / 3600),
            "machine": history[0]["machine"],
            "command": Config.load(runs / name).command(runs / name),
        }
        assert f"{metadata['params']:,} | " in outcome.out
    assert not (runs / ".new-1").exists()
    assert found["better"]["public_people"] > found["worse"]["public_people"]

    assert set(selection["left_out"]) == {"begun", "damaged"}
    for name, reason in (("begun", "no evaluation"), ("damaged", "figures.json cannot be read")):
        assert reason in selection["left_out"][name]
        (line,) = (
            line for line in outcome.out.splitlines() if line.startswith(f"Left out: {name}")
        )
        assert reason in line
    table = [line for line in outcome.out.splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0] for line in table] == ["| run", "| ---", "| better", "| worse"]
    words = (runs / "models.md").read_text()
    assert all(line in words for line in table) and "Selected: better" in words
    assert f"| `{found['worse']['command']}` |" in words

    shipped = tmp_path / "shipped"
    assert cli("export", "--runs", runs, "--to", shipped).status == 0
    assert contents_by_name(shipped) == contents_by_name(tmp_path / "better")


def contents_by_name(folder):
    """The weights are the same each time; the graph differs in how its parts are compressed."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".bin"}


def test_the_documented_comparison_is_as_select_writes_it():
    documented = Selection.load(ROOT / "docs" / "selection.json")
    assert documented.markdown() == (ROOT / "docs" / "models.md").read_text()
    assert documented.run == "compact"


def test_a_comparison_can_be_read_again(data, tmp_path):
    selection = Selection.of([GOOD], {"bad": "it is empty"}, data)
    selection.save(tmp_path)
    assert Selection.load(tmp_path / "selection.json") == selection


def test_the_page_needs_no_other_file(data, tmp_path):
    Selection.of([GOOD], {"bad": "it is <empty>"}, data).save(tmp_path)
    page = (tmp_path / "models.html").read_text()
    assert "<td>86.0 %</td>" in page and "<td>924,688</td>" in page and "<td>a laptop</td>" in page
    assert "Left out: bad: it is &lt;empty&gt;." in page
    assert all(image.startswith("data:") for image in re.findall(r'src="([^"]*)"', page))
    assert 'src="data:image/png;base64,' in page and not re.findall("https?:|<script|<link", page)


def test_public_test_chooses_whatever_private_test_says(data):
    other = replace(GOOD, run="other", public_people=0.859, private_people=0.9, accuracy=0.9)
    selection = Selection.of([other, GOOD], {}, data)
    assert selection.run == "good"
    assert [each.run for each in selection.candidates] == ["good", "other"]


def test_among_equals_the_smaller_is_chosen(data):
    smaller = replace(GOOD, run="smaller", bytes=GOOD.bytes - 1, milliseconds=9)
    assert Selection.of([GOOD, smaller], {}, data).run == "smaller"


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({"bytes": MAX_BYTES + 1}, "too large"),
        ({"milliseconds": MAX_MILLISECONDS + 0.01}, "too slow"),
        ({"bytes": 47_000_000, "milliseconds": 60.0}, "too large, too slow"),
    ],
)
def test_what_a_browser_cannot_carry_is_marked_and_not_chosen(change, mark, data):
    better = replace(GOOD, run="better", public_people=0.9, **change)
    selection = Selection.of([GOOD, better], {}, data)
    assert selection.run == "good"
    rows = [line.split(" | ") for line in selection.table().splitlines()[2:]]
    assert [(row[0], row[2]) for row in rows] == [("| better", mark), ("| good", "selected")]
    with pytest.raises(TrainingError, match=f"no run fits .* {change.get('bytes', 924_688):,} byt"):
        Selection.of([better], {}, data)


def test_what_is_just_within_the_budget_fits(data):
    edge = replace(GOOD, run="edge", bytes=MAX_BYTES, milliseconds=MAX_MILLISECONDS)
    assert edge.excess == ""
    assert Selection.of([edge], {}, data).run == "edge"


def test_a_run_that_was_interrupted_says_of_how_many_epochs(data):
    interrupted = replace(GOOD, epochs=1, planned=2)
    assert "| selected | 1 of 2 |" in Selection.of([interrupted], {}, data).table()


def test_figures_that_are_not_known_are_dashes(data):
    unknown = replace(GOOD, share_error=None, macro_auc=None, hours=None, machine=None)
    row = Selection.of([unknown], {}, data).table().splitlines()[-1]
    cells = row.removesuffix(" |").split(" | ")
    assert [cells[at] for at in (6, 10, 14)] == ["-"] * 3


def without(name):
    def damage(run):
        (run / name).unlink()

    return damage


def written(name, text):
    def damage(run):
        (run / name).write_text(text)

    return damage


def changed(split, name, value):
    def damage(run):
        before = figures(run)
        before[split][name] = value
        (run / "evaluation" / "figures.json").write_text(json.dumps(before))

    return damage


def without_fingerprint(run):
    before = figures(run)
    del before["data_sha256"]
    (run / "evaluation" / "figures.json").write_text(json.dumps(before))


def weights_changed(run):
    (run / BEST_WEIGHTS).write_bytes((run / BEST_WEIGHTS).read_bytes()[:-1])


DAMAGES = {
    "no settings": (without("config.json"), "not a training run"),
    "no evaluation": (without("evaluation/figures.json"), "no evaluation: `python -m training eva"),
    "figures cut off": (written("evaluation/figures.json", '{"model"'), "json cannot be read"),
    "figures of nothing": (written("evaluation/figures.json", "{}"), "json cannot be read"),
    "figures that are a list": (written("evaluation/figures.json", "[]"), "json cannot be read"),
    "a share that is a word": (changed("PrivateTest", "macro_f1", "good"), "json cannot be read"),
    "nothing of people": (changed("PublicTest", "people", None), "json cannot be read"),
    "no calibration": (changed("PrivateTest", "calibration", None), "json cannot be read"),
    "history of words": (written("history.csv", "hello\nthere\n"), "history.csv cannot be read"),
    "figures of before": (
        without_fingerprint,
        "an earlier version evaluated it: evaluate it again",
    ),
    "no weights": (without(BEST_WEIGHTS), f"{BEST_WEIGHTS} cannot be read"),
    "other weights": (weights_changed, "its weights have changed since its evaluation"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_without_a_usable_run_there_is_one_clear_line_and_nothing_changes(
    damage, cli, data_file, runs
):
    shutil.rmtree(runs / "worse")
    spoil, message = DAMAGES[damage]
    spoil(runs / "better")
    before = contents(runs)
    outcome = cli("select", "--runs", runs, "--data", data_file)
    one_line(outcome, f"{runs} has no run to select from", "better: ", message)
    assert contents(runs) == before


def test_an_evaluation_on_other_images_does_not_count(cli, data, runs):
    other = replace(data, images=255 - data.images)  # as many of each label
    other.save(runs / "other.npz")
    outcome = cli("select", "--runs", runs, "--data", runs / "other.npz")
    one_line(outcome, "it was evaluated on another data set: evaluate it again")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda runs: None, "is no folder of runs"),
        (lambda runs: runs.write_text("runs"), "is no folder of runs"),
        (lambda runs: runs.mkdir(), "has no run to select from (it is empty)"),
    ],
)
def test_where_there_are_no_runs_there_is_one_clear_line(make, message, cli, data_file, tmp_path):
    make(tmp_path / "runs")
    outcome = cli("select", "--runs", tmp_path / "runs", "--data", data_file)
    one_line(outcome, f"{tmp_path / 'runs'} {message}")


def test_a_full_disk_is_one_clear_line_and_changes_nothing(cli, data_file, runs, small_disk):
    before = contents(runs)
    with small_disk(100_000):
        outcome = cli("select", "--runs", runs, "--data", data_file)
    one_line(outcome, "cannot write", "File too large", out="exporting better\n")
    assert contents(runs) == before


@pytest.mark.parametrize("size", [500, 3_000])
def test_a_disk_that_is_full_at_the_end_changes_none_of_the_files(size, data, runs, small_disk):
    before = contents(runs)
    with small_disk(size), pytest.raises(TrainingError, match=r"cannot write .*File too large"):
        Selection.of([replace(GOOD, run="new")], {}, data).save(runs)
    assert contents(runs) == before
    assert [path for path in runs.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_folder_in_the_way_is_one_clear_line_and_changes_nothing(name, cli, data_file, runs):
    (runs / name).unlink()
    (runs / name).mkdir()
    (runs / name / "notes.txt").write_text("mine")
    before = contents(runs)
    one_line(cli("select", "--runs", runs, "--data", data_file), f"{runs / name} is a folder")
    assert contents(runs) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "selection.json does not exist: run `python -m training select` first"),
        ('{"run":', "selection.json cannot be read"),
        ("[]", "selection.json cannot be read"),
        ('{"run": 7}', "selection.json cannot be read"),
        ('{"run": "gone"}', "gone is not a training run"),
    ],
)
def test_without_a_selection_export_wants_a_run(text, message, cli, tmp_path):
    if text is not None:
        (tmp_path / "selection.json").write_text(text)
    outcome = cli("export", "--runs", tmp_path, "--to", tmp_path / "emotion")
    one_line(outcome, message)
    assert not (tmp_path / "emotion").exists()


def test_every_model_is_timed_at_every_crop(browser, data, tmp_path):
    copy = shutil.copytree(SHIPPED, tmp_path / "emotion")
    times = time_crops([SHIPPED, copy], data.images[:15])
    assert times.shape == (2, 15) and times.min() >= 0 and times.max(axis=1).min() > 0
    (copy / "metadata.json").unlink()
    for place, folders in enumerate([[copy, SHIPPED], [SHIPPED, copy]]):
        with pytest.raises(TrainingError, match=rf"Chromium: .*models/{place}/.*metadata\.json"):
            time_crops(folders, data.images[:15])
