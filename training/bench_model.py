"""The exported model beside two libraries', and what it is worth: the figures of the model card."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from training import metrics
from training.browser import classify, compare
from training.dataset import LABELS, SPLITS, Dataset
from training.duplicates import Duplicates
from training.errors import TrainingError
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

    Raises TrainingError if it or a peer cannot be run, or if the split is empty.
    """
    faces = data.split(SPLIT)
    if not len(faces.images):
        raise TrainingError(f"the data set has no {SPLIT} images")
    results = compare(faces.images, emotion)
    ours = results["classpulse"][0]
    return "\n".join(
        [
            "## Beside others\n",
            _peers(emotion, faces, results),
            "## How good\n",
            _figures(emotion, data, ours),
            "## Label by label\n",
            _labels(faces, ours),
            "## What it takes for what\n",
            _confusion(faces, ours),
            "## Robustness\n",
            _robustness(emotion, faces, ours),
        ]
    )


def _peers(emotion: Path, faces: Dataset, results: dict[str, tuple[np.ndarray, np.ndarray]]) -> str:
    rows = []
    for name, (probabilities, times) in results.items():
        figures = metrics.measure(faces.labels, probabilities, faces.votes)
        bytes_, params = _size(MANIFESTS.get(name, emotion / "model.json"))
        rows.append(
            [
                name,
                _percent(figures["accuracy"]),
                figures["macro_f1"],
                _percent((figures["ferplus"] or {}).get("accuracy")),
                f"{np.median(times):.1f}",
                f"{np.percentile(times, 95):.1f}",
                f"{bytes_:,}",
                f"{params:,}",
            ]
        )
    columns = ["", "accuracy", "macro F1", "FER+", "ms a crop", "95th percentile", "bytes"]
    return markdown_table([*columns, "parameters"], rows)


def _size(manifest: Path) -> tuple[int, int]:
    """Bytes to download and the number of weights."""
    content = json.loads(manifest.read_text())
    groups = content if isinstance(content, list) else content["weightsManifest"]
    files = [manifest, *(manifest.parent / path for group in groups for path in group["paths"])]
    weights = [weight for group in groups for weight in group["weights"]]
    return sum(file.stat().st_size for file in files), sum(
        math.prod(weight["shape"]) for weight in weights
    )


def _figures(emotion: Path, data: Dataset, probabilities: np.ndarray) -> str:
    faces, guesses = data.split(SPLIT), probabilities.argmax(axis=1)
    right, seen = guesses == faces.labels, _also_in_training(data)
    majority = metrics.ferplus_majority(faces.votes)
    ours = (majority >= 0) & (majority < len(LABELS))
    temperature = json.loads((emotion / "metadata.json").read_text())["temperature"]
    errors = [
        metrics.calibration(faces.labels, each)["error"]
        for each in (probabilities, metrics.soften(probabilities, temperature))
    ]
    rows = [
        ["accuracy", *_interval(right)],
        ["without images that are also in Training", *_interval(right[~seen])],
        ["by the majority of FER+", *_interval((guesses == majority)[ours])],
        ["FER-2013's labels by that majority", *_interval((faces.labels == majority)[ours])],
        ["ECE as exported", f"{errors[0]:.3f}", "", f"{len(right):,}"],
        [f"ECE at temperature {temperature}", f"{errors[1]:.3f}", "", f"{len(right):,}"],
    ]
    return markdown_table(["", SPLIT, "95 % interval", "images"], rows)


def _also_in_training(data: Dataset) -> np.ndarray:
    """Of each image of the split, whether it is in Training, pixel for pixel: bool [n]."""
    split, training = SPLITS.index(SPLIT), SPLITS.index("Training")
    seen = np.zeros(len(data.images), bool)
    for group in Duplicates.of(data).groups:
        seen[group] = (data.splits[group] == training).any()
    return seen[data.splits == split]


def _labels(faces: Dataset, probabilities: np.ndarray) -> str:
    each = metrics.measure(faces.labels, probabilities, faces.votes)["classes"]
    keys = ("precision", "recall", "f1", "auc", "support")
    rows = [[label, *(each[label][key] for key in keys)] for label in LABELS]
    return markdown_table(["label", "precision", "recall", "F1", "AUC", "images"], rows)


def _confusion(faces: Dataset, probabilities: np.ndarray) -> str:
    counts = np.zeros((len(LABELS), len(LABELS)), int)
    np.add.at(counts, (faces.labels, probabilities.argmax(axis=1)), 1)
    return markdown_table(
        ["labelled as", *LABELS],
        [[label, *row] for label, row in zip(LABELS, counts.tolist(), strict=True)],
    )


def _robustness(emotion: Path, faces: Dataset, probabilities: np.ndarray) -> str:
    unchanged = np.mean(probabilities.argmax(axis=1) == faces.labels)
    rows = []
    for name, change in CHANGES.items():
        images = np.stack([change(face) for face in faces.images])
        accuracy = np.mean(classify(images, emotion).argmax(axis=1) == faces.labels)
        rows.append([name, _percent(accuracy), f"{100 * (unchanged - accuracy):+.1f}"])
    return markdown_table(["every face", "accuracy", "points lost"], rows)


def _interval(right: np.ndarray) -> tuple[str, str, str]:
    """A share with its 95 % interval (Wilson 1927) and how many images it is of."""
    if not len(right):
        return "", "", "0"
    test = binomtest(int(right.sum()), len(right))
    low, high = test.proportion_ci(method="wilson")
    return _percent(right.mean()), f"{_percent(low)} to {_percent(high)}", f"{len(right):,}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
