"""Words of the contract that the domain reckons with."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.contract import words

# FER-2013's seven, as a set: the order of a model's outputs is in that model's metadata.json.
# The sign says how each counts in the valence of a class: happy is pleasant; angry, disgusted,
# fearful and sad are not; neutral and surprise are neither (surprise comes in both kinds:
# Noordewier and Breugelmans 2013).
VALENCE = {
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
OTHER = "other"  # the share that stands for emotions too rare to be named


def unhappy(shares: Mapping[str, float]) -> float:
    """The share of faces that look unpleasant."""
    return sum(share for emotion, share in shares.items() if VALENCE.get(emotion, 0) < 0)
