"""Archives that pass, however the bytes of the stream arrive."""

import io
import tarfile
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lambda_src.shared.inspection.archive import inspect
from tests.unit.lambda_src.memory import memory_below
from tests.unit.lambda_src.shared.archives import (
    CODE,
    packed,
    sound_archive,
    tar_of,
    tar_with,
)
from tests.unit.lambda_src.shared.inspection.inspected import (
    END,
    NOISE,
    OWN_IMAGE,
    SOUND_TAR,
    check,
    entry,
    header,
    safe_names,
    tar_formats,
)

contents = st.binary(max_size=2000).filter(lambda data: not data.startswith(b"version https://"))


@given(st.dictionaries(safe_names, contents, max_size=5), tar_formats)
def test_any_files_with_safe_names_beside_the_code_pass(
    files: dict[str, bytes], tar_format: int
) -> None:
    files |= {CODE: b""}
    folders = {str(folder) for name in files for folder in PurePosixPath(name).parents}
    assume(folders.isdisjoint(files))
    check(packed(tar_of(files, tar_format)))


@pytest.mark.parametrize(
    "name",
    [CODE, f"./{CODE}", "model.safetensors", "./pytorch_model.BIN", "onnx/model.onnx"],
)
def test_code_or_weights_make_a_model(name: str) -> None:
    check(packed(tar_of({name: b"1"})))


def test_folders_and_long_names_pass() -> None:
    folder = entry("code/" + "long/" * 60, tarfile.DIRTYPE)
    for tar_format in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        check(packed(tar_with([(folder, b""), (entry(CODE), b"")], tar_format)))


def test_a_folder_has_no_data_whatever_size_its_header_states() -> None:
    check(packed(header("code", 4096, tarfile.DIRTYPE) + header(CODE, 0) + END))


def test_gzip_in_several_members_passes() -> None:
    check(b"".join(packed(SOUND_TAR[at : at + 700]) for at in range(0, len(SOUND_TAR), 700)))


def test_incompressible_weights_pass_in_bounded_memory() -> None:
    data = packed(tar_of({"weights.bin": NOISE * 30}))
    with memory_below(2 * 1024**2):
        check(data)


class Source(io.RawIOBase):
    """Hands out a few bytes at a time, and breaks after `limit` of them."""

    def __init__(self, data: bytes, limit: int) -> None:
        self.data, self.limit, self.asked = io.BytesIO(data), limit, 0

    def read(self, size: int = -1, /) -> bytes:
        self.asked = max(self.asked, size)
        if self.data.tell() >= self.limit:
            raise ConnectionError("reset by peer")
        return self.data.read(min(size, 7))


def test_small_pieces_make_no_difference() -> None:
    source = Source(sound_archive(), limit=2**30)
    inspect(source, OWN_IMAGE)
    assert 0 < source.asked <= 1024**2


@given(st.integers(0, len(sound_archive()) - 1))
def test_a_lost_connection_is_no_refusal(limit: int) -> None:
    with pytest.raises(ConnectionError):
        inspect(Source(sound_archive(), limit), OWN_IMAGE)
