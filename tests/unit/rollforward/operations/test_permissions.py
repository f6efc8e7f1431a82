"""The policies of the people who deploy: what they name, and what they do not allow."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest
from typer.testing import CliRunner

from config.schema.settings import Environment, environments_folder, load
from rollforward.cli.app import app
from rollforward.operations.permissions.grants import APPLY, PLAN, Task
from rollforward.operations.permissions.policies import (
    LONGEST_MANAGED,
    LONGEST_OF_ROLE,
    policy,
    size,
)
from rollforward.operations.permissions.templates import resource, template
from tests.synth.authorization import actions_of, mistakes

EXAMPLES = [load(file.stem) for file in sorted(environments_folder().glob("*.yaml"))]
DEV, PROD = load("dev"), load("prod")
BOTH: list[Task] = [PLAN, APPLY]
LOCK = re.compile(r".*\.tflock$")

every_policy = pytest.mark.parametrize(
    ("environment", "who"),
    [pytest.param(one, who, id=f"{one.name}-{who}") for one in EXAMPLES for who in BOTH],
)


def statements(environment: Environment, who: Task) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = policy(environment, who)["Statement"]
    return found


def allowed(environment: Environment, who: Task) -> Iterator[tuple[str, str]]:
    for statement in statements(environment, who):
        for action in statement["Action"]:
            for found in statement["Resource"]:
                yield action, found


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (
            "arn:aws:iam::123456789012:role/rollforward-dev-sentiment-endpoint",
            "arn:{partition}:iam::{account}:role/{project}-{environment}-{model}-endpoint",
        ),
        (
            "arn:aws:s3:::rollforward-dev-models-123456789012-us-east-1",
            "arn:{partition}:s3:::{project}-{environment}-models-{account}-{region}",
        ),
        (
            "arn:aws:s3:::rollforward-state-123456789012-us-east-1/rollforward/dev/sagemaker-sentiment.tfstate",
            "arn:{partition}:s3:::{state_bucket}/{project}/{environment}/*.tfstate",
        ),
        (
            "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/rollforward-dev-sentiment-0123456789ab-2",
            "arn:{partition}:sagemaker:{region}:{account}:endpoint-config/{project}-{environment}-{model}-*",
        ),
        (
            "arn:aws:cloudwatch:us-east-1:123456789012:alarm:rollforward-dev-sentiment-0123456789ab-2-latency",
            "arn:{partition}:cloudwatch:{region}:{account}:alarm:{project}-{environment}-{model}-*",
        ),
        (
            "arn:aws:ssm:us-east-1:123456789012:parameter/rollforward/dev/sentiment/asked-for",
            "arn:{partition}:ssm:{region}:{account}:parameter/{project}/{environment}/{model}/*",
        ),
        (
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/rollforward-dev-prover:log-stream:",
            "arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{project}-{environment}-prover:*",
        ),
    ],
)
def test_a_template_holds_for_every_environment(arn: str, expected: str) -> None:
    assert template(arn, DEV) == expected
    ours = resource(expected, PROD)
    assert ours is not None
    assert "dev" not in ours
    assert DEV.account not in ours


def test_an_environment_without_a_key_needs_no_key() -> None:
    assert resource("{kms_key}", DEV) is None
    assert resource("{kms_key}", PROD) == PROD.kms_key_arn


@every_policy
def test_every_statement_is_one_that_iam_knows(environment: Environment, who: Task) -> None:
    found = [
        mistake
        for one in statements(environment, who)
        for mistake in mistakes({"Effect": "Allow", **one})
    ]
    assert found == []


@every_policy
def test_only_the_environments_own_resources_are_named(environment: Environment, who: Task) -> None:
    own = (
        environment.prefix,
        f"/{environment.project}/{environment.name}/",
        f":{environment.state.bucket}",
        environment.kms_key_arn or environment.prefix,
        ":role/aws-service-role/",
        # Its identifier is AWS's to give: no policy can name it before it is there.
        ":scalable-target/*",
        # Listing has no resource.
        ":model-package/*",
    )
    others = {
        (action, found)
        for action, found in allowed(environment, who)
        if found != "*" and not any(one in found for one in own)
    }
    assert others == set()


@every_policy
def test_a_policy_has_a_size_that_a_role_can_hold(environment: Environment, who: Task) -> None:
    assert size(policy(environment, who)) <= LONGEST_OF_ROLE


@pytest.mark.parametrize("environment", EXAMPLES, ids=lambda one: one.name)
def test_the_planner_needs_one_managed_policy(environment: Environment) -> None:
    assert size(policy(environment, PLAN)) <= LONGEST_MANAGED


@pytest.mark.parametrize("environment", EXAMPLES, ids=lambda one: one.name)
def test_the_planner_writes_nothing_but_locks(environment: Environment) -> None:
    writes = {
        (action, found)
        for action, found in allowed(environment, PLAN)
        if level(action) not in ("Read", "List") and not LOCK.match(found)
    }
    assert writes == set()


@pytest.mark.parametrize("environment", EXAMPLES, ids=lambda one: one.name)
def test_the_deployer_uploads_no_model_and_approves_none(environment: Environment) -> None:
    bucket = f"{environment.prefix}-models-"
    uploads = [
        found
        for action, found in allowed(environment, APPLY)
        if action == "s3:PutObject" and bucket in found
    ]
    decides = [
        one
        for one in statements(environment, APPLY)
        if "sagemaker:UpdateModelPackage" in one["Action"]
    ]
    assert uploads == []
    assert [one["Condition"] for one in decides] == [
        {"StringEquals": {"sagemaker:ModelApprovalStatus": "Rejected"}}
    ]


@pytest.mark.parametrize("environment", EXAMPLES, ids=lambda one: one.name)
def test_roles_are_passed_to_their_services_only(environment: Environment) -> None:
    passed = [one for one in statements(environment, APPLY) if "iam:PassRole" in one["Action"]]
    services = {one["Condition"]["StringEquals"]["iam:PassedToService"] for one in passed}
    assert services == {"lambda.amazonaws.com", "sagemaker.amazonaws.com"}


@pytest.mark.parametrize(
    ("creating", "tagging"),
    [
        ("cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"),
        ("events:PutRule", "events:TagResource"),
        ("iam:CreateRole", "iam:TagRole"),
        ("lambda:CreateFunction", "lambda:TagResource"),
        ("logs:CreateLogGroup", "logs:TagResource"),
        ("s3:CreateBucket", "s3:PutBucketTagging"),
        ("sagemaker:CreateEndpoint", "sagemaker:AddTags"),
        ("sagemaker:CreateEndpointConfig", "sagemaker:AddTags"),
        ("sagemaker:CreateModel", "sagemaker:AddTags"),
        ("sagemaker:CreateModelPackageGroup", "sagemaker:AddTags"),
        ("sns:CreateTopic", "sns:TagResource"),
        ("sqs:CreateQueue", "sqs:TagQueue"),
        ("ssm:PutParameter", "ssm:AddTagsToResource"),
    ],
)
def test_what_is_created_may_be_tagged(creating: str, tagging: str) -> None:
    """AWS authorizes tags of a new resource with an action of their own; every resource has some.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html#access_tags_control-tags
    """
    granted = set(allowed(PROD, APPLY))
    # Terraform makes neither the state's bucket nor the alarms of Application Auto Scaling.
    created = {
        found.removesuffix(":*")
        for action, found in granted
        if action == creating and PROD.state.bucket not in found and "TargetTracking" not in found
    }
    assert created
    assert created <= {found for action, found in granted if action == tagging}


def test_a_log_group_may_be_tagged_as_it_is_created() -> None:
    """AWS authorizes the tags of CreateLogGroup on the log group's ARN with `:*`, as the call itself."""
    granted = set(allowed(PROD, APPLY))
    groups = {found for action, found in granted if action == "logs:CreateLogGroup"}
    tagged = {found for action, found in granted if action == "logs:TagResource"}
    assert groups
    assert [one for one in groups if not any(fnmatchcase(one, other) for other in tagged)] == []


@pytest.mark.parametrize("whose", [[], ["--plan", "--apply"]])
def test_the_command_must_say_whose_permissions(whose: list[str]) -> None:
    ran = CliRunner().invoke(app, ["permissions", *whose])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "--plan or --apply" in ran.stderr


@pytest.mark.parametrize("who", BOTH)
def test_the_command_prints_the_policy_and_nothing_else(who: Task) -> None:
    ran = CliRunner().invoke(app, ["permissions", f"--{who}", "--env", "prod"])
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == policy(PROD, who)


def level(action: str) -> str:
    service, _, name = action.partition(":")
    return str(actions_of(service)[name]["access_level"])
