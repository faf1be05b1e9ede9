"""The rules of a class session: no framework, no clock, no I/O; time is an argument."""
