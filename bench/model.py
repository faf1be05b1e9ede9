"""The exported model beside two libraries', and what it is worth: the figures of the model card."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from bench.files import SCRIPTS
from bench.robustness import CHANGES
from tests.live_server import ROOT
from training import metrics
from training.browser import WARMUP, classify, run_script
from training.dataset import LABELS, SPLITS, BoolArray, Dataset, FloatArray, IntArray, UInt8Array
from training.duplicates import Duplicates
from training.errors import TrainingError
from training.evaluate import load_metadata
from training.figures import LabelFigures, Reading, SplitFigures
from training.page import markdown_table
from training.people import agreement, mixes_of, said

PEERS = ROOT / "node_modules/@vladmandic"
_COMPARE = """async (warmup) => {
  const { compare } = await import("/bench/peers.js");
  return compare("/models/0", "/input.bin", warmup);
}"""
MANIFESTS = {
    "face-api": PEERS / "face-api/model/face_expression_model-weights_manifest.json",
    "human": PEERS / "human/models/emotion.json",
}
OURS = "classpulse"
HARD_TO_SAY = -1  # instead of an index into LABELS
SPLIT = "PrivateTest"


def compare(crops: UInt8Array, emotion: Path) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Probabilities [n, 7] and milliseconds [n] by the classifier's name: our page's, the peers'.

    `emotion` holds our exported model; the crops are grey, uint8 [n, 48, 48], and each goes through
    each classifier by itself. Raises TrainingError as `classify` does.
    """
    folders = {"bench": SCRIPTS, "node_modules": ROOT / "node_modules"}
    results = run_script(_COMPARE, WARMUP, crops, [emotion], folders=folders)
    return {
        name: (np.array(each["outputs"]), np.array(each["times"])) for name, each in results.items()
    }


def bench_model(emotion: Path, data: Dataset) -> str:
    """Measure the model exported to `emotion` on all of PrivateTest, in Chromium; in Markdown.

    Raises TrainingError if it is no export, if it or a peer cannot be run, if it or the data have
    other labels than FER-2013's, which the peers have, and if people say none of them of any face.
    """
    faces, metadata = data.split(SPLIT), load_metadata(emotion)
    data.require_labels(LABELS, "this benchmark")
    data.require_labels(metadata["labels"], emotion)
    true = said(faces.labels, faces.votes)
    ours = true >= 0
    if not ours.any():
        raise TrainingError(f"the data set has no {SPLIT} images of which people say a label")
    settings = metrics.Settings(**{name: metadata[name] for name in metrics.Settings._fields})
    print(f"running three models on {len(faces.images):,} faces in Chromium", flush=True)
    results = compare(faces.images, emotion)
    others = {name: found[0] for name, found in results.items() if name != OURS}
    times = {name: found[1] for name, found in results.items()}
    print("running ours again, on mirror images and on changed faces", flush=True)
    outputs = classify(faces.images, emotion)
    figures = metrics.measure(faces, outputs, settings)
    one_side = results[OURS][0]
    mirrored = np.ascontiguousarray(faces.images[..., ::-1])
    both_sides = (one_side + _page_says(mirrored, emotion, settings)) / 2
    sure = both_sides.max(axis=1) >= metadata["sure"]
    guesses = {
        OURS: one_side.argmax(axis=1),
        f"{OURS}, from both sides": both_sides.argmax(axis=1),
        f"{OURS}, as its page says": np.where(sure, both_sides.argmax(axis=1), HARD_TO_SAY),
        **{name: probabilities.argmax(axis=1) for name, probabilities in others.items()},
    }
    by_people = metrics.measure_labels(true[ours], one_side[ours], LABELS)
    right_and_new = (guesses[OURS] == true)[ours & ~_also_in_training(data)]
    return "\n".join(
        [
            "## What people say\n",
            _people(faces, guesses),
            "## FER-2013's label, and what it takes\n",
            _peers(
                emotion,
                faces.labels,
                {OURS: metrics.by_head(outputs)["label"]} | others,
                times,
            ),
            "## How good\n",
            _figures(figures, settings.temperature, right_and_new),
            "## Label by label\n",
            _labels(by_people),
            "## What it takes for what\n",
            _confusion(by_people),
            "## Robustness\n",
            _robustness(emotion, faces, settings),
        ]
    )


def _page_says(crops: UInt8Array, emotion: Path, settings: metrics.Settings) -> FloatArray:
    """What a page has of each of the crops: probabilities of LABELS, [n, 7]."""
    return settings.of_labels(metrics.by_head(classify(crops, emotion))["people"])


def one_annotator(votes: UInt8Array) -> IntArray:
    """What one of a face's annotators said, drawn at random: int [n], -1 for none of LABELS."""
    rng = np.random.default_rng(0)
    places = rng.random(len(votes)) * votes.sum(axis=1)
    chosen = np.argmax(places[:, None] < votes.cumsum(axis=1), axis=1)
    return np.where((chosen < len(LABELS)) & votes.any(axis=1), chosen, -1)


