"""The names of all AWS resources, computed from the settings.

Stacks refer to each other by these names only, so each can be planned before the others exist. A name that
AWS would refuse during an apply raises ConfigError at synth.
"""

import re

from config.errors import ConfigError
from config.schema.settings import Environment
from lambda_src.shared import pinned_key
from lambda_src.shared.parameters import NO_VALUE

METRICS_NAMESPACE = "Rollforward"
# The metric of failed smoke requests during a roll; its dimension is EndpointConfigName.
SMOKE_METRIC = "SmokeFailures"
DELIVERED_PREFIX = "models/"
REGISTERED_PREFIX = "registered/"
ARTIFACT = pinned_key.ARCHIVE
METRICS = pinned_key.METRICS
SMOKE = pinned_key.SMOKE
NO_MODEL = NO_VALUE
# In place of a model's name, it makes a template of any name below.
ANY_MODEL = "{model}"

# The length of the hash in the names of SageMaker models and endpoint configurations.
CONTENT_HASH_LENGTH = 12


def stack(environment: Environment, part: str) -> str:
    return f"{environment.name}-{part}"


def state_key(environment: Environment, part: str) -> str:
    return f"{environment.project}/{environment.name}/{part}.tfstate"


def model_bucket(environment: Environment) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    name = f"{environment.prefix}-models-{environment.account}-{environment.region}"
    return _checked(name, r"[a-z0-9][a-z0-9-]*[a-z0-9]", 63, "bucket")


def delivery_key(model: str, version: str) -> str:
    return f"{DELIVERED_PREFIX}{model}/{version}/{ARTIFACT}"


def metrics_key(model: str, version: str) -> str:
    return f"{DELIVERED_PREFIX}{model}/{version}/{METRICS}"


def registered_prefix(model: str) -> str:
    return f"{REGISTERED_PREFIX}{model}/"


def asynchronous_prefix(model: str) -> str:
    return f"async/{model}/"


def requests_prefix(model: str) -> str:
    """The prefix of the requests to an asynchronous endpoint."""
    return f"{asynchronous_prefix(model)}requests/"


def answers_prefix(model: str) -> str:
    return f"{asynchronous_prefix(model)}answers/"


def failures_prefix(model: str) -> str:
    return f"{asynchronous_prefix(model)}failures/"


def captured_prefix(model: str) -> str:
    return f"captured/{model}/"


def registrar(environment: Environment) -> str:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
    return _checked(f"{environment.prefix}-registrar", r"[a-zA-Z0-9-_]+", 64, "function")


def prover(environment: Environment) -> str:
    return _checked(f"{environment.prefix}-prover", r"[a-zA-Z0-9-_]+", 64, "function")


def topic(environment: Environment) -> str:
    """https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"""
    return _checked(f"{environment.prefix}-notifications", r"[\w-]+", 256, "topic")


def answers_topic(environment: Environment, model: str, result: str) -> str:
    """The topic of an asynchronous endpoint for each `success` or each `error`, as `result` says."""
    return _checked(f"{environment.prefix}-{model}-{result}", r"[\w-]+", 256, "topic")


def share_variable(variant: str) -> str:
    """The Terraform variable of a variant's share. Names of environment variables can't contain hyphens."""
    return f"{variant.replace('-', '_')}_percent"


def approval_rule(environment: Environment) -> str:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"""
    return _checked(f"{environment.prefix}-approvals", r"[.\-_A-Za-z0-9]+", 64, "rule")


def endpoint_rule(environment: Environment) -> str:
    return _checked(f"{environment.prefix}-endpoints", r"[.\-_A-Za-z0-9]+", 64, "rule")


def dead_letter_queue(environment: Environment) -> str:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
    return _checked(f"{registrar(environment)}-dead-letters", r"[\w-]+", 80, "queue")


def pointer(environment: Environment, model: str) -> str:
    """The parameter that holds the registered model's key."""
    return _parameter(environment, model, "registered")


def recent(environment: Environment, model: str) -> str:
    """The parameter that holds the keys of the deployable versions, newest first."""
    return _parameter(environment, model, "recent")


def live(environment: Environment, model: str) -> str:
    """The parameter that holds the key that was last announced as live."""
    return _parameter(environment, model, "live")


def last_deployment(environment: Environment, model: str) -> str:
    """The parameter that holds the last deployment of which SageMaker sent an event."""
    return _parameter(environment, model, "asked-for")


def settings(environment: Environment, model: str) -> str:
    """The parameter that holds the settings of the model that the registrar needs."""
    return _parameter(environment, model, "settings")


def package_group(environment: Environment, model: str) -> str:
    return _sagemaker(f"{environment.prefix}-{model}", "model package group")


def endpoint(environment: Environment, model: str) -> str:
    return _sagemaker(f"{environment.prefix}-{model}", "endpoint")


def content_prefix(environment: Environment, model: str) -> str:
    """The prefix of the names of a model's SageMaker models and endpoint configurations."""
    prefix = f"{environment.prefix}-{model}-"
    longest = prefix + "0" * CONTENT_HASH_LENGTH + "-100"
    _sagemaker(longest, "endpoint configuration")
    return prefix


ROLLBACK_ALARMS = ("errors-5xx", "errors-4xx", "latency", "smoke")


def rollback_alarm(configuration: str, what: str) -> str:
    """The alarm of one endpoint configuration. Each configuration has its own alarms."""
    return f"{configuration}-{what}"


def execution_role(environment: Environment, model: str) -> str:
    return _checked(f"{environment.prefix}-{model}-endpoint", r"[\w+=,.@-]+", 64, "role")


def _parameter(environment: Environment, model: str, leaf: str) -> str:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"""
    name = f"/{environment.project}/{environment.name}/{model}/{leaf}"
    return _checked(name, r"[a-zA-Z0-9_.\-/]+", 1011, "parameter")


def _sagemaker(name: str, what: str) -> str:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html"""
    return _checked(name, r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", 63, what)


def _checked(name: str, pattern: str, limit: int, what: str) -> str:
    # A template is checked by the shortest name that it can make.
    shortest = name.replace(ANY_MODEL, "x")
    if len(shortest) > limit:
        raise ConfigError(
            f"the {what} name {name!r} has {len(shortest)} characters, AWS allows {limit}: "
            "shorten the name of the project, of the environment or of the model"
        )
    if not re.fullmatch(pattern, shortest):
        raise ConfigError(f"the {what} name {name!r} has characters that AWS refuses in it")
    return name
