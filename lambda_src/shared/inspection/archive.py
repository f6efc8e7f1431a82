"""Is this model.tar.gz sound, safe to unpack, and a model?

SageMaker reports a bad archive only after minutes of a failing endpoint. So everything that can be checked in
the archive alone is checked here, while the archive is read once.
"""

import re
import tarfile
from pathlib import PurePosixPath

from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.inspection.gunzip import Gunzip
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.inspection.tar_members import FILES, Member, members
from lambda_src.shared.objects import Readable
from lambda_src.shared.quoted import quoted
from lambda_src.shared.smoke_request import SmokeRequest

MAX_MEMBERS = 10_000
# Bytes that a function of 1,024 MB inspects and copies in half of its 900 seconds:
# docs/decisions/0030-bounds.md.
MAX_PACKED = 10 * 1000**3
_CODE = PurePosixPath("code/inference.py")
_SMOKE = PurePosixPath("code/smoke.json")
# Files that the usual frameworks save. JSON and text do not count: every tokenizer has them.
# fmt: off
_WEIGHTS = {
    ".bin", ".ckpt", ".gguf", ".h5", ".joblib", ".keras", ".model", ".msgpack", ".npy", ".npz",
    ".onnx", ".params", ".pb", ".pickle", ".pkl", ".pt", ".pth", ".safetensors", ".tflite",
}
# fmt: on
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
        raise Refusal("The file is empty. Pack it with: tar -czf model.tar.gz -C <folder> .")
    if size > MAX_PACKED:
        raise Refusal(
            f"The archive has {size:,} bytes; at most {MAX_PACKED:,} can be inspected in time. "
            "Leave out what serving does not need, such as checkpoints and optimizer states."
        )


def inspect(stream: Readable) -> bytes | None:
    """Read the archive to its end; return the content of its smoke request, None without one.

    Raises Refusal with a reason for the author. Errors of the stream, such as a lost connection, pass
    through.
    """
    archive = Gunzip(stream)
    is_model = False
    misplaced = smoke = None
    for count, member in enumerate(members(archive, keep=_SMOKE), start=1):
        _refuse_too_many(count)
        _refuse_unsafe_name(member)
        _refuse_special(member)
        is_model = is_model or _is_model_file(member)
        misplaced = misplaced or _misplaced_code(member)
        smoke = smoke if member.content is None else member.content
    archive.drain()
    if not is_model:
        raise Refusal(_no_model(misplaced))
    if smoke is not None:
        _refuse_bad_smoke(smoke)
    return smoke


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
        raise Refusal(
            f"The archive holds {quoted(name)}, which is not a relative path. "
            "Pack it with: tar -czf model.tar.gz -C <folder> ."
        )
    if ".." in steps:
        raise Refusal(
            f"The archive holds {quoted(name)}, which leads out of the folder it is unpacked to. "
            "Pack it with: tar -czf model.tar.gz -C <folder> ."
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


def _is_model_file(member: Member) -> bool:
    path = PurePosixPath(member.name)
    if member.kind not in FILES:
        return False
    return path == _CODE or (path.suffix.lower() in _WEIGHTS and member.size > 0)


def _misplaced_code(member: Member) -> str | None:
    path = PurePosixPath(member.name)
    is_code = member.kind in FILES and path.name == _CODE.name
    return member.name if is_code and path != _CODE else None


def _no_model(misplaced: str | None) -> str:
    found = f" {quoted(misplaced)} is in the wrong place." if misplaced else ""
    return (
        f"The archive has neither {_CODE} nor model weights.{found} Put them at the top of the "
        "archive, packed from inside the model's folder: tar -czf model.tar.gz -C <folder> ."
    )
