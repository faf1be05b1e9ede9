"""A model with labels of its own, as somebody exports it who trained on faces of their own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.config import SHIPPED_MODEL

# Two that no page has a word for, one with an accent, and one as long as labels can be.
LONG = "thinking about something else altogether"
VALENCES = {"confused": -1, "à l'aise": 1, "neutral": 0, "bored": -1, LONG: 0}


def describe(valences: Mapping[str, int] = VALENCES, **fields: Any) -> dict[str, Any]:
    """The metadata of a model with these labels, or with other fields; all else is as shipped."""
    shipped = json.loads((SHIPPED_MODEL / "metadata.json").read_text())
    choices = [*valences, "contempt", "unknown", "not a face"]
    own = {"labels": list(valences), "valence": dict(valences), "choices": choices, "data": "Mine"}
    return {**shipped, **own, "weights": [1.0] * len(choices), **fields}


def copy_model(folder: Path, **fields: Any) -> Path:
    """The shipped model's files with such metadata: a server takes it, no page can run it."""
    shutil.copytree(SHIPPED_MODEL, folder)
    (folder / "metadata.json").write_text(json.dumps(describe(**fields)))
    return folder
