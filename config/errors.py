"""The one error for a mistake in what the user wrote: its text is shown as it is, never a traceback."""


class ConfigError(Exception):
    """What is wrong, where it stands, and what was expected."""
