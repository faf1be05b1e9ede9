"""The heads of a run, fitted anew to labels and votes; its body stays as it is.

What a body makes of faces can be good for more than its heads say (Kang et al. 2020, "Decoupling
Representation and Classifier for Long-Tailed Recognition"), above all where they learnt from
teachers, whose answers are a mixture of labels and votes.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from training import models
from training.batches import make_targets
from training.dataset import HEADS, Dataset, FloatArray, Labels
from training.errors import TrainingError
from training.files import new_folder
from training.run import (
    BEST_WEIGHTS,
    Config,
    load_best,
    read_history,
    save_weights,
    write_history,
)

PENALTY = 0.003  # of the squared distance of a head's weights from what they were
# Rare, and taken for one another: ten votes say less of which it is than the `label` head does.
ALIKE = ("disgust", "fear", "sad")
SHARPNESS = 0.3  # of the `label` head where votes for ALIKE are shared out; 0: as `people` has it


class _Examples(NamedTuple):
    """Faces and their mirror images, as the body sees them, and what the heads are to say."""

    features: FloatArray  # [n, features + 1], of which the last is 1, for the bias
    targets: dict[str, FloatArray]  # by head, [n, choices]: distributions, or zeros without votes


def refit(run: Path, to: Path, data: Dataset) -> dict[str, tuple[float, float]]:
    """Write `run` to the folder `to` with heads fitted to `data`; all else of it is the same.

    The `label` head learns the labels of Training's faces and their mirror images, the `people`
    head the votes, as `sharpen` shares them out. Returns, by head, the cross-entropy of PublicTest
    with such targets, before and after. Raises TrainingError as `load_best` does, if the data have
    other labels or either split is empty, and if there is something at `to` already.
    """
    config = Config.load(run)
    data.require_labels(config.labels, run)
    if to.exists():
        raise TrainingError(f"{to} is there already: write elsewhere")
    model = models.build(config.model, len(config.labels))
    load_best(model, run)
    before = {name: np.vstack(model.get_layer(name).get_weights()) for name in HEADS}
    body = keras.Model(model.input, model.get_layer("label").input)
    training, public = (_examples(body, faces) for faces in data.to_learn())

    after = {"label": _fit(training, "label", before["label"])}
    for each in (training, public):
        each.targets["people"] = sharpen(
            each.targets["people"],
            each.features @ before["people"],
            each.features @ after["label"],
            config.labels,
        )
    after["people"] = _fit(training, "people", before["people"])

    for name, weights in after.items():
        model.get_layer(name).set_weights([weights[:-1], weights[-1]])
    with new_folder(to, BEST_WEIGHTS) as folder:
        config.save(folder)
        write_history(folder, read_history(run))
        save_weights(model, folder / BEST_WEIGHTS)
    return {
        name: (_loss(public, name, before[name]), _loss(public, name, after[name]))
        for name in HEADS
    }


def sharpen(votes: FloatArray, people: FloatArray, label: FloatArray, labels: Labels) -> FloatArray:
    """Distributions of votes, [n, labels + 3], in which those for ALIKE are shared out anew.

    Together they keep what they have. Each gets as much of it as the weighted geometric mean of
    both heads' probabilities has it; `people`, [n, labels + 3], and `label`, [n, labels], are the
    heads' logits.
    """
    alike = [labels.index(name) for name in ALIKE if name in labels]
    if not alike:
        return votes
    parts = softmax((1 - SHARPNESS) * people[:, alike] + SHARPNESS * label[:, alike], axis=1)
    sharpened = votes.copy()
    sharpened[:, alike] = parts * votes[:, alike].sum(axis=1, keepdims=True)
    return sharpened


def _examples(body: keras.Model, faces: Dataset) -> _Examples:
    images = np.concatenate([faces.images, faces.images[:, :, ::-1]])
    features = body.predict(images[..., None].astype(np.float32), 512, verbose=0)
    targets = make_targets(faces, Config())
    return _Examples(
        np.column_stack([features, np.ones(len(features))]),
        {name: np.tile(targets[name].astype(float), (2, 1)) for name in HEADS},
    )


def _fit(examples: _Examples, name: str, before: FloatArray) -> FloatArray:
    """The weights of a head, [features + 1, choices]: multinomial logistic regression."""
    features, targets = examples.features, examples.targets[name]
    voted = targets.sum(axis=1, keepdims=True)

    def objective(flat: FloatArray) -> tuple[float, FloatArray]:
        weights = flat.reshape(before.shape)
        moved = weights - before
        moved[-1] = 0  # biases are free
        wrong = voted * softmax(features @ weights, axis=1) - targets
        slope = features.T @ wrong / voted.sum() + 2 * PENALTY * moved
        return _loss(examples, name, weights) + PENALTY * np.square(moved).sum(), slope.ravel()

    found = minimize(objective, before.ravel(), jac=True, method="L-BFGS-B")
    weights: FloatArray = found.x.reshape(before.shape)
    return weights


def _loss(examples: _Examples, name: str, weights: FloatArray) -> float:
    """The mean cross-entropy of the faces that have targets."""
    targets = examples.targets[name]
    logs = log_softmax(examples.features @ weights, axis=1)
    return float(-(targets * logs).sum() / targets.sum())
