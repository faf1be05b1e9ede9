"""A trained run as what the browser loads: a TensorFlow.js graph model with its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras

from training import models
from training.dataset import LABELS, SIDE, VOTES
from training.errors import TrainingError
from training.framing import FRAMING
from training.run import Config, load_classifier
from training.tfjs import GRAPH, export_graph_model


def export(run: Path, to: Path, force: bool = False) -> dict[str, Any]:
    """Write the run's best weights to the folder `to` and return its metadata.

    Raises TrainingError if a model is there already, unless `force`, and as `load_classifier` and
    `export_graph_model` do.
    """
    config = Config.load(run)
    if (to / GRAPH).exists() and not force:
        raise TrainingError(f"{to} holds a model already: --force has this one take its place")
    keras.utils.clear_session()  # layers are numbered anew: the graph is as long each time
    framing = json.loads(FRAMING.read_text())
    metadata = {
        "labels": list(LABELS),
        "choices": list(VOTES),  # of the output, which begins with their probabilities
        "height": SIDE,
        "width": SIDE,
        "channels": 1,
        "crop": {"scale": framing["scale"], "offset_y": framing["offset_y"]},
        # Measured in a browser, on these very files:
        "exponent": 0.0,
        "weights": [1.0] * len(VOTES),
        "temperature": 1.0,
        "sure": 0.5,
        "accuracy": {},
        "trained_on": "FER-2013 Training" + (" with FER+ votes" if config.votes_weight else ""),
    }
    uint8 = models.recipe(config.model).uint8
    return export_graph_model(load_classifier(run), to, metadata, uint8=uint8)
