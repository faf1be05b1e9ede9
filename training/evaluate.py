"""How good a model is on the test splits: a run's in Keras, an exported one's in Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from training import models
from training.browser import classify
from training.dataset import LABELS, Dataset
from training.errors import TrainingError
from training.train import Config, load_best


def load_classifier(run: Path) -> keras.Model:
    """The run's best weights: faces [n, 48, 48, 1], grey levels 0..255 -> probabilities [n, 7].

    Raises TrainingError as `load_best` does.
    """
    model = models.build(Config.load(run).model)
    load_best(model, run)
    return keras.Model(model.input, keras.layers.Softmax(name="probabilities")(model.output))


def evaluate(run: Path, data: Dataset) -> dict:
    """Figures on PublicTest and PrivateTest, also written to `evaluation.json` in the run.

    Raises TrainingError as `load_classifier` does, and if one of the splits is empty.
    """
    classifier = load_classifier(run)

    def probabilities(images: np.ndarray) -> np.ndarray:
        return classifier.predict(images[..., None].astype(np.float32), 512, verbose=0)

    figures = _measure_test_splits(data, probabilities)
    (run / "evaluation.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def publish_accuracy(emotion: Path, data: Dataset) -> dict:
    """Measure an exported model on both test splits and write the accuracy to its metadata.

    The model runs in Chromium, as it does for students. Raises TrainingError if it cannot.
    """
    path = emotion / "metadata.json"
    try:
        metadata = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise TrainingError(f"{emotion} is not an exported model: {error}") from error
    if metadata.get("labels") != list(LABELS):
        raise TrainingError(f"{emotion} has other labels than FER-2013's: {metadata.get('labels')}")
    figures = _measure_test_splits(data, lambda images: classify(images, emotion))
    metadata["accuracy"] = {split: figure["accuracy"] for split, figure in figures.items()}
    path.write_text(json.dumps(metadata, indent=2) + "\n")
    return figures


def _measure_test_splits(
    data: Dataset, probabilities: Callable[[np.ndarray], np.ndarray]
) -> dict[str, dict]:
    splits = {name: data.split(name) for name in ("PublicTest", "PrivateTest")}
    for name, faces in splits.items():
        if not len(faces.images):
            raise TrainingError(f"the data set has no {name} images")
    return {
        name: measure(faces.labels, probabilities(faces.images)) for name, faces in splits.items()
    }


def measure(labels: np.ndarray, probabilities: np.ndarray) -> dict:
    """Figures for true labels [n] and probabilities [n, 7]: shares 0..1, counts in the matrix.

    Rows of the confusion matrix are the true labels.
    """
    guesses = probabilities.argmax(axis=1)
    return {
        "images": len(labels),
        "accuracy": round(float(accuracy_score(labels, guesses)), 4),
        "macro_f1": round(float(f1_score(labels, guesses, average="macro", zero_division=0)), 4),
        "confusion": confusion_matrix(labels, guesses, labels=range(len(LABELS))).tolist(),
    }


def describe(figures: dict) -> str:
    """The figures of one split, as text."""
    rows = [
        f"accuracy {figures['accuracy']:.4f}, macro F1 {figures['macro_f1']:.4f}, "
        f"{figures['images']:,} images; rows are true labels:",
        " " * 10 + "".join(f"{label:>9}" for label in LABELS),
    ]
    rows += [
        f"{label:10}" + "".join(f"{count:9}" for count in row)
        for label, row in zip(LABELS, figures["confusion"], strict=True)
    ]
    return "\n".join(rows)
