"""The commands that the documentation tells its readers to run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.live_server import ROOT

PROGRAMS = (
    r"make|python|python3|pip|pybabel|npm|alembic|gunicorn|docker|heroku|curl|source"
    r"|\.venv-\w+/bin/[\w-]+"
)
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(rf"`((?:{PROGRAMS}) [^`\n]+)`")
TOOL = "python -m training"  # in the text, of the tool as a whole


def commands() -> Iterator[tuple[str, str]]:
    """Each document and a command of it, in order: of a block, or in the text."""
    documents = sorted(path for path in ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md"))
    for path in documents:
        text = path.read_text()
        name = str(path.relative_to(ROOT))
        for block in FENCE.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                command = re.sub(r"\s+", " ", line.partition(" # ")[0]).strip()
                if re.match(rf"(?:{PROGRAMS}) ", command):
                    yield name, command
        yield from ((name, each) for each in INLINE.findall(FENCE.sub("", text)) if each != TOOL)
