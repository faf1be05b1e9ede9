"""What an evaluation says: its figures as lines of text, and as a page with plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from training import metrics, plots
from training.dataset import TEST_SPLITS, Dataset, FloatArray, TestSplit
from training.figures import Agreement, Figures, RunFigures
from training.page import Page
from training.people import mixes_of, usual_mix, valence_of

MISTAKES = 24  # how many faces the page shows


def describe(figures: Figures) -> str:
    """The figures of both splits, as text."""
    lines, labels = [], figures["labels"]
    width = max(10, *(len(label) + 1 for label in labels))
    usual = usual_mix(tuple(labels))
    for split in TEST_SPLITS:
        each = figures[split]
        said, errors = each["people"], each["calibration"]
        if said and errors:
            reading = said["classes"][usual]
            lines.append(
                f"{split}: {said['accuracy']:.4f} right by {figures['judge']} ("
                f"{said['images']:,} images), share error "
                f"{_text(reading['share_error'] if reading else None)} of a class, {usual}, ECE "
                f"{_text(errors['after']['error'])} at temperature {figures['temperature']}"
            )
        lines += [
            f"{split}: accuracy {_text(each['accuracy'])}, macro F1 {_text(each['macro_f1'])}, "
            f"AUC {_text(each['macro_auc'])} of the head for the label, {each['images']:,} images; "
            "rows are true labels, columns guesses:",
            " " * width + "".join(f"{label[:8]:>9}" for label in labels),
        ]
        lines += [
            f"{label:{width}}" + "".join(f"{count:9}" for count in row)
            for label, row in zip(labels, each["confusion"], strict=True)
        ]
    return "\n".join(lines)


def build_page(
    name: str,
    figures: RunFigures,
    data: Dataset,
    probabilities: FloatArray,
    history: Sequence[Mapping[str, str]],
) -> Page:
    """What a person opens; the probabilities are those of PrivateTest's labels."""
    voted = bool(data.votes.any())
    words = [
        f"The best weights of a {figures['model']} model on the two test splits of {data.name}. "
        "PublicTest chose the epoch, the weights of the labels and the temperature; PrivateTest "
        "chose nothing.",
        "What people say is the majority of FER+'s ten annotators."
        if voted
        else "Both heads learnt the label; pages have the first, with weights and temperature.",
        "The share error is how far the shares of the labels are from those in classes of 20.",
    ]
    if _has_valence(figures):
        words.append(
            "The pleasantness is how much better (above 0) or worse than it does such a class "
            "looks to the model."
        )
    page = Page(f"Evaluation of {name}", " ".join(words))
    page.table(["", *TEST_SPLITS], _summary(figures, voted))
    _add_split(page, "PrivateTest", figures)
    _add_mistakes(page, data.split("PrivateTest"), probabilities)
    _add_split(page, "PublicTest", figures)
    if history:
        page.heading("Training")
        figure = plots.training(history, figures["judge"])
        page.plot("training", figure, "Accuracy and loss after each epoch.")
    return page


def _summary(figures: RunFigures, voted: bool) -> list[list[str]]:
    splits = [figures[name] for name in TEST_SPLITS]
    return [
        *_people(figures, voted),
        ["images", *(f"{split['images']:,}" for split in splits)],
        ["right, the head for the label", *(_text(split["accuracy"]) for split in splits)],
        ["macro F1", *(_text(split["macro_f1"]) for split in splits)],
        ["macro AUC", *(_text(split["macro_auc"]) for split in splits)],
    ]


def _people(figures: RunFigures, voted: bool) -> list[list[str]]:
    """How close each split comes to what people say."""
    labels, temperature = tuple(figures["labels"]), figures["temperature"]
    errors = [figures[name]["calibration"] for name in TEST_SPLITS]
    pleasant = _has_valence(figures)

    def row(name: str, cell: Callable[[Agreement], str]) -> list[str]:
        said = [figures[split]["people"] for split in TEST_SPLITS]
        return [name, *(cell(each) if each else "-" for each in said)]

    def error(name: str, when: Literal["before", "after"]) -> list[str]:
        return [name, *(_text(each[when]["error"]) if each else "-" for each in errors)]

    rows = [
        row(f"right, by {figures['judge']}", lambda each: _text(each["accuracy"])),
        *(
            row(
                f"share error{' and pleasantness' * pleasant} of a class, {mix}",
                partial(_reading, mix, pleasant),
            )
            for mix in mixes_of(labels)
        ),
        error("ECE as trained", "before"),
        error(f"ECE at temperature {temperature}", "after"),
    ]
    if not voted:
        return rows
    return [
        row("images of which people say one of the labels", lambda each: f"{each['images']:,}"),
        row(f"{figures['data']}'s labels, by what people say", lambda each: _text(each["label"])),
        *rows,
    ]


def _has_valence(figures: Figures) -> bool:
    """Whether a class of these labels can look more or less pleasant."""
    return any(valence_of(tuple(figures["labels"])).values())


def _reading(mix: str, pleasant: bool, said: Agreement) -> str:
    found = said["classes"][mix]
    if not found:
        return "-"
    return f"{found['share_error']:.4f}" + f", {found['pleasantness']:+.4f}" * pleasant


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
        plots.confusion(each["confusion"], tuple(figures["labels"])),
        f"{split}: how many faces of each label (rows) get each guess (columns), and which share "
        "of the row that is.",
    )
    page.plot(f"roc-{split}", plots.roc(each), f"{split}: ROC of each label against the rest.")
    if each["calibration"]:
        page.plot(
            f"reliability-{split}",
            plots.reliability(each["calibration"], figures["temperature"]),
            f"{split}: how often guesses of each probability are right, by {figures['judge']}, "
            f"in {metrics.BINS} bins; below the dotted line the model is too sure of itself.",
        )


def _add_mistakes(page: Page, faces: Dataset, probabilities: FloatArray) -> None:
    worst = metrics.confident_mistakes(faces.labels, probabilities, MISTAKES)
    if not len(worst):
        return
    page.heading("Most confident mistakes")
    page.plot(
        "mistakes",
        plots.mistakes(
            faces.images[worst], faces.labels[worst], probabilities[worst], faces.label_names
        ),
        "The faces of PrivateTest that the model is surest about and wrong: its guess with the "
        "probability, and the label.",
    )


def _text(share: float | None) -> str:
    return "-" if share is None else f"{share:.4f}"
