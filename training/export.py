"""A trained run as what the browser loads: a TensorFlow.js graph model with its metadata."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import keras

from training import models
from training.crop import page_crop
from training.dataset import NO_LABELS, SIDE
from training.errors import TrainingError
from training.people import valence_of
from training.run import Config, load_classifier
from training.tfjs import GRAPH, export_graph_model


def export(
    run: Path,
    to: Path,
    pleasant: Collection[str] = (),
    unpleasant: Collection[str] = (),
    force: bool = False,
) -> dict[str, Any]:
    """Write the run's best weights to the folder `to` and return its metadata.

    Labels are `pleasant` or `unpleasant` if they are named so, and else what `valence_of` knows.
    Raises TrainingError for names that are no labels, if a model is there already, unless `force`,
    and as `load_classifier` and `export_graph_model` do.
    """
    config = Config.load(run)
    valence = valence_of(config.labels)
    named = dict.fromkeys(pleasant, 1) | dict.fromkeys(unpleasant, -1)
    if unknown := named.keys() - valence.keys():
        raise TrainingError(
            f"{run} has no label {sorted(unknown)[0]!r}: it has {', '.join(config.labels)}"
        )
    if both := set(pleasant) & set(unpleasant):
        raise TrainingError(f"{sorted(both)[0]!r} cannot be both pleasant and unpleasant")
    if (to / GRAPH).exists() and not force:
        raise TrainingError(f"{to} holds a model already: --force has this one take its place")
    keras.utils.clear_session()  # layers are numbered anew: the graph is as long each time
    metadata = {
        "data": config.data,
        "labels": list(config.labels),
        "choices": [*config.labels, *NO_LABELS],  # the output begins with their probabilities
        "valence": valence | named,
        "height": SIDE,
        "width": SIDE,
        "channels": 1,
        "crop": page_crop(),
        # Measured in a browser, on these very files:
        "exponent": 0.0,
        "weights": [1.0] * (len(config.labels) + len(NO_LABELS)),
        "temperature": 1.0,
        "sure": 0.5,
        "accuracy": {},
        "trained_on": f"{config.data}, Training"
        + (" with FER+ votes" if config.votes_weight else ""),
    }
    uint8 = models.recipe(config.model).uint8
    return export_graph_model(load_classifier(run), to, metadata, uint8=uint8)
