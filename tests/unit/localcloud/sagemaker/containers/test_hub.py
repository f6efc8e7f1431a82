"""The folder that stands in for the HuggingFace hub, and the stand-in's responses from it."""

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
    """A model with two commits, in the layout of the hub's cache: files are links to blobs."""
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
def test_a_model_of_the_hub_has_the_revision_in_its_environment(
    hub: Path, tmp_path: Path, revision: str, commit: str
) -> None:
    assert _fetch(tmp_path / "model", HF_MODEL_REVISION=revision) == commit


def test_a_model_of_the_hub_has_the_main_branch_by_default(hub: Path, tmp_path: Path) -> None:
    assert _fetch(tmp_path / "model") == NEW


def test_files_that_a_model_writes_are_not_written_to_the_hub(hub: Path, tmp_path: Path) -> None:
    _fetch(tmp_path / "model")
    (tmp_path / "model" / "onnx" / "weights").write_text("spoilt")
    assert _fetch(tmp_path / "other") == NEW


@pytest.mark.parametrize(
    ("model", "revision"), [("org/tiny", "v9"), ("org/tiny", "c" * 40), ("org/other", "main")]
)
def test_the_error_names_a_revision_that_the_hub_does_not_have(
    hub: Path, tmp_path: Path, model: str, revision: str
) -> None:
    with pytest.raises(ContainerError, match=f"does not have the revision {revision} of {model}"):
        _fetch(tmp_path / "model", model, HF_MODEL_REVISION=revision)


def test_a_model_without_files_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCALCLOUD_HUB", raising=False)
    with pytest.raises(ContainerError, match="Set LOCALCLOUD_HUB to a folder that holds it"):
        _fetch(tmp_path / "model")
    with pytest.raises(ContainerError, match="has no model data"):
        model_data({"Image": "image"}, READER).fetch(tmp_path / "model")


def test_awss_handler_lists_and_downloads_the_files_of_a_revision(hub: Path, url: str) -> None:
    for place, commit in (("", NEW), ("/revision/main", NEW), (f"/revision/{OLD}", OLD)):
        _, _, body = _get(url, f"api/models/org/tiny{place}")
        found: Any = json.loads(body)
        assert (found["sha"], found["siblings"]) == (commit, [{"rfilename": "onnx/weights"}])
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
def test_other_paths_of_the_hub_are_not_found(hub: Path, url: str, path: str) -> None:
    status, _, _ = _get(url, path)
    assert status == 404
