"""What stops a command: shown as one message, without a traceback, with exit code 1."""


class RollforwardError(Exception):
    """What went wrong, where, and what to do next."""
