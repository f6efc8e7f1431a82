"""The settings that a user edits: one YAML file for each environment, validated before anything else.

`load("dev")` reads `config/environments/dev.yaml`. The variable `ROLLFORWARD_ENVIRONMENTS` names another
folder. Every mistake in the file is reported at once, each as a breadcrumb: file → key → key: what was
expected, what was found.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from config.errors import ConfigError
from config.partition import Partition, partition_of
from config.schema.base import AccountId, Frozen, KmsKeyArn, Name, Project, Region
from config.schema.breadcrumbs import breadcrumbs
from config.schema.image import Image, require_chip
from config.schema.promotion import Promotion
from config.schema.resolved_variant import ResolvedVariant, resolve_variants
from config.schema.serving import Serverless, Serving
from config.schema.source import Source, require_hub

USERS_ENVIRONMENTS = Path(__file__).parents[1] / "environments"
ENVIRONMENTS_VARIABLE = "ROLLFORWARD_ENVIRONMENTS"

DEFAULT_PROJECT = "rollforward"

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827]


class Model(Frozen):
    image: Image
    source: Source = "registered"
    serving: Serving
    promotion: Promotion = Promotion()

    @model_validator(mode="after")
    def _fits_together(self) -> "Model":
        isolated = not isinstance(self.serving, Serverless) and self.serving.isolated
        for variant in self.variants:
            require_chip(variant.image, variant.instance_type)
            require_hub(variant.source, variant.image, isolated=isolated)
        return self

    @property
    def follows_pointer(self) -> bool:
        """Whether at least one variant serves the model that the pointer names."""
        return any(variant.source == "registered" for variant in self.variants)

    @property
    def variants(self) -> list[ResolvedVariant]:
        """The variants as they are deployed: the primary one first, a shadow last."""
        return resolve_variants(self.serving, self.source, self.image)


class State(Frozen):
    """The bucket of Terraform's state, which `rollforward bootstrap` creates."""

    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]


class Environment(Frozen):
    """One environment: its account, its region, and the models that it serves."""

    name: Name
    # The prefix of all names. Two installations in one account need different projects.
    project: Project = DEFAULT_PROJECT
    account: AccountId
    region: Region
    tags: dict[str, str] = Field(default_factory=dict)
    state: State
    kms_key_arn: KmsKeyArn | None = None
    log_retention_days: RetentionDays = 30
    models: dict[Name, Model] = Field(min_length=1)

    @property
    def prefix(self) -> str:
        """The prefix of the names of its resources, without the hyphen."""
        return f"{self.project}-{self.name}"

    @property
    def partition(self) -> Partition:
        return partition_of(self.region)

    def model(self, name: str) -> Model:
        """The settings of one model. Raises ConfigError with the existing models if there is none."""
        if name not in self.models:
            raise ConfigError(
                f"environment {self.name!r} has no model {name!r}; it has: {', '.join(self.models)}"
            )
        return self.models[name]


def environments_folder() -> Path:
    """The folder of the environments' files: `ROLLFORWARD_ENVIRONMENTS`, or config/environments."""
    return Path(os.environ.get(ENVIRONMENTS_VARIABLE) or USERS_ENVIRONMENTS)


def load(name: str, folder: Path | None = None) -> Environment:
    """Read and check `<folder>/<name>.yaml`. Raises ConfigError with every mistake in it.

    Without a folder, the environment is read from `environments_folder()`.
    """
    folder = folder or environments_folder()
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        raise ConfigError(f"no environment {name!r}: expected {_shown(path)}; there are: {known}")
    data = _read(path)
    try:
        environment = Environment.model_validate({"name": name, **data})
    except ValidationError as error:
        raise ConfigError("\n".join(breadcrumbs(_shown(path), data, Environment, error))) from error
    for other in sorted(set(folder.glob("*.yaml")) - {path}):
        one, two = sorted((f"{name}-", f"{other.stem}-"))
        if two.startswith(one):
            _require_apart(environment, path, other)
    return environment


def _require_apart(environment: Environment, path: Path, other: Path) -> None:
    """Raise ConfigError if the other file's environment has the same account and project.

    One name is the prefix of the other: `rollforward-dev-*`, in a policy or an event pattern, also matches
    the names of an environment `dev-x`. Other regions do not help: roles belong to the account.
    """
    try:
        theirs = _read(other)
    except ConfigError:
        return  # The mistake is reported when that environment is loaded.
    place = (theirs.get("account"), theirs.get("project", DEFAULT_PROJECT))
    if place == (environment.account, environment.project):
        shorter = min(path.stem, other.stem, key=len)
        raise ConfigError(
            f"{_shown(path)}: policies for {environment.project}-{shorter}-* would also be for "
            f"{_shown(other)}, which is in the same account {environment.account}. Rename one of the "
            "files, or give one of them another account or `project`"
        )


class _UniqueKeys(yaml.CSafeLoader):
    """Refuses duplicate keys. YAML would use the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, count in keys.items():
            if count > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"duplicate key {key!r}", node.start_mark
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
