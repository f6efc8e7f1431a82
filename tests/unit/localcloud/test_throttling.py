"""Lags and throttling, if a test enables them."""

from pathlib import Path

from localcloud.behaviour import Behaviour
from localcloud.throttling import Limits
from tests.unit.localcloud.standin import clients, refusal, serve_stand_in, wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _admitted(limits: Limits, *targets: str) -> int:
    return sum(limits.take(target) for target in targets)


def test_parameter_store_allows_three_writes_and_forty_reads_a_second() -> None:
    clock = Clock()
    limits = Limits(clock)
    writes = ["AmazonSSM.PutParameter"] * 10
    reads = ["AmazonSSM.GetParameter", "AmazonSSM.GetParametersByPath"] * 30
    assert (_admitted(limits, *writes), _admitted(limits, *reads)) == (3, 40)
    clock.now = 0.5
    assert _admitted(limits, *writes) == 1
    clock.now = 100
    assert (_admitted(limits, *writes), _admitted(limits, *reads)) == (3, 40)


def test_each_operation_of_sagemaker_has_its_own_rate() -> None:
    limits = Limits(Clock())
    lists, describes = ["SageMaker.ListModels"] * 20, ["SageMaker.DescribeModel"] * 20
    assert (_admitted(limits, *lists), _admitted(limits, *describes)) == (10, 10)
    assert _admitted(limits, *["AnyScaleFrontendService.TagResource"] * 99) == 99


def test_calls_above_the_rate_are_throttled_and_succeed_later(tmp_path: Path) -> None:
    with serve_stand_in(tmp_path, Behaviour(throttled=True)) as url:
        sagemaker = clients(url)("sagemaker")

        def many() -> None:
            for _ in range(100):
                sagemaker.list_models()

        assert refusal(many) == "ThrottlingException: Rate exceeded"
        wait_until(lambda: sagemaker.list_endpoints()["Endpoints"] == [])


def test_a_new_version_is_described_before_it_is_listed(tmp_path: Path) -> None:
    with serve_stand_in(tmp_path, Behaviour(unlisted_seconds=0.5)) as url:
        sagemaker = clients(url)("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="g")
        arn = sagemaker.create_model_package(ModelPackageGroupName="g")["ModelPackageArn"]
        assert sagemaker.describe_model_package(ModelPackageName=arn)["ModelPackageVersion"] == 1

        def listed() -> int:
            answer = sagemaker.list_model_packages(ModelPackageGroupName="g")
            return len(answer["ModelPackageSummaryList"])

        assert listed() == 0
        wait_until(lambda: listed() == 1)
