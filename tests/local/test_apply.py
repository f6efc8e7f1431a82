"""`rollforward apply` of an environment of two models, by real Terraform.

The tests stand in the order of the environment's life: its first apply takes minutes.
"""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from benchmarks.checkout import ENVIRONMENT, MODELS, checkout
from config import names
from config.settings import Environment, load
from examples.sentiment.build import build
from rollforward.local.behaviour import Behaviour
from rollforward.local.cloud import local_cloud
from rollforward.terraform import cli_environment
from tests.local.deployment import Ran, own_environ, packed

pytestmark = pytest.mark.timeout(600)

FIRST, SECOND = MODELS
# Longer than the provider waits between two looks, so that it sees each state.
SLOW = Behaviour(updating_seconds=2, rolling_back_seconds=15, deleting_seconds=4)


@dataclass(frozen=True)
class Site:
    environment: Environment
    folder: Path
    environ: Mapping[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "rollforward", *arguments],
            cwd=self.folder,
            env={**self.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Ran:
        process = self.start(*arguments)
        out, err = process.communicate()
        return Ran(process.returncode, out, err)

    def deliver(self, model: str, version: str) -> str:
        """The key that is registered for it."""
        archive = str(build(version, self.folder))
        key: str = self.run("deliver", model, archive, "--json").json["registered"]
        return key

    def deliver_broken(self, model: str, folder: Path) -> None:
        archive = packed(folder, "def model_fn(model_dir): raise RuntimeError('no weights')")
        assert self.run("deliver", model, str(archive)).code == 0

    def log(self, model: str) -> str:
        stacks = self.folder / ".local" / "apply" / ENVIRONMENT / "cdktf.out" / "stacks"
        return (stacks / self.stack(model) / "terraform.log").read_text()

    def stack(self, model: str) -> str:
        return names.stack(self.environment, f"sagemaker-{model}")

    def serve(self, model: str, serving: Mapping[str, Any]) -> None:
        """Write into the environment's file how the model is served."""
        file = self.folder / "config" / "environments" / f"{ENVIRONMENT}.yaml"
        content = yaml.safe_load(file.read_text())
        content["models"][model]["serving"] = dict(serving)
        file.write_text(yaml.safe_dump(content))

    @property
    def s3(self) -> Any:
        return self.client("s3", self.environ["AWS_ENDPOINT_URL"])

    @property
    def cloudwatch(self) -> Any:
        return self.client("cloudwatch", self.environ["AWS_ENDPOINT_URL"])

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker", self.environ["AWS_ENDPOINT_URL_SAGEMAKER"])

    def described(self, model: str) -> Any:
        name = names.endpoint(self.environment, model)
        return self.sagemaker.describe_endpoint(EndpointName=name)

    def client(self, service: Any, url: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=url,
            region_name=self.environment.region,
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
        )

    def endpoint_in_the_state(self, model: str) -> dict[str, Any]:
        """What Terraform's state has of it; `status` is there only if it is tainted."""
        key = names.state_key(self.environment, f"sagemaker-{model}")
        found = self.s3.get_object(Bucket=self.environment.state.bucket, Key=key)
        resources = json.loads(found["Body"].read())["resources"]
        (endpoint,) = [one for one in resources if one["type"] == "aws_sagemaker_endpoint"]
        (instance,) = endpoint["instances"]
        return dict(instance)

    def locks(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.environment.state.bucket)["Contents"]
        return [each["Key"] for each in found if each["Key"].endswith(".tflock")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("apply")
    project = checkout(folder / "project")
    environment = load(ENVIRONMENT, project / "config" / "environments")
    with local_cloud(folder, environment.account, environment.region, SLOW) as cloud:
        environ = {
            **own_environ(),
            **cloud.environment,
            **cli_environment(folder),
            "DEPLOYMENT_ENV": ENVIRONMENT,
        }
        site = Site(environment, project, environ)
        assert site.run("bootstrap").code == 0
        yield site


def results(ran: Ran) -> dict[str, str]:
    return {stack["stack"]: stack["result"] for stack in ran.json["stacks"]}


def live(ran: Ran) -> dict[str, str | None]:
    return {
        proof["model"]: proof["live"] if proof["verdict"] == "live" else proof["verdict"]
        for proof in ran.json["proofs"]
    }


def endpoint_actions(ran: Ran) -> list[list[str]]:
    (stack,) = ran.json["stacks"]
    return [
        one["actions"]
        for one in stack["changes"]
        if one["address"].startswith("aws_sagemaker_endpoint.")
    ]


def test_one_apply_fills_an_empty_account(site: Site) -> None:
    ran = site.run("apply", "--yes", "--json")
    assert ran.code == 0, ran.err
    stacks = ["two-lambda", "two-s3", site.stack(FIRST), site.stack(SECOND)]
    assert results(ran) == dict.fromkeys(stacks, "applied")
    assert live(ran) == {FIRST: "no endpoint", SECOND: "no endpoint"}


def test_only_the_named_model_rolls_and_is_proven(site: Site) -> None:
    registered = site.deliver(FIRST, "v1")
    site.deliver(SECOND, "v1")
    ran = site.run("apply", FIRST, "--yes", "--json")
    assert ran.code == 0, ran.err
    assert (results(ran), live(ran)) == ({site.stack(FIRST): "applied"}, {FIRST: registered})
    assert site.run("status", SECOND, "--json").json[0]["live"] is None


def test_an_apply_with_nothing_new_changes_nothing(site: Site) -> None:
    ran = site.run("apply", FIRST, "--yes", "--json")
    assert (ran.code, results(ran)) == (0, {site.stack(FIRST): "no changes"})
    assert ran.json["stacks"][0]["changes"] == []
    assert "Resources: 0 added, 0 changed, 0 destroyed." in site.log(FIRST)


def test_an_endpoint_that_fails_on_its_first_create_is_in_the_state_and_fails_the_apply(
    site: Site, tmp_path: Path
) -> None:
    site.deliver_broken(SECOND, tmp_path)
    ran = site.run("apply", SECOND, "--yes", "--json")
    assert (ran.code, results(ran)) == (1, {site.stack(SECOND): "failed"})
    assert "unexpected state 'Failed', wanted target 'InService'" in ran.err
    assert site.described(SECOND)["EndpointStatus"] == "Failed"
    assert site.endpoint_in_the_state(SECOND)["status"] == "tainted"
    (proof,) = site.run("prove", SECOND, "--json").json
    assert (proof["verdict"], proof["live"]) == ("failed", None)


def test_the_next_sound_version_replaces_an_endpoint_that_failed_on_its_first_create(
    site: Site,
) -> None:
    sound = site.deliver(SECOND, "v3")
    begun = len(site.log(SECOND))
    ran = site.run("apply", SECOND, "--yes", "--json")
    assert "Cannot create already existing endpoint" in site.log(SECOND)[begun:]
    assert (ran.code, live(ran)) == (0, {SECOND: sound}), ran.err
    assert endpoint_actions(ran) == [["delete", "create"]]
    assert "status" not in site.endpoint_in_the_state(SECOND)


def test_a_lock_is_told_with_its_holder_and_the_command_that_releases_it(site: Site) -> None:
    key = names.state_key(site.environment, f"sagemaker-{FIRST}")
    lock = {
        "ID": "1d40d2ab-0000-4000-8000-000000000000",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "ana@laptop",
        "Version": "1.11.4",
        "Created": "2026-11-21T09:00:00Z",
        "Path": f"{site.environment.state.bucket}/{key}",
    }
    body = json.dumps(lock).encode()
    site.s3.put_object(Bucket=site.environment.state.bucket, Key=f"{key}.tflock", Body=body)
    ran = site.run("apply", FIRST, "--yes")
    assert ran.code == 1
    assert f"{site.stack(FIRST)} is locked: ana@laptop holds its state" in ran.err
    release = shlex.split(ran.err.rpartition("release it with: ")[2])
    subprocess.run(release, env={**site.environ}, input="yes\n", text=True, check=True)
    assert site.locks() == []


def test_ctrl_c_releases_the_locks_and_the_next_apply_goes_on(site: Site) -> None:
    wanted = {model: site.deliver(model, "v2") for model in MODELS}
    begun = len(site.log(FIRST))
    apply = site.start("apply", *MODELS, "--yes")
    deadline = time.monotonic() + 60
    while "]: Modifying..." not in site.log(FIRST)[begun:]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(apply.pid, signal.SIGINT)
    _, err = apply.communicate(timeout=60)
    assert (apply.returncode, "Traceback" in err) == (130, False), err
    assert "waiting for Terraform to stop cleanly" in err
    assert site.locks() == []
    ran = site.run("apply", *MODELS, "--yes", "--json")
    assert (ran.code, live(ran)) == (0, wanted), ran.err


def test_a_roll_back_that_terraform_sees_is_proven_and_what_is_live_stays(site: Site) -> None:
    before = site.described(FIRST)["EndpointConfigName"]
    live_before = site.run("status", FIRST, "--json").json[0]["live"]
    bad = site.deliver(FIRST, "v3")
    begun = len(site.log(FIRST))
    apply = site.start("apply", FIRST, "--yes", "--json")
    deadline = time.monotonic() + 60
    while "PendingDeploymentSummary" not in site.described(FIRST):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    rolling = site.described(FIRST)["PendingDeploymentSummary"]["EndpointConfigName"]
    site.cloudwatch.set_alarm_state(
        AlarmName=names.rollback_alarm(rolling, "errors-5xx"),
        StateValue="ALARM",
        StateReason="it is bad",
    )
    out, err = apply.communicate(timeout=120)
    ran = Ran(apply.returncode, out, err)
    assert "unexpected state 'RollingBack', wanted target 'InService'" in site.log(FIRST)[begun:]
    assert (ran.code, live(ran)) == (1, {FIRST: "rolled back"}), err
    assert results(ran) == {site.stack(FIRST): "applied, but SageMaker rolled back"}
    (proof,) = ran.json["proofs"]
    assert (proof["asked"], proof["live"], proof["registered"]) == (bad, live_before, live_before)
    assert site.described(FIRST)["EndpointConfigName"] == before
    assert site.sagemaker.describe_endpoint_config(EndpointConfigName=before)


def test_the_apply_after_such_a_roll_back_keeps_what_is_live_and_is_proven(site: Site) -> None:
    before = site.described(FIRST)["EndpointConfigName"]
    ran = site.run("apply", FIRST, "--yes", "--json")
    assert ran.code == 0, ran.err
    assert live(ran)[FIRST] == site.run("status", FIRST, "--json").json[0]["registered"]
    assert site.described(FIRST)["EndpointConfigName"] == before
    assert results(site.run("apply", FIRST, "--yes", "--json"))[site.stack(FIRST)] == "no changes"


def test_another_kind_is_applied_again_once_the_old_endpoint_is_gone(site: Site) -> None:
    before = site.run("status", FIRST, "--json").json[0]["live"]
    site.serve(FIRST, {"kind": "serverless", "memory_mb": 2048, "max_concurrency": 2})
    begun = len(site.log(FIRST))
    ran = site.run("apply", FIRST, "--yes", "--json")
    assert "Cannot create already existing endpoint" in site.log(FIRST)[begun:]
    assert (ran.code, live(ran)) == (0, {FIRST: before}), ran.err
    (stack,) = ran.json["stacks"]
    assert stack["note"].endswith("applied again after that")
    assert endpoint_actions(ran) == [["delete", "create"]]
    assert "waiting for the endpoint, it is Deleting" in ran.err
    (variant,) = site.described(FIRST)["ProductionVariants"]
    assert variant["CurrentServerlessConfig"]["MemorySizeInMB"] == 2048
