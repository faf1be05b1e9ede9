"""Writes the pages that tell who learns what, from docs/privacy.md: `make papers`.

Each heading and each paragraph is one text for the catalogues, in web/templates/papers/.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs/privacy.md"
FOLDER = ROOT / "web/templates/papers"
PARTS = {"parents": "For parents and students", "privacy": "Privacy", "security": "Security"}
TAGS = {"p": "p", "h3": "h2"}  # the part's own title is the page's h1
# The names of settings, in whose place the pages have this server's numbers.
NUMBERS = {"MIN_STUDENTS": "min_students", "RETENTION_DAYS": "retention_days"}
# A comment before a block says on which servers it is shown.
SERVERS = {"<!-- camera -->": '"camera" in modes', "<!-- self-report -->": '"camera" not in modes'}


def papers(source: str) -> dict[str, str]:
    """The templates by their names. Raises KeyError or ValueError for what no page has."""
    parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", source, re.MULTILINE | re.DOTALL))
    return {name: _template(title, parts[title]) for name, title in PARTS.items()}


def _template(title: str, part: str) -> str:
    lines = [
        '{% extends "paper.html" %}',
        "{# Made of docs/privacy.md by `make papers`. #}",
        f"{{% block name %}}{_trans(title)}{{% endblock %}}",
        "{% block text %}",
    ]
    servers = None
    tokens = iter(MarkdownIt().parse(part))
    for token in tokens:
        if token.type == "html_block":
            servers = SERVERS[token.content.strip()]
            continue
        tag, inline, _ = TAGS[token.tag], next(tokens), next(tokens)
        block = f"<{tag}>{_trans(_markup(inline.children or []))}</{tag}>"
        lines.append(f"{{% if {servers} %}}{block}{{% endif %}}" if servers else block)
        servers = None
    return "\n".join([*lines, "{% endblock %}"]) + "\n"


def _trans(markup: str) -> str:
    return f"{{% trans %}}{markup}{{% endtrans %}}"


def _markup(tokens: list[Token]) -> str:
    """Words, strong ones, and numbers; nothing else is left for translators to copy."""
    markup = ""
    for token in tokens:
        match token.type:
            case "text":
                markup += escape(token.content, quote=False)
            case "strong_open":
                markup += "<strong>"
            case "strong_close":
                markup += "</strong>"
            case "code_inline":
                markup += f"{{{{ {NUMBERS[token.content]} }}}}"
            case _:
                raise ValueError(f"no page has {token.type}: {token.content}")
    return markup


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, template in papers(SOURCE.read_text("utf-8")).items():
        (FOLDER / f"{name}.html").write_text(template, "utf-8")
