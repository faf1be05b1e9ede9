"""The threat model names tests that there are."""

import ast
import re

import pytest

from tests.live_server import ROOT

MODEL = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", MODEL)))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_the_threat_model_names_is_there(path, name):
    tree = ast.parse((ROOT / path).read_text())
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in tests or (not name and any(each.startswith("test_") for each in tests))


def test_the_threat_model_names_tests():
    assert len(NAMED) > 15
