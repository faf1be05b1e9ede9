"""The words of the domain: emotions, what a camera can say, and what a student can say."""

from __future__ import annotations

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
EMOTIONS = frozenset(VALENCE)
STATES = ("ok", "unsure", "no_face", "paused")
PACES = ("slow_down", "fine", "speed_up", "lost")
MODES = ("camera", "self-report")
ALERTS = ("mood_dropped", "faces_gone", "many_lost")
CLEARABLE = ("pace", "help")  # what a teacher can clear of the students' own words
OTHER = "other"  # the share that stands for emotions too rare to be named
