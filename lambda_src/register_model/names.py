"""The names of the registrar's resources, from the function's environment variables."""

import os
from dataclasses import dataclass

from lambda_src.shared.name_template import NameTemplate


@dataclass(frozen=True)
class Names:
    """`pointer`, `recent` and `settings` name parameters; `group` a package group; `topic` is an ARN."""

    pointer: NameTemplate
    recent: NameTemplate
    settings: NameTemplate
    group: NameTemplate
    endpoint: NameTemplate
    bucket: str
    topic: str

    @classmethod
    def from_environment(cls) -> "Names":
        return cls(
            pointer=NameTemplate(os.environ["POINTER_PARAMETER"]),
            recent=NameTemplate(os.environ["RECENT_PARAMETER"]),
            settings=NameTemplate(os.environ["SETTINGS_PARAMETER"]),
            group=NameTemplate(os.environ["PACKAGE_GROUP"]),
            endpoint=NameTemplate(os.environ["ENDPOINT"]),
            bucket=os.environ["MODEL_BUCKET"],
            topic=os.environ["TOPIC_ARN"],
        )
