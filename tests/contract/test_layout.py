"""Imports point one way, as docs/architecture.md draws it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What both pages and sockets are made with.
SERVICE = {
    "server.access",
    "server.classroom",
    "server.clock",
    "server.domain",
    "server.exchange",
}
# Each part of the server, and which parts of the project it may import.
MAY_IMPORT = {
    "server/domain": {"server.domain"},
    "server/static.py": set(),
    "server/store.py": {"server.domain"},
    "server/migrations": {"server.config", "server.store"},
    "server/journal.py": {"server.domain", "server.store"},
    "server/exchange.py": {"server.domain"},
    "server/redis_exchange.py": {"server.domain", "server.exchange"},
    "server/rooms.py": set(),
    "server/transport.py": set(),
    "server/message_queue.py": {"server.redis_exchange", "server.rooms"},
    "server/access.py": {"server.domain"},
    "server/headers.py": set(),
    "server/languages.py": set(),
    "server/clock.py": set(),
    "server/limits.py": set(),
    "server/logs.py": set(),
    "server/lookup.py": {*SERVICE, "server.limits"},
    "server/metrics.py": set(),
    "server/ticker.py": {"server.metrics", "server.store"},
    "server/config.py": {"server.domain"},
    "server/webhook.py": {"server.clock", "server.domain", "server.metrics", "server.store"},
    "server/classroom.py": {"server.domain", "server.store", "server.journal", "server.exchange"},
    "server/lti.py": {
        *SERVICE,
        "server.config",
        "server.headers",
        "server.languages",
        "server.pages",
    },
    "server/pages.py": {
        *SERVICE,
        "server.headers",
        "server.languages",
        "server.limits",
        "server.lookup",
        "server.metrics",
        "server.store",
    },
    "server/sockets.py": {
        *SERVICE,
        "server.languages",
        "server.limits",
        "server.lookup",
        "server.metrics",
        "server.store",
    },
    "server/app.py": {"server"},
    "server/wsgi.py": {"server.app", "server.config", "server.store"},
    "training": {"training"},
}
DOMAIN_MAY_USE = {
    "__future__",
    "collections",
    "csv",
    "dataclasses",
    "datetime",
    "io",
    "itertools",
    "math",
    "statistics",
    "typing",
    "unicodedata",
}


def modules(place: str) -> list[Path]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def imports(module: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, parts: set[str]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in parts)


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_imports_point_down_and_never_back(place):
    for module in modules(place):
        ours = {name for name in imports(module) if within(name, {"server", "training"})}
        strangers = {name for name in ours if not within(name, MAY_IMPORT[place])}
        assert not strangers, f"{module.relative_to(ROOT)} imports {strangers}"


def test_every_module_has_its_place():
    listed = {module for place in MAY_IMPORT for module in modules(place)}
    missing = {module for module in modules("server") if module.name != "__init__.py"} - listed
    assert not missing


def test_the_domain_is_pure():
    for module in modules("server/domain"):
        foreign = {
            name
            for name in imports(module)
            if not within(name, DOMAIN_MAY_USE | MAY_IMPORT["server/domain"])
        }
        assert not foreign, f"{module.name} imports {foreign}"


def test_tensorflow_is_imported_only_where_it_alone_will_do():
    users = {
        module.name
        for module in modules("training")
        if any(within(name, {"tensorflow", "tensorflowjs"}) for name in imports(module))
    }
    assert users == {"blazeface.py", "tfjs.py"}
