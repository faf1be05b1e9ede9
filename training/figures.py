"""What an evaluation measures, as its figures.json holds it.

Figures are shares 0..1; None where one is not defined, as the recall of a label that no image has.
"""

from __future__ import annotations

from typing import TypedDict


class ClassFigures(TypedDict):
    """Those of one label against the rest."""

    precision: float | None
    recall: float | None
    f1: float | None
    auc: float | None
    support: int  # images that have the label


class Reading(TypedDict):
    """How far guesses are from what people say of a class, in the mean of many classes."""

    share_error: float  # total variation between the shares of the labels
    pleasantness: float  # -2..2, that of the guesses less that of people, by the labels' valence


class Agreement(TypedDict):
    """With what people say, on the images of which they say one of the labels."""

    images: int
    accuracy: float
    label: float  # of the data set's own labels
    classes: dict[str, Reading | None]  # by the name of their mix


class Bins(TypedDict):
    """Guesses by their probability, in bins of equal width; None where a bin holds no image."""

    error: float | None  # ECE
    images: list[int]
    confidence: list[float | None]
    accuracy: list[float | None]


class Calibration(TypedDict):
    """As the model was trained, and at the temperature."""

    before: Bins
    after: Bins


class Curve(TypedDict):
    """The corners of an ROC curve."""

    false_positives: list[float | None]
    true_positives: list[float | None]


class PeopleFigures(TypedDict):
    """What people say of a split's images, by the head for it as the page uses it."""

    people: Agreement | None
    calibration: Calibration | None  # None where `people` is


class LabelFigures(TypedDict):
    """The label, by the head for it; macro figures are means over the labels that have one."""

    images: int
    accuracy: float | None
    macro_f1: float | None
    macro_auc: float | None
    classes: dict[str, ClassFigures]
    confusion: list[list[int]]  # rows are the true labels
    roc: dict[str, Curve | None]


class SplitFigures(PeopleFigures, LabelFigures):
    """All of one split."""


class Figures(TypedDict):
    """Both test splits, with what PublicTest asks for: see `metrics.Settings`."""

    data: str  # the name of the data set
    labels: list[str]
    judge: str  # see `Dataset.judge`
    exponent: float
    weights: list[float]  # of the labels and NO_LABELS
    temperature: float
    PublicTest: SplitFigures
    PrivateTest: SplitFigures


class RunFigures(Figures):
    """With the run's model, and the SHA-256 of the weights' file and of the data that were used."""

    model: str
    sha256: str
    data_sha256: str
