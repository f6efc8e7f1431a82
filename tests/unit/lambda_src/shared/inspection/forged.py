"""Forged archives: well-formed gzip data over tar headers that say anything about a few names."""

import tarfile

from hypothesis import strategies as st

from tests.unit.lambda_src.shared.archives import CODE, packed
from tests.unit.lambda_src.shared.inspection.inspected import END, header

_NAMES = st.sampled_from(
    ["a", "a/", "a/b", "a/b/c", "./a", "a//b", ".", "code", "é", "n" * 255, "n" * 256, "d/" * 120]
)
_KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.DIRTYPE])
_NUMBERS = ["0", "7", "-1", "1.5", "1.", "", "x", "1e3", "nan", "inf", "1_0", " 5", "9" * 30]
_VALUES = st.sampled_from([*_NUMBERS, "a", "a/b", "b/", "\0", "é", "4294967295", "BINARY"])
_KEYS = st.sampled_from(
    [
        *["path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname"],
        *["comment", "hdrcharset", "charset", "", "GNU.volume.label", "GNU.sparse.name"],
        *["SCHILY.xattr.user.x", "SCHILY.dev", "LIBARCHIVE.creationtime", "ours"],
    ]
)
# Where numbers stand in a header, with their lengths; the magic; the prefix of the name.
_FIELDS = [(100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (257, 8), (329, 8), (345, 12)]
_OCTAL = [
    b"",
    b"7",
    b" 7",
    b"7 ",
    b"\x007",
    b"8",
    b"0o7",
    b"1_0",
    b"-7",
    b"+7",
    b" " * 12,
    b"7" * 12,
]
_BASE_256 = [b"\x80" + bytes(10) + b"\x07", b"\x80" + b"\x01" * 11, b"\xff" * 12]
_RAW = st.sampled_from([*_OCTAL, *_BASE_256, b"ustar  \0", b"ustar\x0000", b"prefix"])


def record(key: str, value: str) -> bytes:
    text = f" {key}={value}\n".encode()
    length = len(text)
    while len(str(length)) + len(text) != length:
        length = len(str(length)) + len(text)
    return str(length).encode() + text


def with_data(head: bytes, data: bytes) -> bytes:
    return head + data + b"\0" * (-len(data) % 512)


@st.composite
def _pax(draw: st.DrawFn) -> bytes:
    pairs = draw(st.lists(st.tuples(_KEYS, _VALUES), max_size=2))
    data = b"".join(record(key, value) for key, value in pairs)
    kind = draw(st.sampled_from([tarfile.XHDTYPE, tarfile.XHDTYPE, tarfile.XGLTYPE]))
    return with_data(header("pax", len(data), kind), data)


@st.composite
def _long_name(draw: st.DrawFn) -> bytes:
    data = draw(_NAMES).encode() + draw(st.sampled_from([b"", b"\0"]))
    kind = draw(st.sampled_from([tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK]))
    return with_data(header("././@LongLink", len(data), kind), data)


@st.composite
def _member(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from([b"", b"data", b"x" * 600]))
    name = draw(_NAMES).encode()[:100].decode(errors="ignore")
    head = header(name, len(data), draw(_KINDS))
    match draw(st.integers(0, 3)):
        case 0:
            at, length = draw(st.sampled_from(_FIELDS))
            head = changed(head, at, draw(_RAW)[:length].ljust(length, b"\0"))
        case 1:
            head = changed(head, draw(st.integers(0, 500)), draw(st.binary(max_size=12)))
    return with_data(head, data)


def changed(head: bytes, at: int, field: bytes) -> bytes:
    """The header with another field, and with the checksum that fits."""
    head = head[:at] + field + head[at + len(field) :]
    blank = head[:148] + b" " * 8 + head[156:]
    return head[:148] + b"%06o\0 " % sum(blank) + head[156:]


# The last member is sound, so that no extension header is the last one.
forged_archives = st.lists(_pax() | _long_name() | _member() | _member(), max_size=4).map(
    lambda parts: packed(
        header(CODE, 0) + b"".join(parts) + with_data(header("last", 4), b"data") + END
    )
)
