"""The files of an archive, unpacked by the two programs that SageMaker's containers may use."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

Unpack = Callable[[bytes, Path], None]


def by_python(data: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        archive.extractall(folder, filter="data")


def by_gnu_tar(data: bytes, folder: Path) -> None:
    tar = gnu_tar()
    assert tar
    ran = subprocess.run([tar, "-xzf", "-"], input=data, cwd=folder, capture_output=True)
    assert ran.returncode == 0, ran.stderr


def gnu_tar() -> str | None:
    """The program, which is called gtar where tar is another one; None if it is not installed."""
    for name in ("tar", "gtar"):
        found = shutil.which(name)
        if found and b"GNU tar" in subprocess.run([found, "--version"], capture_output=True).stdout:
            return found
    return None


def unpacked(data: bytes, unpack: Unpack) -> list[str]:
    """The paths of all folders and files, with the files' sizes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        unpack(data, folder)
        return sorted(
            f"{path.relative_to(folder)} {'folder' if path.is_dir() else path.stat().st_size}"
            for path in folder.rglob("*")
        )
