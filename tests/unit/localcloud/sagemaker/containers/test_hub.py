"""The folder that stands in for the HuggingFace hub, and what the stand-in answers from it."""

import json
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from localcloud.sagemaker.containers.model_data import model_data
from localcloud.sagemaker.errors import ContainerError
from localcloud.sagemaker.iam.permissions import Caller

READER = Caller("123456789012", "", "us-east-1")
OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As the hub's own cache has a model of two commits: the files are links to blobs."""
    model = tmp_path / "hub" / "models--org--tiny"
    for commit in (OLD, NEW):
        place = model / "snapshots" / commit / "onnx"
        place.mkdir(parents=True)
        (model / "blobs").mkdir(exist_ok=True)
        (model / "blobs" / commit).write_text(commit)
        (place / "weights").symlink_to(f"../../../blobs/{commit}")
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(f"{NEW}\n")
    monkeypatch.setenv("LOCALCLOUD_HUB", str(model.parent))
    monkeypatch.delenv("LOCALCLOUD_TOOLKIT", raising=False)
    return model.parent


def _fetch(folder: Path, model: str = "org/tiny", **environment: str) -> str:
    container = {"Image": "image", "Environment": {"HF_MODEL_ID": model} | environment}
    model_data(container, READER).fetch(folder)
    return (folder / "onnx" / "weights").read_text()


def _get(url: str, path: str) -> tuple[int, HTTPMessage, bytes]:
    connection = HTTPConnection(urlsplit(url).netloc)
    try:
        connection.request("GET", f"/hub/{path}")
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(("revision", "commit"), [(OLD, OLD), (NEW, NEW), ("main", NEW)])
def test_a_model_of_the_hub_is_of_the_revision_that_its_environment_names(
    hub: Path, tmp_path: Path, revision: str, commit: str
) -> None:
    assert _fetch(tmp_path / "model", HF_MODEL_REVISION=revision) == commit


def test_a_model_of_the_hub_is_of_its_main_branch_unless_a_revision_is_named(
    hub: Path, tmp_path: Path
) -> None:
    assert _fetch(tmp_path / "model") == NEW


def test_what_a_model_writes_beside_its_files_does_not_reach_the_hub(
    hub: Path, tmp_path: Path
) -> None:
    _fetch(tmp_path / "model")
    (tmp_path / "model" / "onnx" / "weights").write_text("spoilt")
    assert _fetch(tmp_path / "other") == NEW


@pytest.mark.parametrize(
    ("model", "revision"), [("org/tiny", "v9"), ("org/tiny", "c" * 40), ("org/other", "main")]
)
def test_a_revision_that_the_hub_does_not_have_is_refused_by_name(
    hub: Path, tmp_path: Path, model: str, revision: str
) -> None:
    with pytest.raises(ContainerError, match=f"does not have the revision {revision} of {model}"):
        _fetch(tmp_path / "model", model, HF_MODEL_REVISION=revision)


def test_a_model_that_the_local_cloud_cannot_have_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCALCLOUD_HUB", raising=False)
    with pytest.raises(ContainerError, match="Set LOCALCLOUD_HUB to a folder that holds it"):
        _fetch(tmp_path / "model")
    with pytest.raises(ContainerError, match="has no model data"):
        model_data({"Image": "image"}, READER).fetch(tmp_path / "model")


def test_awss_handler_learns_what_a_revision_has_and_fetches_it(hub: Path, url: str) -> None:
    for place, commit in (("", NEW), ("/revision/main", NEW), (f"/revision/{OLD}", OLD)):
        _, _, body = _get(url, f"api/models/org/tiny{place}")
        told: Any = json.loads(body)
        assert (told["sha"], told["siblings"]) == (commit, [{"rfilename": "onnx/weights"}])
    status, headers, body = _get(url, f"org/tiny/resolve/{OLD}/onnx/weights")
    assert (status, body.decode()) == (200, OLD)
    assert headers["X-Repo-Commit"] == OLD
    assert headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        "api/models/org/other",
        "api/models/org/tiny/revision/v9",
        "org/tiny/resolve/main/absent",
        f"org/tiny/resolve/main/../../blobs/{OLD}",
    ],
)
def test_the_hub_has_nothing_else(hub: Path, url: str, path: str) -> None:
    status, _, _ = _get(url, path)
    assert status == 404
