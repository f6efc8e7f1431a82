"""Models of the HuggingFace hub, from a folder laid out as its cache: by AWS's own handler, and by ours."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from examples.sentiment.build import build
from localcloud.cloud import LocalCloud, local_cloud
from tests.local.roles import create_serving_role

ACCOUNT = "123456789012"
REGION = "us-east-1"
TOOLKIT = Path(__file__).parents[2] / ".venv-toolkit" / "bin" / "python"
OLD, NEW = "a" * 40, "b" * 40
REQUEST = {"inputs": "good", "parameters": {"top_k": 2}}
# Each revision's weights are by chance, but of its own. As in the hub's cache, the files are links to blobs.
MAKE_HUB = """
import json, sys
from pathlib import Path
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast, pipeline
cache = Path(sys.argv[1]) / "models--org--tiny"
for folder in ("blobs", "refs", "snapshots"):
    (cache / folder).mkdir(parents=True)
vocabulary = cache / "blobs" / "vocabulary"
vocabulary.write_text("\\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]))
small = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
answers = {}
for seed, commit in enumerate(sys.argv[2:]):
    torch.manual_seed(seed)
    place = cache / "snapshots" / commit
    BertTokenizerFast(vocab_file=str(vocabulary)).save_pretrained(place)
    BertForSequenceClassification(BertConfig(vocab_size=7, **small)).save_pretrained(place)
    answers[commit] = pipeline("text-classification", model=str(place))("good", top_k=2)
    for file in list(place.iterdir()):
        blob = file.rename(cache / "blobs" / f"{commit}-{file.name}")
        file.symlink_to(f"../../blobs/{blob.name}")
(cache / "refs" / "main").write_text(commit)
print(json.dumps(answers))
"""
SHOUTING_MODEL = """
def model_fn(model_dir): return str.upper
"""


class Hub:
    """`folder` stands in for the hub; `answers` is what each revision's pipeline says to REQUEST."""

    def __init__(self, folder: Path) -> None:
        assert TOOLKIT.exists(), "run make test, which installs requirements/toolkit.txt"
        command = [str(TOOLKIT), "-c", MAKE_HUB, str(folder), OLD, NEW]
        made = subprocess.run(command, check=True, capture_output=True, text=True)
        self.answers = json.loads(made.stdout)
        self.folder = folder
        code = folder / "models--org--loud" / "snapshots" / OLD / "code"
        code.mkdir(parents=True)
        (code / "inference.py").write_text(SHOUTING_MODEL)


class Cloud:
    def __init__(self, cloud: LocalCloud) -> None:
        self.s3 = _client("s3", cloud.environment["AWS_ENDPOINT_URL"])
        self.role = create_serving_role(_client("iam", cloud.environment["AWS_ENDPOINT_URL"]))
        self.sagemaker = _client("sagemaker", cloud.sagemaker)
        self.runtime = _client("sagemaker-runtime", cloud.sagemaker)

    def serve_from_hub(self, endpoint: str, model: str, **environment: str) -> Any:
        usual = {"HF_MODEL_ID": model, "HF_TASK": "text-classification"}
        return self._serve(endpoint, {"Environment": usual | environment})

    def serve_archive(self, endpoint: str, archive: Path) -> Any:
        self.s3.create_bucket(Bucket="models")
        self.s3.upload_file(str(archive), "models", "model.tar.gz")
        return self._serve(endpoint, {"ModelDataUrl": "s3://models/model.tar.gz"})

    def invoke(self, endpoint: str, body: str) -> Any:
        answer = self.runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Body=body
        )
        return json.load(answer["Body"])

    def _serve(self, endpoint: str, container: dict[str, Any]) -> Any:
        """Create the endpoint, or roll it; described once it has settled."""
        name = f"{endpoint}-{time.time_ns()}"
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=self.role,
            PrimaryContainer={"Image": "image"} | container,
        )
        variant = {"VariantName": "primary", "ModelName": name, "InitialInstanceCount": 1}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant | {"InstanceType": "ml.m5.large"}]
        )
        known = self.sagemaker.list_endpoints(NameContains=endpoint)["Endpoints"]
        roll = self.sagemaker.update_endpoint if known else self.sagemaker.create_endpoint
        roll(EndpointName=endpoint, EndpointConfigName=name)
        return self._settled(endpoint)

    def _settled(self, endpoint: str) -> Any:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            described = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            if described["EndpointStatus"] not in ("Creating", "Updating"):
                return described
            time.sleep(0.1)
        raise AssertionError(f"{endpoint} is {described['EndpointStatus']} after 60 s")


