"""The clouds that the tests of the local cloud share."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.behaviour import Behaviour
from localcloud.cloud import local_cloud
from tests.local.localcloud.account import BUCKET as MODELS
from tests.local.localcloud.account import GROUP, KEY, Account, model_archive
from tests.local.localcloud.client import ACCOUNT, REGION, Cloud

EXAMPLE = Path(__file__).parents[3] / "examples" / "sentiment"


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("models")
    subprocess.run([sys.executable, str(EXAMPLE / "build.py"), str(out)], check=True)
    return {version: (out / version / "model.tar.gz").read_bytes() for version in ("v1", "v2")}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, archives: dict[str, bytes]) -> Iterator[Cloud]:
    with local_cloud(tmp_path_factory.mktemp("cloud"), ACCOUNT, REGION) as running:
        cloud = Cloud(running)
        for version, archive in archives.items():
            cloud.deliver(version, archive)
        yield cloud


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("permissions")
    # Events without delay: an event that is not delivered by then is not delivered at all.
    with local_cloud(folder, ACCOUNT, REGION, Behaviour(late_seconds=0)) as cloud:
        account = Account(cloud)
        account.s3.create_bucket(Bucket=MODELS)
        account.s3.put_object(Bucket=MODELS, Key=KEY, Body=model_archive())
        account.sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
        yield account
