"""The names of the registrar's resources.

The function's environment variables hold templates with `{model}` in them: an environment may have hundreds
of models, and all variables of a function together may have 4 KB.
"""

import os
from dataclasses import dataclass

_MODEL = "{model}"


@dataclass(frozen=True)
class Names:
    pointer_parameter: str
    recent_parameter: str
    settings_parameter: str
    package_group: str
    endpoint_name: str
    bucket: str
    topic: str

    @classmethod
    def from_environment(cls) -> "Names":
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
        return self.pointer_parameter.replace(_MODEL, model)

    def recent(self, model: str) -> str:
        return self.recent_parameter.replace(_MODEL, model)

    def settings(self, model: str) -> str:
        return self.settings_parameter.replace(_MODEL, model)

    def group(self, model: str) -> str:
        return self.package_group.replace(_MODEL, model)

    def endpoint(self, model: str) -> str:
        return self.endpoint_name.replace(_MODEL, model)

    def model_of(self, group: str) -> str | None:
        """The model of a package group; None if the group does not belong to this environment."""
        before, _, after = self.package_group.partition(_MODEL)
        model = group.removeprefix(before).removesuffix(after)
        return model if model and self.group(model) == group else None
