"""What the execution role may do."""

from config.schema.rollout import Rollback
from config.schema.serving import Network
from config.schema.settings import load
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import REAL_TIME, endpoint_stack, with_serving
from tests.synth.template import Template


def test_the_container_may_read_its_own_artifacts_only(stack: Template) -> None:
    bucket = "arn:aws:s3:::rollforward-dev-models-123456789012-us-east-1"
    (read,) = [found for found in stack.policies() if found["Action"] == ["s3:GetObject"]]
    assert read["Resource"] == [f"{bucket}/registered/sentiment/*"]


def test_the_container_may_pull_its_own_image_only(prod: dict[str, Template]) -> None:
    template = prod["sagemaker-sentiment"]
    (pull,) = [found for found in template.policies() if "ecr:BatchGetImage" in found["Action"]]
    (local,) = [name for name in template.content["locals"] if "repository" in name]
    assert pull["Resource"] == [f"${{local.{local}}}"]
    assert (
        "210987654321.dkr.ecr.eu-west-1.amazonaws.com/sentiment-serving"
        in (template.content["locals"][local])
    )


def test_terraform_finds_the_repository_of_a_container_by_name(stack: Template) -> None:
    (local,) = [value for name, value in stack.content["locals"].items() if "repository" in name]
    # An expression; a reference in quotes would be plain text.
    assert local.startswith(
        '${replace("${data.aws_sagemaker_prebuilt_ecr_image.image_1.registry_path}", '
    )


def test_the_role_may_read_the_alarms_that_roll_back(synthesize: Synthesize) -> None:
    rollback = Rollback(alarms=["conversion-drops"])
    template = synthesize(with_serving(load("dev"), rollback=rollback))["sagemaker-sentiment"]
    (watch,) = [one for one in template.policies() if "cloudwatch:DescribeAlarms" in one["Action"]]
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"
    assert watch["Resource"] == [
        f"{alarm}:rollforward-dev-sentiment-*",
        f"{alarm}:conversion-drops",
    ]


def test_the_role_creates_network_interfaces_in_the_users_vpc(synthesize: Synthesize) -> None:
    network = Network(subnets=["subnet-0a", "subnet-0b"], security_groups=["sg-0c"])
    template = endpoint_stack(synthesize, REAL_TIME.model_copy(update={"network": network}))
    assert template.only("aws_sagemaker_model")["vpc_config"] == {
        "subnets": ["subnet-0a", "subnet-0b"],
        "security_group_ids": ["sg-0c"],
    }
    (create,) = [
        one for one in template.policies() if "ec2:CreateNetworkInterface" in one["Action"]
    ]
    place = "arn:aws:ec2:eu-west-1:210987654321"
    assert create["Resource"] == [
        f"{place}:network-interface/*",
        f"{place}:subnet/subnet-0a",
        f"{place}:subnet/subnet-0b",
        f"{place}:security-group/sg-0c",
    ]


def test_network_interfaces_can_be_deleted_without_a_condition(
    synthesize: Synthesize,
) -> None:
    network = Network(subnets=["subnet-0a"], security_groups=["sg-0c"])
    template = endpoint_stack(synthesize, REAL_TIME.model_copy(update={"network": network}))
    conditions = {
        action: statement.get("Condition")
        for statement in template.policies()
        for action in statement["Action"]
    }
    subnets = ["arn:aws:ec2:eu-west-1:210987654321:subnet/subnet-0a"]
    assert conditions["ec2:CreateNetworkInterfacePermission"] == {
        "ArnEquals": {"ec2:Subnet": subnets}
    }
    assert conditions["ec2:DeleteNetworkInterface"] is None
    assert conditions["ec2:DeleteNetworkInterfacePermission"] is None
