"""Files that are no gzipped tar archive are refused by the name of what they are."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from tests.unit.lambda_src.shared.archives import CODE, packed, sound_archive, tar_of
from tests.unit.lambda_src.shared.inspection.inspected import SOUND_TAR, check, refusal


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("code/inference.py", "# serve")
    return buffer.getvalue()


LFS_POINTER = b"""version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 268435456
"""
REPACK = "Unpack it, and pack it with: tar -czf model.tar.gz -C <folder> ."
OTHERS = [
    pytest.param(zipped(), "a ZIP archive", REPACK, id="zip"),
    pytest.param(SOUND_TAR, "a tar archive without compression", "gzip model.tar", id="tar"),
    pytest.param(bz2.compress(SOUND_TAR), "a bzip2 archive", REPACK, id="bz2"),
    pytest.param(lzma.compress(SOUND_TAR), "an xz archive", REPACK, id="xz"),
    pytest.param(b"\x28\xb5\x2f\xfd\x04\x58" + SOUND_TAR, "a Zstandard archive", REPACK, id="zstd"),
    pytest.param(b"<!DOCTYPE html>\n<p>Log in", "an HTML page", "Download", id="page"),
    pytest.param(b"\xef\xbb\xbf\n<HTML><p>Not found", "an HTML page", "Download", id="old page"),
    pytest.param(LFS_POINTER, "a Git LFS pointer", "git lfs pull", id="LFS"),
]


@pytest.mark.parametrize(("data", "name", "advice"), OTHERS)
def test_a_file_of_another_format_is_called_by_its_name(
    data: bytes, name: str, advice: str
) -> None:
    reason = refusal(data)
    assert reason.startswith(f"The file is {name}, not a gzipped tar archive. ")
    assert advice in reason


@pytest.mark.parametrize(("data", "name", "advice"), [each for each in OTHERS if each.id != "tar"])
def test_what_is_gzipped_instead_of_tar_is_called_by_its_name(
    data: bytes, name: str, advice: str
) -> None:
    reason = refusal(gzip.compress(data))
    assert reason.startswith(f"The gzip data holds {name} instead of a tar archive. ")
    assert advice in reason


@pytest.mark.parametrize("name", ["model.safetensors", "onnx/model.onnx", "tokenizer.json"])
def test_a_git_lfs_pointer_in_an_archive_is_refused_with_its_name(name: str) -> None:
    """As in a clone of a model of the HuggingFace hub, if Git LFS is not installed."""
    reason = refusal(packed(tar_of({CODE: b"# serve", name: LFS_POINTER})))
    assert reason.startswith(f"'{name}' is a Git LFS pointer. Fetch the file")
    assert reason.endswith("git lfs pull")


def test_small_files_of_other_formats_pass_within_an_archive() -> None:
    check(
        packed(tar_of({CODE: b"", "page.html": b"<html>", "x.zip": zipped(), "x.tar": SOUND_TAR}))
    )


def test_an_archive_that_is_compressed_twice_is_told() -> None:
    assert "The gzip data holds gzip data" in refusal(gzip.compress(sound_archive()))


@pytest.mark.parametrize("data", [b"x" * 4096, b"{}", bytes(4096), b"\x80\x04K."])
def test_an_unknown_format_is_only_said_not_to_be_gzip(data: bytes) -> None:
    assert refusal(data) == (
        "The file is not a gzipped tar archive. Pack it with: tar -czf model.tar.gz -C <folder> ."
    )


@pytest.mark.parametrize("padding", [1, 511, 100_000])
def test_zeros_behind_the_gzip_data_pass_as_for_gzip_and_tarfile(padding: int) -> None:
    padded = sound_archive() + bytes(padding)
    with tarfile.open(fileobj=io.BytesIO(padded), mode="r:gz") as archive:
        assert archive.getnames() == ["code/inference.py", "label.txt"]
    assert gzip.decompress(padded) == gzip.decompress(sound_archive())
    check(padded)


@pytest.mark.parametrize("behind", [b"garbage", packed(SOUND_TAR)])
def test_what_follows_zeros_behind_the_gzip_data_is_refused(behind: bytes) -> None:
    """GNU gzip ignores it, and Python does not."""
    assert "followed by something else" in refusal(sound_archive() + bytes(1000) + behind)
