"""What an endpoint may do: fetch its own models and images, write its own logs and answers.

A container without network isolation holds these rights itself.
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
"""

from config import names
from config.schema.serving import Async, OnInstances, RealTime
from config.schema.settings import Environment
from config.schema.source import Hub, Pinned
from stacks.iam import arns
from stacks.iam.key import use_of_key
from stacks.iam.statement import Statement


def endpoint_statements(
    environment: Environment, model: str, repositories: list[str]
) -> list[Statement]:
    """`repositories` are the ARNs of its images'."""
    return [
        *_models(environment, model),
        *_images(repositories),
        *_logs(environment, model),
        *_alarms(environment, model),
        *_network(environment, model),
        *_answers(environment, model),
        *use_of_key(environment, *_encrypted(environment, model)),
    ]


def _models(environment: Environment, model: str) -> list[Statement]:
    bucket, prefix = arns.model_bucket(environment), names.registered_prefix(model)
    sources = [variant.source for variant in environment.models[model].variants]
    keys = [f"{prefix}*", *(source.key for source in sources if isinstance(source, Pinned))]
    tokens = _tokens(environment, model)
    return [
        Statement(actions=["s3:GetObject"], resources=[f"{bucket}/{key}" for key in keys]),
        *(
            [Statement(actions=["secretsmanager:GetSecretValue"], resources=tokens)]
            if tokens
            else []
        ),
    ]


def _tokens(environment: Environment, model: str) -> list[str]:
    sources = [variant.source for variant in environment.models[model].variants]
    return [
        source.token_secret_arn
        for source in sources
        if isinstance(source, Hub) and source.token_secret_arn
    ]


def _encrypted(environment: Environment, model: str) -> list[str]:
    """The services that use the key in the role's name. The disks' key is the caller's of CreateEndpoint.

    https://docs.aws.amazon.com/sagemaker/latest/dg/key-management.html
    """
    serving = environment.models[model].serving
    notifies = isinstance(serving, Async) and serving.notify
    return [
        "s3",
        *(["sns"] if notifies else []),
        *(["secretsmanager"] if _tokens(environment, model) else []),
    ]


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
            # The group is there before the endpoint; SageMaker asks for it all the same.
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


def _alarms(environment: Environment, model: str) -> list[Statement]:
    """SageMaker watches the alarms of a roll in the role's name."""
    serving = environment.models[model].serving
    if not isinstance(serving, OnInstances):
        return []
    own = f"{names.content_prefix(environment, model)}*"
    watched = [arns.alarm(environment, name) for name in [own, *serving.rollback.alarms]]
    return [Statement(actions=["cloudwatch:DescribeAlarms"], resources=watched)]


def _network(environment: Environment, model: str) -> list[Statement]:
    """SageMaker puts a network interface of each instance into the VPC, in the role's name.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    Only CreateNetworkInterfacePermission has a condition on the subnet, as in AWS's example for CodeBuild:
    https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
    No page says that EC2 sends `ec2:Subnet` when an interface is deleted. Without it, they stay behind.
    """
    serving = environment.models[model].serving
    if not isinstance(serving, OnInstances) or serving.network is None:
        return []
    interfaces = arns.ec2(environment, "network-interface/*")
    subnets = [arns.ec2(environment, f"subnet/{one}") for one in serving.network.subnets]
    groups = [
        arns.ec2(environment, f"security-group/{one}") for one in serving.network.security_groups
    ]
    return [
        Statement(
            actions=["ec2:CreateNetworkInterface"], resources=[interfaces, *subnets, *groups]
        ),
        Statement(
            actions=["ec2:CreateNetworkInterfacePermission"],
            # Their names are SageMaker's to give; their place is known.
            resources=[interfaces],
            condition={"ArnEquals": {"ec2:Subnet": subnets}},
        ),
        Statement(
            actions=["ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"],
            resources=[interfaces],
        ),
        Statement(
            actions=[
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            resources=["*"],
            wildcard_reason="EC2's Describe actions have no resources",
        ),
    ]


def _answers(environment: Environment, model: str) -> list[Statement]:
    """What it keeps in the model bucket, and whom it tells."""
    serving, bucket = environment.models[model].serving, arns.model_bucket(environment)
    if isinstance(serving, RealTime) and serving.capture:
        captured = f"{bucket}/{names.captured_prefix(model)}*"
        return [Statement(actions=["s3:PutObject"], resources=[captured])]
    if not isinstance(serving, Async):
        return []
    topics = [names.answers_topic(environment, model, of) for of in serving.notify]
    told = [arns.topic(environment, topic) for topic in topics]
    return [
        Statement(
            actions=["s3:GetObject"], resources=[f"{bucket}/{names.requests_prefix(model)}*"]
        ),
        Statement(
            actions=["s3:PutObject", "s3:AbortMultipartUpload"],
            resources=[
                f"{bucket}/{names.answers_prefix(model)}*",
                f"{bucket}/{names.failures_prefix(model)}*",
            ],
        ),
        *([Statement(actions=["sns:Publish"], resources=told)] if told else []),
    ]
