"""The headers of a tar archive, read as strictly as the strictest of the programs that unpack it.

GNU tar and Python's `tarfile` read some unusual headers differently, and fail on others only while they
unpack. No program writes such headers unless the data is damaged or forged.
"""

import re
import tarfile

from lambda_src.shared.inspection.formats import TAR, recognize
from lambda_src.shared.inspection.gunzip import Gunzip
from lambda_src.shared.inspection.refusal import Refusal

BLOCK = 512
BEGINNING = "the beginning"
DAMAGED = "Pack the archive again and deliver it again."
# Above these, a system call fails: the time of a file in seconds, the id of a user or a group.
_MAX_TIME = 2**40
MAX_ID = 2**32 - 2
_NUMBERS = {
    "mode": slice(100, 108),
    "uid": slice(108, 116),
    "gid": slice(116, 124),
    "size": slice(124, 136),
    "mtime": slice(136, 148),
    "checksum": slice(148, 156),
}
_OCTAL = re.compile(rb" *[0-7]+(?:[ \0].*)?|\0+", re.DOTALL)
_BASE_256 = (b"\x80", b"\xff")
_BASE_256_FIELDS = {"uid", "gid", "size", "mtime"}
_TYPE, _MAGIC, _PREFIX = slice(156, 157), slice(257, 263), slice(345, 500)


def read_header(archive: Gunzip, last: str, *, extended: bool) -> tarfile.TarInfo | None:
    """The next header; None for the end mark.

    `extended` says whether an extension header precedes it. Raises Refusal; `last` says in its text where the
    data is.
    """
    block = archive.read(BLOCK)
    if last == BEGINNING:
        _refuse_other_format(block)
    if len(block) < BLOCK:
        raise Refusal(f"The tar data is cut short after {last}: its end mark is missing. {DAMAGED}")
    if not any(block):
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise Refusal(f"The tar data is damaged after {last} ({error}). {DAMAGED}") from error
    if fault := _fault(block, header, extended):
        raise Refusal(f"The tar data is damaged after {last} ({fault}). {DAMAGED}")
    return header


def padded(size: int) -> int:
    """The bytes that data of this size takes in the archive."""
    return size + -size % BLOCK


def _refuse_other_format(block: bytes) -> None:
    found = recognize(block)
    if found and found is not TAR:
        raise Refusal(f"The gzip data holds {found.name} instead of a tar archive. {found.advice}")


def _fault(block: bytes, header: tarfile.TarInfo, extended: bool) -> str | None:
    if header.size < 0:
        return "negative size"
    for name, place in _NUMBERS.items():
        field = block[place]
        large = name in _BASE_256_FIELDS and field.startswith(_BASE_256)
        if not large and not _OCTAL.fullmatch(field):
            return f"bad {name}"
    if abs(header.mtime) >= _MAX_TIME:
        return "bad mtime"
    if not (0 <= header.uid <= MAX_ID and 0 <= header.gid <= MAX_ID):
        return "bad owner"
    has_prefix = any(block[_PREFIX]) and header.type not in tarfile.GNU_TYPES
    if has_prefix and block[_MAGIC] != tarfile.POSIX_MAGIC[:6]:
        # GNU tar ignores this prefix of the name, and tarfile does not.
        return "bad prefix"
    if extended and header.isdir() and block[_TYPE] == tarfile.AREGTYPE:
        # An old folder is a file whose name ends with a slash: programs look at different names.
        return "bad type"
    return None
