"""Faces with labels in, a TensorFlow.js model out: `python -m training --help` lists the steps."""
