"""Forged archives: what the inspection accepts, GNU tar and Python unpack to the same files."""

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings

from lambda_src.shared.inspection.refusal import Refusal
from tests.unit.lambda_src.shared.inspection.forged import forged_archives
from tests.unit.lambda_src.shared.inspection.inspected import check
from tests.unit.lambda_src.shared.inspection.unpacked import by_gnu_tar, by_python, unpacked


def fuzz(count: int) -> Counter[str]:
    """How many of `count` archives had which outcome; `wrong` are those that cannot be unpacked."""
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(forged_archives)
    def one(data: bytes) -> None:
        outcomes[_outcome(data)] += 1

    one()
    return outcomes


def _outcome(data: bytes) -> str:
    try:
        check(data)
    except Refusal:
        return "refused"
    try:
        same = unpacked(data, by_python) == unpacked(data, by_gnu_tar)
    except Exception as error:
        print(f"wrong: {error!r}: {data!r}")
        return "wrong"
    if not same:
        print(f"wrong: unpacked differently: {data!r}")
    return "unpacked" if same else "wrong"
