"""Archives that contain no model are refused."""

import tarfile

import pytest

from tests.unit.lambda_src.shared.archives import (
    CODE,
    packed,
    tar_of,
    tar_with,
)
from tests.unit.lambda_src.shared.inspection.inspected import (
    entry,
    refusal,
)


@pytest.mark.parametrize(
    "name", ["config.json", "inference.py", "model/code/inference.py", "code/inference.py/x"]
)
def test_neither_code_nor_weights_is_refused(name: str) -> None:
    assert "neither code/inference.py nor model weights" in refusal(packed(tar_of({name: b"1"})))


def test_code_in_the_wrong_place_is_pointed_out() -> None:
    reason = refusal(packed(tar_of({"sentiment-v2/code/inference.py": b""})))
    assert "'sentiment-v2/code/inference.py' is in the wrong place" in reason


def test_empty_weights_are_no_weights() -> None:
    refusal(packed(tar_of({"pytorch_model.bin": b""})))


def test_a_folder_named_like_the_code_is_no_code() -> None:
    refusal(packed(tar_with([(entry(CODE, tarfile.DIRTYPE), b"")])))
