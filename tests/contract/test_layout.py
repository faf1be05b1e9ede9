"""Imports point down the layers that docs/architecture.md draws, in Python and in JavaScript."""

import ast
import os
import re
from pathlib import Path

import pytest

from tests.live_server import ROOT

# From the top down: whatever is in a layer may use its own folder and all layers below it, and of
# its neighbours in the same layer nothing.
LAYERS = {
    "python": [
        ["bench"],
        ["server/wsgi.py", "training"],
        ["server/app.py"],
        ["server/sockets"],
        ["server/http"],
        ["server/access"],
        ["server/classroom"],
        ["server/ops"],
        ["server/sharing"],
        ["server/storage"],
        ["server/config.py"],
        ["server/domain"],
    ],
    "javascript": [
        ["bench"],
        ["web/src/pages"],
        ["web/src/home", "web/src/report", "web/src/room", "web/src/student"],
        ["web/src/timeline"],
        ["web/src/engine"],
        ["web/src/shared"],
        ["web/translations"],
    ],
}
SUFFIXES = {"python": (".py",), "javascript": (".js", ".mjs")}
APART = {"server", "training"}  # which meet in files alone, whatever their layers
ENGINE_MAY_USE = {"web/src/shared/contract.js", "web/src/shared/page.js", "web/src/shared/texts.js"}
DOMAIN_MAY_USE = {
    "__future__",
    "collections",
    "csv",
    "dataclasses",
    "datetime",
    "hashlib",
    "io",
    "itertools",
    "json",  # and pathlib: to read contract.json beside it
    "math",
    "pathlib",
    "heapq",
    "random",  # with a seed
    "statistics",
    "typing",
    "unicodedata",
}
# As "from", as a call, and in a comment that is a type.
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


def files(place: str, language: str) -> list[str]:
    path = ROOT / place
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [str(each.relative_to(ROOT)) for each in found if each.suffix in SUFFIXES[language]]


def names(file: str) -> set[str]:
    """The absolute names of all that a Python module imports."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def imports(file: str) -> set[str]:
    """The files of the project that a file imports."""
    if file.endswith(".py"):
        return {found for name in names(file) if (found := module(name))}
    text = (ROOT / file).read_text()
    folder = os.path.dirname(file)
    return {os.path.normpath(os.path.join(folder, path)) for path in IMPORT.findall(text)}


def module(name: str) -> str | None:
    """Where a module of ours is, or that of something in it."""
    parts = name.split(".")
    if parts[0] not in ("bench", "server", "tests", "training"):
        return None
    for end in (len(parts), len(parts) - 1):
        path = Path(*parts[:end])
        for candidate in (path.with_suffix(".py"), path / "__init__.py"):
            if (ROOT / candidate).is_file():
                return str(candidate)
    raise AssertionError(f"{name} is nowhere")


def within(file: str, place: str) -> bool:
    return file == place or file.startswith(f"{place}/")


def layer_of(file: str, layers: list[list[str]]) -> tuple[int, str] | None:
    return next(
        (
            (depth, place)
            for depth, row in enumerate(layers)
            for place in row
            if within(file, place)
        ),
        None,
    )


@pytest.mark.parametrize("language", LAYERS)
def test_imports_point_down_and_never_back(language):
    layers = LAYERS[language]
    wrong, seen = [], 0
    for depth, row in enumerate(layers):
        for place in row:
            for file in files(place, language):
                for other in imports(file):
                    found = layer_of(other, layers)
                    seen += 1
                    if place == "bench":
                        continue  # which may use everything, tests too
                    if found is None or not (found[1] == place or found[0] > depth):
                        wrong.append(f"{file} imports {other}")
    assert seen > 100
    assert not wrong


@pytest.mark.parametrize(
    ("language", "house"), [("python", "server"), ("javascript", "web/src"), ("python", "training")]
)
def test_every_module_has_its_layer(language, house):
    homeless = [
        file
        for file in files(house, language)
        if layer_of(file, LAYERS[language]) is None and not file.endswith("__init__.py")
    ]
    assert not homeless


def test_server_and_training_never_import_each_other():
    for house in APART:
        for file in files(house, "python"):
            strangers = {name for name in imports(file) if name.split("/")[0] in APART - {house}}
            assert not strangers, f"{file} imports {strangers}"


def test_the_engine_stands_alone():
    for file in files("web/src/engine", "javascript"):
        shared = {name for name in imports(file) if within(name, "web/src/shared")}
        assert shared <= ENGINE_MAY_USE, file


def test_the_domain_is_pure():
    for file in files("server/domain", "python"):
        foreign = {
            name
            for name in names(file)
            if name.split(".")[0] not in DOMAIN_MAY_USE and not name.startswith("server.domain.")
        }
        assert not foreign, f"{file} imports {foreign}"


def test_tensorflow_is_imported_only_where_it_alone_will_do():
    users = {
        file
        for file in files("training", "python")
        if any(name.split(".")[0] in ("tensorflow", "tensorflowjs") for name in names(file))
    }
    assert users == {"training/blazeface.py", "training/tfjs.py"}
