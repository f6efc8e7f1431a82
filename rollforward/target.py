"""The model that a command works on, in one environment."""

from dataclasses import dataclass

from config import names
from config.schema.settings import Environment, Model


@dataclass(frozen=True)
class Target:
    """One model in one environment, and the names of its AWS resources.

    Raises ConfigError if the environment has no such model.
    """

    environment: Environment
    model: str

    def __post_init__(self) -> None:
        self.environment.model(self.model)

    @property
    def settings(self) -> Model:
        return self.environment.model(self.model)

    @property
    def region(self) -> str:
        return self.environment.region

    @property
    def endpoint(self) -> str:
        return names.endpoint(self.environment, self.model)

    @property
    def pointer(self) -> str:
        """The name of the parameter that holds the key of the registered version."""
        return names.pointer(self.environment, self.model)

    @property
    def package_group(self) -> str:
        return names.package_group(self.environment, self.model)

    @property
    def bucket(self) -> str:
        return names.model_bucket(self.environment)

    @property
    def stack_part(self) -> str:
        """What the name of the endpoint's stack has after the environment: `sagemaker-<model>`."""
        return f"sagemaker-{self.model}"

    def command(self, verb: str, *arguments: object) -> str:
        """A `rollforward` command about this model, for a message."""
        words = ["rollforward", verb, self.model, *map(str, arguments)]
        return f"{' '.join(words)} --env {self.environment.name}"


def targets(environment: Environment, models: list[str] | None) -> list[Target]:
    """The named models; every model of the environment if none is named."""
    return [Target(environment, model) for model in models or environment.models]
