"""A trained run as what the browser loads: a TensorFlow.js graph model with its metadata."""

from __future__ import annotations

import json
from pathlib import Path

from training.dataset import LABELS, SIDE
from training.evaluate import load_classifier
from training.framing import FRAMING
from training.models import compact
from training.tfjs import export_graph_model
from training.train import Config


def export(run: Path, to: Path) -> dict:
    """Write the run's best weights to the folder `to` and return its metadata."""
    config = Config.load(run)
    framing = json.loads(FRAMING.read_text())
    metadata = {
        "labels": list(LABELS),
        "height": SIDE,
        "width": SIDE,
        "channels": 1,
        "crop": {"scale": framing["scale"], "offset_y": framing["offset_y"]},
        "accuracy": {},  # measured in a browser, on these very files
        "trained_on": "FER-2013 Training" + (" with FER+ votes" if config.votes_weight else ""),
    }
    return export_graph_model(load_classifier(run), to, metadata, uint8=compact.UINT8)
