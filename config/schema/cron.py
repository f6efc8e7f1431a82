"""AWS's cron expressions, checked field by field.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
"""

import re
from dataclasses import dataclass

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class _Field:
    """One field of an expression: its numbers, the words for them, and what else it accepts."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    # Regular expressions, in which VALUE stands for a number or a word.
    special: tuple[str, ...] = ()

    def accepts(self, text: str) -> bool:
        return all(self._accepts_item(item) for item in text.upper().split(","))

    def __str__(self) -> str:
        words = f" or {self.words[0]} to {self.words[-1]}" if self.words else ""
        return f"{self.name} from {self.low} to {self.high}{words}"

    def _accepts_item(self, item: str) -> bool:
        span, slash, step = item.partition("/")
        if slash and not (_is_number(step) and 1 <= int(step) <= self.high):
            return False
        return (
            span == "*"
            or all(self._is_value(end) for end in span.split("-", 1))
            or (not slash and any(self._is_special(item, form) for form in self.special))
        )

    def _is_value(self, text: str) -> bool:
        return text in self.words or (_is_number(text) and self.low <= int(text) <= self.high)

    def _is_special(self, item: str, form: str) -> bool:
        match = re.fullmatch(form.replace("VALUE", r"([0-9A-Z]+?)"), item)
        return match is not None and all(self._is_value(value) for value in match.groups())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


_DAY = _Field("days of the month", 1, 31, special=(r"\?", r"L(?:-[0-9]{1,2})?W?", "VALUEW"))
_WEEKDAY = _Field("days of the week", 1, 7, WEEKDAYS, special=(r"\?", "L", "VALUEL", "VALUE#[1-5]"))
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _DAY,
    _Field("months", 1, 12, MONTHS),
    _WEEKDAY,
    _Field("years", 1970, 2199),
)
FIELDS = "minutes, hours, day of month, month, day of week, year"


def require_cron(expression: str) -> str:
    """The expression with single spaces. Raises ValueError with the first field that AWS refuses."""
    texts = expression.split()
    if len(texts) != len(_FIELDS):
        raise ValueError(
            f"expected {len(_FIELDS)} fields ({FIELDS}), found {len(texts)} in {expression!r}"
        )
    for field, text in zip(_FIELDS, texts, strict=True):
        if not field.accepts(text):
            raise ValueError(f"expected {field}, found {text!r} in {expression!r}")
    if [texts[_FIELDS.index(_DAY)], texts[_FIELDS.index(_WEEKDAY)]].count("?") != 1:
        raise ValueError(
            f"expected a question mark either as day of month or as day of week, found {expression!r}"
        )
    return " ".join(texts)
