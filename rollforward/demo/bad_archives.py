"""Archives that no endpoint should ever see, each with a fault of its own."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path


def truncated(folder: Path, sound: Path) -> Path:
    """An upload that stopped halfway."""
    data = sound.read_bytes()
    return _write(folder, data[: len(data) // 2])


def escaping(folder: Path, _: Path) -> Path:
    """A member that would be unpacked outside of the model's folder."""
    return _write(folder, _tar({"code/inference.py": b"", "../evil": b"#!/bin/sh"}))


def without_model(folder: Path, _: Path) -> Path:
    """Neither code nor weights."""
    return _write(folder, _tar({"README.txt": b"the weights will follow"}))


def empty(folder: Path, _: Path) -> Path:
    return _write(folder, b"")


BAD_ARCHIVES: dict[str, Callable[[Path, Path], Path]] = {
    "truncated": truncated,
    "escaping": escaping,
    "without-model": without_model,
    "empty": empty,
}


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _write(folder: Path, content: bytes) -> Path:
    path = folder / "bad.tar.gz"
    path.write_bytes(content)
    return path
