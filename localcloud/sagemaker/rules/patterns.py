"""The patterns of AWS's service models, which are Java's, as Python's.

Python lacks `\\p{L}` and its kind: they are spelt out as ranges, for they decide what a tag or a
metadata value may hold.
"""

import re
import sys
import unicodedata
from functools import cache

# POSIX classes, a pair of surrogates that stands for a range, and the end of the text.
_SPELT = {
    r"[\p{Print}]": r"[ -~]",
    r"\p{Print}": r"[ -~]",
    r"\p{ASCII}": r"[\x00-\x7f]",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
    r"\z": r"\Z",
}


@cache
def matcher(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that is beyond Python, which then goes unchecked."""
    spelt = re.sub(r"\\p\{([A-Z])\}", lambda category: _ranges(category[1]), pattern)
    for java, python in _SPELT.items():
        spelt = spelt.replace(java, python)
    try:
        # Some patterns end in `${1,256}`: an anchor, repeated.
        return re.compile(re.sub(r"\$\{\d+,\d+\}$", "$", spelt))
    except re.error:
        return None


@cache
def _ranges(category: str) -> str:
    """The characters of a Unicode category, as the inside of a character class."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code))[0] == category:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
