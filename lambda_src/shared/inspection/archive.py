"""Is this model.tar.gz sound, safe to unpack, and a model?

SageMaker reports a bad archive only after minutes of a failing endpoint. So everything that can be checked in
the archive alone is checked here, while the archive is read once.
"""

import re
import tarfile
from pathlib import PurePosixPath

from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.inspection.formats import LFS_POINTER, MAX_POINTER_BYTES, PACK, recognize
from lambda_src.shared.inspection.gunzip import Gunzip
from lambda_src.shared.inspection.layout import CONFIG, Layout
from lambda_src.shared.inspection.paths import Paths
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.inspection.tar_members import FILES, Member, members
from lambda_src.shared.objects import Readable
from lambda_src.shared.quoted import quoted
from lambda_src.shared.smoke_request import MAX_BYTES, SmokeRequest

MAX_MEMBERS = 10_000
# Bytes that a function of 1,024 MB inspects and copies in half of its 900 seconds:
# docs/decisions/0030-bounds.md.
MAX_PACKED = 10 * 1000**3
_SMOKE = PurePosixPath("code/smoke.json")
_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a named pipe",
}


def refuse_size(size: int) -> None:
    """Raises Refusal for an archive whose size in bytes rules out an inspection."""
    if size == 0:
        raise Refusal(f"The file is empty. {PACK}")
    if size > MAX_PACKED:
        raise Refusal(
            f"The archive has {size:,} bytes; at most {MAX_PACKED:,} can be inspected in time. "
            "Leave out what serving does not need, such as checkpoints and optimizer states."
        )


def inspect(stream: Readable, repository: str) -> bytes | None:
    """Read the archive to its end; return the content of its smoke request, None without one.

    `repository` is the ECR repository of the image that serves the model. Raises Refusal with a reason for
    the author. Errors of the stream, such as a lost connection, pass through.
    """
    archive = Gunzip(stream)
    paths, layout = Paths(), Layout(repository)
    smoke = None
    for count, member in enumerate(members(archive, _is_read), start=1):
        _refuse_too_many(count)
        _refuse_unsafe_name(member)
        _refuse_special(member)
        paths.add(member.name, is_folder=member.kind == tarfile.DIRTYPE)
        _refuse_pointer(member)
        layout.add(member)
        if member.kind in FILES and PurePosixPath(member.name) == _SMOKE:
            smoke = _smoke(member)
    archive.drain()
    layout.refuse_unservable()
    if smoke is not None:
        _refuse_bad_smoke(smoke)
    return smoke


def _is_read(member: Member) -> bool:
    is_small = member.size < MAX_POINTER_BYTES
    return is_small or PurePosixPath(member.name) in {_SMOKE, CONFIG}


def _refuse_pointer(member: Member) -> None:
    if recognize(member.content or b"") is LFS_POINTER:
        raise Refusal(f"{quoted(member.name)} is {LFS_POINTER.name}. {LFS_POINTER.advice}")


def _smoke(member: Member) -> bytes:
    if member.content is None:
        raise Refusal(f"{_SMOKE} is larger than {MAX_BYTES:,} bytes.")
    return member.content


def _refuse_bad_smoke(text: bytes) -> None:
    try:
        SmokeRequest.parse(text)
    except MalformedJson as error:
        raise Refusal(f"{_SMOKE} {error}") from error


def _refuse_too_many(count: int) -> None:
    if count > MAX_MEMBERS:
        raise Refusal(
            f"The archive has more than {MAX_MEMBERS:,} files and folders. "
            "Leave out what serving does not need."
        )


def _refuse_unsafe_name(member: Member) -> None:
    name = member.name
    steps = re.split(r"[/\\]", name)
    if not steps[0] or re.match(r"[A-Za-z]:", name) or "\0" in name:
        raise Refusal(f"The archive holds {quoted(name)}, which is not a relative path. {PACK}")
    if ".." in steps:
        raise Refusal(
            f"The archive holds {quoted(name)}, which leads out of the folder it is unpacked to. "
            + PACK
        )


def _refuse_special(member: Member) -> None:
    if member.sparse:
        raise Refusal(
            f"{quoted(member.name)} is stored as a sparse file, which not every server can unpack. "
            "Pack the archive without --sparse."
        )
    if member.kind not in FILES and member.kind != tarfile.DIRTYPE:
        kind = _KINDS.get(member.kind, "of an unknown kind")
        raise Refusal(
            f"{quoted(member.name)} is {kind}; an archive may hold only files and folders. "
            "Pack links as files with: tar --dereference --hard-dereference -czf model.tar.gz …"
        )
