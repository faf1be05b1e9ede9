"""The exported model beside two libraries', and what it is worth: the figures of the model card."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from training import metrics
from training.browser import classify, compare
from training.dataset import LABELS, SPLITS, BoolArray, Dataset, FloatArray, IntArray
from training.duplicates import Duplicates
from training.errors import TrainingError
from training.evaluate import load_metadata
from training.figures import Reading, SplitFigures
from training.people import MIXES, agreement, one_annotator
from training.report import markdown_table
from training.robustness import CHANGES

PEERS = Path(__file__).resolve().parents[1] / "node_modules/@vladmandic"
MANIFESTS = {
    "face-api": PEERS / "face-api/model/face_expression_model-weights_manifest.json",
    "human": PEERS / "human/models/emotion.json",
}
SPLIT = "PrivateTest"


def bench_model(emotion: Path, data: Dataset) -> str:
    """Measure the model exported to `emotion` on all of PrivateTest, in Chromium; in Markdown.

    Raises TrainingError if it is no export, it or a peer cannot be run, or the split is empty.
    """
    faces, temperature = data.split(SPLIT), load_metadata(emotion)["temperature"]
    if not len(faces.images):
        raise TrainingError(f"the data set has no {SPLIT} images")
    results = compare(faces.images, emotion)
    probabilities, _ = results["classpulse"]
    figures = metrics.measure(faces.labels, probabilities, faces.votes, temperature)
    right = probabilities.argmax(axis=1) == faces.labels
    return "\n".join(
        [
            "## What people say\n",
            _people(faces, {name: each.argmax(axis=1) for name, (each, _) in results.items()}),
            "## Beside others\n",
            _peers(emotion, faces, results),
            "## How good\n",
            _figures(figures, temperature, right[~_also_in_training(data)]),
            "## Label by label\n",
            _labels(figures),
            "## What it takes for what\n",
            _confusion(figures),
            "## Robustness\n",
            _robustness(emotion, faces, right.mean()),
        ]
    )


def _people(faces: Dataset, guesses: dict[str, IntArray]) -> str:
    """Each program beside one annotator and FER-2013's label, by the majority of FER+."""
    others = {"one annotator of ten": one_annotator(faces.votes), "FER-2013's label": faces.labels}
    rows = []
    for name, each in (guesses | others).items():
        found = agreement(faces.labels, each, faces.votes)
        share, interval, _ = _interval(found["accuracy"], found["images"]) if found else [""] * 3
        readings = found["classes"].values() if found else [None] * len(MIXES)
        rows.append([name, share, interval, *map(_reading, readings)])
    return markdown_table(["", "right", "95 % interval", *MIXES], rows)


def _reading(found: Reading | None) -> str:
    return f"{found['share_error']:.3f} ({found['pleasantness']:+.3f})" if found else ""


def _peers(emotion: Path, faces: Dataset, results: dict[str, tuple[FloatArray, FloatArray]]) -> str:
    rows = []
    for name, (probabilities, times) in results.items():
        figures = metrics.measure(faces.labels, probabilities, faces.votes)
        size, params = _size(MANIFESTS.get(name, emotion / "model.json"))
        rows.append(
            [
                name,
                _percent(figures["accuracy"]),
                figures["macro_f1"],
                f"{np.median(times):.1f}",
                f"{np.percentile(times, 95):.1f}",
                f"{size:,}",
                f"{params:,}",
            ]
        )
    columns = ["", "accuracy", "macro F1", "ms a crop", "95th percentile", "bytes"]
    return markdown_table([*columns, "parameters"], rows)


def _size(manifest: Path) -> tuple[int, int]:
    """Bytes to download, and how many numbers the weights are."""
    content = json.loads(manifest.read_text())
    groups = content if isinstance(content, list) else content["weightsManifest"]
    files = [manifest, *(manifest.parent / path for group in groups for path in group["paths"])]
    shapes = [weight["shape"] for group in groups for weight in group["weights"]]
    return sum(file.stat().st_size for file in files), sum(map(math.prod, shapes))


def _figures(figures: SplitFigures, temperature: float, right_and_new: BoolArray) -> str:
    images, errors = figures["images"], figures["calibration"]
    new = len(right_and_new)
    rows = [
        ["accuracy", *_interval(figures["accuracy"], images)],
        [
            "without images that are also in Training",
            *_interval(right_and_new.sum() / max(new, 1), new),
        ],
        ["ECE as exported", f"{errors['before']['error']:.3f}", "", f"{images:,}"],
        [f"ECE at temperature {temperature}", f"{errors['after']['error']:.3f}", "", f"{images:,}"],
    ]
    return markdown_table(["", SPLIT, "95 % interval", "images"], rows)


def _also_in_training(data: Dataset) -> BoolArray:
    """Of each image of the split, whether it is in Training, pixel for pixel: bool [n]."""
    seen = np.zeros(len(data.images), bool)
    for group in Duplicates.of(data).trained:
        seen[group] = True
    return seen[data.splits == SPLITS.index(SPLIT)]


def _labels(figures: SplitFigures) -> str:
    rows = [
        [label, each["precision"], each["recall"], each["f1"], each["auc"], each["support"]]
        for label, each in figures["classes"].items()
    ]
    return markdown_table(["label", "precision", "recall", "F1", "AUC", "images"], rows)


def _confusion(figures: SplitFigures) -> str:
    rows = [[label, *row] for label, row in zip(LABELS, figures["confusion"], strict=True)]
    return markdown_table(["labelled as", *LABELS], rows)


def _robustness(emotion: Path, faces: Dataset, unchanged: float) -> str:
    images = np.stack([change(face) for change in CHANGES.values() for face in faces.images])
    guesses = classify(images, emotion).argmax(axis=1).reshape(len(CHANGES), len(faces.images))
    accuracies = np.mean(guesses == faces.labels, axis=1)
    rows = [
        [name, _percent(accuracy), f"{100 * (unchanged - accuracy):+.1f}"]
        for name, accuracy in zip(CHANGES, accuracies, strict=True)
    ]
    return markdown_table(["every face", "accuracy", "points lost"], rows)


def _interval(share: float | None, images: int) -> tuple[str, str, str]:
    """A share with its 95 % interval (Wilson 1927) and how many images it is of."""
    if share is None or not images:
        return "", "", "0"
    test = binomtest(round(share * images), images)
    low, high = test.proportion_ci(method="wilson")
    return _percent(share), f"{_percent(low)} to {_percent(high)}", f"{images:,}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
