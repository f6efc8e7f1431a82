"""A model's files: unpacked from its archive, or copied from the folder that stands in for the hub.

There is no way to the HuggingFace hub from here. A container that names a model of it (HF_MODEL_ID) and has
no model data gets `<ROLLFORWARD_HUB>/<organisation>/<name>/` instead, of whatever revision lies there, and is
served by the same `container.py` as any other: by the model's `code/inference.py` or, if there is none, as
AWS's container does, by the pipeline of `transformers` for HF_TASK.
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

from rollforward.local.sagemaker.clients import client
from rollforward.local.sagemaker.errors import ContainerError

HUB = "ROLLFORWARD_HUB"


@dataclass(frozen=True)
class ModelData:
    """Where a model's files are, and on whose account."""

    url: str
    hub_model: str
    account: str
    region: str

    def fetch(self, folder: Path) -> None:
        """Raises ContainerError if there is nothing to be had, or nothing that can be used."""
        if self.url:
            self._unpack(folder)
        elif self.hub_model:
            _copy_from_hub(self.hub_model, folder)
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
    return ModelData(
        url=container.get("ModelDataUrl", ""),
        hub_model=container.get("Environment", {}).get("HF_MODEL_ID", ""),
        account=account,
        region=region,
    )


def _copy_from_hub(model: str, folder: Path) -> None:
    hub = os.environ.get(HUB)
    if not hub:
        raise ContainerError(
            f"The model is {model} of the HuggingFace hub. Set {HUB} to a folder that holds {model}/."
        )
    try:
        shutil.copytree(Path(hub) / model, folder, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise ContainerError(f"Failed to copy {model} from {HUB}: {error}") from error
