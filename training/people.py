"""How close a model comes to what people say: of a face, and of a class of faces.

People are FER+'s annotators, ten for each face; what they say of it is their majority. Labels and
guesses are int [n], indices into the data set's labels; a guess of -1 names none. Votes are uint8
[n, labels + 3], counts for each of the labels and of NO_LABELS.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.dataset import LABELS, NO_LABELS, Dataset, FloatArray, IntArray, Labels, UInt8Array
from training.figures import Agreement, Reading

CLASS_SIZE = 20  # students, as many online classes have
CLASSES = 3000  # drawn of each mix
AS_IN_DATA, MOSTLY_NEUTRAL, EVEN = "as in the data", "60 % neutral", "even"
NEUTRAL_SHARES = (0.03, 0.01, 0.03, 0.20, 0.08, 0.05, 0.60)  # of LABELS in a class that listens
EXPONENTS = tuple(round(0.05 * step, 2) for step in range(21))
SMOOTHED = 5  # exponents: the error of one alone hangs on a few faces of rare labels
LEAST_SHARE = 0.001  # of a label, so that one that nobody chose has a weight
# How pleasant looks are, as far as it is known by their names.
VALENCES = {"happy": 1, "angry": -1, "disgust": -1, "fear": -1, "sad": -1}

Mix = tuple[float, ...] | None


def mixes_of(labels: Labels) -> dict[str, Mix]:
    """The classes to draw, by name: which share each label has; None: as among the faces at hand.

    Of other labels than FER-2013's nobody knows how common they are in a class.
    """
    neutral: dict[str, Mix] = {MOSTLY_NEUTRAL: NEUTRAL_SHARES} if labels == LABELS else {}
    return {AS_IN_DATA: None, **neutral, EVEN: (1 / len(labels),) * len(labels)}


def usual_mix(labels: Labels) -> str:
    """The name of the mix that comes closest to what is known of classes."""
    return MOSTLY_NEUTRAL if labels == LABELS else AS_IN_DATA


def valence_of(labels: Labels) -> dict[str, int]:
    """Each label's: 1 for looks that are pleasant, -1 for unpleasant ones, 0 for all others."""
    return {label: VALENCES.get(label, 0) for label in labels}


def said(labels: IntArray, votes: UInt8Array) -> IntArray:
    """What people say of each face: the index of a label, int [n]; -1 where it is none of them.

    It is the majority of FER+'s annotators; in a data set without any votes labels stand in.
    """
    if not votes.any():
        return labels.astype(int)
    chosen = majority(votes)
    return np.where(chosen < votes.shape[1] - len(NO_LABELS), chosen, -1)


def agreement(faces: Dataset, guesses: IntArray) -> Agreement | None:
    """What of the labels and of the guesses is what people say, face by face and in classes.

    None where people say a label of no face.
    """
    true = said(faces.labels, faces.votes)
    ours, names = true >= 0, faces.label_names
    if not ours.any():
        return None
    return {
        "images": int(ours.sum()),
        "accuracy": round(float(np.mean(guesses[ours] == true[ours])), 4),
        "label": round(float(np.mean(faces.labels[ours] == true[ours])), 4),
        "classes": {
            name: read_classes(true[ours], guesses[ours], names, mix)
            for name, mix in mixes_of(names).items()
        },
    }


def majority(votes: UInt8Array) -> IntArray:
    """The choice that most annotators made: int [n], -1 where none has a majority.

    The rule of Barsoum et al. 2016 ("Training Deep Networks for Facial Expression Recognition with
    Crowd-Sourced Label Distribution") as in their ferplus.py: a choice of one annotator alone is
    an outlier and does not count; the majority is more than half of the votes that do.
    """
    counted = np.where(votes > 1, votes, 0).astype(int)
    clear = 2 * counted.max(axis=1) > counted.sum(axis=1)
    return np.where(clear, counted.argmax(axis=1), -1)


