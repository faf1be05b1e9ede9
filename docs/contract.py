"""Writes what follows from server/domain/contract.json: `make contract`.

It writes docs/contract.md, for people, and web/src/shared/contract.js, for the pages: types for the
type checker, numbers, and the words that simulated students and tests go through.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "web/src/shared/contract.js"
PEOPLE = ROOT / "docs/contract.md"
SENDERS = {"student": "A student", "teacher": "A teacher", "server": "The server"}
WORDS = {"PACES": "Pace", "ALERT_KINDS": "AlertKind"}  # in bench/ and tests
AUTH = ("StudentAuth", "TeacherAuth", "Refusal")


def pages(contract: dict[str, Any]) -> str:
    """web/src/shared/contract.js."""
    lines = ["/** What goes over Socket.IO, as types and words; made by `make contract`."]
    for name, schema in contract["$defs"].items():
        lines += [" *", *_typedef(name, schema)]
    for sender, messages in contract["messages"].items():
        lines += [" *", f" * @typedef {{object}} {sender.capitalize()}Messages"]
        lines += [f" * @property {{{_type(schema)}}} {name}" for name, schema in messages.items()]
        for schema in messages.values():
            if "title" in schema:
                lines += [" *", *_typedef(schema["title"], schema)]
    lines.append(" */")
    for constant, name in WORDS.items():
        words = ", ".join(json.dumps(word) for word in contract["$defs"][name]["enum"])
        lines += ["", f"/** @type {{{name}[]}} */", f"export const {constant} = [{words}];"]
    for name, schema in contract["constants"].items():
        lines += [
            "",
            f"/** {schema['description']} */",
            f"export const {name} = {schema['const']};",
        ]
    return "\n".join(lines) + "\n"


def _typedef(name: str, schema: dict[str, Any]) -> list[str]:
    about = schema.get("description", "")
    if not schema.get("properties"):
        return [f" * @typedef {{{_type(schema)}}} {name} {about}".rstrip()]
    lines = [f" * @typedef {{object}} {name} {about}".rstrip()]
    for field, its in schema["properties"].items():
        shown = field if field in schema["required"] else f"[{field}]"
        lines.append(f" * @property {{{_type(its)}}} {shown} {its.get('description', '')}".rstrip())
    return lines


def _type(schema: dict[str, Any]) -> str:
    """The same in TypeScript's terms."""
    if "title" in schema:
        return str(schema["title"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(_type(each) for each in schema["anyOf"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(word) for word in schema["enum"])
    if schema["type"] == "array":
        return f"{_type(schema['items'])}[]"
    if schema["type"] != "object":
        return str({"integer": "number"}.get(schema["type"], schema["type"]))
    if "properties" in schema:
        fields = (
            f"{name}{'' if name in schema['required'] else '?'}: {_type(each)}"
            for name, each in schema["properties"].items()
        )
        return "{" + ", ".join(fields) + "}"
    names, values = schema.get("propertyNames"), _type(schema["additionalProperties"])
    record = f"Record<{_type(names) if names else 'string'}, {values}>"
    return record if not names or "required" in schema else f"Partial<{record}>"


def people(contract: dict[str, Any]) -> str:
    """docs/contract.md."""
    parts = [
        "# The contract",
        f"{contract['title']}. [server/domain/contract.json](../server/domain/contract.json) is "
        "the one place where it is changed: the server's parsing and metrics, the pages' types and "
        "words, and the tests read it, and `make contract` writes this page. "
        f"{contract['description']} Whatever does not fit is answered with one `error` and changes "
        "nothing. What is asked over HTTP is in "
        "[server/http/openapi.json](../server/http/openapi.json).",
        "## Connecting",
        "Whoever connects says in Socket.IO's auth object who they are; `?class=` with the code in "
        "the address lets a balancer keep a class together.",
    ]
    definitions = contract["$defs"]
    parts += [_described(f"`{name}`", definitions[name]) for name in AUTH]
    for sender, messages in contract["messages"].items():
        parts.append(f"## {SENDERS[sender]} sends")
        parts += [_described(f"`{event}`", schema) for event, schema in messages.items()]
    parts.append("## What they are made of")
    parts += [_described(name, schema) for name, schema in definitions.items() if name not in AUTH]
    parts.append("## Numbers that both ends go by")
    parts.append(
        "\n".join(
            f"- `{name}` = {each['const']}. {each['description']}"
            for name, each in contract["constants"].items()
        )
    )
    return "\n\n".join(parts) + "\n"


def _described(title: str, schema: dict[str, Any]) -> str:
    parts = [f"### {title}"]
    if about := schema.get("description"):
        parts.append(about)
    if properties := schema.get("properties"):
        rows = ["| field | type | |", "| --- | --- | --- |"]
        for name, each in properties.items():
            kind = _type(each) + ("" if name in schema["required"] else ", may be left out")
            kind = kind.replace("|", "\\|")
            rows.append(f"| `{name}` | {kind} | {each.get('description', '')} |")
        parts.append("\n".join(rows))
    elif "$ref" in schema:
        parts.append(f"It is a {_type(schema)}.")
    elif "enum" in schema:
        parts.append(", ".join(f"`{word}`" for word in schema["enum"]))
    elif "maxLength" in schema:
        parts.append(f"At most {schema['maxLength']} characters on one line, not only blanks.")
    elif schema.get("type") == "object" and "properties" not in schema:
        parts.append(f"`{_type(schema)}`")
    if "retired" in schema:
        parts.append("Retired: " + ", ".join(f"`{name}`" for name in schema["retired"]) + ".")
    parts += [f"```json\n{json.dumps(example)}\n```" for example in schema.get("examples", ())]
    return "\n\n".join(parts)


if __name__ == "__main__":
    contract = json.loads((ROOT / "server/domain/contract.json").read_text("utf-8"))
    PAGES.write_text(pages(contract), "utf-8")
    PEOPLE.write_text(people(contract), "utf-8")
