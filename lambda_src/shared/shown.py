"""Names that somebody else chose, as a message can carry them."""

_MAX = 100


def shown(name: str) -> str:
    """In quotes, with at most 100 characters, whatever bytes it was made of."""
    return repr(name if len(name) <= _MAX else f"{name[:_MAX]}…")
