"""What passes the inspection can be unpacked, by GNU tar as well as by Python."""

import io
import shutil
import subprocess
import tarfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from lambda_src.shared.inspection.refusal import Refusal
from tests.unit.lambda_src.shared.inspection.forged import forged_archives
from tests.unit.lambda_src.shared.inspection.inspected import check

GNU_TAR = next(
    (
        found
        for name in ("tar", "gtar")
        if (found := shutil.which(name))
        and b"GNU tar" in subprocess.run([found, "--version"], capture_output=True).stdout
    ),
    None,
)


def unpacked_by_python(data: bytes, folder: Path) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        archive.extractall(folder, filter="data")
    return found(folder)


def unpacked_by_gnu_tar(data: bytes, folder: Path) -> list[str]:
    assert GNU_TAR
    ran = subprocess.run([GNU_TAR, "-xzf", "-"], input=data, cwd=folder, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    return found(folder)


def found(folder: Path) -> list[str]:
    return sorted(
        f"{path.relative_to(folder)} {'folder' if path.is_dir() else path.stat().st_size}"
        for path in folder.rglob("*")
    )


@pytest.mark.skipif(GNU_TAR is None, reason="needs GNU tar")
@settings(max_examples=100)
@given(forged_archives)
def test_what_passes_is_unpacked_to_the_same_files_by_gnu_tar_and_python(data: bytes) -> None:
    with suppress(Refusal), TemporaryDirectory() as one, TemporaryDirectory() as other:
        check(data)
        assert unpacked_by_python(data, Path(one)) == unpacked_by_gnu_tar(data, Path(other))