def _client(service: Any, url: str) -> Any:
    session: Any = boto3.Session(ACCOUNT, "local", region_name=REGION)
    return session.client(service, endpoint_url=url)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Hub:
    return Hub(tmp_path_factory.mktemp("hub"))


@contextmanager
def _cloud(folder: Path, **environment: str) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as environ:
        environ.delenv("LOCALCLOUD_TOOLKIT", raising=False)
        for name, value in environment.items():
            environ.setenv(name, value)
        with local_cloud(folder, ACCOUNT, REGION) as cloud:
            yield Cloud(cloud)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory, hub: Hub) -> Iterator[Cloud]:
    """A cloud whose containers have AWS's own handler."""
    places = {"LOCALCLOUD_HUB": str(hub.folder), "LOCALCLOUD_TOOLKIT": str(TOOLKIT)}
    with _cloud(tmp_path_factory.mktemp("aws"), **places) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory, hub: Hub) -> Iterator[Cloud]:
    with _cloud(tmp_path_factory.mktemp("ours"), LOCALCLOUD_HUB=str(hub.folder)) as cloud:
        yield cloud


def test_awss_handler_serves_the_revision_that_is_asked_for_and_rolls_to_the_next(
    aws: Cloud, hub: Hub
) -> None:
    assert hub.answers[OLD] != hub.answers[NEW]
    for revision in (OLD, NEW):
        described = aws.serve_from_hub("tiny", "org/tiny", HF_MODEL_REVISION=revision)
        assert described["EndpointStatus"] == "InService"
        assert aws.invoke("tiny", json.dumps(REQUEST)) == hub.answers[revision]

    with pytest.raises(ClientError) as refused:
        aws.invoke("tiny", "no JSON")
    error: Any = refused.value.response
    assert (error["Error"]["Code"], error["OriginalStatusCode"]) == ("ModelError", 400)
    assert "Expecting value" in json.loads(error["OriginalMessage"])["message"]


def test_under_awss_handler_a_model_that_does_not_load_is_in_service_and_refuses_every_request(
    aws: Cloud,
) -> None:
    described = aws.serve_from_hub("broken", "org/tiny", HF_TASK="nonsense")
    assert described["EndpointStatus"] == "InService"
    for _ in range(2):
        with pytest.raises(ClientError, match=r"client error \(400\)"):
            aws.invoke("broken", json.dumps(REQUEST))


def test_a_models_own_code_answers_the_same_under_awss_handler_and_ours(
    aws: Cloud, ours: Cloud, tmp_path: Path
) -> None:
    archive = build("v1", tmp_path)
    answers = []
    for cloud in (aws, ours):
        assert cloud.serve_archive("sentiment", archive)["EndpointStatus"] == "InService"
        answers.append(cloud.invoke("sentiment", '{"inputs": "This is good."}'))
    assert answers[0] == answers[1]
    assert answers[0]["label"] == "positive"


@pytest.mark.parametrize("cloud", ["aws", "ours"])
def test_a_revision_that_the_hub_does_not_have_fails_the_endpoint(
    cloud: str, request: pytest.FixtureRequest
) -> None:
    chosen: Cloud = request.getfixturevalue(cloud)
    described = chosen.serve_from_hub("absent", "org/tiny", HF_MODEL_REVISION="v9")
    assert described["EndpointStatus"] == "Failed"
    assert "does not have the revision v9 of org/tiny" in described["FailureReason"]


def test_without_awss_handler_a_model_of_the_hub_is_served_for_its_task(
    ours: Cloud, hub: Hub
) -> None:
    assert ours.serve_from_hub("tiny", "org/tiny")["EndpointStatus"] == "InService"
    expected = {answer["label"]: answer["score"] for answer in hub.answers[NEW]}
    answers = ours.invoke("tiny", json.dumps(REQUEST))
    assert {answer["label"]: pytest.approx(answer["score"]) for answer in answers} == expected


def test_without_awss_handler_a_model_of_the_hub_is_served_by_its_own_code(ours: Cloud) -> None:
    described = ours.serve_from_hub("loud", "org/loud", HF_MODEL_REVISION=OLD)
    assert described["EndpointStatus"] == "InService"
    assert ours.invoke("loud", '"hello"') == "HELLO"
