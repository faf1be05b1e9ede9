"""What an evaluation says: its figures as lines of text, and as a page with plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from training import metrics, plots
from training.dataset import LABELS, TEST_SPLITS, Dataset, FloatArray, TestSplit
from training.figures import Agreement, Calibration, Figures, RunFigures
from training.page import Page
from training.people import MIXES

MISTAKES = 24  # how many faces the page shows


def describe(figures: Figures) -> str:
    """The figures of both splits, as text."""
    lines = []
    for split in TEST_SPLITS:
        each = figures[split]
        said, errors = each["people"], each["calibration"]
        if said and errors:
            reading = said["classes"]["60 % neutral"]
            lines.append(
                f"{split}: {said['accuracy']:.4f} right by what people say of {said['images']:,} "
                f"images, share error {_text(reading['share_error'] if reading else None)} in a "
                f"class that looks 60 % neutral, ECE {_text(errors['after']['error'])} at "
                f"temperature {figures['temperature']}"
            )
        lines += [
            f"{split}: accuracy {_text(each['accuracy'])}, macro F1 {_text(each['macro_f1'])}, "
            f"AUC {_text(each['macro_auc'])} by FER-2013's label, {each['images']:,} images; rows "
            "are true labels:",
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
) -> Page:
    """What a person opens; `faces` and their probabilities are those of PrivateTest."""
    page = Page(
        f"Evaluation of {name}",
        f"The best weights of a {figures['model']} model on the two test splits of FER-2013. "
        "PublicTest chose the epoch, the weights of the labels and the temperature; PrivateTest "
        "chose nothing. What people say is the majority of FER+'s ten annotators. The share "
        "error is how far the shares of the labels are from those in classes of 20, the "
        "pleasantness how much better (above 0) or worse such a class looks than it does.",
    )
    page.table(["", *TEST_SPLITS], _summary(figures))
    _add_split(page, "PrivateTest", figures)
    _add_mistakes(page, faces, probabilities)
    _add_split(page, "PublicTest", figures)
    if history:
        page.heading("Training")
        page.plot("training", plots.training(history), "Accuracy and loss after each epoch.")
    return page


def _summary(figures: Figures) -> list[list[str]]:
    splits = [figures[name] for name in TEST_SPLITS]
    errors = [split["calibration"] for split in splits]
    said = [split["people"] for split in splits]
    return [
        *_people(said, errors, figures["temperature"]),
        ["images", *(f"{split['images']:,}" for split in splits)],
        ["right, by FER-2013's label", *(_text(split["accuracy"]) for split in splits)],
        ["macro F1", *(_text(split["macro_f1"]) for split in splits)],
        ["macro AUC", *(_text(split["macro_auc"]) for split in splits)],
    ]


def _people(
    said: Sequence[Agreement | None], errors: Sequence[Calibration | None], temperature: float
) -> list[list[str]]:
    """How close each split comes to what people say."""

    def row(name: str, cell: Callable[[Agreement], str]) -> list[str]:
        return [name, *(cell(each) if each else "-" for each in said)]

    def error(name: str, when: Literal["before", "after"]) -> list[str]:
        return [name, *(_text(each[when]["error"]) if each else "-" for each in errors)]

    return [
        row("images of which people say one of our labels", lambda each: f"{each['images']:,}"),
        row("right, by what people say", lambda each: _text(each["accuracy"])),
        row("FER-2013's labels, by what people say", lambda each: _text(each["fer2013"])),
        *(
            row(f"share error and pleasantness of a class, {mix}", partial(_reading, mix))
            for mix in MIXES
        ),
        error("ECE as trained", "before"),
        error(f"ECE at temperature {temperature}", "after"),
    ]


def _reading(mix: str, said: Agreement) -> str:
    found = said["classes"][mix]
    return f"{found['share_error']:.4f}, {found['pleasantness']:+.4f}" if found else "-"


def _add_split(page: Page, split: TestSplit, figures: Figures) -> None:
    each = figures[split]
    page.heading(split)
    page.table(
        ["label", "precision", "recall", "F1", "AUC", "images"],
        [
            [label, *map(_text, (one["precision"], one["recall"], one["f1"], one["auc"]))]
            + [f"{one['support']:,}"]
            for label, one in each["classes"].items()
        ],
    )
    page.plot(
        f"confusion-{split}",
        plots.confusion(each["confusion"]),
        f"{split}: how many faces of each label (rows) get each guess (columns), and which share "
        "of the row that is.",
    )
    page.plot(f"roc-{split}", plots.roc(each), f"{split}: ROC of each label against the rest.")
    if each["calibration"]:
        page.plot(
            f"reliability-{split}",
            plots.reliability(each["calibration"], figures["temperature"]),
            f"{split}: how often guesses of each probability are what people say, in "
            f"{metrics.BINS} bins; below the dotted line the model is too sure of itself.",
        )


def _add_mistakes(page: Page, faces: Dataset, probabilities: FloatArray) -> None:
    worst = metrics.confident_mistakes(faces.labels, probabilities, MISTAKES)
    if not len(worst):
        return
    page.heading("Most confident mistakes")
    page.plot(
        "mistakes",
        plots.mistakes(faces.images[worst], faces.labels[worst], probabilities[worst]),
        "The faces of PrivateTest that the model is surest about and wrong: its guess with the "
        "probability, and the label.",
    )


def _text(share: float | None) -> str:
    return "-" if share is None else f"{share:.4f}"