def _people(faces: Dataset, guesses: dict[str, IntArray]) -> str:
    """Each program beside one annotator and FER-2013's label, by the majority of FER+."""
    others = {"one annotator of ten": one_annotator(faces.votes), "FER-2013's label": faces.labels}
    rows, mixes = [], mixes_of(LABELS)
    for name, each in (guesses | others).items():
        found = agreement(faces, each)
        share, interval, _ = _interval(found["accuracy"], found["images"]) if found else [""] * 3
        readings = found["classes"].values() if found else [None] * len(mixes)
        rows.append([name, share, interval, *map(_reading, readings)])
    return markdown_table(["", "right", "95 % interval", *mixes], rows)


def _reading(found: Reading | None) -> str:
    return f"{found['share_error']:.3f} ({found['pleasantness']:+.3f})" if found else ""


def _peers(
    emotion: Path, labels: IntArray, given: dict[str, FloatArray], times: dict[str, FloatArray]
) -> str:
    """FER-2013's label as each program gives it, and what that takes."""
    rows = []
    for name, probabilities in given.items():
        figures = metrics.measure_labels(labels, probabilities, LABELS)
        size, params = _size(MANIFESTS.get(name, emotion / "model.json"))
        rows.append(
            [
                name,
                _percent(figures["accuracy"]),
                figures["macro_f1"],
                f"{np.median(times[name]):.1f}",
                f"{np.percentile(times[name], 95):.1f}",
                f"{size:,}",
                f"{params:,}",
            ]
        )
    columns = ["", "FER-2013's label", "macro F1", "ms a crop", "95th percentile", "bytes"]
    return markdown_table([*columns, "parameters"], rows)


def _size(manifest: Path) -> tuple[int, int]:
    """Bytes to download, and how many numbers the weights are."""
    content = json.loads(manifest.read_text())
    groups = content if isinstance(content, list) else content["weightsManifest"]
    files = [manifest, *(manifest.parent / path for group in groups for path in group["paths"])]
    shapes = [weight["shape"] for group in groups for weight in group["weights"]]
    return sum(file.stat().st_size for file in files), sum(map(math.prod, shapes))


def _figures(figures: SplitFigures, temperature: float, right_and_new: BoolArray) -> str:
    """`right_and_new`: of faces that are not in Training, too, whether people say the guess."""
    said, errors, new = figures["people"], figures["calibration"], len(right_and_new)
    rows = []
    if said and errors:
        images = f"{said['images']:,}"
        rows = [
            ["what people say", *_interval(said["accuracy"], said["images"])],
            [
                "without images that are also in Training",
                *_interval(right_and_new.sum() / max(new, 1), new),
            ],
            ["ECE as exported", f"{errors['before']['error']:.3f}", "", images],
            [f"ECE at temperature {temperature}", f"{errors['after']['error']:.3f}", "", images],
        ]
    rows.append(
        ["FER-2013's label, by its head", *_interval(figures["accuracy"], figures["images"])]
    )
    return markdown_table(["", SPLIT, "95 % interval", "images"], rows)


def _also_in_training(data: Dataset) -> BoolArray:
    """Of each image of the split, whether it is in Training, pixel for pixel: bool [n]."""
    seen = np.zeros(len(data.images), bool)
    for group in Duplicates.of(data).trained:
        seen[group] = True
    return seen[data.splits == SPLITS.index(SPLIT)]


def _labels(figures: LabelFigures) -> str:
    rows = [
        [label, each["precision"], each["recall"], each["f1"], each["auc"], each["support"]]
        for label, each in figures["classes"].items()
    ]
    return markdown_table(["label", "precision", "recall", "F1", "AUC", "images"], rows)


def _confusion(figures: LabelFigures) -> str:
    rows = [[label, *row] for label, row in zip(LABELS, figures["confusion"], strict=True)]
    return markdown_table(["people say", *LABELS], rows)


def _robustness(emotion: Path, faces: Dataset, settings: metrics.Settings) -> str:
    true = said(faces.labels, faces.votes)
    images, true = faces.images[true >= 0], true[true >= 0]
    changed = [change(face) for change in CHANGES.values() for face in images]
    guesses = _page_says(np.stack([*images, *changed]), emotion, settings).argmax(axis=1)
    unchanged, *right = (guesses.reshape(1 + len(CHANGES), -1) == true).mean(axis=1)
    rows = [
        [name, _percent(share), f"{100 * (unchanged - share):+.1f}"]
        for name, share in zip(CHANGES, right, strict=True)
    ]
    return markdown_table(["every face", "right by what people say", "points lost"], rows)


def _interval(share: float | None, images: int) -> tuple[str, str, str]:
    """A share with its 95 % interval (Wilson 1927) and how many images it is of."""
    if share is None or not images:
        return "", "", "0"
    test = binomtest(round(share * images), images)
    low, high = test.proportion_ci(method="wilson")
    return _percent(share), f"{_percent(low)} to {_percent(high)}", f"{images:,}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
