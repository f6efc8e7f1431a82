"""The members of a tar archive that is read as a stream, without unpacking any member.

The standard library parses each header. The loop over the headers is our own, because `tarfile` takes a
damaged header for the end of the archive, recurses into chained extension headers, and keeps sparse maps of
any length in memory.

An extension header (GNU long name, pax) describes the member that follows it; a global one describes all
members that follow it.
"""

import re
import tarfile
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from lambda_src.shared.inspection.formats import TAR, recognize
from lambda_src.shared.inspection.gunzip import Gunzip
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.quoted import quoted
from lambda_src.shared.smoke_request import MAX_BYTES

_BLOCK = 512
_MAX_EXTENSION = 1024**2
FILES = {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE}
_EXTENSIONS = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.XGLTYPE,
}
_PATH, _SIZE, _SPARSE = b"path", b"size", b"sparse"
_PAX_LENGTH = re.compile(rb"([0-9]{1,7}) ")
_PAX_SIZE = re.compile(rb"[0-9]{1,18}")
_BEGINNING = "the beginning"
_DAMAGED = "Pack the archive again and deliver it again."


class Member(NamedTuple):
    """`kind` is tar's one-byte type, `size` is in bytes; `sparse` members are stored without their holes.

    `content` is None unless the content was to be kept and has at most MAX_BYTES.
    """

    name: str
    kind: bytes
    size: int
    sparse: bool
    content: bytes | None = None


def members(archive: Gunzip, keep: Collection[PurePosixPath]) -> Iterator[Member]:
    """Each member in order; the members in `keep` with their content.

    Raises Refusal for damaged data. A missing end is found only after the last member.
    """
    last = _BEGINNING
    for_all: dict[bytes, bytes] = {}
    for_next: dict[bytes, bytes] = {}
    while (header := _header(archive, last)) is not None:
        if header.type in _EXTENSIONS:
            records = _extension(archive, header, last)
            if header.type == tarfile.XGLTYPE:
                for_all |= records
            else:
                for_next |= records
            continue
        member = _member(header, for_all | for_next)
        for_next = {}
        if _is_kept(member, keep):
            yield member._replace(content=_content(archive, member))
            last = quoted(member.name)
            continue
        yield member
        last = quoted(member.name)
        # Folders have no data in the archive, even if their header states a size.
        if member.kind != tarfile.DIRTYPE:
            data = _padded(member.size)
            if archive.skip(data) < data:
                raise Refusal(f"The tar data is cut short in {last}. {_DAMAGED}")


def _is_kept(member: Member, keep: Collection[PurePosixPath]) -> bool:
    return member.kind in FILES and member.size <= MAX_BYTES and PurePosixPath(member.name) in keep


def _content(archive: Gunzip, member: Member) -> bytes:
    padded = archive.read(_padded(member.size))
    if len(padded) < _padded(member.size):
        raise Refusal(f"The tar data is cut short in {quoted(member.name)}. {_DAMAGED}")
    return padded[: member.size]


def _header(archive: Gunzip, last: str) -> tarfile.TarInfo | None:
    block = archive.read(_BLOCK)
    if last == _BEGINNING:
        _refuse_other_format(block)
    if len(block) < _BLOCK:
        raise Refusal(
            f"The tar data is cut short after {last}: its end mark is missing. {_DAMAGED}"
        )
    if not any(block):
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise Refusal(f"The tar data is damaged after {last} ({error}). {_DAMAGED}") from error
    if header.size < 0:
        raise Refusal(f"The tar data is damaged after {last} (negative size). {_DAMAGED}")
    return header


def _refuse_other_format(block: bytes) -> None:
    found = recognize(block)
    if found and found is not TAR:
        raise Refusal(f"The gzip data holds {found.name} instead of a tar archive. {found.advice}")


def _extension(archive: Gunzip, header: tarfile.TarInfo, last: str) -> dict[bytes, bytes]:
    if header.size > _MAX_EXTENSION:
        raise Refusal(
            f"The tar header after {last} takes {header.size:,} bytes; at most "
            f"{_MAX_EXTENSION:,} are read. Shorten the names or attributes of its files."
        )
    padded = archive.read(_padded(header.size))
    if len(padded) < _padded(header.size):
        raise Refusal(f"The tar data is cut short after {last}. {_DAMAGED}")
    data = padded[: header.size]
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return {_PATH: data.partition(b"\0")[0]}
    if header.type == tarfile.GNUTYPE_LONGLINK:
        return {}
    return dict(_pax_records(data, last))


def _pax_records(data: bytes, last: str) -> Iterator[tuple[bytes, bytes]]:
    """A pax header consists of records `<length of the record> <key>=<value>\\n`.

    Only three keys are kept, because chained headers must not fill the memory.
    """
    at = 0
    while at < len(data):
        length = _PAX_LENGTH.match(data, at)
        end = at + int(length[1]) if length else at
        record = data[length.end() : end] if length else b""
        key, equals, value = record.partition(b"=")
        if not equals or not value.endswith(b"\n") or end > len(data):
            raise Refusal(f"The tar data is damaged after {last} (bad pax header). {_DAMAGED}")
        if key in {_PATH, _SIZE}:
            yield key, value[:-1]
        elif key.startswith(b"GNU.sparse."):
            yield _SPARSE, b""
        at = end


def _member(header: tarfile.TarInfo, records: dict[bytes, bytes]) -> Member:
    name, size = header.name, header.size
    if _PATH in records:
        name = records[_PATH].decode("utf-8", "surrogateescape")
    if _SIZE in records:
        if not _PAX_SIZE.fullmatch(records[_SIZE]):
            raise Refusal(f"The tar data is damaged at {quoted(name)} (bad size). {_DAMAGED}")
        size = int(records[_SIZE])
    sparse = header.type == tarfile.GNUTYPE_SPARSE or _SPARSE in records
    return Member(name, header.type, size, sparse)


def _padded(size: int) -> int:
    return size + -size % _BLOCK
