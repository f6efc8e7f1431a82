"""What passes the inspection can be unpacked, by GNU tar as well as by Python.

For longer runs: python -m tests.fuzz archives --count 10000
"""

from contextlib import suppress

import pytest
from hypothesis import given, settings

from lambda_src.shared.inspection.refusal import Refusal
from tests.unit.lambda_src.shared.inspection.forged import forged_archives
from tests.unit.lambda_src.shared.inspection.inspected import check
from tests.unit.lambda_src.shared.inspection.unpacked import (
    by_gnu_tar,
    by_python,
    gnu_tar,
    unpacked,
)


@pytest.mark.skipif(gnu_tar() is None, reason="needs GNU tar")
@settings(max_examples=100)
@given(forged_archives)
def test_what_passes_is_unpacked_to_the_same_files_by_gnu_tar_and_python(data: bytes) -> None:
    with suppress(Refusal):
        check(data)
        assert unpacked(data, by_python) == unpacked(data, by_gnu_tar)
