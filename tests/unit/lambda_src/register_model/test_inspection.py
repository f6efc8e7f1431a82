"""Which archives are refused, with what reason, and that nothing else ever comes of them."""

import gzip
import io
import os
import tarfile
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.inspection import archive, gunzip
from lambda_src.register_model.inspection.archive import inspect, refuse_size
from lambda_src.register_model.inspection.refusal import Refusal
from tests.unit.lambda_src.register_model.archives import (
    CODE,
    packed,
    sound_archive,
    tar_of,
    tar_with,
)

END = b"\0" * 1024
SOUND_TAR = tar_of({CODE: b"# serve", "weights.bin": bytes(range(256)) * 8})
NOISE = os.urandom(300_000)


def check(data: bytes) -> None:
    refuse_size(len(data))
    inspect(io.BytesIO(data))


def refusal(data: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        check(data)
    return caught.value.reason


def entry(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    return info


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = entry(name, kind)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


# Sound archives

names = st.lists(
    st.text(st.characters(exclude_categories=["C"], exclude_characters='/\\:"'), min_size=1),
    min_size=1,
    max_size=5,
).map("/".join)
safe_names = names.filter(lambda name: ".." not in name.split("/"))
tar_formats = st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])


@given(st.dictionaries(safe_names, st.binary(max_size=2000), max_size=5), tar_formats)
def test_any_files_with_safe_names_beside_the_code_pass(
    files: dict[str, bytes], tar_format: int
) -> None:
    check(packed(tar_of(files | {CODE: b""}, tar_format)))


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


def test_a_folder_takes_no_room_whatever_size_it_states() -> None:
    check(packed(header("code", 4096, tarfile.DIRTYPE) + header(CODE, 0) + END))


def test_gzip_in_several_members_passes() -> None:
    check(b"".join(packed(SOUND_TAR[at : at + 700]) for at in range(0, len(SOUND_TAR), 700)))


def test_incompressible_weights_pass_in_bounded_memory() -> None:
    data = packed(tar_of({"weights.bin": NOISE * 30}))
    tracemalloc.start()
    check(data)
    assert tracemalloc.get_traced_memory()[1] < 2 * 1024**2
    tracemalloc.stop()


# Damaged archives


@given(st.integers(0, len(sound_archive()) - 1))
def test_an_archive_cut_anywhere_is_refused(end: int) -> None:
    refusal(sound_archive()[:end])


@given(st.integers(0, len(SOUND_TAR.rstrip(b"\0"))))
def test_tar_data_cut_anywhere_before_its_end_mark_is_refused(end: int) -> None:
    assert "Pack the archive again" in refusal(packed(SOUND_TAR[:end]))


def test_tar_data_cut_between_members_is_refused() -> None:
    first_member = 512 + 512
    assert "its end mark is missing" in refusal(packed(SOUND_TAR[:first_member]))


@given(st.data())
def test_damaged_gzip_data_is_refused_or_still_says_the_same(data: st.DataObject) -> None:
    damaged = bytearray(packed(SOUND_TAR))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        check(bytes(damaged))
    except Refusal:
        return
    assert gzip.decompress(damaged) == SOUND_TAR


@given(st.data())
def test_damaged_tar_data_is_refused_or_passes_but_never_fails(data: st.DataObject) -> None:
    damaged = bytearray(SOUND_TAR)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refusal):
        check(packed(bytes(damaged)))


header_kinds = st.sampled_from([bytes([kind]) for kind in b"\0001234567SLKxgXVMDNA"])


@given(
    st.lists(
        st.tuples(header_kinds, st.integers(-(2**40), 2**40) | st.just(12), st.binary(max_size=600))
    )
)
def test_well_formed_headers_that_say_anything_are_refused_or_pass(
    blocks: list[tuple[bytes, int, bytes]],
) -> None:
    tar = b"".join(
        header("name", size, kind) + data + b"\0" * (-len(data) % 512)
        for kind, size, data in blocks
    )
    with suppress(Refusal):
        check(packed(tar + END))


@given(st.binary(max_size=3000))
def test_random_bytes_are_refused_packed_or_not(data: bytes) -> None:
    refusal(data)
    refusal(packed(data))
    refusal(packed(header("x", len(data), tarfile.XHDTYPE) + data))


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"").startswith("The file is empty.")


def test_what_is_not_gzip_is_refused() -> None:
    assert refusal(SOUND_TAR).startswith("The file is not gzip data.")


def test_what_is_not_tar_is_refused() -> None:
    assert "damaged after the beginning" in refusal(packed(b"x" * 4096))


def test_a_wrong_checksum_is_refused_though_all_data_came() -> None:
    data = bytearray(sound_archive())
    data[-8] ^= 1
    assert "incorrect data check" in refusal(bytes(data))


def test_a_wrong_length_is_refused_though_all_data_came() -> None:
    data = bytearray(sound_archive())
    data[-4] ^= 1
    assert "incorrect length check" in refusal(bytes(data))


def test_anything_behind_the_gzip_data_is_refused() -> None:
    assert "followed by something else" in refusal(sound_archive() + b"garbage")


def test_a_damaged_header_in_the_middle_is_not_taken_for_the_end() -> None:
    tar = SOUND_TAR[:1024] + b"x" * 512 + SOUND_TAR[1536:]
    assert f"damaged after '{CODE}'" in refusal(packed(tar))


