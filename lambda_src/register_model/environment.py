"""Where things are in this environment, and what Terraform says about each model in it.

The Lambda's own variables hold templates with `{model}` in them: an environment may have hundreds
of models, and all variables of a Lambda together may have 4 KB.
"""

import json
import os
import re
from dataclasses import dataclass
from enum import StrEnum

from lambda_src.register_model.cloud import Parameters
from lambda_src.shared.gate import Rule

# Outside of this, SSM answers with a validation error instead of "not found".
_MODEL_NAME = re.compile(r"[A-Za-z0-9._-]+")


class Approve(StrEnum):
    """Who approves a model's versions: nobody needs to, a person, or the gate."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    BETTER = "better"


@dataclass(frozen=True)
class ModelSettings:
    """`rules` are for the gate, which is asked only if versions are to be approved when they are better."""

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


@dataclass(frozen=True)
class Environment:
    pointer_parameter: str
    recent_parameter: str
    settings_parameter: str
    package_group: str
    endpoint_name: str
    bucket: str
    topic: str

    @classmethod
    def read(cls) -> "Environment":
        return cls(
            pointer_parameter=os.environ["POINTER_PARAMETER"],
            recent_parameter=os.environ["RECENT_PARAMETER"],
            settings_parameter=os.environ["SETTINGS_PARAMETER"],
            package_group=os.environ["PACKAGE_GROUP"],
            endpoint_name=os.environ["ENDPOINT"],
            bucket=os.environ["MODEL_BUCKET"],
            topic=os.environ["TOPIC_ARN"],
        )

    def pointer(self, model: str) -> str:
        return self.pointer_parameter.replace("{model}", model)

    def recent(self, model: str) -> str:
        return self.recent_parameter.replace("{model}", model)

    def group(self, model: str) -> str:
        return self.package_group.replace("{model}", model)

    def endpoint(self, model: str) -> str:
        return self.endpoint_name.replace("{model}", model)

    def model_of(self, group: str) -> str | None:
        """The model whose group this is; None if it is no group of this environment."""
        before, _, after = self.package_group.partition("{model}")
        model = group.removeprefix(before).removesuffix(after)
        return model if model and self.group(model) == group else None

    def settings(self, model: str, parameters: Parameters) -> ModelSettings | None:
        """None if the model is not configured in this environment."""
        if not _MODEL_NAME.fullmatch(model):
            return None
        text = parameters.read(self.settings_parameter.replace("{model}", model))
        if text is None:
            return None
        return ModelSettings.parse(text)
