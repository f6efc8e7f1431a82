from collections.abc import Iterator
from pathlib import Path

import pytest

from rollforward.operations.apply import run
from tests.unit.rollforward.account import Account
from tests.unit.rollforward.fake_aws import connected
from tests.unit.rollforward.operations.apply.stacks import Start, live, nothing, work_in


@pytest.fixture
def aws() -> Iterator[Account]:
    """The account that every command of the test reaches."""
    account = Account()
    with connected(account):
        yield account


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Makes the work for some models; proofs hold, and Terraform's state is empty."""
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "")  # put back afterwards
    monkeypatch.setattr(run, "last_outputs", nothing)
    monkeypatch.setattr(run, "prove", live)
    return lambda *models, later=(): work_in(tmp_path, models, later)
