"""`rollforward apply` of an environment of two models, by real Terraform.

The tests stand in the order of the environment's life: its first apply takes minutes.
"""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.checkout import ENVIRONMENT, MODELS, copy_with_two_models
from config import names
from config.schema.settings import ENVIRONMENTS_VARIABLE, load
from localcloud.behaviour import Behaviour
from localcloud.cloud import local_cloud
from rollforward.folders import EXAMPLE_ENVIRONMENTS
from rollforward.terraform.cli_configuration import cli_environment
from tests.local.deployment import Ran, own_environ
from tests.local.two_models import Site

pytestmark = pytest.mark.timeout(600)

FIRST, SECOND = MODELS
# Longer than the provider waits between two looks, so that it sees each state.
SLOW = Behaviour(updating_seconds=2, rolling_back_seconds=15, deleting_seconds=4)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("apply")
    project = copy_with_two_models(folder / "project")
    environments = project / EXAMPLE_ENVIRONMENTS
    environment = load(ENVIRONMENT, environments)
    with local_cloud(folder, environment.account, environment.region, SLOW) as cloud:
        environ = {
            **own_environ(),
            **cloud.environment,
            **cli_environment(folder),
            "DEPLOYMENT_ENV": ENVIRONMENT,
            ENVIRONMENTS_VARIABLE: str(environments),
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
    assert f"the state of {site.stack(FIRST)} is locked: ana@laptop has run" in ran.err
    release = shlex.split(ran.err.rpartition("release the lock: ")[2])
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
    ran = site.approve("apply", FIRST, "--json")
    assert "Cannot create already existing endpoint" in site.log(FIRST)[begun:]
    assert (ran.code, live(ran)) == (0, {FIRST: before}), ran.err
    (stack,) = ran.json["stacks"]
    assert stack["note"].endswith("applied again after that")
    assert endpoint_actions(ran) == [["delete", "create"]]
    assert "waiting for the endpoint, its state is Deleting" in ran.err
    (variant,) = site.described(FIRST)["ProductionVariants"]
    assert variant["CurrentServerlessConfig"]["MemorySizeInMB"] == 2048


def test_a_version_that_is_approved_after_the_review_does_not_go_live(site: Site) -> None:
    reviewed = site.run("status", FIRST, "--json").json[0]["registered"]
    delivered: list[str] = []
    instances = {"instance_type": "ml.m5.large", "instances": {"min": 1, "max": 2}}
    site.serve(FIRST, {"kind": "realtime", **instances})
    ran = site.approve(
        *("apply", FIRST, "--json"), meanwhile=lambda: delivered.append(site.deliver(FIRST, "v3"))
    )
    assert (ran.code, results(ran)) == (1, {site.stack(FIRST): "failed"}), ran.err
    assert f"registered_model: approved {reviewed}, now {delivered[0]}" in ran.err
    assert "There is no endpoint until the next apply." in ran.err
    assert site.run("status", FIRST, "--json").json[0]["state"] == "Absent"
    ran = site.run("apply", FIRST, "--yes", "--json")
    assert (ran.code, live(ran)) == (0, {FIRST: delivered[0]}), ran.err
