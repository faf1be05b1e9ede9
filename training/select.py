"""Compare all runs that have been evaluated, and choose the one that students get."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from training.browser import time_crops
from training.dataset import TEST_SPLITS, Dataset
from training.errors import TrainingError
from training.evaluate import EVALUATION, FIGURES, fingerprint
from training.export import export
from training.people import usual_mix
from training.run import Config, read_history
from training.selection import PAGES, Candidate, Selection

CROPS = 50  # of PublicTest, each timed by itself


def select(runs: Path, data: Dataset) -> Selection:
    """Compare the runs in the folder `runs` and write the comparison there (`Selection.save`).

    A run that has no evaluation of its present weights on these data is left out. Raises
    TrainingError if no run is left or none fits a browser, if one cannot be exported or run in
    Chromium, and if the comparison cannot be written.
    """
    for name in PAGES:
        if (runs / name).is_dir():  # better said before minutes of work
            raise TrainingError(f"{runs / name} is a folder: move it away")
    measured, left_out = _measured_runs(runs, data)
    if not measured:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise TrainingError(f"{runs} has no run to select from ({reasons or 'it is empty'})")
    with TemporaryDirectory() as folder:
        exported = {name: Path(folder, name) for name in measured}
        for name, path in exported.items():
            print(f"exporting {name}", flush=True)
            metadata = export(runs / name, path)
            measured[name] |= {"params": metadata["params"], "bytes": metadata["bytes"]}
        crops = data.split("PublicTest").sample(CROPS).images
        print(f"timing {len(crops)} crops in Chromium", flush=True)
        times = np.median(time_crops(list(exported.values()), crops), axis=1)
    candidates = [
        Candidate(run=name, milliseconds=round(float(time), 2), **figures)
        for (name, figures), time in zip(measured.items(), times, strict=True)
    ]
    selection = Selection.of(candidates, left_out, data)
    selection.save(runs)
    return selection


def _measured_runs(runs: Path, data: Dataset) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Each evaluated run's figures, and why the other folders are left out, both by name."""
    if not runs.is_dir():
        raise TrainingError(f"{runs} is no folder of runs: train one first")
    measured, left_out = {}, {}
    for run in sorted(runs.iterdir()):
        if run.is_dir() and not run.name.startswith("."):
            try:
                measured[run.name] = _figures(run, data)
            except TrainingError as error:
                left_out[run.name] = str(error)
    return measured, left_out


def _figures(run: Path, data: Dataset) -> dict[str, Any]:
    config, history, path = Config.load(run), read_history(run), run / EVALUATION / FIGURES
    data.require_labels(config.labels, run)
    if not path.exists():
        folder = shlex.quote(str(run))
        raise TrainingError(
            f"no evaluation: `python -m training evaluate --run {folder}` makes one"
        )
    try:
        figures = json.loads(path.read_text())
        public, private = (figures[split] for split in TEST_SPLITS)
        auc, reading = private["macro_auc"], private["people"]["classes"][usual_mix(config.labels)]
        known = {
            "model": config.model,
            "epochs": len(history),
            "planned": config.epochs,
            "public_people": float(public["people"]["accuracy"]),
            "private_people": float(private["people"]["accuracy"]),
            "share_error": float(reading["share_error"]) if reading else None,
            "calibration_error": float(private["calibration"]["after"]["error"]),
            "accuracy": float(private["accuracy"]),
            "macro_f1": float(private["macro_f1"]),
            "macro_auc": None if auc is None else float(auc),
            **_effort(history),
            "command": config.command(run),
        }
        sha256, data_sha256 = figures["sha256"], figures.get("data_sha256")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(f"{path} cannot be read: {error!r}") from error
    if sha256 != fingerprint(run):
        raise TrainingError("its weights have changed since its evaluation: evaluate it again")
    if data_sha256 is None:
        raise TrainingError("an earlier version evaluated it: evaluate it again")
    if data_sha256 != data.fingerprint():
        raise TrainingError("it was evaluated on another data set: evaluate it again")
    return known


def _effort(history: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Hours and machine; None where an epoch lacks them, as in runs of earlier versions."""
    seconds = [row.get("seconds") for row in history]
    machines = dict.fromkeys(row.get("machine") for row in history)
    return {
        "hours": sum(map(float, filter(None, seconds))) / 3600
        if seconds and all(seconds)
        else None,
        "machine": ", ".join(filter(None, machines)) or None,
    }
