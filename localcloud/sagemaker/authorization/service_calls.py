"""Calls to other services that SageMaker makes for its caller or under a role."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from localcloud.sagemaker.iam.permissions import Call

_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([^.]+)\.amazonaws\.com[^/]*/([^:@]+)")


def read_call(url: str) -> Call:
    """The read of an object, given by its `s3://` URL."""
    place = urlsplit(url)
    return Call("s3:GetObject", f"arn:aws:s3:::{place.netloc}{place.path}")


def repository_calls(image: str, actions: Sequence[str]) -> list[Call]:
    """The actions on the repository of an image, given by its URI; none for an image outside ECR."""
    found = _IMAGE.match(image)
    if not found:
        return []
    account, region, repository = found.groups()
    arn = f"arn:aws:ecr:{region}:{account}:repository/{repository}"
    return [Call(action, arn) for action in actions]
