"""What an endpoint may do: fetch its models and images, write its logs and answers.

A container without network isolation has these permissions itself.
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
"""

from collections.abc import Sequence

from config import names
from config.schema.serving import Async, OnInstances, RealTime, Serving
from config.schema.settings import Environment
from config.schema.source import Hub, Pinned, Source
from stacks.iam import arns
from stacks.iam.key import use_of_key
from stacks.iam.network import network_statements
from stacks.iam.statement import Statement


def endpoint_statements(
    environment: Environment, model: str, repositories: list[str]
) -> list[Statement]:
    """The statements of the execution role. `repositories` are the ARNs of the images' repositories."""
    serving = environment.models[model].serving
    sources = [variant.source for variant in environment.models[model].variants]
    secrets = _token_secrets(sources)
    return [
        *_models(environment, model, sources),
        *_tokens(secrets),
        *_images(repositories),
        *_logs(environment, model),
        *_alarms(environment, model, serving),
        *_network(environment, serving),
        *_data(environment, model, serving),
        *use_of_key(environment, *_encrypting_services(serving, secrets)),
    ]


def _models(environment: Environment, model: str, sources: Sequence[Source]) -> list[Statement]:
    bucket, prefix = arns.model_bucket(environment), names.registered_prefix(model)
    keys = [f"{prefix}*", *(source.key for source in sources if isinstance(source, Pinned))]
    return [Statement(actions=["s3:GetObject"], resources=[f"{bucket}/{key}" for key in keys])]


def _token_secrets(sources: Sequence[Source]) -> list[str]:
    """The ARNs of the secrets that hold the tokens for the hub."""
    return [
        source.token_secret_arn
        for source in sources
        if isinstance(source, Hub) and source.token_secret_arn
    ]


def _tokens(secrets: list[str]) -> list[Statement]:
    if not secrets:
        return []
    return [Statement(actions=["secretsmanager:GetSecretValue"], resources=secrets)]


def _encrypting_services(serving: Serving, secrets: list[str]) -> list[str]:
    """The services that use the key with the role's permissions.

    The key of the disks is not among them: SageMaker uses it for the caller of CreateEndpoint.
    https://docs.aws.amazon.com/sagemaker/latest/dg/key-management.html
    """
    notifies = isinstance(serving, Async) and serving.notify
    return ["s3", *(["sns"] if notifies else []), *(["secretsmanager"] if secrets else [])]


def _images(repositories: list[str]) -> list[Statement]:
    return [
        Statement(
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=repositories,
        ),
        Statement(
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            wildcard_reason="An ECR token is the account's: the action has no resource",
        ),
    ]


def _logs(environment: Environment, model: str) -> list[Statement]:
    group = arns.log_group(
        environment, f"/aws/sagemaker/Endpoints/{names.endpoint(environment, model)}"
    )
    return [
        Statement(
            # Terraform creates the group before the endpoint; SageMaker calls CreateLogGroup nevertheless.
            actions=[
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ],
            resources=[f"{group}:*"],
        ),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            condition={"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}},
            wildcard_reason="CloudWatch has no resources for metrics: the condition names the namespace",
        ),
    ]


def _alarms(environment: Environment, model: str, serving: Serving) -> list[Statement]:
    """SageMaker watches the alarms of a roll with the role's permissions."""
    if not isinstance(serving, OnInstances):
        return []
    own = f"{names.content_prefix(environment, model)}*"
    watched = [arns.alarm(environment, name) for name in [own, *serving.rollback.alarms]]
    return [Statement(actions=["cloudwatch:DescribeAlarms"], resources=watched)]


def _network(environment: Environment, serving: Serving) -> list[Statement]:
    if not isinstance(serving, OnInstances) or serving.network is None:
        return []
    return network_statements(environment, serving.network)


def _data(environment: Environment, model: str, serving: Serving) -> list[Statement]:
    """What the endpoint reads from the model bucket and writes to it, and the topics that it notifies."""
    bucket = arns.model_bucket(environment)
    match serving:
        case RealTime(capture=capture) if capture:
            captured = f"{bucket}/{names.captured_prefix(model)}*"
            return [Statement(actions=["s3:PutObject"], resources=[captured])]
        case Async(notify=notify):
            topics = [
                arns.topic(environment, names.answers_topic(environment, model, result))
                for result in notify
            ]
            return _asynchronous_data(bucket, model, topics)
        case _:
            return []


def _asynchronous_data(bucket: str, model: str, topics: list[str]) -> list[Statement]:
    requests, answers, failures = (
        f"{bucket}/{prefix(model)}*"
        for prefix in (names.requests_prefix, names.answers_prefix, names.failures_prefix)
    )
    return [
        Statement(actions=["s3:GetObject"], resources=[requests]),
        Statement(
            actions=["s3:PutObject", "s3:AbortMultipartUpload"], resources=[answers, failures]
        ),
        *([Statement(actions=["sns:Publish"], resources=topics)] if topics else []),
    ]
