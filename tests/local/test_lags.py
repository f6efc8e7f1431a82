"""Concurrent deliveries, each notified twice, in a local cloud with lags, stale reads and throttling."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from lambda_src.register_model.events import Notice
from lambda_src.register_model.names import Names
from lambda_src.register_model.registration import Registrar
from lambda_src.shared.aws.connection import connect
from lambda_src.shared.name_template import NameTemplate
from localcloud.behaviour import Behaviour
from localcloud.cloud import LocalCloud, local_cloud
from tests.unit.lambda_src.shared.archives import sound_archive

pytestmark = pytest.mark.timeout(240)

ACCOUNT, REGION = "123456789012", "us-east-1"
BUCKET, GROUP = "models", "sentiment"
POINTER, RECENT, SETTINGS = "/registered", "/recent", "/settings"
SLUGGISH = Behaviour(unlisted_seconds=1, stale_seconds=1, throttled=True)
ATTEMPTS_OF_LAMBDA = 3


@pytest.fixture
def names(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Names]:
    folder = tmp_path_factory.mktemp("sluggish")
    with local_cloud(folder, ACCOUNT, REGION, SLUGGISH) as cloud:
        _work_in(cloud, monkeypatch)
        _client("s3").create_bucket(Bucket=BUCKET)
        _client("s3").put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )
        _client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
        settings = {"image": "image", "keep_versions": 3, "approve": "automatic", "rules": []}
        values = {POINTER: "none", RECENT: "none", SETTINGS: json.dumps(settings)}
        for name, value in values.items():
            _client("ssm").put_parameter(Name=name, Value=value, Type="String")
        topic = _client("sns").create_topic(Name="notifications")["TopicArn"]
        yield Names(
            pointer=NameTemplate(POINTER),
            recent=NameTemplate(RECENT),
            settings=NameTemplate(SETTINGS),
            group=NameTemplate("{model}"),
            endpoint=NameTemplate("{model}"),
            bucket=BUCKET,
            topic=topic,
        )


def _work_in(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    # boto3's default session keeps an earlier environment.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)


def _client(service: Any) -> Any:
    return boto3.client(service, config=Config(retries={"mode": "standard", "max_attempts": 9}))


def _invoke(names: Names, notice: Notice) -> None:
    """Invoke the function as Lambda does: in a new container, and again after a failure."""
    registrar = Registrar(connect.__wrapped__(names.topic), names)
    for attempt in range(1, ATTEMPTS_OF_LAMBDA + 1):
        try:
            registrar.register(notice)
            return
        except Exception:
            if attempt == ATTEMPTS_OF_LAMBDA:
                raise


def test_a_parameter_is_stale_for_a_moment_and_allows_one_update_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_cloud(tmp_path, ACCOUNT, REGION, Behaviour(stale_seconds=40)) as cloud:
        _work_in(cloud, monkeypatch)
        ssm = _client("ssm")
        ssm.put_parameter(Name=POINTER, Value="none", Type="String")
        ssm.put_parameter(Name=POINTER, Value="new", Overwrite=True)
        with pytest.raises(ssm.exceptions.TooManyUpdates):
            ssm.put_parameter(Name=POINTER, Value="newer", Overwrite=True)
        assert ssm.get_parameter(Name=POINTER)["Parameter"]["Value"] == "none"


def test_concurrent_deliveries_register_the_newest_version_last_despite_lags(
    names: Names,
) -> None:
    notices = []
    for number in range(4):
        key = f"models/{GROUP}/v{number}/model.tar.gz"
        put = _client("s3").put_object(Bucket=BUCKET, Key=key, Body=sound_archive(str(number)))
        notices.append(Notice(BUCKET, key, put["VersionId"]))
    with ThreadPoolExecutor(8) as lambdas:
        list(lambdas.map(lambda notice: _invoke(names, notice), notices * 2))

    listed = _client("sagemaker").list_model_packages(ModelPackageGroupName=GROUP)
    arns = [one["ModelPackageArn"] for one in listed["ModelPackageSummaryList"]]
    described = _client("sagemaker").batch_describe_model_package(ModelPackageArnList=arns)
    urls = Counter(
        one["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
        for one in described["ModelPackageSummaries"].values()
    )
    assert set(urls.values()) == {1}
    newest_first = sorted((url.removeprefix(f"s3://{BUCKET}/") for url in urls), reverse=True)
    assert len(newest_first) == 4
    assert _becomes(RECENT, ",".join(newest_first[:3]))
    assert _becomes(POINTER, newest_first[0])


def _becomes(name: str, expected: str) -> bool:
    """Whether the parameter has the expected value within 200 reads, which may be stale."""
    reads = (_client("ssm").get_parameter(Name=name)["Parameter"]["Value"] for _ in range(200))
    return any(value == expected for value in reads)
