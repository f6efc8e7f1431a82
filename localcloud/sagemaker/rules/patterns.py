"""Patterns of AWS's service models, which are Java's, as Python patterns.

Python does not support `\\p{L}` and the like. They are replaced by ranges, because they decide which
characters a tag or a metadata value may have.
"""

import re
import sys
import unicodedata
from functools import cache

# POSIX classes, a range in surrogate pairs, and the end of the text.
_REPLACEMENTS = {
    r"[\p{Print}]": r"[ -~]",
    r"\p{Print}": r"[ -~]",
    r"\p{ASCII}": r"[\x00-\x7f]",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    r"\z": r"\Z",
}


@cache
def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """The compiled pattern; None for a pattern that Python does not support, which is not checked."""
    translated = re.sub(r"\\p\{([A-Z])\}", lambda category: _ranges(category[1]), pattern)
    for java, python in _REPLACEMENTS.items():
        translated = translated.replace(java, python)
    try:
        # Some patterns end in `${1,256}`: a repeated anchor.
        return re.compile(re.sub(r"\$\{\d+,\d+\}$", "$", translated))
    except re.error:
        return None


@cache
def _ranges(category: str) -> str:
    """The characters of a Unicode category, as the content of a character class."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] == category:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
