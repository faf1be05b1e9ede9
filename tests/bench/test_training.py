"""How fast a model trains: every figure is there, and they fit together."""

import pytest

pytest.importorskip("tensorflow", reason="the training environment is not installed")

from bench.training import COLUMNS, measure_training


def test_the_bench_says_how_fast_a_model_trains():
    row = dict(zip(COLUMNS, measure_training("cnn", seconds=0.02), strict=True))
    assert (row["model"], row["batch"]) == ("cnn", 32)
    step = float(row["ms a step"])
    assert float(row["images/s"].replace(",", "")) == pytest.approx(32_000 / step, rel=0.02)
