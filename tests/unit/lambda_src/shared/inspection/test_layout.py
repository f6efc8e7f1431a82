"""An archive in which the container of its model would not find what it serves is refused."""

import json
import tarfile

import pytest

from lambda_src.shared.inspection.layout import AWS_CONTAINERS, HUGGINGFACE, PYTORCH, repository
from tests.unit.lambda_src.shared.archives import CODE, packed, tar_of, tar_with
from tests.unit.lambda_src.shared.inspection.inspected import OWN_IMAGE, check, entry, refusal

WEIGHTS = {HUGGINGFACE: "model.safetensors", PYTORCH: "model.pt"}
PACK = "Pack it with: tar -czf model.tar.gz -C <folder> ."


def config(*architectures: object) -> bytes:
    return json.dumps({"architectures": architectures}).encode()


CLASSIFIER = {
    "config.json": config("DistilBertForSequenceClassification"),
    "model.safetensors": b"1",
}


@pytest.mark.parametrize("container", [*sorted(AWS_CONTAINERS), OWN_IMAGE])
def test_code_loads_what_it_wants_from_where_it_wants(container: str) -> None:
    check(packed(tar_of({CODE: b"", "a/b/weights": b"1", "a/inference.py": b""})), container)


@pytest.mark.parametrize("name", ["config.json", "README.md", "code/smoke.json", "model.onnx"])
@pytest.mark.parametrize("container", sorted(AWS_CONTAINERS))
def test_neither_code_nor_weights_that_the_container_loads_is_refused(
    container: str, name: str
) -> None:
    reason = refusal(packed(tar_of({name: b"{}"})), container)
    assert reason.startswith("The archive has neither code/inference.py nor model weights (*.")
    assert reason.endswith(PACK)


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "requirements.txt", "train.py", "code/smoke.json"]
)
def test_what_no_image_serves_is_refused_for_any_image(name: str) -> None:
    assert "neither code/inference.py nor model weights." in refusal(packed(tar_of({name: b"1"})))


@pytest.mark.parametrize(
    "name",
    ["model.ubj", "model.json", "xgboost-model", "model.txt", "1/saved_model.pb", "m/1/model.onnx"],
)
def test_an_image_of_ones_own_may_load_any_file_from_anywhere(name: str) -> None:
    check(packed(tar_of({name: b"1"})), OWN_IMAGE)


@pytest.mark.parametrize("container", sorted(AWS_CONTAINERS))
def test_weights_in_one_folder_on_top_are_refused_with_its_name(container: str) -> None:
    files = {"best/config.json": b"{}", f"best/{WEIGHTS[container]}": b"1", "._best": b"macOS"}
    reason = refusal(packed(tar_of(files)), container)
    assert f"'best/{WEIGHTS[container]}' is in the wrong place" in reason
    assert "All files are in the folder 'best'." in reason
    assert reason.endswith(PACK)


@pytest.mark.parametrize("container", [*sorted(AWS_CONTAINERS), OWN_IMAGE])
def test_code_in_one_folder_on_top_is_refused_though_weights_are_found(container: str) -> None:
    files = {"v2/code/inference.py": b"", "v2/model.safetensors": b"1", "v2/model.pt": b"1"}
    reason = refusal(packed(tar_of(files)), container)
    assert "'v2/code/inference.py' is in the wrong place" in reason
    assert "All files are in the folder 'v2'." in reason


@pytest.mark.parametrize("name", ["inference.py", "src/inference.py", "code/v2/inference.py"])
@pytest.mark.parametrize("container", sorted(AWS_CONTAINERS))
def test_misplaced_code_is_refused_though_weights_are_found(container: str, name: str) -> None:
    reason = refusal(packed(tar_of({name: b"", **CLASSIFIER, "model.pt": b"1"})), container)
    assert reason.startswith(f"'{name}' is in the wrong place: a container runs code/inference.py")
    assert "All files are in" not in reason


@pytest.mark.parametrize("container", sorted(AWS_CONTAINERS))
def test_empty_weights_are_no_weights(container: str) -> None:
    assert "neither" in refusal(packed(tar_of({WEIGHTS[container]: b""})), container)


def test_a_folder_named_like_the_code_is_no_code() -> None:
    assert "neither" in refusal(packed(tar_with([(entry(CODE, tarfile.DIRTYPE), b"")])))


@pytest.mark.parametrize("name", ["model.pt", "./model.pth"])
def test_the_pytorch_container_loads_a_model_without_code(name: str) -> None:
    check(packed(tar_of({name: b"1"})), PYTORCH)


@pytest.mark.parametrize("weights", ["model.safetensors", "./pytorch_model.BIN"])
def test_the_huggingface_container_loads_a_model_of_a_known_task_without_code(weights: str) -> None:
    check(packed(tar_of({**CLASSIFIER, weights: b"1"})), HUGGINGFACE)


def test_the_huggingface_container_needs_a_configuration_without_code() -> None:
    reason = refusal(packed(tar_of({"model.safetensors": b"1"})), HUGGINGFACE)
    assert "needs config.json at the top of the archive" in reason


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"{}", "none"),
        (b"[]", "none"),
        (config(), "none"),
        (config(None), "none"),
        (config("BertModel"), "'BertModel'"),
    ],
)
def test_the_huggingface_container_needs_a_known_task_without_code(
    content: bytes, found: str
) -> None:
    reason = refusal(packed(tar_of({**CLASSIFIER, "config.json": content})), HUGGINGFACE)
    assert f"it knows none for this one: {found}." in reason


def test_a_configuration_that_is_not_json_is_refused_without_code() -> None:
    reason = refusal(packed(tar_of({**CLASSIFIER, "config.json": b"architectures"})), HUGGINGFACE)
    assert reason.startswith("config.json is not valid JSON: ")


def test_a_large_configuration_passes_beside_code() -> None:
    check(packed(tar_of({CODE: b"", "config.json": b" " * 2_000_000})), HUGGINGFACE)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        (f"763104351884.dkr.ecr.eu-west-1.amazonaws.com/{PYTORCH}:2.6.0-cpu-py312", PYTORCH),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/serving@sha256:9f86", "team/serving"),
    ],
)
def test_the_repository_of_an_image_is_what_its_uri_names(image: str, name: str) -> None:
    assert repository(image) == name
