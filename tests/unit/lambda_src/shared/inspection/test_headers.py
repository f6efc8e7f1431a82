"""Headers that programs read differently, or fail on while they unpack, are refused."""

import tarfile

import pytest

from tests.unit.lambda_src.shared.archives import CODE, packed
from tests.unit.lambda_src.shared.inspection.forged import changed, record, with_data
from tests.unit.lambda_src.shared.inspection.inspected import END, check, header, refusal


def pax(kind: bytes, *pairs: tuple[str, str]) -> bytes:
    data = b"".join(record(key, value) for key, value in pairs)
    return with_data(header("pax", len(data), kind), data)


def archive(*heads: bytes) -> bytes:
    return packed(b"".join(heads) + header(CODE, 0) + END)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("mtime", value) for value in ["", "x", "nan", "1e3", " 5", "1.", "9" * 13]],
        *[("uid", value) for value in ["", "x", "-1", "1_0", "4294967295", "9" * 30]],
        *[("size", value) for value in ["", "x", "-1", "1.5", "9" * 19]],
        ("GNU.volume.label", "backup"),
    ],
)
def test_a_pax_value_that_not_every_program_can_read_is_refused(key: str, value: str) -> None:
    assert "(bad pax header)" in refusal(archive(pax(tarfile.XHDTYPE, (key, value))))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("mtime", "1700000000.123456789"), ("atime", "-1.5"), ("uid", "4294967294")],
        *[("uname", "é"), ("SCHILY.xattr.user.x", "any"), ("LIBARCHIVE.creationtime", "1.5")],
    ],
)
def test_what_programs_write_into_pax_headers_passes(key: str, value: str) -> None:
    check(archive(pax(tarfile.XHDTYPE, (key, value))))
    check(archive(pax(tarfile.XGLTYPE, (key, value))))


@pytest.mark.parametrize("key", ["path", "size", "linkpath", "GNU.sparse.name"])
def test_a_global_header_about_one_file_is_refused(key: str) -> None:
    assert "(bad pax header)" in refusal(archive(pax(tarfile.XGLTYPE, (key, "1"))))


@pytest.mark.parametrize("second", [tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE])
def test_two_headers_for_one_file_are_refused(second: bytes) -> None:
    name = with_data(header("x", 1, tarfile.GNUTYPE_LONGNAME), b"n")
    for first in (name, pax(tarfile.XHDTYPE)):
        assert "too many headers" in refusal(archive(first, pax(second, ("path", "a"))))


def test_a_header_that_describes_no_file_is_refused() -> None:
    tar = header(CODE, 0) + pax(tarfile.XHDTYPE, ("path", "a")) + END
    assert "a header that describes no file" in refusal(packed(tar))


@pytest.mark.parametrize(
    ("at", "field", "fault"),
    [
        (100, b"0o7\0", "bad mode"),
        (108, b"1_0\0", "bad uid"),
        (108, b"\x80" + b"\x7f" * 7, "bad owner"),
        (116, b"\0" + b"7" * 7, "bad gid"),
        (124, b"+7".ljust(12, b"\0"), "bad size"),
        (136, b"\x80" + b"\x01" * 11, "bad mtime"),
        (136, b" " * 12, "bad mtime"),
        (345, b"folder", "bad prefix"),
    ],
)
def test_a_field_that_programs_read_differently_is_refused(
    at: int, field: bytes, fault: str
) -> None:
    assert f"({fault})" in refusal(archive(changed(header("a", 0), at, field)))


def test_an_old_folder_with_a_long_name_is_refused() -> None:
    name = with_data(header("x", 1, tarfile.GNUTYPE_LONGNAME), b"n")
    old = header("a/", 0, tarfile.AREGTYPE)
    check(archive(old))
    assert "(bad type)" in refusal(archive(name, old))


def test_large_numbers_in_base_256_pass() -> None:
    check(archive(changed(header("a", 0), 108, b"\x80\0\0\0\xff\xff\xff\xfe")))
