"""The members of a tar archive that is read as a stream, without unpacking any member.

The standard library parses each header. The loop over the headers is our own, because `tarfile` takes a
damaged header for the end of the archive, recurses into chained extension headers, and keeps sparse maps of
any length in memory.
"""

import tarfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lambda_src.shared.inspection.extensions import EXTENSIONS, PATH, SIZE, SPARSE, Extensions
from lambda_src.shared.inspection.gunzip import Gunzip
from lambda_src.shared.inspection.headers import BEGINNING, DAMAGED, padded, read_header
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.quoted import quoted
from lambda_src.shared.smoke_request import MAX_BYTES

FILES = {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE}


class Member(NamedTuple):
    """`kind` is tar's one-byte type, `size` is in bytes; `sparse` members are stored without their holes.

    `content` is None unless the content was to be kept and has at most MAX_BYTES.
    """

    name: str
    kind: bytes
    size: int
    sparse: bool
    content: bytes | None = None


def members(archive: Gunzip, keep: Callable[[Member], bool]) -> Iterator[Member]:
    """Each member in order; the files of which `keep` is true with their content.

    Raises Refusal for damaged data. A missing end is found only after the last member.
    """
    last = BEGINNING
    extensions = Extensions(archive)
    while header := read_header(archive, last, extended=extensions.pending):
        if header.type in EXTENSIONS:
            extensions.read(header, last)
            continue
        member = _member(header, extensions.take())
        if member.kind in FILES and member.size <= MAX_BYTES and keep(member):
            yield member._replace(content=_content(archive, member))
            last = quoted(member.name)
            continue
        yield member
        last = quoted(member.name)
        # Folders have no data in the archive, even if their header states a size.
        if member.kind != tarfile.DIRTYPE:
            data = padded(member.size)
            if archive.skip(data) < data:
                raise Refusal(f"The tar data is cut short in {last}. {DAMAGED}")
    if extensions.pending:
        raise Refusal(f"The tar data ends after a header that describes no file. {DAMAGED}")


def _content(archive: Gunzip, member: Member) -> bytes:
    data = archive.read(padded(member.size))
    if len(data) < padded(member.size):
        raise Refusal(f"The tar data is cut short in {quoted(member.name)}. {DAMAGED}")
    return data[: member.size]


def _member(header: tarfile.TarInfo, records: dict[bytes, bytes]) -> Member:
    name, size = header.name, header.size
    if PATH in records:
        name = records[PATH].decode("utf-8", "surrogateescape")
    if SIZE in records:
        size = int(records[SIZE])
    sparse = header.type == tarfile.GNUTYPE_SPARSE or SPARSE in records
    return Member(name, header.type, size, sparse)
