"""Inspects an archive as the registrar does, before anything is uploaded."""

from dataclasses import dataclass
from pathlib import Path

from lambda_src.shared.inspection import archive as inspection
from lambda_src.shared.inspection.layout import AWS_CONTAINERS, repository
from lambda_src.shared.inspection.refusal import Refusal
from rollforward.errors import UsageError
from rollforward.target import Target


@dataclass(frozen=True)
class CheckResult:
    """`reason` says why the registrar would refuse the archive; it is empty if the archive is sound.

    `layout_checked` is False if the image is not one of AWS's: nobody knows then what its container loads.
    `smoke_request` says whether the archive has one.
    """

    archive: str
    sound: bool
    reason: str
    layout_checked: bool
    smoke_request: bool


def check_archive(target: Target, archive: Path) -> CheckResult:
    """Inspect the archive for the image of the model. Raises UsageError if it cannot be read."""
    image = target.settings.image
    container = repository(image) if isinstance(image, str) else image.repository
    reason, smoke = "", None
    try:
        with archive.open("rb") as body:
            inspection.refuse_size(archive.stat().st_size)
            smoke = inspection.inspect(body, container)
    except Refusal as refusal:
        reason = refusal.reason
    except OSError as error:
        raise UsageError(f"cannot read {str(archive)!r}: {error.strerror}") from error
    return CheckResult(
        archive=str(archive),
        sound=not reason,
        reason=reason,
        layout_checked=container in AWS_CONTAINERS,
        smoke_request=smoke is not None,
    )
