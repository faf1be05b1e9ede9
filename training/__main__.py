"""The command line: each step leaves files that the next one reads."""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from unicodedata import normalize

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # whatever a file in one's home says

from training.crop import TFLITE
from training.dataset import Dataset
from training.errors import TrainingError
from training.files import new_file
from training.tfjs import SHIPPED, STATIC, quietly, what_pages_lack

BACKENDS = ("tensorflow", "jax")  # of Keras, that tests run
ENVIRONMENT = (
    "`make .venv-training/done` installs what this needs; TensorFlow wants Python 3.11 or 3.12"
)


def main(arguments: list[str] | None = None) -> int:
    """Run one step. Returns the exit status: 2, and one line on stderr, for what cannot be used."""
    return run(_parser().parse_args(arguments))


def run(options: argparse.Namespace) -> int:
    """Do `options.step(options)`. Returns the exit status, as main does."""
    try:
        options.step(options)
    except TrainingError as error:
        print("error:", " ".join(str(error).splitlines()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"interrupted: {_way_on(options)}", file=sys.stderr)
        return 130  # as shells have it: 128, and the signal's number
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        print(f"error: {missing} is missing here: {ENVIRONMENT}", file=sys.stderr)
        return 2
    return 0


def _way_on(options: argparse.Namespace) -> str:
    """How to go on after Ctrl-C: files appear whole or not at all, a run epoch by epoch."""
    if options.step is _train and (options.run / "config.json").exists():
        return "the same command with --resume goes on"
    return "nothing was changed, run it again"


# Each step imports what it needs when it runs: TensorFlow takes seconds, and `prepare` none.


@contextmanager
def _loading_keras() -> Iterator[None]:
    """For what imports Keras. Raises TrainingError if that is to run on another backend."""
    backend = os.environ["KERAS_BACKEND"]
    if backend not in BACKENDS:
        raise TrainingError(f"KERAS_BACKEND is {backend}: expected one of {', '.join(BACKENDS)}")
    with quietly():
        yield


def _fetch(options: argparse.Namespace) -> None:
    from training.fetch import fetch

    if fetch(options.source):
        print(f"FER-2013 is in {options.source}")
    else:
        print(f"{options.source} is there already: nothing to do")


def _prepare(options: argparse.Namespace) -> None:
    from training.prepare import describe, prepare

    # Keras finds faces; libpng and OpenCV have their own words for a damaged image.
    with _loading_keras():
        data, said = prepare(
            options.source,
            options.votes,
            options.rows,
            options.name,
            options.split,
            options.seed,
        )
    data.save(options.data)
    print(describe(data))
    print("\n".join(said), end="\n" if said else "")
    print(f"written to {options.data}")


def _explore(options: argparse.Namespace) -> None:
    from training.explore import explore
    from training.page import INDEX

    explore(Dataset.load(options.data), options.to)
    print(f"written to {options.to / INDEX}")


def _train(options: argparse.Namespace) -> None:
    data = Dataset.load(options.data)
    with _loading_keras():
        from training.run import OF_DATA, Config
        from training.train import train

    settings = [field.name for field in fields(Config) if field.name not in OF_DATA]
    given = {name: getattr(options, name) for name in settings}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if options.resume:
        config = replace(Config.load(options.run), **chosen)
    else:
        config = Config.of(**({"model": "compact"} | chosen))
    best = train(data, options.run, config, options.resume)
    print(f"right by {data.judge} on PublicTest: {best:.4f} at best, in {options.run}")


def _refit(options: argparse.Namespace) -> None:
    data = Dataset.load(options.data)
    with _loading_keras():
        from training.refit import refit

        losses = refit(options.run, options.to, data)
    for head, (before, after) in losses.items():
        print(f"{head}: cross-entropy on PublicTest {before:.4f}, and now {after:.4f}")


def _evaluate(options: argparse.Namespace) -> None:
    data = Dataset.load(options.data)
    with _loading_keras():
        from training.evaluate import evaluate, publish_accuracy
        from training.evaluation_page import describe

    if options.exported:
        figures, named = publish_accuracy(options.exported, data)
        print(f"{describe(figures)}\n{named}")
    else:
        print(describe(evaluate(options.run, data)))


def _select(options: argparse.Namespace) -> None:
    data = Dataset.load(options.data)
    with _loading_keras():
        from training.select import select

    selection = select(options.runs, data)
    print(selection.table())
    print("\n".join(selection.verdict()))


def _export(options: argparse.Namespace) -> None:
    with _loading_keras():
        from training.export import export
        from training.selection import selected

    run = options.run or selected(options.runs)
    metadata = export(run, options.to, options.pleasant, options.unpleasant, options.force)
    print(f"{metadata['params']:,} parameters, {metadata['bytes']:,} bytes in {options.to}")
    if lacking := what_pages_lack(options.to):
        print(lacking)


def _export_face(options: argparse.Namespace) -> None:
    with _loading_keras():
        from training.export_face import export_face

    metadata = export_face(options.source, options.to)
    print(f"{metadata['params']:,} parameters, {metadata['bytes']:,} bytes in {options.to}")


def _framing(options: argparse.Namespace) -> None:
    import json

    images = Dataset.load(options.data).split("Training").sample(options.limit).images
    with _loading_keras():
        from training import blazeface, framing

        measured = framing.measure_framing(images, blazeface.build(options.source))
    text = json.dumps(measured, indent=2)
    if options.to:
        with new_file(options.to) as partial:
            partial.write_text(text + "\n")
    print(text)


def _names(text: str) -> list[str]:
    """Labels by commas; those that have one themselves are in double quotes."""
    names = next(csv.reader([normalize("NFC", text)], skipinitialspace=True))
    return [name.strip() for name in names]


class _HelpWithDefaults(argparse.Action):
    """The help of `train`, and what each setting is where none is given.

    Made when it is asked for: the models know it, and to load them takes seconds.
    """

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        with suppress(ModuleNotFoundError, TrainingError), _loading_keras():
            from training.run import defaults

            parser.epilog = defaults()
        parser.print_help()
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="step")

    def add(
        name: str, run: Callable[[argparse.Namespace], None], help: str, **given: Any
    ) -> argparse.ArgumentParser:
        step = steps.add_parser(name, help=help, description=help, **given)
        step.set_defaults(step=run)
        return step

    # The same word means the same in every step: --run one run, --runs the folder of all, --data
    # the prepared data set, --source what others have made, --to what is written, --limit how many
    # images are enough.
    def add_path(
        step: argparse._ActionsContainer,
        name: str,
        kind: str,
        help: str,
        default: Path | None = None,
        required: bool = False,
    ) -> None:
        words = f"{help} ({os.path.relpath(default)})" if default else help
        step.add_argument(
            name, type=Path, metavar=kind, help=words, default=default, required=required
        )

    def add_data(step: argparse.ArgumentParser) -> None:
        add_path(step, "--data", "FILE", "data set", Path("data/fer2013.npz"))

    runs = Path("runs")
    source = Path("data/fer2013")
    step = add("fetch", _fetch, "download FER-2013 with your Kaggle account")
    add_path(step, "--source", "FOLDER", "folder for it", source)

    step = add("prepare", _prepare, "read FER-2013, or faces with your own labels, into one file")
    add_path(step, "--source", "PATH", "folder, zip, tar or CSV of FER-2013 or your own", source)
    add_path(step, "--votes", "FILE", "FER+ votes: by path, or FER+'s fer2013new.csv")
    add_path(step, "--rows", "PATH", "the fer2013.csv whose rows the votes of images are")
    step.add_argument("--name", help="of a data set other than FER-2013 (the folder's)")
    step.add_argument("--split", help="shares, where no folder names a split (80/10/10)")
    step.add_argument("--seed", type=int, default=1, help="of what is divided so (1)")
    add_data(step)

    pages = Path("data/exploration")
    step = add("explore", _explore, "show what is in the data set, on a page")
    add_data(step)
    add_path(step, "--to", "FOLDER", "folder for the page", pages)

    words = "train one model, keeping the weights best on PublicTest"
    as_written = argparse.RawDescriptionHelpFormatter
    step = add("train", _train, words, add_help=False, formatter_class=as_written)
    step.add_argument(
        "-h", "--help", action=_HelpWithDefaults, nargs=0, help="show this, and defaults"
    )
    add_data(step)
    add_path(step, "--run", "FOLDER", "folder of this training run", required=True)
    step.add_argument("--model", help="one of those below (compact)")
    step.add_argument("--weights", help="to begin with: none, imagenet, a file, or a run's folder")
    step.add_argument("--epochs", type=int, help="how often each face is learnt from, at most")
    step.add_argument("--frozen-epochs", type=int, help="in which only the last layer learns")
    step.add_argument(
        "--patience",
        type=int,
        help="stop after so many epochs without a better one, once the average has its momentum",
    )
    step.add_argument(
        "--batch", type=int, help="faces of a step; if not given, fewer where there are few"
    )
    step.add_argument("--learning-rate", type=float, help="peak")
    step.add_argument("--warmup-steps", type=int, help="in which the learning rate rises")
    step.add_argument("--weight-decay", type=float, help="of Adam")
    step.add_argument("--label-smoothing", type=float, help="share of the target for all labels")
    step.add_argument("--votes-weight", type=float, help="of FER+ in the label's target, 0 to 1")
    step.add_argument("--mix", type=float, help="share of the faces that are mixed with another")
    step.add_argument("--rarity", type=float, help="exponent by which rare labels come more often")
    step.add_argument("--teachers", help="runs to learn from, by commas")
    step.add_argument("--teachers-weight", type=float, help="of their answers in the targets")
    step.add_argument("--strength", type=float, help="of the augmentation, 0 to 1")
    step.add_argument("--average", type=float, help="momentum of the weights' moving average")
    step.add_argument("--precision", help="float32, mixed_float16 or mixed_bfloat16")
    step.add_argument("--seed", type=int, help="from which all random numbers follow")
    step.add_argument("--limit", type=int, help="use only so many images: for a quick try")
    step.add_argument("--resume", action="store_true", help="go on with an interrupted run")

    step = add("refit", _refit, "fit a run's heads anew to labels and votes, its body as it is")
    add_data(step)
    add_path(step, "--run", "FOLDER", "folder of a training run", required=True)
    add_path(step, "--to", "FOLDER", "folder for the run with these heads", required=True)

    step = add("evaluate", _evaluate, "measure a run, or exported files in Chromium")
    add_data(step)
    what = step.add_mutually_exclusive_group(required=True)
    add_path(what, "--run", "FOLDER", "folder of a training run")
    add_path(what, "--exported", "FOLDER", "exported model: its metadata gets the accuracy")

    step = add("select", _select, "compare the runs and choose the one for the browser")
    add_data(step)
    add_path(step, "--runs", "FOLDER", "folder of the runs", runs)

    step = add("export", _export, "write the selected run, or another, as TensorFlow.js files")
    which = step.add_mutually_exclusive_group()
    add_path(which, "--run", "FOLDER", "folder of a training run (the selected one)")
    add_path(which, "--runs", "FOLDER", "folder of the runs that `select` chose from", runs)
    add_path(step, "--to", "FOLDER", "folder for the files", SHIPPED)
    for kind in ("pleasant", "unpleasant"):
        step.add_argument(
            f"--{kind}",
            type=_names,
            metavar="LABELS",
            default=(),
            help="that look so, by commas, one with commas in quotes (what is known of FER-2013's)",
        )
    step.add_argument("--force", action="store_true", help="replace the model that is there")

    step = add("export-face", _export_face, "write BlazeFace as TensorFlow.js files")
    add_path(step, "--source", "FILE", "MediaPipe's tflite file", TFLITE)
    add_path(step, "--to", "FOLDER", "folder for the files", STATIC / "model/face")

    step = add("framing", _framing, "measure how FER-2013 frames its faces")
    add_data(step)
    add_path(step, "--source", "FILE", "MediaPipe's tflite file", TFLITE)
    step.add_argument("--limit", type=int, default=4000, help="use only so many images (4000)")
    add_path(step, "--to", "FILE", "also write it, such as to training/framing.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
