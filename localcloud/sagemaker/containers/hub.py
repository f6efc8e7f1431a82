"""A folder that stands in for the HuggingFace hub: the local cloud uses no internet.

`LOCALCLOUD_HUB` names the folder. It has the layout of the hub's own cache, so `~/.cache/huggingface/hub` is
such a folder: `models--<organisation>--<name>/snapshots/<commit>/…`, and a file `refs/<branch>` that holds
the branch's commit.

Under `/hub`, the stand-in serves the requests that AWS's handler sends to the hub: the list of files of a
revision, and the files. A cache is not enough: the handler sends requests to the hub for cached files, too.
"""

import os
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from localcloud.sagemaker.errors import ContainerError

HUB = "LOCALCLOUD_HUB"
MAIN = "main"
PATH = "/hub"


def find_snapshot(model: str, revision: str) -> Path:
    """The folder with a model's files at a commit, branch or tag. Raises ContainerError if there is none."""
    hub = os.environ.get(HUB)
    if not hub:
        raise ContainerError(
            f"The model is {model} of the HuggingFace hub. "
            f"Set {HUB} to a folder that holds it, in the layout of the hub's own cache."
        )
    repository = Path(hub) / f"models--{model.replace('/', '--')}"
    branch = repository / "refs" / revision
    commit = branch.read_text("utf-8").strip() if branch.is_file() else revision
    found = repository / "snapshots" / commit
    if not found.is_dir():
        raise ContainerError(
            f"{HUB}, which is {hub}, does not have the revision {revision} of {model}."
        )
    return found


def _describe_revision(request: Request) -> Response:
    found = _requested_snapshot(request)
    return JSONResponse(
        {
            "id": request.path_params["model"],
            "sha": found.name,
            "siblings": [{"rfilename": name} for name in _files(found)],
        }
    )


def _send_file(request: Request) -> Response:
    found, name = _requested_snapshot(request), request.path_params["file"]
    if name not in _files(found):
        raise HTTPException(404)
    return FileResponse(found / name, headers={"X-Repo-Commit": found.name})


def _requested_snapshot(request: Request) -> Path:
    try:
        return find_snapshot(
            request.path_params["model"], request.path_params.get("revision", MAIN)
        )
    except ContainerError as error:
        raise HTTPException(404, str(error)) from error


def _files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


ROUTES: list[BaseRoute] = [
    Route("/api/models/{model:path}/revision/{revision}", _describe_revision),
    Route("/api/models/{model:path}", _describe_revision),
    Route("/{model:path}/resolve/{revision}/{file:path}", _send_file),
]
