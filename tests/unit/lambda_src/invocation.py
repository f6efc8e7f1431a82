"""An invocation of a function: the context that Lambda passes, and what the function logs and measures."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from aws_lambda_powertools import Logger


@dataclass
class Context:
    function_name: str
    memory_limit_in_mb: int = 1024
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-2:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def logged(caplog: pytest.LogCaptureFixture, logger: Logger) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == logger.name]


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The CloudWatch metrics, in the embedded metric format."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [line for line in lines if "_aws" in line]
