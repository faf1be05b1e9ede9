"""Words of the contract that the domain reckons with, and what faces can be said to look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from server.domain.contract import definition, words

# FER-2013's seven, as a set: the order of a model's outputs is in that model's metadata.json.
# The sign says how each counts in the valence of a class: happy is pleasant; angry, disgusted,
# fearful and sad are not; neutral and surprise are neither (surprise comes in both kinds:
# Noordewier and Breugelmans 2013).
FER2013 = {
    "angry": -1,
    "disgust": -1,
    "fear": -1,
    "happy": 1,
    "neutral": 0,
    "sad": -1,
    "surprise": 0,
}
PACES = words("Pace")
MODES = words("Mode")
ANSWERS = words("Answer")
MAX_LABEL: int = definition("Emotion")["maxLength"]
OTHER = "other"  # the share that stands for emotions too rare to be named, or unknown


class Looks(NamedTuple):
    """The shares of faces that a class is summed up by: pleasant, neutral and unpleasant ones."""

    happy: float
    neutral: float
    unhappy: float


class Labels:
    """The emotions that a server knows.

    model: those of its model, in the order of its outputs, with their valences: -1, 0 or 1;
    valences: those, and FER-2013's, which classes of before, simulated ones and other processes
        have.
    """

    def __init__(self, model: Mapping[str, int]) -> None:
        # A label of this name means what the share of this name does, whatever else it holds.
        self.model = {label: sign for label, sign in model.items() if label != OTHER}
        self.valences = FER2013 | self.model

    def known(self, emotion: str) -> str:
        """The emotion, or "other" if it is unknown: whatever text somebody sent instead."""
        return emotion if emotion in self.valences else OTHER

    def looks(self, shares: Mapping[str, float]) -> Looks:
        """What shares of emotions come to."""
        return Looks(
            sum(share for emotion, share in shares.items() if self.valences.get(emotion, 0) > 0),
            0 if self.valences["neutral"] else shares.get("neutral", 0),
            sum(share for emotion, share in shares.items() if self.valences.get(emotion, 0) < 0),
        )


SHIPPED = Labels(FER2013)
