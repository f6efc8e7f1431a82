"""IAM refuses a role whose inline policies have more than 10,240 characters, during the apply.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cdktf import App

from config.schema.serving import Network
from config.schema.settings import Environment, load
from rollforward.operations.permissions.policies import LONGEST_OF_ROLE, size
from stacks.constructs.image import MAX_REPOSITORIES
from stacks.lambda_stack import LambdaStack
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import with_serving
from tests.synth.template import Template

# An ARN or a name that only Terraform knows: a function's log group is the longest.
LONG = "x" * 160
EXPRESSION = re.compile(r"\$\{(?:local\.(\w+)|[^}]*)\}")
REPOSITORY = re.compile(r'\$\{replace\("(.*)", "/(.*)/", "(.*)"\)\}')


def sizes(template: Template) -> list[int]:
    """The characters of the inline policy of each role."""
    made = template.content.get("locals", {})

    def known(found: re.Match[str]) -> str:
        local = REPOSITORY.fullmatch(str(made.get(found[1])))
        if local is None or "${" in local[1]:
            return LONG
        return re.sub(local[2], local[3].replace("$", "\\"), local[1])

    policies = template.resources("aws_iam_role_policy")
    assert len({one["role"] for one in policies}) == len(policies)
    return [size(json.loads(EXPRESSION.sub(known, one["policy"]))) for one in policies]


def images(environment: Environment, count: int, name: str = "models/{}") -> Environment:
    """With that many models, each with an image in a repository of its own, in two registries."""
    model = environment.models["sentiment"]
    models = {}
    for number in range(count):
        account = ("123456789012", "210987654321")[number % 2]
        registry = f"{account}.dkr.ecr.{environment.region}.amazonaws.com"
        image = f"{registry}/{name.format(number)}:1.0"
        models[f"model-{number}"] = model.model_copy(update={"image": image})
    return environment.model_copy(update={"models": models})


def lambda_stack(environment: Environment, out: Path) -> Template:
    return Template(LambdaStack(App(outdir=str(out)), environment=environment))


def readable_images(template: Template) -> Iterator[str]:
    for name, value in template.content["locals"].items():
        if name.startswith("repository_"):
            uri, pattern, arn = REPOSITORY.fullmatch(value).groups()  # type: ignore[union-attr]
            yield re.sub(pattern, arn.replace("$", "\\"), uri)


def test_every_policy_fits_its_role(any_environment: dict[str, Template]) -> None:
    found = [length for template in any_environment.values() for length in sizes(template)]
    assert found
    assert max(found) <= LONGEST_OF_ROLE


def test_the_policies_for_500_models_with_their_own_images_fit(
    tmp_path: Path,
) -> None:
    template = lambda_stack(images(load("prod"), 500), tmp_path)
    assert len(sizes(template)) == 2
    assert max(sizes(template)) <= LONGEST_OF_ROLE
    assert list(readable_images(template)) == [
        "arn:aws:ecr:eu-west-1:123456789012:repository/*",
        "arn:aws:ecr:eu-west-1:210987654321:repository/*",
    ]


@pytest.mark.parametrize("count", [1, MAX_REPOSITORIES])
def test_a_few_repositories_are_each_named(tmp_path: Path, count: int) -> None:
    found = list(readable_images(lambda_stack(images(load("dev"), count), tmp_path)))
    assert len(found) == count
    assert all(re.search(r":repository/models/\d+$", one) for one in found)


def test_the_longest_names_of_repositories_fit(tmp_path: Path) -> None:
    environment = images(load("prod"), MAX_REPOSITORIES, "{}-".ljust(256, "x"))
    longest = environment.model_copy(
        update={"region": "ap-southeast-4", "project": "p" * 20, "name": "e" * 7}
    )
    assert max(sizes(lambda_stack(longest, tmp_path))) <= LONGEST_OF_ROLE


def test_the_policy_of_an_endpoint_in_many_subnets_fits(synthesize: Synthesize) -> None:
    network = Network(
        subnets=[f"subnet-{number:017x}" for number in range(16)],
        security_groups=[f"sg-{number:017x}" for number in range(5)],
    )
    dev = load("dev")
    rollback = dev.models["sentiment"].serving.rollback  # type: ignore[union-attr]
    alarms = rollback.model_copy(
        update={"alarms": [f"{number}".ljust(255, "a") for number in range(6)]}
    )
    stacks = synthesize(with_serving(dev, network=network, rollback=alarms))
    assert max(sizes(stacks["sagemaker-sentiment"])) <= LONGEST_OF_ROLE
