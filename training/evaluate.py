"""How good a model is on the test splits: a run's in Keras, an exported one's in Chromium."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from training import metrics, people
from training.browser import classify
from training.dataset import TEST_SPLITS, Dataset, FloatArray, IntArray, TestSplit, UInt8Array
from training.errors import TrainingError
from training.evaluation_page import build_page
from training.figures import Figures, RunFigures, SplitFigures
from training.files import new_file, new_folder
from training.run import BEST_WEIGHTS, Config, load_classifier, read_history
from training.tfjs import what_pages_lack

EVALUATION = "evaluation"  # the folder in a run
FIGURES = "figures.json"
METADATA = "metadata.json"  # of an exported model

Classifier = Callable[[UInt8Array], FloatArray]  # uint8 [n, 48, 48] -> probabilities of both heads


def fingerprint(run: Path) -> str:
    """SHA-256 of the run's best weights, by which figures and weights are known to belong together.

    Raises TrainingError if they cannot be read.
    """
    try:
        return sha256((run / BEST_WEIGHTS).read_bytes()).hexdigest()
    except OSError as error:
        raise TrainingError(f"{run / BEST_WEIGHTS} cannot be read: {error.strerror}") from error


def evaluate(run: Path, data: Dataset) -> RunFigures:
    """Measure the run's best weights and write figures, plots and a page to `run`/evaluation.

    An earlier evaluation stays until this one is complete. A line on stderr says so if the run
    learnt from other data, which may hold faces of these splits. Raises TrainingError as
    `load_classifier` does, if the data have other labels or a split is empty, and if the folder is
    something else or cannot be written.
    """
    config = Config.load(run)
    data.require_labels(config.labels, run)
    model = load_classifier(run)
    history = read_history(run)

    def classifier(images: UInt8Array) -> FloatArray:
        return model.predict(images[..., None].astype(np.float32), 512, verbose=0)

    with new_folder(run / EVALUATION, FIGURES) as folder:
        probabilities = _classify_test_splits(data, classifier)
        figures: RunFigures = {
            "model": config.model,
            "sha256": fingerprint(run),
            "data_sha256": data.fingerprint(),
            **_measure(data, probabilities, _fit(data, probabilities, classifier)),
        }
        Path(folder, FIGURES).write_text(json.dumps(figures, indent=2) + "\n")
        labels = metrics.by_head(probabilities["PrivateTest"])["label"]
        build_page(run.resolve().name, figures, data, labels, history).save(folder)
    if config.data_sha256 not in ("", data.fingerprint()):
        print(
            f"warning: {run} learnt from other data, or from these with other splits or votes: if "
            "it saw some of the faces that measure it now, it seems better than it is",
            file=sys.stderr,
            flush=True,
        )
    return figures


def publish_accuracy(emotion: Path, data: Dataset) -> tuple[Figures, str]:
    """Measure an exported model on both test splits; its metadata gets what the page needs to know.

    These are its `accuracy`, by what people say and by the label, and from PublicTest its
    `exponent`, `weights` and `temperature` (see `metrics.Settings`) and `sure`, the probability
    from which on the page names an expression. The model runs in Chromium, with what students'
    pages have of TensorFlow.js. Returns the figures, and in a line how many faces are named then.
    Raises TrainingError if the pages cannot run the model, and if the data have other labels.
    """
    metadata = load_metadata(emotion)
    data.require_labels(metadata["labels"], emotion)
    if lacking := what_pages_lack(emotion):
        raise TrainingError(lacking)

    def classifier(images: UInt8Array) -> FloatArray:
        return classify(images, emotion, script="vision-of-pages")

    probabilities = _classify_test_splits(data, classifier)
    settings = _fit(data, probabilities, classifier)
    figures = _measure(data, probabilities, settings)
    metadata |= settings._asdict()
    says, true = _named(data.split("PublicTest"), probabilities["PublicTest"], settings)
    metadata["sure"] = metrics.least_sure(true, says)
    named = np.mean(says.max(axis=1) >= metadata["sure"])
    metadata["accuracy"] = {split: _accuracy(figures[split]) for split in TEST_SPLITS}
    with new_file(emotion / METADATA) as partial:
        partial.write_text(json.dumps(metadata, indent=2) + "\n")
    return figures, (
        f"PublicTest: {named:.1%} of the faces have a label of a probability of at least "
        f"{metadata['sure']} (sure), and are named"
    )


def _named(
    public: Dataset, probabilities: FloatArray, settings: metrics.Settings
) -> tuple[FloatArray, IntArray]:
    """What the page says, and what people say, of the faces of which people say one of LABELS."""
    says = settings.of_labels(metrics.by_head(probabilities)["people"])
    true = people.said(public.labels, public.votes)
    return says[true >= 0], true[true >= 0]


def _accuracy(figures: SplitFigures) -> dict[str, Any]:
    """How often each head is right, and how far the shares of a class are from what people say."""
    said = figures["people"]
    readings = said["classes"].items() if said else ()
    return {
        "people": said["accuracy"] if said else None,
        "label": figures["accuracy"],
        "share_error": {mix: found["share_error"] for mix, found in readings if found},
    }


def load_metadata(emotion: Path) -> dict[str, Any]:
    """What an exported model says of itself. Raises TrainingError if it is none of ours."""
    try:
        metadata: dict[str, Any] = json.loads((emotion / METADATA).read_text())
        return metadata | {"labels": tuple(metadata["labels"])}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"{emotion} is not an exported model: {error}") from error


def _classify_test_splits(data: Dataset, classifier: Classifier) -> dict[TestSplit, FloatArray]:
    """Probabilities by split. Raises TrainingError if one is empty."""
    splits = {name: data.split(name).images for name in TEST_SPLITS}
    for name, images in splits.items():
        if not len(images):
            raise TrainingError(f"the data set has no {name} images")
    print(f"looking at {sum(map(len, splits.values())):,} faces", flush=True)
    probabilities = classifier(np.concatenate([*splits.values()]))
    ends = np.cumsum([len(images) for images in splits.values()])
    return dict(zip(splits, np.split(probabilities, ends[:-1]), strict=True))


def _fit(
    data: Dataset, probabilities: dict[TestSplit, FloatArray], classifier: Classifier
) -> metrics.Settings:
    """The settings that PublicTest asks for."""
    public = data.split("PublicTest")
    looks = [probabilities["PublicTest"], classifier(public.images[:, :, ::-1])]
    return metrics.fit(public, looks, people.shares_of(data.split("Training").votes))


def _measure(
    data: Dataset, probabilities: dict[TestSplit, FloatArray], settings: metrics.Settings
) -> Figures:
    """`metrics.measure` of each split, with the settings."""

    def measure(name: TestSplit) -> SplitFigures:
        return metrics.measure(data.split(name), probabilities[name], settings)

    return {
        "data": data.name,
        "labels": list(data.label_names),
        "judge": data.judge,
        "exponent": settings.exponent,
        "weights": settings.weights,
        "temperature": settings.temperature,
        "PublicTest": measure("PublicTest"),
        "PrivateTest": measure("PrivateTest"),
    }
