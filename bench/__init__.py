"""Benchmarks, the soak test, the demo and pictures: all that Classpulse itself never runs."""
