"""Benchmarks of a running server and its pages."""
