import json

from tests.synth.template import Template

TOPIC = "arn:aws:sns:us-east-1:123456789012:rollforward-dev-notifications"


def test_subscribers_find_the_topic_among_the_outputs(dev: dict[str, Template]) -> None:
    stack = dev["lambda"]
    assert stack.only("aws_sns_topic")["name"] == "rollforward-dev-notifications"
    (topic,) = stack.content["resource"]["aws_sns_topic"]
    assert stack.content["output"]["notifications"] == {"value": f"${{aws_sns_topic.{topic}.arn}}"}


def test_notifications_are_encrypted(dev: dict[str, Template]) -> None:
    assert dev["lambda"].only("aws_sns_topic")["kms_master_key_id"] == "alias/aws/sns"


def test_notifications_are_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    key = prod["lambda"].only("aws_sns_topic")["kms_master_key_id"]
    assert key.startswith("arn:aws:kms:eu-west-1:210987654321:key/")


def test_publishing_without_tls_is_denied(dev: dict[str, Template]) -> None:
    policy = json.loads(dev["lambda"].only("aws_sns_topic_policy")["policy"])
    (denied,) = [found for found in policy["Statement"] if found["Effect"] == "Deny"]
    assert denied["Principal"] == "*"
    assert denied["Action"] == ["sns:Publish"]
    assert denied["Resource"] == [TOPIC]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_account_uses_the_topic(dev: dict[str, Template]) -> None:
    policy = json.loads(dev["lambda"].only("aws_sns_topic_policy")["policy"])
    (allowed,) = [found for found in policy["Statement"] if found["Effect"] == "Allow"]
    assert allowed["Condition"] == {"StringEquals": {"AWS:SourceOwner": "123456789012"}}
    assert {"sns:Publish", "sns:Subscribe", "sns:SetTopicAttributes"} <= set(allowed["Action"])
