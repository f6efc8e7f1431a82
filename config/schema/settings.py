"""The settings that a user edits: one YAML file for each environment, validated before anything else.

`load("dev")` reads `config/environments/dev.yaml`. The variable `ROLLFORWARD_ENVIRONMENTS` names another
folder. Every mistake in the file is reported at once, each as a breadcrumb: file → key → key: what was
expected, what was found.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from config.aws_catalog import regions
from config.errors import ConfigError
from config.partition import Partition, partition_of
from config.schema.base import AccountId, Frozen, Name, Project, Region
from config.schema.breadcrumbs import breadcrumbs
from config.schema.image import Image, require_chip
from config.schema.promotion import Promotion
from config.schema.regional import KmsKeyArn
from config.schema.resolved_variant import ResolvedVariant, resolve_variants
from config.schema.rules import worded
from config.schema.serving import Serverless, Serving
from config.schema.source import Source, require_hub
from config.schema.tags import OWN_TAGS, Tags
from config.schema.yaml_file import YamlFile

USERS_ENVIRONMENTS = Path(__file__).parents[1] / "environments"
ENVIRONMENTS_VARIABLE = "ROLLFORWARD_ENVIRONMENTS"

DEFAULT_PROJECT = "rollforward"

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
# fmt: off
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
# fmt: on


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

    bucket: Annotated[
        str,
        worded(
            r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
            "the name of a bucket, 3 to 63 lowercase letters, digits and hyphens",
        ),
    ]


class Environment(Frozen):
    """One environment: its account, its region, and the models that it serves."""

    name: Name
    # The prefix of all names. Two installations in one account need different projects.
    project: Project = DEFAULT_PROJECT
    account: AccountId
    region: Region
    tags: Tags = Field(default_factory=dict)
    state: State
    kms_key_arn: KmsKeyArn | None = None
    log_retention_days: RetentionDays = 30
    models: dict[Name, Model] = Field(min_length=1)

    @property
    def prefix(self) -> str:
        """The prefix of the names of its resources, without the hyphen."""
        return f"{self.project}-{self.name}"

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags of its resources: those of the stacks, and those of the file."""
        return dict(zip(OWN_TAGS, (self.project, self.name), strict=True)) | self.tags

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
    file = _read(path)
    region = file.data.get("region")
    # With a misspelled region, the region is the one mistake.
    place = {"region": region} if isinstance(region, str) and region in regions() else {}
    try:
        environment = Environment.model_validate({"name": name, **file.data}, context=place)
    except ValidationError as error:
        raise ConfigError("\n".join(breadcrumbs(_shown(path), file, Environment, error))) from error
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
        theirs = _read(other).data
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


def _read(path: Path) -> YamlFile:
    try:
        file = YamlFile.parse(path.read_bytes())
    except ValueError as error:
        raise ConfigError(f"{_shown(path)}: {error}") from error
    if "name" in file.data:
        raise ConfigError(
            f"{_shown(path)} → name: unknown key; an environment is named by its file"
        )
    return file


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
