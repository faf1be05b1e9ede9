"""The benchmark of the server works; what it measures is not looked at here."""

import pytest

from bench.server import PARTS, QUICK


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_benchmark_prints_a_table_without_losing_anybody(part):
    table = PARTS[part](QUICK)
    assert table.startswith("## ") and "| --- |" in table
