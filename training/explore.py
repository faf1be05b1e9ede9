"""A page that shows what is in the data set: counts, faces, light, duplicates, FER+ agreement."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from training import data_plots, plots
from training.dataset import FER2013, LABELS, SPLITS, VOTES, Dataset, FloatArray, IntArray
from training.duplicates import Duplicates, images_in
from training.files import new_folder
from training.page import INDEX, Page
from training.people import majority

SAMPLES = 24  # faces of each label to show
EXAMPLES = 12  # duplicates of each kind to show
NO_MAJORITY = "no majority"


def explore(data: Dataset, to: Path) -> None:
    """Write the page, index.html, and each of its plots as PNG into the folder `to`.

    Raises TrainingError if the folder holds something else or cannot be written.
    """
    with new_folder(to, INDEX) as folder:
        page = Page(
            f"{data.name}, looked at",
            f"{len(data.images):,} faces of 48 x 48 grey levels, each with one of "
            f"{len(data.label_names)} labels. Training is for learning, PublicTest for choosing, "
            "PrivateTest for one last measurement.",
        )
        _add_counts(page, data)
        _add_faces(page, data)
        _add_brightness(page, data)
        _add_duplicates(page, data)
        if data.votes.any() or data.name == FER2013:
            _add_votes(page, data)
        page.save(folder)


def agreement(data: Dataset) -> IntArray:
    """The label against FER+'s majority: images, int [7, 11].

    Columns are VOTES, then those without a majority. Images without votes do not count.
    """
    voted = data.votes.any(axis=1)
    table = np.zeros((len(LABELS), len(VOTES) + 1), int)
    # A majority of -1, none, is the last column.
    np.add.at(table, (data.labels[voted], majority(data.votes[voted])), 1)
    return table


def unity(data: Dataset) -> FloatArray:
    """How far FER+'s annotators agree with each other on each image that has votes, 0..1.

    It is the share of the votes that the most chosen of VOTES got.
    """
    votes = data.votes[data.votes.any(axis=1)]
    return votes.max(axis=1) / votes.sum(axis=1)


def places(data: Dataset, group: list[int]) -> str:
    """A line for each split that has the picture, with its labels there."""
    lines = []
    for index, split in enumerate(SPLITS):
        counts = Counter(data.labels[i] for i in group if data.splits[i] == index)
        if counts:
            labels = [(data.label_names[label], n) for label, n in counts.items()]
            names = (f"{n} {label}" if n > 1 else label for label, n in labels)
            lines.append(f"{split}: {', '.join(names)}")
    return "\n".join(lines)


def _spread(length: int, limit: int) -> IntArray:
    """At most `limit` of the indices below `length`, evenly spaced."""
    return np.linspace(0, length, min(limit, length), endpoint=False, dtype=int)


def _add_counts(page: Page, data: Dataset) -> None:
    counts = data.counts()
    page.heading("Labels and splits")
    labels = (*data.label_names, "all")
    rows = [
        [label, *(f"{images:,}" for images in row)]
        for label, row in zip(labels, [*counts, counts.sum(axis=0)], strict=True)
    ]
    page.table(["label", *SPLITS], rows)
    page.plot("labels", data_plots.shares(data), "The share of each label in each split.")


def _add_faces(page: Page, data: Dataset) -> None:
    training = data.split("Training")
    page.heading("Faces", "From all of Training, evenly spaced in the order of the files.")
    for index, label in enumerate(data.label_names):
        faces = training.images[training.labels == index]
        if len(faces):
            chosen = faces[_spread(len(faces), SAMPLES)]
            page.picture(f"faces-{label}", data_plots.montage(chosen), label)
    page.plot(
        "mean-faces",
        data_plots.mean_faces(training),
        "For each label in Training: the mean face; where its faces differ most from each other "
        "(the standard deviation of each pixel, bright where it is large); and where the mean "
        "face is brighter (red) or darker (blue) than the mean of all faces, once both have the "
        "same light.",
    )


def _add_brightness(page: Page, data: Dataset) -> None:
    blank = int((np.ptp(data.images, axis=(1, 2)) == 0).sum())
    page.heading("Light", f"Images of one grey level, which show nothing: {blank:,}.")
    page.plot(
        "brightness",
        data_plots.brightness(data),
        "Mean grey level of each image, 0 black and 255 white: the box holds the middle half of "
        "the images, the line in it is the median, the whiskers hold nine in ten.",
    )


def _add_duplicates(page: Page, data: Dataset) -> None:
    same = Duplicates.of(data)
    leaked = " and ".join(f"{images:,} of {split}" for split, images in same.leaked.items())
    page.heading(
        "Duplicates",
        "Images that are identical to another one, pixel for pixel. Of the test images, "
        f"{leaked} are also in Training: a model has seen them before.",
    )
    kinds = {
        "identical to another image": same.groups,
        "across splits": same.across,
        "with different labels": same.contradicting,
    }
    page.table(
        ["", "images", "different pictures"],
        [[kind, f"{images_in(groups):,}", f"{len(groups):,}"] for kind, groups in kinds.items()],
    )
    for name, groups, what in (
        ("duplicates-labels", same.contradicting, "the same picture with different labels"),
        ("duplicates-splits", same.across, "the same picture in more than one split"),
    ):
        if groups:
            shown = [groups[index] for index in _spread(len(groups), EXAMPLES)]
            titles = [places(data, group) for group in shown]
            first = data.images[[group[0] for group in shown]]
            caption = f"{len(shown)} of {len(groups):,} pictures: {what}."
            page.plot(name, plots.faces(first, titles), caption)


def _add_votes(page: Page, data: Dataset) -> None:
    table = agreement(data)
    voted = table.sum()
    if not voted:
        page.heading("FER+", "No votes: `prepare --votes` joins those of FER+'s annotators.")
        return
    agreed = np.trace(table)
    united = unity(data)
    page.heading(
        "FER+",
        f"Ten people have looked again at {voted:,} of the images. For {agreed / voted:.1%} of "
        f"these, most of them chose the label that {data.name} has; all of them chose the same for "
        f"{(united == 1).mean():.1%}, whichever it was. A choice of one person alone does not "
        "count for the majority, which is more than half of the choices that do.",
    )
    labels = data.labels[data.votes.any(axis=1)]
    rows = []
    for index, label in enumerate(LABELS):
        images = table[index].sum()
        if images:
            alike = united[labels == index]
            rows.append(
                [
                    label,
                    f"{images:,}",
                    f"{table[index, index] / images:.1%}",
                    f"{table[index, -1] / images:.1%}",
                    f"{(alike == 1).mean():.1%}",
                    f"{alike.mean():.1%}",
                ]
            )
    page.table(
        ["label", "with votes", "majority agrees", NO_MAJORITY, "all alike", "alike on average"],
        rows,
    )
    page.plot(
        "ferplus",
        data_plots.matrix(table, (*VOTES, NO_MAJORITY)),
        "Of the images with each label (rows), the share in percent for which most of "
        "FER+'s annotators chose each of their options (columns).",
    )
    page.plot(
        "ferplus-unity",
        data_plots.unity(united, labels),
        "How many of an image's annotators chose the option that most of them chose.",
    )
