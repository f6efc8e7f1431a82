"""What a user edits: one YAML file an environment, checked here before anything else happens.

`load("dev")` reads `config/environments/dev.yaml`. Every mistake in the file is reported at once, each as a
breadcrumb: file → key → key: what was expected, what was found.
"""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationError,
    model_validator,
)

from config.breadcrumbs import breadcrumbs
from config.errors import ConfigError

ENVIRONMENTS = Path(__file__).parent / "environments"

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
KmsKeyArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/.+$")
]
EcrImageUri = Annotated[
    str,
    StringConstraints(
        pattern=r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[a-z0-9][a-z0-9._/-]*(:[\w.-]+|@sha256:[0-9a-f]{64})$"
    ),
]
InstanceType = Annotated[
    str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.(medium|large|\d{0,2}xlarge)$")
]
# Lowercase words joined by single hyphens: what every AWS name that is made of it accepts.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827]
# What a key of CustomerMetadataProperties may be, but for spaces, with room for what goes before the name.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
MetricName = Annotated[str, StringConstraints(pattern=r"^[\p{L}\p{N}_.:/=+@-]{1,100}$")]
FiniteNumber = Annotated[float, Field(allow_inf_nan=False)]

MAX_RULES = 20
# A standard parameter holds 4 KB; the rest is for the image, whose URI has up to 460 characters.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
MAX_PROMOTION_BYTES = 4096 - 512


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DeepLearningContainer(_Frozen):
    """An AWS deep-learning container by name; the provider knows its account in each region.

    https://github.com/aws/deep-learning-containers/blob/master/available_images.md
    """

    repository: Literal["huggingface-pytorch-inference", "pytorch-inference"]
    tag: Annotated[str, StringConstraints(pattern=r"^[\w.-]*cpu[\w.-]*$")]


Image = Annotated[
    Annotated[EcrImageUri, Tag("uri")] | Annotated[DeepLearningContainer, Tag("container")],
    Discriminator(lambda value: "uri" if isinstance(value, str) else "container"),
]


class Instances(_Frozen):
    """How many instances an endpoint runs on; autoscaling moves between the two."""

    min: int = Field(ge=1, le=100)
    max: int = Field(ge=1, le=100)

    @model_validator(mode="after")
    def _ordered(self) -> "Instances":
        if self.max < self.min:
            raise ValueError(f"expected max to be at least min ({self.min}), found {self.max}")
        return self


class Serving(_Frozen):
    """A real-time endpoint, scaled on its CPU."""

    instance_type: InstanceType
    instances: Instances
    target_cpu_percent: int = Field(default=70, ge=10, le=90)
    scale_in_cooldown_seconds: int = Field(default=300, ge=0, le=3600)
    scale_out_cooldown_seconds: int = Field(default=60, ge=0, le=3600)


class Rule(_Frozen):
    """What the gate demands of one metric."""

    metric: MetricName
    direction: Literal["higher", "lower"] | None = None
    # How much worse than what is live it may be; without one, it must be better.
    tolerance: FiniteNumber | None = Field(default=None, ge=0)
    floor: FiniteNumber | None = None
    ceiling: FiniteNumber | None = None

    @model_validator(mode="after")
    def _demands_something(self) -> "Rule":
        if self.tolerance is not None and self.direction is None:
            raise ValueError("tolerance needs a direction: higher or lower, whichever is better")
        if (self.direction, self.floor, self.ceiling) == (None, None, None):
            raise ValueError(f"expected a direction, a floor or a ceiling for {self.metric}")
        if self.floor is not None and self.ceiling is not None and self.ceiling < self.floor:
            raise ValueError(
                f"expected ceiling to be at least floor ({self.floor:g}), found {self.ceiling:g}"
            )
        return self


def _bytes_of(value: Any) -> int:
    """How long it is as Terraform's JSON, which writes 1e300 with all its zeros."""
    if isinstance(value, dict):
        return 2 + sum(_bytes_of(key) + _bytes_of(inner) + 2 for key, inner in value.items())
    if isinstance(value, list):
        return 2 + sum(_bytes_of(inner) + 1 for inner in value)
    if isinstance(value, float):
        return len(f"{Decimal(repr(value)):f}")
    return len(json.dumps(value, ensure_ascii=False).encode())


class Promotion(_Frozen):
    """Which of the registered versions go live, and which stay deployable."""

    # Fewer than two would leave nothing to go back to.
    keep_versions: int = Field(default=5, ge=2, le=10)
    # Nobody, a person, or the gate, by its rules.
    approve: Literal["automatic", "manual", "better"] = "automatic"
    rules: list[Rule] = Field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the registrar reads it: without what a rule leaves out."""
        return self.model_dump(exclude_none=True)

    @model_validator(mode="after")
    def _fits_together(self) -> "Promotion":
        if mistakes := list(self._mistakes()):
            raise ValueError("; ".join(mistakes))
        return self

    def _mistakes(self) -> Iterator[str]:
        if self.approve == "better" and not self.rules:
            yield "`approve: better` needs at least one rule"
        if self.approve != "better" and self.rules:
            yield f"rules need `approve: better`, found `approve: {self.approve}`"
        if len(self.rules) > MAX_RULES:
            yield f"expected at most {MAX_RULES} rules, found {len(self.rules)}"
        for metric, count in Counter(rule.metric for rule in self.rules).items():
            if count > 1:
                yield f"expected one rule for each metric, found {count} for {metric}"
        if (size := _bytes_of(self.as_json())) > MAX_PROMOTION_BYTES:
            yield (
                f"expected at most {MAX_PROMOTION_BYTES} bytes as JSON, which a parameter holds "
                f"beside the image, found {size}: shorten the rules, or have fewer"
            )


class Model(_Frozen):
    image: Image
    serving: Serving
    promotion: Promotion = Promotion()


class State(_Frozen):
    """Where Terraform keeps what it knows: made by `rollforward bootstrap`."""

    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]


class Environment(_Frozen):
    """One environment: its account, its region, and the models that it serves."""

    name: Name
    account: AccountId
    region: Region
    tags: dict[str, str] = Field(default_factory=dict)
    state: State
    kms_key_arn: KmsKeyArn | None = None
    log_retention_days: RetentionDays = 30
    models: dict[Name, Model] = Field(min_length=1)

    def model(self, name: str) -> Model:
        """The settings of one model. Raises ConfigError, naming the models there are."""
        if name not in self.models:
            raise ConfigError(
                f"environment {self.name!r} has no model {name!r}; it has: {', '.join(self.models)}"
            )
        return self.models[name]


def load(name: str, folder: Path = ENVIRONMENTS) -> Environment:
    """Read and check `<folder>/<name>.yaml`. Raises ConfigError with every mistake in it."""
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        raise ConfigError(f"no environment {name!r}: expected {_shown(path)}; there are: {known}")
    data = _read(path)
    try:
        return Environment.model_validate({"name": name, **data})
    except ValidationError as error:
        raise ConfigError("\n".join(breadcrumbs(_shown(path), data, Environment, error))) from error


class _UniqueKeys(yaml.CSafeLoader):
    """YAML lets the last of two equal keys win; a user who wrote both wants to know."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in keys.items():
            if count > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", node.start_mark
                )
        return super().construct_mapping(node, deep)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=_UniqueKeys)  # noqa: S506  # a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{_shown(path)}: expected YAML; {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(f"{_shown(path)}: expected keys and values, found {data!r}")
    if "name" in data:
        raise ConfigError(
            f"{_shown(path)} → name: unknown key; an environment is named by its file"
        )
    return data


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
