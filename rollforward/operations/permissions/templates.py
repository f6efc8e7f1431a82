"""Turns ARNs into templates for every environment, such as `role/{project}-{environment}-{model}-endpoint`.

`{model}` stands for any model of the environment, so that a new model needs no new policy. `*` stands for
what is not known before the resource exists: hashes, versions and the identifiers that AWS chooses.
"""

import re
from collections.abc import Iterator

from config.names import CONTENT_HASH_LENGTH
from config.schema.settings import Environment

# The parts of an ARN that are not known before the resource exists, and what replaces them.
_CHOSEN = (
    (rf"(?<=-)[0-9a-f]{{{CONTENT_HASH_LENGTH}}}(-[0-9]+)?(?![0-9a-f])", "*"),
    (r"(?<=/registered/)([^/]+/).*", r"\1*"),
    (r"(:model-package/[^/]+/).*", r"\1*"),
    (r"(:scalable-target/).*", r"\1*"),
    (r"(:log-group:[^:]+):log-stream:.*", r"\1:*"),
    # A task needs the state of every stack, every parameter of a model and every alarm of a configuration.
    (r"(/{environment}/)[^/]+(\.tfstate)", r"\1*\2"),
    (r"(:parameter/.*/{model}/).*", r"\1*"),
    (r"(:alarm:.*{model}-\*)-.*", r"\1"),
)


def template(arn: str, environment: Environment) -> str:
    """The template of an ARN in an environment."""
    for value, placeholder in _values(environment):
        if value:
            arn = arn.replace(value, placeholder)
    for model in sorted(environment.models, key=len, reverse=True):
        arn = re.sub(rf"(?<=[-/]){re.escape(model)}(?=[-/.:]|$)", "{model}", arn)
    for pattern, chosen in _CHOSEN:
        arn = re.sub(pattern, chosen, arn)
    return arn


def resource(template: str, environment: Environment) -> str | None:
    """The ARN or pattern that a template stands for; None if the environment has no such resource."""
    for value, placeholder in _values(environment):
        if placeholder in template and value is None:
            return None
        template = template.replace(placeholder, value or "")
    for name, value in _parts(environment):
        template = template.replace(name, value)
    return re.sub(r"\*{2,}", "*", template)


def _values(environment: Environment) -> Iterator[tuple[str | None, str]]:
    """The values of an environment and their placeholders, the longest value first."""
    project, name = environment.project, environment.name
    yield environment.kms_key_arn, "{kms_key}"
    yield environment.state.bucket, "{state_bucket}"
    yield f"/{project}/{name}/", "/{project}/{environment}/"
    yield environment.prefix, "{project}-{environment}"
    yield f":{environment.region}:", ":{region}:"
    yield environment.account, "{account}"
    yield f"-{environment.region}", "-{region}"
    yield f"arn:{environment.partition.name}:", "arn:{partition}:"


def _parts(environment: Environment) -> Iterator[tuple[str, str]]:
    yield "{model}", "*"
    yield "{project}", environment.project
    yield "{environment}", environment.name
    yield "{region}", environment.region
    yield "{account}", environment.account
    yield "{partition}", environment.partition.name
