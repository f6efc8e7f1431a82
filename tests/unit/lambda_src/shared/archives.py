"""Build model archives, sound and otherwise, in memory."""

import gzip
import io
import tarfile
from collections.abc import Mapping

CODE = "code/inference.py"


def tar_of(files: Mapping[str, bytes], tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    return tar_with([(tarfile.TarInfo(name), data) for name, data in files.items()], tar_format)


def tar_with(
    members: list[tuple[tarfile.TarInfo, bytes]], tar_format: int = tarfile.PAX_FORMAT
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tar_format) as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def packed(tar: bytes) -> bytes:
    return gzip.compress(tar, compresslevel=1, mtime=0)


def sound_archive(label: str = "v1") -> bytes:
    return packed(tar_of({CODE: b"# serve", "label.txt": label.encode()}))


def archive_without_a_model(label: str = "v1") -> bytes:
    return packed(tar_of({"README.md": label.encode()}))
