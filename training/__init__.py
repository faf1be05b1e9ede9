"""FER-2013 in, a TensorFlow.js model out: `python -m training --help` lists the steps."""
