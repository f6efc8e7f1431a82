"""Names that somebody else chose, in a form that a message can carry."""

_MAX = 100


def quoted(name: str) -> str:
    """The name in quotation marks, cut to 100 characters, with unprintable characters escaped."""
    return repr(name if len(name) <= _MAX else f"{name[:_MAX]}…")