def read_classes(said: IntArray, guesses: IntArray, labels: Labels, mix: Mix) -> Reading | None:
    """How far the guesses are from what people say of classes of CLASS_SIZE, drawn by the mix.

    `share_error` is the mean distance between the shares of the labels (total variation, 0..1);
    `pleasantness`, -1..1 for each class, is the labels' mean valence: that of the guesses less that
    of people, so that a model with less than 0 has a class look sadder than it does. A class of
    which nothing is named has no shares, and pleasantness 0. None if the mix asks for a label that
    no face has.
    """
    classes = _draw(said, mix)
    if classes is None:
        return None
    true, read = (_shares(each[classes], len(labels)) for each in (said, guesses))
    valences = np.array([*valence_of(labels).values()])
    return {
        "share_error": round(float(np.abs(read - true).sum(axis=1).mean() / 2), 4),
        "pleasantness": round(float(((read - true) @ valences).mean()), 4),
    }


def shares_of(votes: UInt8Array) -> FloatArray:
    """How often FER+'s annotators made each choice: [choices], adding up to 1; 0 without votes."""
    counts = votes.sum(axis=0, dtype=float)
    shares: FloatArray = counts / max(counts.sum(), 1)
    return shares


def weigh(probabilities: FloatArray, weights: Sequence[float]) -> FloatArray:
    """Probabilities [n, choices], each choice by its weight, made to add up to 1 again."""
    weighed = probabilities * np.asarray(weights)
    rows: FloatArray = weighed / weighed.sum(axis=1, keepdims=True)
    return rows


def fit_weights(
    true: IntArray, probabilities: FloatArray, shares: FloatArray, labels: Labels
) -> tuple[float, list[float]]:
    """The exponent of the labels' shares, and the weights of the choices that follow from it.

    A network takes what is common where it learnt for common everywhere: in a class in which
    another thing is common it is wrong more often than need be (prior shift, Saerens et al. 2002).
    Each label is divided by its share to the power of the exponent, the same for all classes, which
    are not known beforehand: that with which the mean share error over the mixes is least, on the
    mean of a few exponents next to each other.
    `probabilities` are those of `people`, [n, choices]; `true` is what people say of the faces.
    """
    weights = {exponent: _weights(shares, exponent) for exponent in EXPONENTS}

    def misread(exponent: float) -> float:
        weighed = weigh(probabilities, weights[exponent])
        guesses = weighed[:, : len(labels)].argmax(axis=1)
        found = [read_classes(true, guesses, labels, mix) for mix in mixes_of(labels).values()]
        return float(np.mean([each["share_error"] for each in found if each]))

    misreads = np.pad([misread(exponent) for exponent in EXPONENTS], SMOOTHED // 2, mode="edge")
    best = EXPONENTS[np.convolve(misreads, np.ones(SMOOTHED), mode="valid").argmin()]
    return best, weights[best]


def _weights(shares: FloatArray, exponent: float) -> list[float]:
    """Those of the choices; the labels' mean one, by their shares, is 1, as are all others."""
    own = shares[: -len(NO_LABELS)]
    if not own.any():  # nobody voted
        return [1.0] * len(shares)
    weights = np.maximum(own, LEAST_SHARE) ** -exponent
    weights *= own.sum() / (own * weights).sum()
    return [round(float(each), 4) for each in weights] + [1.0] * len(NO_LABELS)


def _draw(said: IntArray, mix: Mix) -> IntArray | None:
    """CLASSES classes of such faces, as indices: int [classes, students]."""
    rng = np.random.default_rng(0)
    if mix is None:
        return rng.integers(0, len(said), (CLASSES, CLASS_SIZE))
    faces = [np.flatnonzero(said == label) for label in range(len(mix))]
    if not all(len(each) for each in faces):
        return None
    labels = rng.choice(len(mix), (CLASSES, CLASS_SIZE), p=mix)
    places = rng.random((CLASSES, CLASS_SIZE))
    counts = np.array([len(each) for each in faces])
    firsts = np.cumsum(counts) - counts
    return np.concatenate(faces)[firsts[labels] + (places * counts[labels]).astype(int)]


def _shares(named: IntArray, labels: int) -> FloatArray:
    """int [classes, students] -> the share of each label among what is named, [classes, labels]."""
    counts = (named[..., None] == np.arange(labels)).sum(axis=1)
    shares: FloatArray = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares
