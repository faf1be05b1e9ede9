"""How close a model comes to what people say: of a face, and of a class of faces.

People are FER+'s annotators, ten for each face; what they say of it is their majority. Labels and
guesses are int [n], indices into LABELS; a guess of -1 names none. Votes are uint8 [n, 10], counts
in the order of VOTES.
"""

from __future__ import annotations

from collections.abc import Mapping
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
PLEASANT, UNPLEASANT = ("happy",), ("angry", "disgust", "fear", "sad")
PLEASANTNESS = np.array([(name in PLEASANT) - float(name in UNPLEASANT) for name in LABELS])


def agreement(labels: IntArray, guesses: IntArray, votes: UInt8Array) -> Agreement | None:
    """What of FER-2013's labels and of the guesses is what people say, face by face and in classes.

    It is measured on the images on which most annotators chose one of LABELS; None where there are
    none.
    """
    said = majority(votes)
    ours = (said >= 0) & (said < len(LABELS))
    if not ours.any():
        return None
    return {
        "images": int(ours.sum()),
        "accuracy": round(float(np.mean(guesses[ours] == said[ours])), 4),
        "fer2013": round(float(np.mean(labels[ours] == said[ours])), 4),
        "classes": {name: read_classes(said[ours], guesses[ours], name) for name in MIXES},
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


def one_annotator(votes: UInt8Array) -> IntArray:
    """What one of a face's annotators said, drawn at random: int [n], -1 for none of LABELS."""
    rng = np.random.default_rng(0)
    places = rng.random(len(votes)) * votes.sum(axis=1)
    chosen = np.argmax(places[:, None] < votes.cumsum(axis=1), axis=1)
    return np.where((chosen < len(LABELS)) & votes.any(axis=1), chosen, -1)


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
