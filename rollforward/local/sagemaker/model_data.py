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

from rollforward.local.container import TOOLKIT
from rollforward.local.sagemaker.clients import client
from rollforward.local.sagemaker.errors import ContainerError
from rollforward.local.sagemaker.hub import HUB, MAIN, snapshot


@dataclass(frozen=True)
class ModelData:
    """Where a model's files are, and on whose account."""

    url: str
    hub_model: str
    revision: str
    account: str
    region: str

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
            s3 = client("s3", self.account, self.region)
            s3.download_file(place.netloc, place.path.lstrip("/"), str(archive))
            with tarfile.open(archive, "r:gz") as tar:
                tar.extractall(folder, filter="data")
        except (ClientError, BotoCoreError, ValueError) as error:
            raise ContainerError(
                f'Failed to download model data from "{self.url}": {error}'
            ) from error
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise ContainerError(
                f'Failed to extract model data of "{self.url}": {error}'
            ) from error
        finally:
            archive.unlink(missing_ok=True)


def model_data(container: dict[str, Any], account: str, region: str) -> ModelData:
    """Of a container as CreateModel has it."""
    environment = container.get("Environment", {})
    return ModelData(
        url=container.get("ModelDataUrl", ""),
        hub_model=environment.get("HF_MODEL_ID", ""),
        revision=environment.get("HF_MODEL_REVISION", MAIN),
        account=account,
        region=region,
    )


def _copy(found: Path, folder: Path) -> None:
    try:
        shutil.copytree(found, folder, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise ContainerError(f"Failed to copy {found} from {HUB}: {error}") from error
