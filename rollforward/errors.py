"""Errors that stop a command. Each is shown as one message, without a traceback."""


class RollforwardError(Exception):
    """A command failed, with exit code 1. The text says what happened, where, and what to do next."""


class UsageError(RollforwardError):
    """The command line has a mistake: exit code 2. A mistake in a file is a ConfigError."""
