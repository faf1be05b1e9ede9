"""Which run the students' browsers get: the best on PublicTest of those that they can carry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from training import plots
from training.dataset import Dataset
from training.errors import TrainingError
from training.files import new_file
from training.page import Page, markdown_table
from training.people import usual_mix

# Each student's browser downloads the model when a class begins, thirty at a time over one school's
# network or over a phone's: a second or two at 5 Mbit/s.
MAX_BYTES = 1_000_000
# A look comes each half second, and there is a detector to run besides. Cheap laptops and phones
# are five to ten times as slow as a machine that trains models: 10 ms become 100 there.
MAX_MILLISECONDS = 10.0

SELECTION = "selection.json"
PAGES = ("models.md", "models.html", SELECTION)
TITLE = "The models compared"
COLUMNS = (
    *("run", "model", "for the browser", "epochs", "PublicTest", "PrivateTest", "share error"),
    *("ECE", "label", "macro F1", "AUC", "parameters", "bytes", "ms a crop", "hours"),
)


@dataclass(frozen=True)
class Candidate:
    """A run with its figures: shares 0..1; None where one is not known."""

    run: str  # the name of its folder
    model: str
    epochs: int  # that it ran
    planned: int  # epochs that it was to run
    public_people: float  # right by what people say, or by the label; this one chooses
    private_people: float
    share_error: float | None  # of a class of the usual mix; all that follow on PrivateTest
    calibration_error: float  # ECE by what people say, at the temperature
    accuracy: float  # by the head for the label, as the next two
    macro_f1: float
    macro_auc: float | None
    params: int
    bytes: int  # to download
    milliseconds: float  # a crop by itself, the median, in Chromium
    hours: float | None  # of training, without those of a run that it began with
    machine: str | None  # where
    command: str  # that makes such a run

    @property
    def duration(self) -> str:
        """The epochs, and of how many where it was not all."""
        of = f" of {self.planned}" if self.epochs < self.planned else ""
        return f"{self.epochs}{of}"

    @property
    def excess(self) -> str:
        """What is too much about it for a browser; empty if it fits."""
        large, slow = self.bytes > MAX_BYTES, self.milliseconds > MAX_MILLISECONDS
        return ", ".join(["too large"] * large + ["too slow"] * slow)


@dataclass(frozen=True)
class Selection:
    """All candidates, best first; which of them is chosen; and why other folders are none."""

    candidates: Sequence[Candidate]
    run: str
    left_out: dict[str, str]
    data: str  # the name of the data set that all were measured on
    judge: str  # what says there whether an answer is right
    mix: str  # of the classes whose share error is given

    @staticmethod
    def of(candidates: Sequence[Candidate], left_out: dict[str, str], data: Dataset) -> Selection:
        """Choose by what is right on PublicTest, among equals the smaller.

        Raises TrainingError if none fits a browser.
        """
        ranked = sorted(candidates, key=lambda each: (-each.public_people, each.bytes, each.run))
        for candidate in ranked:
            if not candidate.excess:
                about = (data.name, data.judge, usual_mix(data.label_names))
                return Selection(ranked, candidate.run, left_out, *about)
        found = (f"{each.run} {each.bytes:,} bytes, {each.milliseconds:.1f} ms" for each in ranked)
        raise TrainingError(f"no run fits the browser's {_budget()}: {'; '.join(found)}")

    @staticmethod
    def load(path: Path) -> Selection:
        """What `save` wrote to a selection.json. Raises TrainingError if that cannot be read."""
        try:
            about = json.loads(path.read_text())
            candidates = [Candidate(**each) for each in about["candidates"].values()]
            return Selection(**about | {"candidates": candidates})
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TrainingError(f"{path} cannot be read: {error!r}") from error

    def table(self) -> str:
        """The candidates, in Markdown."""
        return markdown_table(COLUMNS, self._rows())

    def verdict(self) -> list[str]:
        """What is chosen, and what is left out, as lines."""
        return [
            f"Selected: {self.run}, the best on PublicTest that fits the browser's {_budget()}.",
            *(f"Left out: {name}: {reason}." for name, reason in self.left_out.items()),
        ]

    def save(self, runs: Path) -> None:
        """Write models.md, models.html and selection.json into the folder of the runs.

        Raises TrainingError, and leaves all three as they were, if one cannot be written.
        """
        about = asdict(self) | {"candidates": {each.run: asdict(each) for each in self.candidates}}
        texts = (self.markdown(), self._page().html(), json.dumps(about, indent=2) + "\n")
        with ExitStack() as files:
            for name, text in zip(PAGES, texts, strict=True):
                files.enter_context(new_file(runs / name)).write_text(text)

    def markdown(self) -> str:
        """The whole comparison: the text of models.md."""
        parts = [
            f"# {TITLE}\n",
            f"{self._explanation()}\n",
            self.table(),
            *(f"{line}\n" for line in self.verdict()),
            markdown_table(("run", "command", "trained on"), self._origins(code="`")),
        ]
        return "\n".join(parts)

    def _page(self) -> Page:
        page = Page(TITLE, self._explanation())
        page.table(COLUMNS, self._rows())
        page.heading("The choice", " ".join(self.verdict()))
        page.plot(
            "models",
            plots.comparison(
                [each.run for each in self.candidates],
                {
                    "PublicTest": [each.public_people for each in self.candidates],
                    "PrivateTest": [each.private_people for each in self.candidates],
                },
                [each.milliseconds for each in self.candidates],
                MAX_MILLISECONDS,
            ),
            f"Right by {self.judge} on both test splits, and how long a crop takes.",
        )
        page.heading("How and where they were trained")
        page.table(("run", "command", "trained on"), self._origins(), prose=True)
        return page

    def _explanation(self) -> str:
        return (
            f"These runs learnt {self.data}. What is right on PublicTest, by "
            f"{self.judge}, chooses, within what a browser can carry. The share error (of "
            f"classes of 20, {self.mix}), ECE (after temperature scaling) "
            "and, of the head for the label, accuracy, macro F1 and AUC (the mean of one label "
            "against the rest) are on PrivateTest. A crop is timed by itself, as the page "
            "classifies it, in Chromium; the median is given. Hours are the run's own, without "
            "those of a run that it began with."
        )

    def _rows(self) -> list[list[str]]:
        return [
            [
                each.run,
                each.model,
                "selected" if each.run == self.run else each.excess or "fits",
                each.duration,
                f"{100 * each.public_people:.1f} %",
                f"{100 * each.private_people:.1f} %",
                "-" if each.share_error is None else f"{each.share_error:.3f}",
                f"{each.calibration_error:.3f}",
                f"{100 * each.accuracy:.1f} %",
                f"{each.macro_f1:.3f}",
                "-" if each.macro_auc is None else f"{each.macro_auc:.3f}",
                f"{each.params:,}",
                f"{each.bytes:,}",
                f"{each.milliseconds:.1f}",
                "-" if each.hours is None else f"{each.hours:.1f}",
            ]
            for each in self.candidates
        ]

    def _origins(self, code: str = "") -> list[list[str]]:
        return [
            [each.run, f"{code}{each.command}{code}", each.machine or "-"]
            for each in self.candidates
        ]


def selected(runs: Path) -> Path:
    """The run that `select` chose. Raises TrainingError if it has chosen none yet."""
    path = runs / SELECTION
    if not path.exists():
        raise TrainingError(
            f"{path} does not exist: run `python -m training select` first, or name a run"
        )
    try:  # no more of it, which another version may have written otherwise
        return runs / json.loads(path.read_text())["run"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"{path} cannot be read: {error!r}") from error


def _budget() -> str:
    return f"budget of {MAX_BYTES:,} bytes and {MAX_MILLISECONDS:g} ms a crop"
