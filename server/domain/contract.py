"""What goes over Socket.IO: contract.json, which docs/contract.md shows to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]  # JSON Schema, without references to other parts of the file

_CONTRACT = json.loads(Path(__file__).with_name("contract.json").read_text("utf-8"))


def definition(name: str) -> Schema:
    """One of the file's `$defs`. Raises KeyError."""
    schema: Schema = _resolved(_CONTRACT["$defs"][name])
    return schema


def words(name: str) -> tuple[str, ...]:
    """The words of a definition that is a choice of words, in their order."""
    return tuple(definition(name)["enum"])


def _resolved(schema: Any) -> Any:
    """The same schema with what it refers to in the place of each reference."""
    if isinstance(schema, list):
        return [_resolved(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    own = {key: _resolved(value) for key, value in schema.items() if key != "$ref"}
    if "$ref" not in schema:
        return own
    return {**definition(schema["$ref"].removeprefix("#/$defs/")), **own}


CONSTANTS: Mapping[str, int] = {name: it["const"] for name, it in _CONTRACT["constants"].items()}
# By who sends them (student, teacher or server) and by their event: the schema of each message.
MESSAGES: Mapping[str, Mapping[str, Schema]] = _resolved(_CONTRACT["messages"])
