"""How close a model comes to what people say: of a face, and of a class of faces.

People are FER+'s annotators, ten for each face; what they say of it is their majority. Labels and
guesses are int [n], indices into LABELS; a guess of -1 names none. Votes are uint8 [n, 10], counts
in the order of VOTES.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from training.dataset import LABELS, FloatArray, IntArray, UInt8Array
from training.figures import Agreement, Reading

CLASS_SIZE = 20  # students, as many online classes have
CLASSES = 3000  # drawn of each mix
# Which share of a class each of LABELS has; None: that which it has among the faces at hand.
MIXES: Mapping[str, tuple[float, ...] | None] = MappingProxyType(
    {
        "as in FER+": None,
        "60 % neutral": (0.03, 0.01, 0.03, 0.20, 0.08, 0.05, 0.60),
        "even": (1 / 7,) * 7,
    }
)
EXPONENTS = tuple(round(0.05 * step, 2) for step in range(21))
SMOOTHED = 5  # exponents: the error of one alone hangs on a few faces of rare labels
LEAST_SHARE = 0.001  # of a label, so that one that nobody chose has a weight
PLEASANT, UNPLEASANT = ("happy",), ("angry", "disgust", "fear", "sad")
PLEASANTNESS = np.array([(name in PLEASANT) - float(name in UNPLEASANT) for name in LABELS])


def said(labels: IntArray, votes: UInt8Array) -> IntArray:
    """What people say of each face: an index into LABELS, int [n]; -1 where it is none of them.

    It is the majority of FER+'s annotators; in a data set without any votes labels stand in.
    """
    if not votes.any():
        return labels.astype(int)
    chosen = majority(votes)
    return np.where(chosen < len(LABELS), chosen, -1)


def agreement(labels: IntArray, guesses: IntArray, votes: UInt8Array) -> Agreement | None:
    """What of FER-2013's labels and of the guesses is what people say, face by face and in classes.

    None where people say one of LABELS of no face.
    """
    true = said(labels, votes)
    ours = true >= 0
    if not ours.any():
        return None
    return {
        "images": int(ours.sum()),
        "accuracy": round(float(np.mean(guesses[ours] == true[ours])), 4),
        "fer2013": round(float(np.mean(labels[ours] == true[ours])), 4),
        "classes": {name: read_classes(true[ours], guesses[ours], name) for name in MIXES},
    }


def majority(votes: UInt8Array) -> IntArray:
    """The index into VOTES that most annotators chose: int [n], -1 where none has a majority.

    The rule of Barsoum et al. 2016 ("Training Deep Networks for Facial Expression Recognition with
    Crowd-Sourced Label Distribution") as in their ferplus.py: a choice of one annotator alone is
    an outlier and does not count; the majority is more than half of the votes that do.
    """
    counted = np.where(votes > 1, votes, 0).astype(int)
    clear = 2 * counted.max(axis=1) > counted.sum(axis=1)
    return np.where(clear, counted.argmax(axis=1), -1)


def read_classes(said: IntArray, guesses: IntArray, mix: str) -> Reading | None:
    """How far the guesses are from what people say of classes of CLASS_SIZE, drawn by one of MIXES.

    `share_error` is the mean distance between the shares of the labels (total variation, 0..1);
    `pleasantness`, -1..1 for each class, is the mean of 1 for happy, -1 for angry, disgust, fear
    and sad, and 0 for the others: that of the guesses less that of people, so that a model with
    less than 0 has a class look sadder than it does. A class of which nothing is named has no
    shares, and pleasantness 0. None if the mix asks for a label that no face has.
    """
    classes = _draw(said, MIXES[mix])
    if classes is None:
        return None
    true, read = (_shares(each[classes]) for each in (said, guesses))
    return {
        "share_error": round(float(np.abs(read - true).sum(axis=1).mean() / 2), 4),
        "pleasantness": round(float(((read - true) @ PLEASANTNESS).mean()), 4),
    }


def shares_of(votes: UInt8Array) -> FloatArray:
    """How often FER+'s annotators chose each of VOTES: [10], adding up to 1."""
    counts = votes.sum(axis=0, dtype=float)
    shares: FloatArray = counts / max(counts.sum(), 1)
    return shares


def weigh(probabilities: FloatArray, weights: Sequence[float]) -> FloatArray:
    """Probabilities [n, 10], each of VOTES by its weight, and made to add up to 1 again."""
    weighed = probabilities * np.asarray(weights)
    rows: FloatArray = weighed / weighed.sum(axis=1, keepdims=True)
    return rows


def fit_weights(
    true: IntArray, probabilities: FloatArray, shares: FloatArray
) -> tuple[float, list[float]]:
    """The exponent of the labels' shares, and the weights of VOTES that follow from it.

    A network takes what is common where it learnt for common everywhere: in a class in which
    another thing is common it is wrong more often than need be (prior shift, Saerens et al. 2002).
    Each of LABELS is divided by its share to the power of the exponent, the same for all classes,
    which are not known beforehand: that with which the mean share error over MIXES is least, on the
    mean of a few exponents next to each other.
    `probabilities` are those of `people`, [n, 10]; `true` is what people say of the faces.
    """
    weights = {exponent: _weights(shares, exponent) for exponent in EXPONENTS}

    def misread(exponent: float) -> float:
        weighed = weigh(probabilities, weights[exponent])
        guesses = weighed[:, : len(LABELS)].argmax(axis=1)
        found = [read_classes(true, guesses, mix) for mix in MIXES]
        return float(np.mean([each["share_error"] for each in found if each]))

    misreads = np.pad([misread(exponent) for exponent in EXPONENTS], SMOOTHED // 2, mode="edge")
    best = EXPONENTS[np.convolve(misreads, np.ones(SMOOTHED), mode="valid").argmin()]
    return best, weights[best]


def _weights(shares: FloatArray, exponent: float) -> list[float]:
    """Those of VOTES; the mean one, by the labels' shares, is 1, which is that of all others."""
    own = shares[: len(LABELS)]
    if not own.any():  # nobody voted
        return [1.0] * len(shares)
    weights = np.maximum(own, LEAST_SHARE) ** -exponent
    weights *= own.sum() / (own * weights).sum()
    return [round(float(each), 4) for each in weights] + [1.0] * (len(shares) - len(LABELS))


def _draw(said: IntArray, mix: tuple[float, ...] | None) -> IntArray | None:
    """CLASSES classes of such faces, as indices: int [classes, students]."""
    rng = np.random.default_rng(0)
    if mix is None:
        return rng.integers(0, len(said), (CLASSES, CLASS_SIZE))
    faces = [np.flatnonzero(said == label) for label in range(len(LABELS))]
    if not all(len(each) for each in faces):
        return None
    labels = rng.choice(len(LABELS), (CLASSES, CLASS_SIZE), p=mix)
    places = rng.random((CLASSES, CLASS_SIZE))
    counts = np.array([len(each) for each in faces])
    firsts = np.cumsum(counts) - counts
    return np.concatenate(faces)[firsts[labels] + (places * counts[labels]).astype(int)]


def _shares(named: IntArray) -> FloatArray:
    """int [classes, students] -> the share of each label among what is named, [classes, 7]."""
    counts = (named[..., None] == np.arange(len(LABELS))).sum(axis=1)
    shares: FloatArray = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares
