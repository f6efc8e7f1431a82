"""The message for each mistake, in words: a fragment of YAML and what is said about it."""

from pathlib import Path
from textwrap import indent
from typing import Any

import botocore
import pytest
import yaml

from config.errors import ConfigError
from config.schema.settings import load
from tests.unit.config.schema.samples import GOOD, merged, model

KNOWN = f"botocore {botocore.__version__} knows"
TAGS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"
KEY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html"
IMAGE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html"
CONTAINERS = "https://github.com/aws/deep-learning-containers/blob/master/available_images.md"
KEY_ID = "1c8ad9e2-6f0b-4c1e-9d53-0f6a2f1f7c10"
ELSEWHERE = f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID}"
ALIAS = "arn:aws:kms:us-east-1:123456789012:alias/mine"
FAR_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/own:1"
DAYS = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288"

ENVIRONMENT = {
    "account: 123456789012": (
        "account: expected text, found 123456789012 without quotes: write it in quotes"
    ),
    "account: 012345670123": (
        "account: expected text, found 012345670123 without quotes, which YAML reads as 1402433619: "
        "write it in quotes"
    ),
    'account: "12345"': (
        "account: expected 12 digits in quotes, such as \"012345678901\", found '12345'"
    ),
    "region: us-esat-1": (
        f"region: expected a region that {KNOWN}, such as us-east-1, found 'us-esat-1': did you mean "
        "us-west-1 or us-east-1?"
    ),
    "region: aws-global": (
        f"region: expected a region that {KNOWN}, such as us-east-1, found 'aws-global'"
    ),
    f"kms_key_arn: {ELSEWHERE}": (
        "kms_key_arn: expected a key of the environment's region, whose ARN begins with "
        f"arn:aws:kms:us-east-1:, found '{ELSEWHERE}': {KEY}"
    ),
    f"kms_key_arn: {ALIAS}": (
        f"kms_key_arn: expected the ARN of a KMS key, such as "
        f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}, found '{ALIAS}'"
    ),
    "log_retention_days: 3652": f"log_retention_days: expected {DAYS} or 3653, found 3652",
    "log_retention_days: '30'": f"log_retention_days: expected {DAYS} or 3653, found '30'",
    "state: { bucket: Upper }": (
        "state → bucket: expected the name of a bucket, 3 to 63 lowercase letters, digits and hyphens, "
        "found 'Upper'"
    ),
    "state:": "state: expected keys and values (bucket), found nothing",
    "tags: { cost: 12 }": (
        "tags → cost: expected text, found 12 without quotes: write it in quotes"
    ),
    "tags: { critical: yes }": (
        "tags → critical: expected text, found yes without quotes, which YAML reads as true: write it "
        "in quotes"
    ),
    "tags: { since: 2026-01-31 }": (
        "tags → since: expected text, found 2026-01-31 without quotes: write it in quotes"
    ),
    "tags: { 12: a }": "tags → 12: expected text, found 12 without quotes: write it in quotes",
    "tags: { AWS:owner: a }": (
        "tags → AWS:owner: expected no text that begins with aws:, which AWS reserves, found "
        f"'AWS:owner': {TAGS}"
    ),
    "tags: { owner: 'a&b' }": (
        "tags → owner: expected letters, numbers, spaces and _ . : / = + - @ only, found '&' in "
        f"'a&b': {TAGS}"
    ),
    f"tags: {{ {'k' * 129}: a }}": (
        f"tags → {'k' * 129}: expected a key of 1 to 128 characters, found 129: {TAGS}"
    ),
    f"tags: {{ owner: {'v' * 257} }}": (
        f"tags → owner: expected a value of at most 256 characters, found 257: {TAGS}"
    ),
    f"tags: {{ {', '.join(f't{number}: a' for number in range(49))} }}": (
        "tags: expected at most 48 tags, found 49: AWS allows 50, and the stacks set project and "
        f"environment: {TAGS}"
    ),
    "tags: { Owner: a, owner: b }": (
        f"tags: owner differs only in case from Owner, another tag: IAM accepts one of them: {TAGS}"
    ),
    "tags: { Project: a }": (
        "tags: Project differs only in case from project, a tag of the stacks: IAM accepts one of them: "
        f"{TAGS}"
    ),
    "models: {}": "models: expected 1 or more entries, found 0",
    "1: a": "1: expected a key that is text, found 1 without quotes: write it in quotes",
}

# Changes to the one model.
MODEL = {
    f"image: {FAR_IMAGE}": (
        "image: expected an image of the environment's region, whose host ends with "
        f".dkr.ecr.us-east-1.amazonaws.com, found '{FAR_IMAGE}': {IMAGE}"
    ),
    "image: own:1": (
        "image: expected an image of ECR with its tag or digest, such as "
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-image:1.0, found 'own:1'"
    ),
    "image: { repository: pytorch-inference, tag: '2.6' }": (
        "image → tag: expected a tag with -cpu- or -gpu- in it, such as "
        "2.6.0-cpu-py312-ubuntu22.04-sagemaker, found '2.6'"
    ),
    "image: { repository: huggingface-pytorch-inference, tag: 2.6.0-cpu-py312 }": (
        "image: expected a tag of huggingface-pytorch-inference, with a version of transformers, such as "
        f"2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04, found '2.6.0-cpu-py312': {CONTAINERS}"
    ),
    "image: { repository: pytorch-inference, tag: 2.6.0-transformers4.49.0-cpu-py312 }": (
        "image: expected a tag of pytorch-inference, without transformers, found "
        f"'2.6.0-transformers4.49.0-cpu-py312': {CONTAINERS}"
    ),
    "serving: { kind: batch }": (
        "serving → kind: expected one of 'realtime', 'async', 'serverless', found 'batch'"
    ),
    "serving: {}": "serving → kind: required, but missing",
    "source: { key: models/a }": (
        "source → key: expected the key of a pinned copy, "
        "registered/<model>/<version>/model.tar.gz, found 'models/a'"
    ),
}

# Changes to how it is served.
SERVING = {
    "instance_type: m5.large": (
        f"instance_type: expected an instance type of SageMaker endpoints that {KNOWN}, such as "
        "ml.m5.large, found 'm5.large': did you mean ml.r5.large or ml.m5.large?"
    ),
    "instance_type: ml.m5.lrage": (
        f"instance_type: expected an instance type of SageMaker endpoints that {KNOWN}, such as "
        "ml.m5.large, found 'ml.m5.lrage': did you mean ml.m5.large or ml.m5d.large?"
    ),
    "instances: { min: '2', max: 2 }": (
        "instances → min: expected a whole number, found '2': write it without quotes"
    ),
    "instances: { min: 0, max: 2 }": "instances → min: expected 1 or more, found 0",
    "instances: { min: 1, max: 101 }": "instances → max: expected 100 or less, found 101",
    "isolated: 'no'": "isolated: expected true or false, found 'no'",
    "rollback: { alarms: [''] }": (
        "rollback → alarms → #1: expected 1 or more characters, found 0"
    ),
    "rollback: { alarms: [a, b, c, d, e, f, g] }": (
        "rollback → alarms: expected 6 or fewer entries, found 7"
    ),
    "rollout: { kind: all-at-once, bake_minutes: 2 }": (
        "rollout: expected bake_minutes to be 3 or more, found 2: its bake must take 3 minutes in total, "
        "in which the prover sends the smoke request and SageMaker sees the alarm"
    ),
    "scaling: { schedule: [{ cron: '0 25 ? * MON *', min: 1, max: 2 }] }": (
        "scaling → schedule → #1 → cron: expected hours from 0 to 23, found '25' in '0 25 ? * MON *'"
    ),
    "scaling: { schedule: [{ cron: '0 7 ? * MON *', min: 1, max: 2, timezone: Europe/Berln }] }": (
        "scaling → schedule → #1 → timezone: expected an IANA time zone, such as Europe/Berlin, found "
        "'Europe/Berln': did you mean Europe/Berlin or Europe/Belfast?"
    ),
    "network: { subnets: [vpc-1], security_groups: [sg-1] }": (
        "network → subnets → #1: expected the ID of a subnet, such as subnet-0a1b2c3d, found 'vpc-1'"
    ),
    "variants: { 2nd: { traffic_percent: 1 } }": (
        "variants → 2nd: expected a name that begins with a letter, such as challenger, found '2nd'"
    ),
}


