"""Holds messages against server/domain/contract.json, read by a validator that is not ours."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from tests.live_server import ROOT

CONTRACT: dict[str, Any] = json.loads((ROOT / "server/domain/contract.json").read_text("utf-8"))


def check(sender: str, event: str, data: object) -> None:
    """Raises AssertionError if a message is not one of those that its sender may send."""
    assert event in CONTRACT["messages"][sender], f"the contract has no {event} from a {sender}"
    check_against(CONTRACT["messages"][sender][event], data, event)


def check_auth(role: str, auth: object) -> None:
    """Raises AssertionError if this is not what a page of this role connects with."""
    check_against(CONTRACT["$defs"][f"{role.capitalize()}Auth"], auth, "auth")


def check_against(schema: dict[str, Any], data: object, name: str) -> None:
    """Raises AssertionError if this does not fit a schema of the contract."""
    try:
        _validator(json.dumps(schema)).validate(data)
    except jsonschema_rs.ValidationError as error:
        raise AssertionError(f"{name} {data!r}: {error.message}") from None


@cache
def _validator(schema: str) -> Any:
    return jsonschema_rs.validator_for({**json.loads(schema), "$defs": CONTRACT["$defs"]})
