"""A cloud that receives deliveries, for the registrar."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lambda_src.register_model.events import Notice
from lambda_src.register_model.names import Names
from lambda_src.shared.name_template import NameTemplate
from tests.unit.lambda_src.fakes.cloud import FakeCloud
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/serve:1"
POINTER = f"/rollforward/dev/{MODEL}/registered"
RECENT = f"/rollforward/dev/{MODEL}/recent"
SETTINGS = f"/rollforward/dev/{MODEL}/settings"
NAMES = Names(
    pointer=NameTemplate("/rollforward/dev/{model}/registered"),
    recent=NameTemplate("/rollforward/dev/{model}/recent"),
    settings=NameTemplate("/rollforward/dev/{model}/settings"),
    group=NameTemplate("rollforward-dev-{model}"),
    endpoint=NameTemplate("rollforward-dev-{model}"),
    bucket=BUCKET,
    topic="arn:aws:sns:eu-west-1:123456789012:notifications",
)


@dataclass
class FakeDeliveries(FakeCloud):
    keep_versions: int = 5
    approve: str = "automatic"
    rules: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values |= {POINTER: "none", RECENT: "none"}
        self.configure(self.keep_versions)

    def configure(self, keep_versions: int) -> None:
        settings = {
            "image": IMAGE,
            "keep_versions": keep_versions,
            "approve": self.approve,
            "rules": self.rules,
        }
        self.values[SETTINGS] = json.dumps(settings)

    def deliver(self, key: str, data: bytes, seconds_later: int = 1) -> Notice:
        self.now += timedelta(seconds=seconds_later)
        return Notice(BUCKET, key, self.put(key, data))
