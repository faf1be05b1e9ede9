"""The plots of an exploration: from faces and counts to matplotlib figures and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from training.dataset import LABELS, SPLITS, Dataset, FloatArray, IntArray, UInt8Array
from training.plots import SOFT, WIDTH, unframed

SPLIT_COLOURS = ("#0b5cad", "#56b4e9", "#e69f00")
ACROSS = 8  # faces in a row of a montage
MEAN_FACES_ACROSS = 7  # labels in a row, which is FER-2013's
LARGE, GAP = 84, 4  # pixels: a face in a montage, and the space after it
# Least share of the annotators for each band, its name and colour.
BANDS = (
    (1.0, "all", "#08306b"),
    (0.8, "80% or more", "#2171b5"),
    (0.6, "60% or more", "#6baed6"),
    (0.0, "fewer", "#c6dbef"),
)


def shares(data: Dataset) -> Figure:
    """The share of each label in each split."""
    counts, names = data.counts(), data.label_names
    figure = Figure(figsize=(WIDTH, 4.2), layout="constrained")
    axes = figure.subplots()
    for index, split in enumerate(SPLITS):
        total = max(1, counts[:, index].sum())
        axes.bar(
            np.arange(len(names)) + (index - 1) * 0.27,
            counts[:, index] / total,
            width=0.25,
            color=SPLIT_COLOURS[index],
            label=split,
        )
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_ylabel("share of the split")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figure.legend(loc="outside upper center", ncols=len(SPLITS), frameon=False, fontsize=10)
    unframed(axes, "y")
    axes.tick_params(axis="x", length=0)
    return figure


def montage(faces: UInt8Array) -> UInt8Array:
    """Faces [n, 48, 48] side by side in rows of eight, enlarged, on white: uint8 [h, w]."""
    step = LARGE + GAP
    sheet = np.full((-(-len(faces) // ACROSS) * step - GAP, ACROSS * step - GAP), 255, np.uint8)
    for index, face in enumerate(faces):
        top, left = index // ACROSS * step, index % ACROSS * step
        large = cv2.resize(face, (LARGE, LARGE), interpolation=cv2.INTER_CUBIC)
        sheet[top : top + LARGE, left : left + LARGE] = large
    return sheet


def mean_faces(data: Dataset) -> Figure:
    """For each label: the mean face, the deviation, and how its shape differs from all faces'."""
    across = min(len(data.label_names), MEAN_FACES_ACROSS)
    blocks = -(-len(data.label_names) // across)
    figure = Figure(figsize=(WIDTH, 3.1 * blocks), layout="constrained")
    grid = figure.subplots(3 * blocks, across)
    for axes in grid.flat:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
    for axes, name in zip(grid[:, 0], ("mean", "deviation", "difference") * blocks, strict=True):
        axes.set_ylabel(name, fontsize=10)
    overall = data.images.mean(axis=0)
    for index, label in enumerate(data.label_names):
        column = grid[index // across * 3 :, index % across]
        column[0].set_title(fill(label, 12), fontsize=10)
        faces = data.images[data.labels == index]
        if len(faces):
            mean = faces.mean(axis=0)
            column[0].imshow(mean, cmap="gray")
            column[1].imshow(faces.std(axis=0), cmap="magma", vmin=30, vmax=80)
            shape = (mean - mean.mean()) - (overall - overall.mean())
            column[2].imshow(shape, cmap="RdBu_r", vmin=-25, vmax=25)
    return figure


def brightness(data: Dataset) -> Figure:
    """Boxes of the mean grey levels of the images, by label and split."""
    figure = Figure(figsize=(WIDTH, 0.8 * len(data.label_names) + 0.8), layout="constrained")
    axes = figure.subplots()
    levels = data.images.mean(axis=(1, 2))
    for index, split in enumerate(SPLITS):
        boxes = axes.boxplot(
            [
                levels[(data.labels == label) & (data.splits == index)]
                for label in range(len(data.label_names))
            ],
            positions=np.arange(len(data.label_names)) + (index - 1) * 0.27,
            widths=0.2,
            orientation="horizontal",
            whis=(5, 95),
            showfliers=False,
            patch_artist=True,
            medianprops={"color": "black"},
            boxprops={"facecolor": SPLIT_COLOURS[index], "linewidth": 0.6},
            whiskerprops={"color": SOFT},
            capprops={"color": SOFT},
        )
        boxes["boxes"][0].set_label(split)
    axes.set_yticks(range(len(data.label_names)), data.label_names)
    axes.invert_yaxis()
    axes.set(xlim=(0, 255), xlabel="mean grey level of an image")
    figure.legend(loc="outside upper center", ncols=len(SPLITS), frameon=False, fontsize=10)
    unframed(axes, "x")
    axes.tick_params(axis="y", length=0)
    return figure


def matrix(counts: IntArray, columns: Sequence[str]) -> Figure:
    """Counts [7, columns] as the percentage of their row."""
    figure = Figure(figsize=(WIDTH, 4.8), layout="constrained")
    axes = figure.subplots()
    parts = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(parts, cmap="Blues", vmin=0, vmax=1)
    for (row, column), part in np.ndenumerate(parts):
        if counts[row, column]:
            words = f"{100 * part:.0f}" if part >= 0.005 else "<1"
            colour = "white" if part > 0.5 else "black"
            axes.text(column, row, words, ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(LABELS)), LABELS)
    axes.set(xlabel="majority in FER+", ylabel="label")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return figure


def unity(united: FloatArray, labels: UInt8Array) -> Figure:
    """Shares [n] of annotators who chose alike, as a bar for each of the labels [n]."""
    figure = Figure(figsize=(WIDTH, 3.6), layout="constrained")
    axes = figure.subplots()
    present = [index for index in range(len(LABELS)) if (labels == index).any()]
    left = np.zeros(len(present))
    above = np.inf
    for least, name, colour in BANDS:
        band = (united >= least) & (united < above)
        widths = np.array([band[labels == index].mean() for index in present])
        axes.barh([LABELS[i] for i in present], widths, left=left, color=colour, label=name)
        left, above = left + widths, least
    axes.invert_yaxis()
    axes.set(xlim=(0, 1), xlabel="share of the images")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figure.legend(loc="outside upper center", ncols=len(BANDS), frameon=False, fontsize=10)
    unframed(axes, "x")
    axes.tick_params(axis="y", length=0)
    return figure
