"""The tags of an environment's resources, as all services that have them accept them.

IAM has the strictest rules. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
"""

from typing import Annotated
from unicodedata import category

from pydantic import AfterValidator

RULES = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"
# The tags that the stacks set themselves.
OWN_TAGS = ("project", "environment")
MAX_TAGS = 50
MAX_KEY = 128
MAX_VALUE = 256
_SYMBOLS = "_.:/=+-@"


def _require_accepted(text: str) -> str:
    """Letters, spaces and numbers are Unicode's categories L, Z and N."""
    refused = dict.fromkeys(
        one for one in text if one not in _SYMBOLS and category(one)[0] not in "LZN"
    )
    if refused:
        found = " ".join(repr(one) for one in refused)
        raise ValueError(
            f"expected letters, numbers, spaces and {' '.join(_SYMBOLS)} only, found {found} in "
            f"{text!r}: {RULES}"
        )
    if text.lower().startswith("aws:"):
        raise ValueError(
            f"expected no text that begins with aws:, which AWS reserves, found {text!r}: {RULES}"
        )
    return text


def _require_key_length(key: str) -> str:
    if not 1 <= len(key) <= MAX_KEY:
        raise ValueError(f"expected a key of 1 to {MAX_KEY} characters, found {len(key)}: {RULES}")
    return key


def _require_value_length(value: str) -> str:
    if len(value) > MAX_VALUE:
        raise ValueError(
            f"expected a value of at most {MAX_VALUE} characters, found {len(value)}: {RULES}"
        )
    return value


def _require_fit(tags: dict[str, str]) -> dict[str, str]:
    """The tags as a whole: IAM takes two keys that differ in case only for one."""
    keys = {*OWN_TAGS, *tags}
    if len(keys) > MAX_TAGS:
        ours = len(set(OWN_TAGS) - tags.keys())
        raise ValueError(
            f"expected at most {MAX_TAGS - ours} tags, found {len(tags)}: AWS allows {MAX_TAGS}, and the "
            f"stacks set {' and '.join(OWN_TAGS)}: {RULES}"
        )
    by_lower: dict[str, str] = {}
    for key in (*OWN_TAGS, *tags):
        other = by_lower.setdefault(key.lower(), key)
        if other != key:
            whose = "a tag of the stacks" if other in OWN_TAGS else "another tag"
            raise ValueError(
                f"{key} differs only in case from {other}, {whose}: IAM accepts one of them: {RULES}"
            )
    return tags


TagKey = Annotated[str, AfterValidator(_require_key_length), AfterValidator(_require_accepted)]
TagValue = Annotated[str, AfterValidator(_require_value_length), AfterValidator(_require_accepted)]
Tags = Annotated[dict[TagKey, TagValue], AfterValidator(_require_fit)]
