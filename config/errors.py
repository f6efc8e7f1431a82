"""The error for a mistake in a file that the user edits, or in what is installed.

Commands show its text without a traceback.
"""


class ConfigError(Exception):
    """The message names the file, the key, and what was expected."""
