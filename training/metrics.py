"""What a model's probabilities are worth: accuracy, confusion, ROC, calibration, what people say.

Labels are int [n], indices into a data set's; probabilities are float [n, choices], rows that add
up to 1. Figures are shares 0..1, rounded to four digits; None where one is not defined, as the
recall of a label that no image has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.metrics import (
    auc,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    roc_curve,
)

from training.dataset import HEADS, NO_LABELS, Dataset, FloatArray, IntArray, Labels
from training.figures import Bins, LabelFigures, PeopleFigures, SplitFigures
from training.people import CLASS_SIZE, agreement, fit_weights, said, weigh

BINS = 15  # as in Guo et al. 2017
TEMPERATURES = (0.05, 20.0)  # to search between; beyond, all answers are certain or all are equal
CLASSES = 1000  # a few hundred would move the least probability by a hundredth
COST = 0.01  # by how much the share error may grow, so that the least certain faces are not named
LEAST = 1e-12  # of a probability before its logarithm: float32 softmax rounds the rest to 0


class Settings(NamedTuple):
    """What lies between a model's probabilities and what the page says, fitted on PublicTest."""

    exponent: float  # of the labels' shares: see `people.fit_weights`
    weights: list[float]  # of the labels and NO_LABELS, that follow from it
    temperature: float  # see `fit_temperature`

    def apply(self, people: FloatArray) -> FloatArray:
        """Probabilities of the labels and NO_LABELS, [n, labels + 3], as the page has them."""
        return calibrate(weigh(people, self.weights), self.temperature)

    def of_labels(self, people: FloatArray) -> FloatArray:
        """Those of the labels alone: what is missing to 1 is that of none of them."""
        return self.apply(people)[:, : -len(NO_LABELS)]


def by_head(probabilities: FloatArray) -> dict[str, FloatArray]:
    """Probabilities of both heads side by side, [n, 2 labels + 3], by the name of the head."""
    end = (probabilities.shape[1] + len(NO_LABELS)) // 2  # of those of `people`
    return dict(zip(HEADS, np.split(probabilities, [end], axis=1), strict=True))


def fit(faces: Dataset, looks: Sequence[FloatArray], shares: FloatArray) -> Settings:
    """The settings for a model that gives these probabilities, of both heads, of the faces.

    `looks` are one array [n, 2 labels + 3] for each way in which pages look at a face: as it is,
    and mirrored. The settings change nothing where people say a label of no face. `shares` are
    those of people's choices where the model learnt, [labels + 3].
    """
    true = said(faces.labels, faces.votes)
    ours = true >= 0
    if not ours.any():
        return Settings(0.0, [1.0] * len(shares), 1.0)
    people = np.concatenate([by_head(each)["people"][ours] for each in looks])
    true = np.tile(true[ours], len(looks))
    exponent, weights = fit_weights(true, people, shares, faces.label_names)
    return Settings(exponent, weights, fit_temperature(true, weigh(people, weights)))


def measure(faces: Dataset, probabilities: FloatArray, settings: Settings) -> SplitFigures:
    """All figures of one split, as JSON keeps them; the probabilities are those of both heads."""
    given = by_head(probabilities)
    return {
        **measure_people(faces, given["people"], settings),
        **measure_labels(faces.labels, given["label"], faces.label_names),
    }


def measure_people(faces: Dataset, people: FloatArray, settings: Settings) -> PeopleFigures:
    """How close the page comes to what people say: `people` are the probabilities of that head."""
    true = said(faces.labels, faces.votes)
    ours = true >= 0
    guesses = settings.of_labels(people).argmax(axis=1)
    weighed = weigh(people[ours], settings.weights)
    return {
        "people": agreement(faces, guesses),
        "calibration": {
            "before": calibration(true[ours], weighed[:, : -len(NO_LABELS)]),
            "after": calibration(true[ours], settings.of_labels(people[ours])),
        }
        if ours.any()
        else None,
    }


def measure_labels(labels: IntArray, probabilities: FloatArray, names: Labels) -> LabelFigures:
    """How well the labels of these names are told: probabilities are [n, names].

    Macro figures are means over the labels that have the figure. Rows of the confusion matrix are
    the true labels. The ROC curves come last because they are long.
    """
    guesses = probabilities.argmax(axis=1)
    known = {"labels": range(len(names)), "zero_division": np.nan}  # nan: then it has none
    each = precision_recall_fscore_support(labels, guesses, **known)
    curves = roc_curves(labels, probabilities)
    areas = [auc(*curve) if curve else np.nan for curve in curves]
    return {
        "images": len(labels),
        "accuracy": _share(np.mean(guesses == labels)),
        "macro_f1": _share(f1_score(labels, guesses, average="macro", **known)),
        "macro_auc": None if np.isnan(areas).all() else _share(np.nanmean(areas)),
        "classes": {
            name: {
                "precision": _share(precision),
                "recall": _share(recall),
                "f1": _share(f1),
                "auc": _share(area),
                "support": int(support),
            }
            for name, precision, recall, f1, support, area in zip(names, *each, areas, strict=True)
        },
        "confusion": confusion_matrix(labels, guesses, labels=range(len(names))).tolist(),
        "roc": {
            name: {
                "false_positives": [_share(share) for share in curve[0]],
                "true_positives": [_share(share) for share in curve[1]],
            }
            if curve
            else None
            for name, curve in zip(names, curves, strict=True)
        },
    }


