"""What a file is that should be a gzipped tar archive, and what its author does about it."""

import tarfile
from collections.abc import Callable
from typing import NamedTuple

# How much of a file is needed to recognize its format: one tar header.
HEAD_BYTES = 512
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
MAX_POINTER_BYTES = 1024
PACK = "Pack it with: tar -czf model.tar.gz -C <folder> ."
_REPACK = "Unpack it, and pack it with: tar -czf model.tar.gz -C <folder> ."


class Format(NamedTuple):
    """`name` comes with its article."""

    name: str
    advice: str


def _starts_with(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _is_html(head: bytes) -> bool:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return text.startswith((b"<!doctype html", b"<html", b"<head"))


def _is_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head[:HEAD_BYTES], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


TAR = Format("a tar archive without compression", "Compress it with: gzip model.tar")
LFS_POINTER = Format("a Git LFS pointer", "Fetch the file that it stands for with: git lfs pull")
_FORMATS = (
    # A tar archive begins with a name, which can begin with any of the other marks.
    (_is_tar, TAR),
    (_starts_with(b"PK\x03\x04", b"PK\x05\x06"), Format("a ZIP archive", _REPACK)),
    (_starts_with(b"BZh"), Format("a bzip2 archive", _REPACK)),
    (_starts_with(b"\xfd7zXZ\0"), Format("an xz archive", _REPACK)),
    (_starts_with(b"\x28\xb5\x2f\xfd"), Format("a Zstandard archive", _REPACK)),
    (_starts_with(b"\x1f\x8b"), Format("gzip data", "Compress the tar archive only once.")),
    (_starts_with(b"version https://git-lfs.github.com/spec/"), LFS_POINTER),
    (
        _is_html,
        Format(
            "an HTML page",
            "It was probably downloaded from a page that asks to log in or reports an error. "
            "Download the archive again.",
        ),
    ),
)


def recognize(head: bytes) -> Format | None:
    """The format of a file that begins with `head`; None if it is none of the known ones."""
    return next((known for matches, known in _FORMATS if matches(head)), None)
