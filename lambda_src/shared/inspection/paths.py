"""Names that cannot be unpacked: too long, too deep, or of a file and of a folder at once."""

from hashlib import blake2b
from pathlib import PurePosixPath

from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.quoted import quoted

MAX_FOLDERS = 10_000
# Linux allows 4,096 bytes, with the folder that the archive is unpacked to.
MAX_PATH_BYTES = 4_000
_MAX_NAME_BYTES = 255
# tarfile calls itself for each folder, until Python's stack is full.
_MAX_DEPTH = 100


class Paths:
    """The files and folders so far, as digests: ten thousand long names would fill the memory."""

    def __init__(self) -> None:
        self._files: set[bytes] = set()
        self._folders = {_digest(PurePosixPath())}

    def add(self, name: str, is_folder: bool) -> None:
        """Raises Refusal if the name cannot be unpacked beside those before."""
        path = PurePosixPath(name)
        _refuse_long(name, path)
        digest = _digest(path)
        folders = ([digest] if is_folder else []) + self._new_parents(path)
        if digest in (self._files if is_folder else self._folders) or any(
            folder in self._files for folder in folders
        ):
            raise Refusal(
                f"{quoted(name)} cannot be unpacked: the archive has a file and a folder of one name. "
                "Rename one of them."
            )
        self._folders.update(folders)
        if not is_folder:
            self._files.add(digest)
            if name.endswith("/"):
                raise Refusal(f"{quoted(name)} is a file with the name of a folder. Rename it.")
        if len(self._folders) > MAX_FOLDERS:
            raise Refusal(
                f"The archive has more than {MAX_FOLDERS:,} folders. "
                "Leave out what serving does not need."
            )

    def _new_parents(self, path: PurePosixPath) -> list[bytes]:
        """The folders of a path that no member before had: the parents of a known folder are known."""
        new = []
        for parent in path.parents:
            digest = _digest(parent)
            if digest in self._folders:
                break
            new.append(digest)
        return new


def _refuse_long(name: str, path: PurePosixPath) -> None:
    longest = max((len(_encoded(part)) for part in path.parts), default=0)
    if longest > _MAX_NAME_BYTES or len(_encoded(name)) > MAX_PATH_BYTES:
        raise Refusal(
            f"The name {quoted(name)} is too long to be unpacked: a file or folder has at most "
            f"{_MAX_NAME_BYTES} bytes, a path {MAX_PATH_BYTES:,}. Shorten it."
        )
    if len(path.parts) > _MAX_DEPTH:
        raise Refusal(f"{quoted(name)} is nested more than {_MAX_DEPTH} folders deep. Move it up.")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _digest(path: PurePosixPath) -> bytes:
    return blake2b(_encoded(str(path)), digest_size=16).digest()
