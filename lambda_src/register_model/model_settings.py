"""What Terraform tells the registrar about each model, in a parameter."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from lambda_src.register_model.names import Names
from lambda_src.shared.gate import Rule
from lambda_src.shared.parameters import Parameters

# SSM answers other names with a validation error instead of "not found".
_MODEL_NAME = re.compile(r"[A-Za-z0-9._-]+")


class Approve(StrEnum):
    """How a model's versions are approved: automatically, by a person, or by the gate's rules."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    BETTER = "better"


@dataclass(frozen=True)
class ModelSettings:
    """`rules` are the gate's rules; they apply only if `approve` is BETTER."""

    image: str
    keep_versions: int
    approve: Approve
    rules: tuple[Rule, ...]

    @classmethod
    def parse(cls, text: str) -> "ModelSettings":
        settings = json.loads(text)
        return cls(
            image=settings["image"],
            keep_versions=settings["keep_versions"],
            approve=Approve(settings["approve"]),
            rules=tuple(Rule(**rule) for rule in settings["rules"]),
        )


def read_settings(parameters: Parameters, names: Names, model: str) -> ModelSettings | None:
    """None if the model is not configured in this environment."""
    if not _MODEL_NAME.fullmatch(model):
        return None
    text = parameters.read(names.settings(model))
    return None if text is None else ModelSettings.parse(text)
