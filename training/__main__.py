"""The command line: each step leaves files that the next one reads."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from training.dataset import Dataset
from training.errors import TrainingError
from training.tfjs import quietly

MODELS = Path("web/static/model")


def main(arguments: list[str] | None = None) -> int:
    """Run one step. Returns the exit status: 2, and one line on stderr, for what cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        options.step(options)
    except TrainingError as error:
        print("error:", " ".join(str(error).splitlines()), file=sys.stderr)
        return 2
    return 0


# Each step imports what it needs when it runs: TensorFlow takes seconds, and `prepare` none.


def _prepare(options: argparse.Namespace) -> None:
    from training.prepare import describe, prepare

    with quietly():  # libpng and OpenCV have their own words for a damaged image
        dataset = prepare(options.source, options.votes)
    dataset.save(options.data)
    print(describe(dataset))
    print(f"written to {options.data}")


def _train(options: argparse.Namespace) -> None:
    data = Dataset.load(options.data)
    with quietly():
        from training.train import Config, train

    given = {field.name: getattr(options, field.name, None) for field in fields(Config)}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    config = replace(Config.load(options.run) if options.resume else Config(), **chosen)
    best = train(data, options.run, config, options.resume)
    print(f"best PublicTest accuracy {best:.4f}, in {options.run}")


def _evaluate(options: argparse.Namespace) -> None:
    data = Dataset.load(options.data)
    with quietly():
        from training.evaluate import describe, evaluate, publish_accuracy

    if options.exported:
        figures = publish_accuracy(options.exported, data)
    else:
        figures = evaluate(options.run, data)
    for split, figure in figures.items():
        print(f"{split}: {describe(figure)}")


def _export(options: argparse.Namespace) -> None:
    with quietly():
        from training.export import export

    metadata = export(options.run, options.to)
    print(f"{metadata['params']:,} parameters, {metadata['bytes']:,} bytes in {options.to}")


def _export_face(options: argparse.Namespace) -> None:
    from training.export_face import export_face

    metadata = export_face(options.source, options.to)
    print(f"{metadata['params']:,} parameters, {metadata['bytes']:,} bytes in {options.to}")


def _framing(options: argparse.Namespace) -> None:
    import json

    images = Dataset.load(options.data).split("Training").sample(options.limit).images
    with quietly():
        from training import blazeface, framing

        measured = framing.measure_framing(images, blazeface.build(options.source))
    framing.FRAMING.write_text(json.dumps(measured, indent=2) + "\n")
    print(json.dumps(measured, indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="step")

    def add(name: str, run, help: str) -> argparse.ArgumentParser:
        step = steps.add_parser(name, help=help, description=help)
        step.set_defaults(step=run)
        return step

    def add_data(step: argparse.ArgumentParser) -> None:
        default = Path("data/fer2013.npz")
        step.add_argument("--data", type=Path, default=default, help=f"data set ({default})")

    step = add("prepare", _prepare, "read FER-2013 into one file")
    step.add_argument("--source", type=Path, required=True, help="zip, folder or fer2013.csv")
    step.add_argument("--votes", type=Path, help="FER+ votes by path, to learn from both")
    add_data(step)

    step = add("train", _train, "train one model, keeping the weights best on PublicTest")
    add_data(step)
    step.add_argument("--run", type=Path, required=True, help="folder of this training run")
    step.add_argument("--model", help="default: compact")
    step.add_argument("--epochs", type=int, help="default: 45")
    step.add_argument("--learning-rate", type=float, help="peak; default: 0.0025")
    step.add_argument("--strength", type=float, help="of the augmentation, 0 to 1; default: 1")
    step.add_argument("--votes-weight", type=float, help="of FER+ in the targets; default: 0.4")
    step.add_argument("--init", help="folder of a run to begin with the best weights of")
    step.add_argument("--seed", type=int, help="default: 1")
    step.add_argument("--limit", type=int, help="use only so many images: for a quick try")
    step.add_argument("--resume", action="store_true", help="go on with an interrupted run")

    step = add("evaluate", _evaluate, "measure a run, or exported files in Chromium")
    add_data(step)
    what = step.add_mutually_exclusive_group(required=True)
    what.add_argument("--run", type=Path, help="folder of a training run")
    what.add_argument("--exported", type=Path, help="exported model: its metadata gets the figures")

    step = add("export", _export, "write a run as TensorFlow.js files")
    step.add_argument("--run", type=Path, required=True, help="folder of a training run")
    step.add_argument("--to", type=Path, default=MODELS / "emotion", help="folder for the files")

    tflite = Path("node_modules/@mediapipe/face_detection/face_detection_short_range.tflite")
    step = add("export-face", _export_face, "write BlazeFace as TensorFlow.js files")
    step.add_argument("--source", type=Path, default=tflite, help="MediaPipe's tflite file")
    step.add_argument("--to", type=Path, default=MODELS / "face", help="folder for the files")

    step = add("framing", _framing, "measure how FER-2013 frames its faces")
    add_data(step)
    step.add_argument("--source", type=Path, default=tflite, help="MediaPipe's tflite file")
    step.add_argument("--limit", type=int, default=4000, help="use only so many images (4000)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
