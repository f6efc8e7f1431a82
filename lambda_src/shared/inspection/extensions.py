"""Extension headers (GNU long name, pax), which describe the member that follows them.

A global pax header describes all members that follow it.
"""

import re
import tarfile
from collections.abc import Iterator

from lambda_src.shared.inspection.gunzip import Gunzip
from lambda_src.shared.inspection.headers import DAMAGED, MAX_ID, padded
from lambda_src.shared.inspection.refusal import Refusal

PATH, SIZE, SPARSE = b"path", b"size", b"sparse"
EXTENSIONS = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.XGLTYPE,
}
_MAX_BYTES = 1024**2
# tarfile calls itself for each of them, until Python's stack is full.
_MAX_CHAINED = 100
_LENGTH = re.compile(rb"([0-9]{1,7}) ")
_TIME = re.compile(rb"-?[0-9]{1,12}(\.[0-9]+)?")
_NUMBERS = {
    SIZE: re.compile(rb"[0-9]{1,18}"),
    b"uid": re.compile(rb"[0-9]{1,10}"),
    b"gid": re.compile(rb"[0-9]{1,10}"),
    b"mtime": _TIME,
    b"atime": _TIME,
    b"ctime": _TIME,
}
# Of one file; in a global header, programs understand them differently.
_NOT_GLOBAL = {PATH, SIZE, SPARSE, b"linkpath"}


class Extensions:
    """Reads extension headers; has what they say about the next member. Raises Refusal."""

    def __init__(self, archive: Gunzip) -> None:
        self._archive = archive
        self._chained = 0
        self._records: dict[bytes, bytes] | None = None

    @property
    def pending(self) -> bool:
        """Whether a member must follow."""
        return self._chained > 0

    def take(self) -> dict[bytes, bytes]:
        """The records of the next member, of the keys PATH, SIZE and SPARSE."""
        records = self._records or {}
        self._chained, self._records = 0, None
        return records

    def read(self, header: tarfile.TarInfo, last: str) -> None:
        self._chained += 1
        data = self._data(header, last)
        if header.type == tarfile.GNUTYPE_LONGLINK:
            records = None
        elif header.type == tarfile.GNUTYPE_LONGNAME:
            records = {PATH: data.partition(b"\0")[0]}
        else:
            records = dict(_pax_records(data, last))
            if header.type == tarfile.XGLTYPE:
                if not _NOT_GLOBAL.isdisjoint(records):
                    raise _bad(last)
                records = None
        if self._chained > _MAX_CHAINED or (records is not None and self._records is not None):
            # Programs differ in which of several headers they believe.
            raise Refusal(f"The tar data after {last} has too many headers for one file. {DAMAGED}")
        if records is not None:
            self._records = records

    def _data(self, header: tarfile.TarInfo, last: str) -> bytes:
        if header.size > _MAX_BYTES:
            raise Refusal(
                f"The tar header after {last} takes {header.size:,} bytes; at most "
                f"{_MAX_BYTES:,} are read. Shorten the names or attributes of its files."
            )
        data = self._archive.read(padded(header.size))
        if len(data) < padded(header.size):
            raise Refusal(f"The tar data is cut short after {last}. {DAMAGED}")
        return data[: header.size]


def _pax_records(data: bytes, last: str) -> Iterator[tuple[bytes, bytes]]:
    """A pax header consists of records `<length of the record> <key>=<value>\\n`.

    Only four keys are kept, because chained headers must not fill the memory.
    """
    at = 0
    while at < len(data):
        length = _LENGTH.match(data, at)
        end = at + int(length[1]) if length else at
        record = data[length.end() : end] if length else b""
        key, equals, value = record.partition(b"=")
        if not key or not equals or not value.endswith(b"\n") or end > len(data):
            raise _bad(last)
        if not _is_sound(key, value[:-1]):
            raise _bad(last)
        if key.startswith(b"GNU.sparse."):
            yield SPARSE, b""
        elif key in _NOT_GLOBAL:
            yield key, value[:-1]
        at = end


def _is_sound(key: bytes, value: bytes) -> bool:
    """Whether every program that unpacks archives can read the value."""
    number = _NUMBERS.get(key)
    if number and not number.fullmatch(value):
        return False
    if key in {b"uid", b"gid"}:
        return int(value) <= MAX_ID
    return not (key.startswith(b"GNU.") and not key.startswith(b"GNU.sparse."))


def _bad(last: str) -> Refusal:
    return Refusal(f"The tar data is damaged after {last} (bad pax header). {DAMAGED}")
