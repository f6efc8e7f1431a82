"""A model's files: unpacked from its archive, or copied from the folder that stands in for the hub.

A container that names a model of the hub (HF_MODEL_ID) and has no model data gets the revision that it names
(HF_MODEL_REVISION, or else `main`). AWS's own handler, where it is used, downloads the files itself.
"""

import os
import shutil
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.containers.hub import HUB, MAIN, find_snapshot
from localcloud.sagemaker.containers.model_server import TOOLKIT
from localcloud.sagemaker.errors import ContainerError
from localcloud.sagemaker.iam.clients import client_for
from localcloud.sagemaker.iam.permissions import Caller

_NOT_DOWNLOADED = (
    'Failed to download model data for container "container_1" from URL: "{url}". '
    "Please ensure that there is an object located at the URL and that the role passed to CreateModel "
    "has permissions to download the object."
)


@dataclass(frozen=True)
class ModelData:
    """`url` of the archive, or model and revision on the hub; `reader` reads the archive."""

    url: str
    hub_model: str
    revision: str
    reader: Caller

    def fetch(self, folder: Path) -> None:
        """Put the model's files into `folder`. Raises ContainerError if that is not possible."""
        if self.url:
            self._unpack(folder)
        elif self.hub_model:
            found = find_snapshot(self.hub_model, self.revision)
            if TOOLKIT not in os.environ:
                _copy(found, folder)
        else:
            raise ContainerError(
                "The model has no model data. The local cloud does not run images that contain a model."
            )

    def _unpack(self, folder: Path) -> None:
        place = urlsplit(self.url)
        archive = folder.with_suffix(".tar.gz")
        try:
            s3 = client_for("s3", self.reader)
            s3.download_file(place.netloc, place.path.lstrip("/"), str(archive))
            with tarfile.open(archive, "r:gz") as tar:
                tar.extractall(folder, filter="data")
        except (ClientError, BotoCoreError, ValueError) as error:
            raise ContainerError(_NOT_DOWNLOADED.format(url=self.url)) from error
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise ContainerError(
                f'Failed to extract model data of "{self.url}": {error}'
            ) from error
        finally:
            archive.unlink(missing_ok=True)


def primary_container(model: dict[str, Any]) -> dict[str, Any]:
    """The container definition of a model that receives the requests."""
    container: dict[str, Any] = model.get("PrimaryContainer") or model["Containers"][0]
    return container


def model_data(container: dict[str, Any], reader: Caller) -> ModelData:
    """The model data of a container definition, as in CreateModel."""
    environment = container.get("Environment", {})
    return ModelData(
        url=container.get("ModelDataUrl", ""),
        hub_model=environment.get("HF_MODEL_ID", ""),
        revision=environment.get("HF_MODEL_REVISION", MAIN),
        reader=reader,
    )


def _copy(found: Path, folder: Path) -> None:
    try:
        shutil.copytree(found, folder, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise ContainerError(f"Failed to copy {found} from {HUB}: {error}") from error
