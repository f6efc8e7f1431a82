"""Cron expressions as AWS accepts them."""

import pytest

from config.schema.cron import require_cron

DAYS = "expected a question mark either as day of month or as day of week, found"


@pytest.mark.parametrize(
    "expression",
    [
        "0 7 ? * MON-FRI *",
        "30 6 ? * mon *",
        "0/15 8-18 ? * 2#1 *",
        "*/5 0,12 * JAN,JUL-SEP ? *",
        "0 0 L * ? *",
        "0 0 15W 1-6 ? 2026-2030",
        "0 0 ? * FRIL *",
        "59 23 31 12 ? 2199",
    ],
)
def test_what_aws_accepts_is_accepted(expression: str) -> None:
    assert require_cron(expression) == expression


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 7 * * *", "expected 6 fields (minutes, hours, day of month, month, day of week, year)"),
        ("60 7 ? * MON *", "expected minutes from 0 to 59, found '60'"),
        ("0-60 7 ? * MON *", "expected minutes from 0 to 59, found '0-60'"),
        ("0/0 7 ? * MON *", "expected minutes from 0 to 59, found '0/0'"),
        ("0, 7 ? * MON *", "expected minutes from 0 to 59, found '0,'"),
        ("٣ 7 ? * MON *", "expected minutes from 0 to 59, found '٣'"),
        ("0 24 ? * MON *", "expected hours from 0 to 23, found '24'"),
        ("0 7 0 * ? *", "expected days of the month from 1 to 31, found '0'"),
        ("0 7 32W * ? *", "expected days of the month from 1 to 31, found '32W'"),
        ("0 7 ? 13 MON *", "expected months from 1 to 12 or JAN to DEC, found '13'"),
        ("0 7 ? * 0 *", "expected days of the week from 1 to 7 or SUN to SAT, found '0'"),
        ("0 7 ? * MO *", "expected days of the week from 1 to 7 or SUN to SAT, found 'MO'"),
        ("0 7 ? * 2#6 *", "expected days of the week from 1 to 7 or SUN to SAT, found '2#6'"),
        ("0 7 ? * MON 1969", "expected years from 1970 to 2199, found '1969'"),
        ("0 7 * * MON *", f"{DAYS} '0 7 * * MON *'"),
        ("0 7 ? * ? *", f"{DAYS} '0 7 ? * ? *'"),
    ],
)
def test_the_field_that_aws_refuses_is_named(expression: str, expected: str) -> None:
    with pytest.raises(ValueError, match="expected") as refused:
        require_cron(expression)
    assert str(refused.value).startswith(expected)


def test_spaces_are_made_single() -> None:
    assert require_cron(" 0  7 ? *\tMON\n*") == "0 7 ? * MON *"
