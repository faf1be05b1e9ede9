"""What an evaluation says: its figures as lines of text, and as a page with plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from training import metrics, plots
from training.dataset import LABELS, TEST_SPLITS, Dataset, FloatArray, TestSplit
from training.figures import Agreement, Figures, RunFigures
from training.people import MIXES
from training.report import Report

MISTAKES = 24  # how many faces the page shows


def describe(figures: Figures) -> str:
    """The figures of both splits, as text."""
    lines = []
    for split in TEST_SPLITS:
        each = figures[split]
        calibration = each["calibration"]
        lines += [
            f"{split}: accuracy {_text(each['accuracy'])}, macro F1 {_text(each['macro_f1'])}, "
            f"AUC {_text(each['macro_auc'])}, ECE {_text(calibration['before']['error'])} "
            f"({_text(calibration['after']['error'])} at temperature {figures['temperature']}), "
            f"{each['images']:,} images; rows are true labels:",
            " " * 10 + "".join(f"{label:>9}" for label in LABELS),
        ]
        lines += [
            f"{label:10}" + "".join(f"{count:9}" for count in row)
            for label, row in zip(LABELS, each["confusion"], strict=True)
        ]
    return "\n".join(lines)


def build_page(
    name: str,
    figures: RunFigures,
    faces: Dataset,
    probabilities: FloatArray,
    history: Sequence[Mapping[str, str]],
) -> Report:
    """What a person opens; `faces` and their probabilities are those of PrivateTest."""
    report = Report(
        f"Evaluation of {name}",
        f"The best weights of a {figures['model']} model on the two test splits of FER-2013. "
        "PublicTest chose the epoch and the temperature; PrivateTest chose nothing. By FER+ means: "
        "against the majority of its ten annotators, on the images where there is one. The share "
        "error is how far the shares of the labels are from those in classes of 20, the "
        "pleasantness how much better (above 0) or worse such a class looks than it does.",
    )
    report.table(["", *TEST_SPLITS], _summary(figures))
    _add_split(report, "PrivateTest", figures)
    _add_mistakes(report, faces, probabilities)
    _add_split(report, "PublicTest", figures)
    if history:
        report.heading("Training")
        report.plot("training", plots.training(history), "Accuracy and loss after each epoch.")
    return report


def _summary(figures: Figures) -> list[list[str]]:
    splits = [figures[name] for name in TEST_SPLITS]
    errors = [split["calibration"] for split in splits]
    votes = [split["ferplus"] for split in splits]
    return [
        *_people(votes),
        ["images", *(f"{split['images']:,}" for split in splits)],
        ["accuracy", *(_text(split["accuracy"]) for split in splits)],
        ["macro F1", *(_text(split["macro_f1"]) for split in splits)],
        ["macro AUC", *(_text(split["macro_auc"]) for split in splits)],
        ["ECE as trained", *(_text(error["before"]["error"]) for error in errors)],
        [
            f"ECE at temperature {figures['temperature']}",
            *(_text(error["after"]["error"]) for error in errors),
        ],
    ]


def _people(votes: Sequence[Agreement | None]) -> list[list[str]]:
    """What FER+'s annotators say, by the votes of each split."""

    def row(name: str, cell: Callable[[Agreement], str]) -> list[str]:
        return [name, *(cell(each) if each else "-" for each in votes)]

    return [
        row("images with a FER+ majority", lambda each: f"{each['images']:,}"),
        row("accuracy by FER+", lambda each: _text(each["accuracy"])),
        row("FER-2013's labels by FER+", lambda each: _text(each["fer2013"])),
        *(
            row(f"share error and pleasantness of a class, {mix}", partial(_reading, mix))
            for mix in MIXES
        ),
    ]


def _reading(mix: str, votes: Agreement) -> str:
    found = votes["classes"][mix]
    return f"{found['share_error']:.4f}, {found['pleasantness']:+.4f}" if found else "-"


def _add_split(report: Report, split: TestSplit, figures: Figures) -> None:
    each = figures[split]
    report.heading(split)
    report.table(
        ["label", "precision", "recall", "F1", "AUC", "images"],
        [
            [label, *map(_text, (one["precision"], one["recall"], one["f1"], one["auc"]))]
            + [f"{one['support']:,}"]
            for label, one in each["classes"].items()
        ],
    )
    report.plot(
        f"confusion-{split}",
        plots.confusion(each["confusion"]),
        f"{split}: how many faces of each label (rows) get each guess (columns), and which share "
        "of the row that is.",
    )
    report.plot(f"roc-{split}", plots.roc(each), f"{split}: ROC of each label against the rest.")
    report.plot(
        f"reliability-{split}",
        plots.reliability(each["calibration"], figures["temperature"]),
        f"{split}: how often guesses of each probability are right, in {metrics.BINS} bins; below "
        "the dotted line the model is too sure of itself.",
    )


def _add_mistakes(report: Report, faces: Dataset, probabilities: FloatArray) -> None:
    worst = metrics.confident_mistakes(faces.labels, probabilities, MISTAKES)
    if not len(worst):
        return
    report.heading("Most confident mistakes")
    report.plot(
        "mistakes",
        plots.mistakes(faces.images[worst], faces.labels[worst], probabilities[worst]),
        "The faces of PrivateTest that the model is surest about and wrong: its guess with the "
        "probability, and the label.",
    )


def _text(share: float | None) -> str:
    return "-" if share is None else f"{share:.4f}"
