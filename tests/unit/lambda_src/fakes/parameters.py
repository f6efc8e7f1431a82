"""Parameter Store in memory."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.lambda_src.fakes.cloud import FakeCloud


@dataclass(frozen=True)
class FakeParameters:
    fake: "FakeCloud"

    def read(self, name: str) -> str | None:
        self.fake.gate()
        return self.fake.values.get(name)

    def write(self, name: str, value: str) -> None:
        self.fake.gate()
        assert name in self.fake.values, f"only Terraform creates {name}"
        if re.search(r"\{\{.*\}\}", value):
            raise ValueError("Parameter value can't nest another parameter.")
        self.fake.values[name] = value
        self.fake.writes.append((name, value))
