"""Archives that could harm the server or the function are refused."""

import tarfile

import pytest

from lambda_src.shared.inspection import archive, gunzip
from tests.unit.lambda_src.memory import memory_below
from tests.unit.lambda_src.shared.archives import (
    CODE,
    packed,
    tar_of,
    tar_with,
)
from tests.unit.lambda_src.shared.inspection.forged import changed
from tests.unit.lambda_src.shared.inspection.inspected import (
    END,
    NOISE,
    check,
    entry,
    header,
    refusal,
)


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
        # GNU tar puts the map of the holes where other headers have the prefix of the name.
        changed(header("holes", 0, tarfile.GNUTYPE_SPARSE), 386, b"00000000000\0"),
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
    with memory_below(2 * 1024**2):
        check(data)


def test_chained_extension_headers_cannot_take_the_stack() -> None:
    chain = (header("x", 1, tarfile.GNUTYPE_LONGLINK) + b"n" + b"\0" * 511) * 101
    check(packed(chain[1024:] + header(CODE, 0) + END))
    assert "too many headers for one file" in refusal(packed(chain + header(CODE, 0) + END))


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
    with memory_below(2 * 1024**2):
        assert "decompression bomb" in refusal(data)


def test_more_unpacked_data_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gunzip, "MAX_UNPACKED", len(NOISE))
    assert "unpacks to more than" in refusal(packed(tar_of({"weights.bin": NOISE})))
