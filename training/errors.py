"""The one exception that a user of the training commands sees, as one line."""


class TrainingError(Exception):
    """Something the user gave or asked for cannot be used; the message says what and why."""
