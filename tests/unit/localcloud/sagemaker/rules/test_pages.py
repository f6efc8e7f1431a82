"""The NextToken of lists."""

from typing import Any

from tests.unit.localcloud.standin import (
    refusal,
)


def test_a_token_that_no_list_returned_is_refused(sagemaker: Any) -> None:
    assert "NextToken" in refusal(sagemaker.list_models, NextToken="x")
