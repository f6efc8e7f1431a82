"""Resources' ARNs as templates for every environment: `role/{project}-{environment}-{model}-endpoint`.

`{model}` stands for any model of the environment: a new model needs no new policy. `*` stands for what nobody
knows before the resource is there: hashes, versions and the identifiers that AWS chooses.
"""

import re
from collections.abc import Iterator

from config.names import CONTENT_HASH_LENGTH
from config.schema.settings import Environment

# What stands in an ARN behind these is not known before the resource is there.
_CHOSEN = (
    (rf"(?<=-)[0-9a-f]{{{CONTENT_HASH_LENGTH}}}(-[0-9]+)?(?![0-9a-f])", "*"),
    (r"(?<=/registered/)([^/]+/).*", r"\1*"),
    (r"(:model-package/[^/]+/).*", r"\1*"),
    (r"(:scalable-target/).*", r"\1*"),
    (r"(:log-group:[^:]+):log-stream:.*", r"\1:*"),
    # All stacks' states, all of a model's parameters and all of a configuration's alarms are needed alike.
    (r"(/{environment}/)[^/]+(\.tfstate)", r"\1*\2"),
    (r"(:parameter/.*/{model}/).*", r"\1*"),
    (r"(:alarm:.*{model}-\*)-.*", r"\1"),
)


def template(arn: str, environment: Environment) -> str:
    """The template that an environment's ARN is an instance of."""
    for value, placeholder in _values(environment):
        if value:
            arn = arn.replace(value, placeholder)
    for model in sorted(environment.models, key=len, reverse=True):
        arn = re.sub(rf"(?<=[-/]){re.escape(model)}(?=[-/.:]|$)", "{model}", arn)
    for pattern, chosen in _CHOSEN:
        arn = re.sub(pattern, chosen, arn)
    return arn


def resource(template: str, environment: Environment) -> str | None:
    """The ARN, or the pattern of ARNs, in an environment; None if the environment has no such resource."""
    for value, placeholder in _values(environment):
        if placeholder in template and value is None:
            return None
        template = template.replace(placeholder, value or "")
    for name, value in _parts(environment):
        template = template.replace(name, value)
    return re.sub(r"\*{2,}", "*", template)


def _values(environment: Environment) -> Iterator[tuple[str | None, str]]:
    """Values and what stands for them, the longest first."""
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
