"""Rules for texts, each with the words that a user reads if a text breaks the rule."""

import re
from collections.abc import Callable, Collection
from difflib import get_close_matches

from pydantic import AfterValidator

MAX_QUOTED = 120


def quoted(text: str) -> str:
    """The text in quotes, on one line. A long text is cut."""
    return repr(text) if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]!r}…"


def worded(pattern: str, rule: str) -> AfterValidator:
    """Requires a text that matches the pattern as a whole. `rule` says the pattern in words."""
    compiled = re.compile(pattern)

    def require(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"expected {rule}, found {quoted(text)}")
        return text

    return AfterValidator(require)


def listed(known: Callable[[], Collection[str]], rule: str) -> AfterValidator:
    """Requires a text of the list that `known` returns. An empty list means that there is no list here."""

    def require(text: str) -> str:
        texts = known()
        if not texts or text in texts:
            return text
        nearest = get_close_matches(text, sorted(texts), n=2)
        hint = f": did you mean {' or '.join(nearest)}?" if nearest else ""
        raise ValueError(f"expected {rule}, found {quoted(text)}{hint}")

    return AfterValidator(require)