# Hostile archives


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../evil", "code/../../evil", "..", r"..\evil", r"\evil", "C:/evil"],
)
def test_a_path_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    reason = refusal(packed(tar_of({CODE: b"", name: b"evil"})))
    assert "not a relative path" in reason or "leads out of the folder" in reason
    assert repr(name) in reason


def test_a_path_hidden_behind_a_zero_byte_is_refused() -> None:
    pax = header("x", 13, tarfile.XHDTYPE) + b"13 path=a\0/b\n" + b"\0" * 499
    assert "not a relative path" in refusal(packed(pax + header(CODE, 0) + END))


@pytest.mark.parametrize(
    ("kind", "called"),
    [
        (tarfile.SYMTYPE, "a symbolic link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a named pipe"),
        (b"V", "of an unknown kind"),
    ],
)
def test_only_files_and_folders_are_taken(kind: bytes, called: str) -> None:
    reason = refusal(packed(tar_with([(entry(CODE), b""), (entry("odd", kind), b"")])))
    assert reason.startswith(f"'odd' is {called};")


@pytest.mark.parametrize(
    "sparse",
    [
        header("holes", 0, tarfile.GNUTYPE_SPARSE),
        header("x", 22, tarfile.XHDTYPE) + b"22 GNU.sparse.major=1\n" + b"\0" * 490,
    ],
)
def test_sparse_files_are_refused(sparse: bytes) -> None:
    assert "sparse" in refusal(packed(sparse + header("holes", 0) + END))


def test_an_extension_header_cannot_take_memory() -> None:
    assert "Shorten the names" in refusal(packed(header("x", 2**33, tarfile.GNUTYPE_LONGNAME)))


def test_chained_extension_headers_cannot_take_memory() -> None:
    chain = b""
    for number in range(100):
        record = b"100000 key%d=" % number
        record += b"x" * (100_000 - len(record) - 1) + b"\n"
        chain += header("x", 100_000, tarfile.XGLTYPE) + record + b"\0" * (-100_000 % 512)
    data = packed(chain + header(CODE, 0) + END)
    tracemalloc.start()
    check(data)
    assert tracemalloc.get_traced_memory()[1] < 2 * 1024**2
    tracemalloc.stop()


def test_chained_extension_headers_cannot_take_the_stack() -> None:
    chain = (header("x", 1, tarfile.GNUTYPE_LONGNAME) + b"n" + b"\0" * 511) * 5000
    assert "neither" in refusal(packed(chain + header(CODE, 0) + END))


def test_a_pax_size_outweighs_the_one_in_the_header() -> None:
    pax = header("x", 11, tarfile.XHDTYPE) + b"11 size=512" + b"\0" * 501
    assert "bad pax header" in refusal(packed(pax + header(CODE, 0) + END))
    pax = header("x", 12, tarfile.XHDTYPE) + b"12 size=512\n" + b"\0" * 500
    check(packed(pax + header(CODE, 0) + b"#" * 512 + END))


def test_a_pax_record_longer_than_its_header_is_refused() -> None:
    pax = header("x", 9, tarfile.XHDTYPE) + b"12 size=\n" + b"\0" * 503
    assert "bad pax header" in refusal(packed(pax + header(CODE, 0) + END))


def test_a_negative_size_is_refused() -> None:
    assert "negative size" in refusal(packed(header(CODE, -512) + END))


def test_a_size_beyond_the_data_is_refused() -> None:
    assert f"cut short in '{CODE}'" in refusal(packed(header(CODE, 2**40) + END))


def test_more_members_than_the_limit_are_refused() -> None:
    tar = header("empty", 0) * archive.MAX_MEMBERS
    check(packed(tar[512:] + header(CODE, 0) + END))
    assert "more than 10,000" in refusal(packed(tar + header(CODE, 0) + END))


def test_a_decompression_bomb_is_refused_early_and_in_bounded_memory() -> None:
    zeros = 64 * 1024**2
    data = packed(header("weights.bin", 40 * 1024**3)) + packed(bytes(zeros)) * 20
    tracemalloc.start()
    assert "decompression bomb" in refusal(data)
    assert tracemalloc.get_traced_memory()[1] < 2 * 1024**2
    tracemalloc.stop()


def test_more_unpacked_data_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunzip, "MAX_UNPACKED", len(NOISE))
    assert "unpacks to more than" in refusal(packed(tar_of({"weights.bin": NOISE})))


# Archives that are no model


@pytest.mark.parametrize(
    "name", ["config.json", "inference.py", "model/code/inference.py", "code/inference.py/x"]
)
def test_neither_code_nor_weights_is_refused(name: str) -> None:
    assert "neither code/inference.py nor model weights" in refusal(packed(tar_of({name: b"1"})))


def test_code_in_the_wrong_place_is_pointed_out() -> None:
    reason = refusal(packed(tar_of({"sentiment-v2/code/inference.py": b""})))
    assert "'sentiment-v2/code/inference.py' is in the wrong place" in reason


def test_empty_weights_are_no_weights() -> None:
    refusal(packed(tar_of({"pytorch_model.bin": b""})))


def test_a_folder_named_like_the_code_is_no_code() -> None:
    refusal(packed(tar_with([(entry(CODE, tarfile.DIRTYPE), b"")])))


# The stream itself


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
    inspect(source)
    assert 0 < source.asked <= 1024**2


@given(st.integers(0, len(sound_archive()) - 1))
def test_a_lost_connection_is_no_refusal(limit: int) -> None:
    with pytest.raises(ConnectionError):
        inspect(Source(sound_archive(), limit))