def said(folder: Path, fragment: str, *place: str) -> str:
    """The one mistake if the fragment is in place of the same keys of the good environment."""
    text, level = "", GOOD
    for depth, key in enumerate((*place, "")):
        replaced = {key} if key else yaml.safe_load(fragment).keys()
        rest = {name: value for name, value in level.items() if name not in replaced}
        below = f"{key}:\n" if key else f"{fragment}\n"
        text += indent((yaml.safe_dump(rest) if rest else "") + below, "  " * depth)
        level = level.get(key, {})
    return said_of(folder, text).removeprefix(" → ").removeprefix(" → ".join(place)).lstrip(" →")


def said_of(folder: Path, text: str) -> str:
    """What is said about a file with this text, without the name of the file."""
    path = folder / "here.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load("here", folder)
    (line,) = str(caught.value).splitlines()
    return line.removeprefix(str(path))


@pytest.mark.parametrize(("fragment", "expected"), ENVIRONMENT.items(), ids=lambda text: text[:60])
def test_a_mistake_in_the_environment(tmp_path: Path, fragment: str, expected: str) -> None:
    assert said(tmp_path, fragment) == expected


@pytest.mark.parametrize(("fragment", "expected"), MODEL.items(), ids=lambda text: text[:60])
def test_a_mistake_in_a_model(tmp_path: Path, fragment: str, expected: str) -> None:
    assert said(tmp_path, fragment, "models", "sentiment") == expected


@pytest.mark.parametrize(("fragment", "expected"), SERVING.items(), ids=lambda text: text[:60])
def test_a_mistake_in_the_serving(tmp_path: Path, fragment: str, expected: str) -> None:
    assert said(tmp_path, fragment, "models", "sentiment", "serving") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "account: '1'\nregion: us-east-1\nstate:\n  bucket: one\n  bucket: two\n",
            "found a mistake in line 5, column 3: the key 'bucket' is already in line 4",
        ),
        (
            "region: us-east-1\naccount: [\n",
            "found a mistake in line 3, column 1: did not find expected node content",
        ),
        (
            "region:\tus-east-1\n\tx: 1\n",
            "found a mistake in line 2, column 1: found a tab character ",
        ),
    ],
)
def test_a_mistake_in_the_yaml_has_its_line(tmp_path: Path, text: str, expected: str) -> None:
    assert said_of(tmp_path, text).startswith(f": expected YAML, {expected}")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"a: \x00",
        b"a: 2026-13-45",
        b"a: " + b"9" * 5000,
        b"? [a]\n: b",
        b"models: &m { a: *m }",
        b"a: " + b"[" * 3000 + b"]" * 3000,
        b"a: !!python/object:os.system x",
        b"a: *missing",
        b"a: b\n---\nc: d",
        b"- a",
        b"text",
        b"",
    ],
    ids=lambda content: repr(content[:20]),
)
def test_no_content_of_a_file_is_a_traceback(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "here.yaml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"here\.yaml( → \w+)*: (expected|required)"):
        load("here", tmp_path)


@pytest.mark.parametrize(
    "accepted",
    [
        {"log_retention_days": 3653},
        {"tags": {"Größe:a/b": "ein Wert + 1"}},
        {"tags": {f"t{number}": "" for number in range(48)}},
        {"tags": {"project": "another"}},
        {"kms_key_arn": "arn:aws:kms:us-east-1:210987654321:key/mrk-0123456789abcdef"},
        {
            "region": "cn-north-1",
            "kms_key_arn": f"arn:aws-cn:kms:cn-north-1:123456789012:key/{KEY_ID}",
        },
        model(image="210987654321.dkr.ecr.us-east-1.amazonaws.com/own:1"),
        model(
            serving={
                "scaling": {
                    "schedule": [
                        {"cron": cron, "min": 1, "max": 2, "timezone": "Pacific/Tahiti"}
                        for cron in ("0/15 8-18 ? * mon,FRI *", "0 0 L 1-6 ? 2026", "5 0 ? * 6#3 *")
                    ]
                }
            }
        ),
    ],
    ids=str,
)
def test_what_aws_accepts_loads(tmp_path: Path, accepted: dict[str, Any]) -> None:
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, accepted)), "utf-8")
    assert load("here", tmp_path).name == "here"
