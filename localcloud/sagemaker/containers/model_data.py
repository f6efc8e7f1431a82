"""A model's files: unpacked from its archive, or copied from the folder that stands in for the hub.

A container that names a model of the hub (HF_MODEL_ID) and has no model data is served the revision that it
names (HF_MODEL_REVISION, or else `main`). AWS's own handler, where there is one, fetches that by itself.
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

from localcloud.sagemaker.containers.hub import HUB, MAIN, snapshot
from localcloud.sagemaker.containers.model_server import TOOLKIT
from localcloud.sagemaker.errors import ContainerError
from localcloud.sagemaker.iam.clients import client_of
from localcloud.sagemaker.iam.permissions import Caller

_NOT_DOWNLOADED = (
    'Failed to download model data for container "container_1" from URL: "{url}". '
    "Please ensure that there is an object located at the URL and that the role passed to CreateModel "
    "has permissions to download the object."
)


@dataclass(frozen=True)
class ModelData:
    """Where a model's files are, and who fetches them."""

    url: str
    hub_model: str
    revision: str
    reader: Caller

    def fetch(self, folder: Path) -> None:
        """Raises ContainerError if there is nothing to be had, or nothing that can be used."""
        if self.url:
            self._unpack(folder)
        elif self.hub_model:
            found = snapshot(self.hub_model, self.revision)
            if TOOLKIT not in os.environ:
                _copy(found, folder)
        else:
            raise ContainerError(
                "The model has no data, and the local cloud runs no images that could hold one."
            )

    def _unpack(self, folder: Path) -> None:
        place = urlsplit(self.url)
        archive = folder.with_suffix(".tar.gz")
        try:
            s3 = client_of("s3", self.reader)
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


def model_data(container: dict[str, Any], reader: Caller) -> ModelData:
    """Of a container as CreateModel has it."""
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
