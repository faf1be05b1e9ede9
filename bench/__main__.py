"""The command line of all in this folder: `make` calls it, with what each needs installed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.live_server import NoServer
from training.__main__ import run
from training.dataset import Dataset
from training.tfjs import SHIPPED, quietly


def main(arguments: list[str] | None = None) -> int:
    """Run one. Returns the exit status: 2, and one line on stderr, for what cannot be used."""
    try:
        return run(_parser().parse_args(arguments))
    except NoServer as error:
        *_, said = str(error).strip().splitlines() or ["it says nothing"]
        print(f"error: the server does not start: {said}", file=sys.stderr)
        return 2


# Each imports what it needs when it runs: not every environment has all of it.


def _training(options: argparse.Namespace) -> None:
    with quietly():
        from bench.training import bench_training

    print(bench_training())


def _model(options: argparse.Namespace) -> None:
    from bench.model import bench_model

    print(bench_model(options.exported, Dataset.load(options.data)))


def _browser(options: argparse.Namespace) -> None:
    from bench.browser import QUICK, Effort, bench_browser

    data = Dataset.load(options.data) if options.data else None
    print(bench_browser(options.faces, data, QUICK if options.quick else Effort()))


def _room(options: argparse.Namespace) -> None:
    from bench.room import bench_room

    print(bench_room(*(4, 3, 1) if options.quick else (200, 20, 5)))


def _pages(options: argparse.Namespace) -> None:
    from bench.pages import bench_pages

    print(bench_pages(options.pages))


def _server(options: argparse.Namespace) -> None:
    from bench.server import QUICK, Plan, bench_server

    for table in bench_server(options.parts, QUICK if options.quick else Plan()):
        print(table, end="\n\n", flush=True)


def _soak(options: argparse.Namespace) -> None:
    from bench.soak.lessons import soak

    print(f"\n{soak(options.minutes, options.classes, options.seed, options.only)}")


def _screenshots(options: argparse.Namespace) -> None:
    from bench.screenshots import take

    take()


def _icons(options: argparse.Namespace) -> None:
    from bench.icons import draw

    draw()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = parser.add_subparsers(required=True)

    step = names.add_parser("training", help="how fast each model trains here")
    step.set_defaults(step=_training)

    step = names.add_parser("model", help="an exported model beside others, in Chromium")
    step.set_defaults(step=_model)
    step.add_argument("--data", type=Path, metavar="FILE", default=Path("data/fer2013.npz"))
    step.add_argument("--exported", type=Path, metavar="FOLDER", default=SHIPPED)

    quick = "a little of everything, to try it"
    step = names.add_parser("browser", help="our page beside others, in Chromium")
    step.set_defaults(step=_browser)
    step.add_argument("--faces", type=Path, metavar="FOLDER", help="photographs named after labels")
    step.add_argument("--data", type=Path, metavar="FILE", help="whose PrivateTest a webcam shows")
    step.add_argument("--quick", action="store_true", help=quick)

    step = names.add_parser("room", help="how soon the room's page shows what a class does")
    step.set_defaults(step=_room)
    step.add_argument("--quick", action="store_true", help=quick)

    step = names.add_parser("pages", help="the pages before Lighthouse")
    step.set_defaults(step=_pages)
    step.add_argument("pages", nargs="*", help="only these")

    step = names.add_parser("server", help="what a student costs the server, and how many it takes")
    step.set_defaults(step=_server)
    step.add_argument("parts", nargs="*", help="only these")
    step.add_argument("--quick", action="store_true", help=quick)

    step = names.add_parser("soak", help="lessons while one part after the other fails")
    step.set_defaults(step=_soak)
    step.add_argument("--minutes", type=float, default=30.0)
    step.add_argument("--classes", type=int, default=8)
    step.add_argument("--seed", type=int, help="of an earlier run")
    step.add_argument("--only", default="", help="faults with this in their names")

    step = names.add_parser("screenshots", help="the README's pictures, of a simulated class")
    step.set_defaults(step=_screenshots)

    step = names.add_parser("icons", help="the installed app's, from web/static/icon.svg")
    step.set_defaults(step=_icons)
    return parser


if __name__ == "__main__":
    sys.exit(main())
