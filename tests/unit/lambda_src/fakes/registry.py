"""The Model Registry in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_src.register_model.events import PackageChange
from lambda_src.shared.registry import Approval, NewVersion, RegisteredVersion

if TYPE_CHECKING:
    from tests.unit.lambda_src.fakes.cloud import FakeCloud


class TokenOfAnother(Exception):
    """The token was repeated with other parameters: AWS may refuse that, or ignore the parameters."""


@dataclass(frozen=True)
class FakeRegistry:
    fake: "FakeCloud"

    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        self.fake.gate()
        return [
            RegisteredVersion(
                f"{group}/{number}",
                number,
                version.description,
                version.model_data,
                version.approval,
            )
            for number, version in enumerate(self.fake.recorded.get(group, []), start=1)
        ]

    def metadata(self, arn: str) -> Mapping[str, str]:
        self.fake.gate()
        group, number = _group_and_number(arn)
        return self.fake.recorded[group][number - 1].metadata

    def record(self, group: str, version: NewVersion) -> str:
        self.fake.gate()
        created = self.fake.created.setdefault(group, [])
        tokens = [other.token for other in created]
        if version.token in tokens:
            if version != created[tokens.index(version.token)]:
                raise TokenOfAnother(version.token)
            return f"{group}/{tokens.index(version.token) + 1}"
        self.fake.recorded.setdefault(group, []).append(version)
        created.append(version)
        arn = f"{group}/{len(created)}"
        self.fake.on_recorded(PackageChange(group, arn, new=True))
        return arn

    def reject(self, arn: str, reason: str) -> None:
        self.fake.gate()
        _, number = _group_and_number(arn)
        self.fake.decide(number, Approval.REJECTED)
        self.fake.reasons[number] = reason


def _group_and_number(arn: str) -> tuple[str, int]:
    group, _, number = arn.rpartition("/")
    return group, int(number)
