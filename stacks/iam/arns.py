"""The ARNs of resources, computed from their names: stacks refer to each other without references.

For the model `names.ANY_MODEL`, an ARN is a pattern that matches the resources of every model.
"""

from config import names
from config.schema.settings import Environment


def registrar(environment: Environment) -> str:
    return _arn(environment, "lambda", f"function:{names.registrar(environment)}")


def model_bucket(environment: Environment) -> str:
    return f"arn:{environment.partition.name}:s3:::{names.model_bucket(environment)}"


def parameter(environment: Environment, name: str) -> str:
    return _arn(environment, "ssm", f"parameter{name}")


def package_group(environment: Environment, model: str) -> str:
    return _arn(
        environment, "sagemaker", f"model-package-group/{names.package_group(environment, model)}"
    )


def package(environment: Environment, model: str) -> str:
    """A pattern for every version in a model's package group."""
    return _arn(
        environment, "sagemaker", f"model-package/{names.package_group(environment, model)}/*"
    )


def any_package(environment: Environment) -> str:
    """A pattern for every version in every package group of the account."""
    return _arn(environment, "sagemaker", "model-package/*")


def endpoint(environment: Environment, model: str) -> str:
    return _arn(environment, "sagemaker", f"endpoint/{names.endpoint(environment, model)}")


def endpoint_configuration(environment: Environment, model: str) -> str:
    """A pattern for every endpoint configuration of a model."""
    prefix = names.content_prefix(environment, model)
    return _arn(environment, "sagemaker", f"endpoint-config/{prefix}*")


def sagemaker_model(environment: Environment, model: str) -> str:
    """A pattern for every SageMaker model of a model: there is one for each version and variant."""
    return _arn(environment, "sagemaker", f"model/{names.content_prefix(environment, model)}*")


def all_of_sagemaker(environment: Environment) -> str:
    """A pattern for every resource of SageMaker in the account and region."""
    return _arn(environment, "sagemaker", "*")


def role(environment: Environment, name: str) -> str:
    return f"arn:{environment.partition.name}:iam::{environment.account}:role/{name}"


def topic(environment: Environment, name: str) -> str:
    return _arn(environment, "sns", name)


def ec2(environment: Environment, resource: str) -> str:
    return _arn(environment, "ec2", resource)


def alarm(environment: Environment, name: str) -> str:
    return _arn(environment, "cloudwatch", f"alarm:{name}")


def log_group(environment: Environment, name: str) -> str:
    return _arn(environment, "logs", f"log-group:{name}")


def _arn(environment: Environment, service: str, resource: str) -> str:
    pattern = resource.replace(names.ANY_MODEL, "*")
    place = f"{environment.region}:{environment.account}"
    return f"arn:{environment.partition.name}:{service}:{place}:{pattern}"
