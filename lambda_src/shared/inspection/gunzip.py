"""Unpack a stream of gzip data, in a few hundred kilobytes of memory.

Every checksum and length is verified, over any number of gzip members. Defects of the data become a Refusal.
Errors of the source, such as a lost connection, pass through, because the delivery may be sound.
"""

import zlib
from collections.abc import Iterator

from lambda_src.shared.inspection.formats import HEAD_BYTES, PACK, recognize
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.objects import Readable

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
# Bytes. Larger pieces are slower: they exceed the processor's cache and the allocator's free lists.
_PIECE = 64 * 1024
# Bytes. Above this size, SageMaker needs a longer ModelDataDownloadTimeoutInSeconds than it has by default.
# https://docs.aws.amazon.com/sagemaker/latest/dg/large-model-inference-hosting.html
MAX_UNPACKED = 40 * 1000**3
# Weights hardly compress, and text compresses ten times at most; only a decompression bomb unpacks to a
# hundred times its size. The limit starts after one GiB, so that small, repetitive archives pass.
_MAX_RATIO = 100
_FREE_OF_RATIO = 1024**3


class Gunzip:
    """The unpacked bytes, which can be read or skipped in order."""

    def __init__(self, source: Readable) -> None:
        self._chunks = _unpack(source)
        self._chunk = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, or fewer at the end. All of them are held in memory."""
        parts = []
        while size > 0 and (available := self._available()):
            part = self._chunk[self._at : self._at + min(size, available)]
            self._at += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def skip(self, size: int) -> int:
        """Skip `size` bytes, or fewer at the end; return how many were skipped."""
        skipped = 0
        while skipped < size and (available := self._available()):
            step = min(size - skipped, available)
            self._at += step
            skipped += step
        return skipped

    def drain(self) -> None:
        """Skip the rest, so that its checksums are verified too."""
        while self._available():
            self._at = len(self._chunk)

    def _available(self) -> int:
        if self._at == len(self._chunk):
            self._chunk, self._at = next(self._chunks, b""), 0
        return len(self._chunk) - self._at


def _unpack(source: Readable) -> Iterator[bytes]:
    packed = unpacked = 0
    padded = False
    member = zlib.decompressobj(_GZIP)
    piece = _head(source)
    _refuse_other_format(piece)
    while piece:
        packed += len(piece)
        while piece:
            if member.eof:
                # Zeros may follow the last member: gzip and tarfile ignore them.
                piece, before = piece.lstrip(b"\0"), len(piece)
                padded = padded or len(piece) < before
                if not piece:
                    break
                if padded:
                    raise _followed_by_something_else(packed - len(piece))
                member = zlib.decompressobj(_GZIP)
            chunk = _inflate(member, piece, packed - len(piece))
            if chunk:
                unpacked += len(chunk)
                _check_size(packed, unpacked)
                yield chunk
            piece = member.unused_data if member.eof else member.unconsumed_tail
        piece = source.read(_PIECE)
    if not member.eof:
        raise Refusal(
            f"The file is cut short: it ends after {packed:,} bytes, in the middle of its gzip "
            "data. The upload was probably interrupted; deliver it again."
        )


def _head(source: Readable) -> bytes:
    """The first piece, large enough to recognize the format of the file."""
    head = source.read(_PIECE)
    while 0 < len(head) < HEAD_BYTES and (more := source.read(_PIECE)):
        head += more
    return head


def _refuse_other_format(head: bytes) -> None:
    if head[: len(_MAGIC)] == _MAGIC[: len(head)]:
        return
    if found := recognize(head):
        raise Refusal(f"The file is {found.name}, not a gzipped tar archive. {found.advice}")
    raise Refusal(f"The file is not a gzipped tar archive. {PACK}")


def _inflate(member: "zlib._Decompress", piece: bytes, before: int) -> bytes:
    try:
        return member.decompress(piece, _PIECE)
    except zlib.error as error:
        if "incorrect header check" in str(error):
            raise _followed_by_something_else(before) from error
        raise Refusal(
            f"The gzip data is damaged somewhere after byte {before:,} ({error}). "
            "Pack the archive again and deliver it again."
        ) from error


def _followed_by_something_else(at: int) -> Refusal:
    return Refusal(
        f"The gzip data is followed by something else, after byte {at:,}. "
        "Pack the archive again and deliver it again."
    )


def _check_size(packed: int, unpacked: int) -> None:
    if unpacked > MAX_UNPACKED:
        raise Refusal(
            f"The archive unpacks to more than {MAX_UNPACKED // 1000**3} GB. "
            "Leave out what serving does not need."
        )
    if unpacked > _FREE_OF_RATIO and unpacked > _MAX_RATIO * packed:
        raise Refusal(
            f"The archive unpacks to more than {_MAX_RATIO} times its size, like a decompression "
            "bomb. Leave out files that hold nothing but padding."
        )
