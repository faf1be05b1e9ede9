"""The plots of an evaluation and of a selection, and the look that all plots share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any, Literal

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, PercentFormatter

from training.dataset import FloatArray, IntArray, Labels, UInt8Array
from training.figures import Calibration, SplitFigures
from training.metrics import BINS

# Seven lines on one chart, told apart by colour-blind people too (Okabe and Ito); dashes for more.
COLOURS = ("#d55e00", "#009e73", "#cc79a7", "#e69f00", "#0072b2", "#56b4e9", "#7a7a7a")
DASHES = ("-", "--", ":")
ACCENT = "#0b5cad"
SOFT = "#55606b"
rcParams["text.parse_math"] = False  # the labels of one's own data may have dollar signs
WIDTH = 6.4  # inches: as wide as a narrow page can still show with words that can be read
CELL, MARGIN = 0.5, 2.6  # of a confusion matrix, for a number of five characters; beside all cells


def confusion(counts: Sequence[Sequence[int]], labels: Labels) -> Figure:
    """Counts [labels, labels], rows the true ones: in each cell also its share of the row."""
    table = np.asarray(counts)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    side = max(WIDTH, MARGIN + CELL * len(labels))
    figure, axes = _axes(side, side)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        ink = "white" if share > 0.5 else "black"
        text: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
        axes.text(column, row - 0.12, f"{table[row, column]:,}", fontsize=11, **text)
        axes.text(column, row + 0.22, f"{share:.0%}", fontsize=8.5, **text)
    names = [fill(label, 20) for label in labels]
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("guess")
    axes.set_ylabel("true label")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def roc(figures: SplitFigures) -> Figure:
    """The ROC curve of each label against the rest, its area in the legend."""
    figure, axes = _axes(WIDTH, WIDTH + 0.12 * len(figures["roc"]))
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=":", label="chance: 0.500")
    for number, (name, curve) in enumerate(figures["roc"].items()):
        if curve:
            area = figures["classes"][name]["auc"]
            axes.plot(
                curve["false_positives"],
                curve["true_positives"],
                color=COLOURS[number % len(COLOURS)],
                linestyle=DASHES[number // len(COLOURS)],
                label=fill(f"{name}: {area:.3f}", 30),
            )
    axes.legend(
        handles=axes.lines,  # else Matplotlib leaves out those of labels that begin with "_"
        title="area under the curve",
        loc="upper center",
        bbox_to_anchor=(0.5, -0.12),
        ncols=2,
        frameon=False,
    )
    _shares(axes, "false positives, of the faces with other labels", "true positives")
    return figure


def reliability(calibration: Calibration, temperature: float) -> Figure:
    """Above, how often guesses of each probability are right; below, how many there are."""
    figure = Figure(figsize=(WIDTH, 7), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(4, 1))
    above.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=":", label="calibrated")
    before, after = calibration["before"], calibration["after"]
    named = (
        (before, SOFT, f"as trained: ECE {before['error']:.3f}"),
        (after, ACCENT, f"at temperature {temperature:.2f}: {after['error']:.3f}"),
    )
    for bins, colour, label in named:
        filled = [index for index, images in enumerate(bins["images"]) if images]
        above.plot(
            [bins["confidence"][index] for index in filled],
            [bins["accuracy"][index] for index in filled],
            color=colour,
            marker="o",
            markersize=5,
            label=label,
        )
        below.stairs(bins["images"], np.linspace(0, 1, BINS + 1), color=colour)
    above.legend(loc="upper left", frameon=False)
    _shares(above, "", "share that is right")
    below.set_xlabel("probability of the guess")
    below.set_ylabel("images")
    below.set_ylim(bottom=0)
    unframed(below)
    return figure


def training(history: Sequence[Mapping[str, str]], judge: str) -> Figure:
    """What is right on PublicTest after each epoch, and the loss there and on Training.

    `judge` is the data set's: what `people` is held against.
    """
    figure = Figure(figsize=(WIDTH, 6.4), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    epochs = [int(row["epoch"]) + 1 for row in history]
    for axes, key, colour, label in (
        (above, "val_accuracy", SOFT, "the head for the label"),
        (above, "val_people", ACCENT, fill(f"by {judge}", 40)),
        (below, "loss", SOFT, "Training, changed and mixed"),
        (below, "val_loss", ACCENT, "PublicTest"),
    ):
        values = [float(row[key]) for row in history]
        axes.plot(epochs, values, color=colour, marker=".", label=label)
    best = max(range(len(history)), key=lambda index: float(history[index]["val_people"]))
    above.axvline(epochs[best], color=SOFT, linewidth=1, linestyle=":", label="kept weights")
    for axes, name in ((above, "right on PublicTest"), (below, "loss")):
        axes.set_ylabel(name)
        axes.legend(frameon=False)
        unframed(axes)
    above.yaxis.set_major_formatter(PercentFormatter(1))  # as many decimals as tell ticks apart
    below.set(xlabel="epoch", xlim=(epochs[0] - 0.5, epochs[-1] + 0.5))
    below.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    return figure


def mistakes(
    images: UInt8Array, labels: IntArray, probabilities: FloatArray, names: Labels
) -> Figure:
    """Faces [n, 48, 48], each with the guess, its probability and the label."""
    titles = [
        f"{names[row.argmax()]} {row.max():.0%}\nlabel: {names[label]}"
        for label, row in zip(labels, probabilities, strict=True)
    ]
    return faces(images, titles)


def faces(images: UInt8Array, titles: Sequence[str]) -> Figure:
    """Faces [n, 48, 48] in rows of four, each under its title."""
    rows = -(-len(images) // 4)
    titles = ["\n".join(fill(line, 22) for line in title.split("\n")) for title in titles]
    lines = max(title.count("\n") + 1 for title in titles)
    height = 1.65 + 0.15 * max(lines, 3)
    figure = Figure(figsize=(WIDTH, height * rows), layout="constrained")
    for axes in figure.subplots(rows, 4, squeeze=False).flat:
        axes.axis("off")
    for axes, image, title in zip(figure.axes, images, titles, strict=False):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="bicubic")
        axes.set_title(title, fontsize=8.5, loc="left")
    return figure


def comparison(
    names: Sequence[str],
    accuracies: Mapping[str, Sequence[float]],
    milliseconds: Sequence[float],
    limit: float,
) -> Figure:
    """A line for each model, the first on top: accuracy by split, and the time a crop takes."""
    figure = Figure(figsize=(WIDTH, 1.4 + 0.4 * len(names)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    lines = range(len(names))
    # A ring around a dot: both are to be seen where they are equal.
    for (split, shares), colour, look in zip(
        accuracies.items(),
        (ACCENT, SOFT),
        ({}, {"markersize": 11, "markerfacecolor": "none"}),
        strict=True,
    ):
        left.plot(shares, lines, "o", color=colour, label=split, **look)
    right.plot(milliseconds, lines, "o", color=ACCENT, label="a crop")
    right.axvline(limit, color=SOFT, linestyle=":", label="budget")
    left.set_yticks(lines, names)
    left.set(xlabel="accuracy", ylim=(len(names) - 0.5, -0.5))
    left.xaxis.set_major_formatter(PercentFormatter(1))
    right.set(xlabel="milliseconds", xscale="log")
    right.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    right.xaxis.set_major_formatter("{x:g}")
    right.xaxis.minorticks_off()
    for axes in (left, right):
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False)
        axes.margins(x=0.15)
        unframed(axes)
    return figure


def unframed(axes: Axes, along: Literal["both", "x", "y"] = "both") -> None:
    """A faint grid behind what is drawn, and no box around it."""
    axes.grid(axis=along, color="#d9dee4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _axes(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _shares(axes: Axes, across: str, up: str) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel=across, ylabel=up)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    unframed(axes)
