"""The error of this package."""


class LocalCloudError(Exception):
    """A server of the local cloud did not start; the message names its log."""