def roc_curves(
    labels: IntArray, probabilities: FloatArray
) -> list[tuple[FloatArray, FloatArray] | None]:
    """Of each label against the rest, the corners: false positive rates, true positive rates.

    None for a label that no image has, or all have: there is nothing to tell apart.
    """
    each = [(labels == label, probabilities[:, label]) for label in range(probabilities.shape[1])]
    return [roc_curve(*one)[:2] if len(np.unique(one[0])) == 2 else None for one in each]


def calibration(labels: IntArray, probabilities: FloatArray) -> Bins:
    """How far the highest probability is from the share of guesses that are right.

    Guo et al. 2017, "On Calibration of Modern Neural Networks": guesses fall into 15 bins of equal
    width, (0, 1/15] to (14/15, 1], by their probability; `error` (ECE) is the mean over the images
    of their bin's |accuracy - mean probability|. The bins have None where they hold no image.
    """
    confidence = probabilities.max(axis=1).astype(float)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, BINS + 1)
    bins = np.digitize(confidence, edges[1:-1], right=True)
    images = np.bincount(bins, minlength=BINS)
    sums = [np.bincount(bins, weights=each, minlength=BINS) for each in (confidence, right)]
    means = [
        [_share(total / n) if n else None for total, n in zip(each, images, strict=True)]
        for each in sums
    ]
    return {
        "error": _share(np.abs(sums[0] - sums[1]).sum() / len(labels)),
        "images": images.tolist(),
        "confidence": means[0],
        "accuracy": means[1],
    }


def fit_temperature(labels: IntArray, probabilities: FloatArray) -> float:
    """The temperature that makes these labels most likely (least negative log-likelihood).

    Temperature scaling, Guo et al. 2017: one number that divides all logits, so that no guess
    changes. Above 1, the model was too sure of itself.
    """

    logits, images = _logits(probabilities), np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        return -log_softmax(logits / np.exp(log_temperature), axis=1)[images, labels].mean()

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded")
    return round(float(np.exp(found.x)), 4)


def least_sure(labels: IntArray, probabilities: FloatArray) -> float:
    """The highest confidence threshold that leaves the shares of a class as they are, nearly.

    A threshold rejects no random part of a class: models are seldom certain of anger, fear and
    sadness, so that a class of which only confident guesses count looks more pleasant than it does.
    The share error (mean total variation, over classes of random images) with the threshold is at
    most COST larger than without one; a class in which nobody is named is wholly wrong.

    labels: int [n]; probabilities: float [n, labels], calibrated. Returns a multiple of 0.01; 0.0
    if any threshold costs more.
    """
    one_hot = np.eye(probabilities.shape[1])
    guesses, confidence = one_hot[probabilities.argmax(axis=1)], probabilities.max(axis=1)
    groups = np.random.default_rng(0).integers(0, len(labels), (CLASSES, CLASS_SIZE))
    true_shares = one_hot[labels][groups].mean(axis=1)

    def share_error(sure: float) -> float:
        counts = (guesses * (confidence >= sure)[:, None])[groups].sum(axis=1)
        named = counts.sum(axis=1)
        shares = counts / np.maximum(named, 1)[:, None]
        distances = np.abs(shares - true_shares).sum(axis=1) / 2
        return np.where(named, distances, 1.0).mean()

    most = (1 + COST) * share_error(0.0)
    return max(sure for sure in np.arange(100) / 100 if share_error(sure) <= most)


def calibrate(probabilities: FloatArray, temperature: float) -> FloatArray:
    """The probabilities that logits / temperature give."""
    return softmax(_logits(probabilities) / temperature, axis=1)


def confident_mistakes(labels: IntArray, probabilities: FloatArray, limit: int) -> IntArray:
    """Indices of at most `limit` wrong guesses, those with the highest probability first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:limit]


def _logits(probabilities: FloatArray) -> FloatArray:
    """log(p): the logits less one number a row, which makes no difference to a softmax."""
    return np.log(np.maximum(probabilities.astype(float), LEAST))


def _share(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
