"""The folder that stands in for the HuggingFace hub, to which there is no way from here.

`LOCALCLOUD_HUB` is laid out as the hub's own cache, so a person's own (`~/.cache/huggingface/hub`) will do:
`models--<organisation>--<name>/snapshots/<commit>/…`, and `refs/<branch>`, a file that says which commit.

The stand-in also answers for the hub from it, under `/hub`, as much as AWS's handler asks: what files a
revision has, and the files. The cache alone would not do: that handler asks the hub, whatever is cached.
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


def snapshot(model: str, revision: str) -> Path:
    """The files of a model at a commit, branch or tag; raises ContainerError if they are not there."""
    hub = os.environ.get(HUB)
    if not hub:
        raise ContainerError(
            f"The model is {model} of the HuggingFace hub. "
            f"Set {HUB} to a folder that holds it, laid out as the hub's own cache."
        )
    kept = Path(hub) / f"models--{model.replace('/', '--')}"
    branch = kept / "refs" / revision
    commit = branch.read_text("utf-8").strip() if branch.is_file() else revision
    found = kept / "snapshots" / commit
    if not found.is_dir():
        raise ContainerError(f"{HUB}, which is {hub}, holds no revision {revision} of {model}.")
    return found


def _answer_what_it_has(request: Request) -> Response:
    found = _snapshot(request)
    return JSONResponse(
        {
            "id": request.path_params["model"],
            "sha": found.name,
            "siblings": [{"rfilename": name} for name in _files(found)],
        }
    )


def _answer_file(request: Request) -> Response:
    found, name = _snapshot(request), request.path_params["file"]
    if name not in _files(found):
        raise HTTPException(404)
    return FileResponse(found / name, headers={"X-Repo-Commit": found.name})


def _snapshot(request: Request) -> Path:
    try:
        return snapshot(request.path_params["model"], request.path_params.get("revision", MAIN))
    except ContainerError as error:
        raise HTTPException(404, str(error)) from error


def _files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


ROUTES: list[BaseRoute] = [
    Route("/api/models/{model:path}/revision/{revision}", _answer_what_it_has),
    Route("/api/models/{model:path}", _answer_what_it_has),
    Route("/{model:path}/resolve/{revision}/{file:path}", _answer_file),
]
