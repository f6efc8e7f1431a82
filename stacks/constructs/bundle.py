"""A Lambda deployment package: the functions' source and their dependencies, the same bytes every time.

The dependencies are copied from the installed environment, whose versions the hashed requirements pin, so
synth needs no network. A compiled distribution is refused: only pure Python is the same on every
architecture. See docs/decisions/0004.
"""

import os
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.errors import ConfigError

# The Lambda runtime provides these, in versions of its own.
PROVIDED_BY_LAMBDA = {"boto3", "botocore"}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold


def bundle(source: Path, out: Path) -> Path:
    """Write `<out>/<source's name>.zip` and return its path.

    `source` is a package with a requirements.txt, both functions and what they share. It is at the zip's
    root under its own name, so that its modules have the same names in Lambda as here.
    Raises ConfigError if a dependency is missing, has another version, or is compiled.
    """
    target = out / f"{source.name}.zip"
    files = dict(_source_files(source))
    for dependency in _closure(source / "requirements.txt"):
        files |= dict(_package_files(dependency))
    out.mkdir(parents=True, exist_ok=True)
    # Stored, not deflated: the output of zlib differs between its versions.
    partial = target.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    # Atomic: another synth may read the file at the same time.
    partial.replace(target)
    return target


def _source_files(source: Path) -> Iterator[tuple[str, Path]]:
    for path in source.rglob("*.py"):
        yield path.relative_to(source.parent).as_posix(), path


def _closure(requirements: Path) -> list[Distribution]:
    """The distributions that `requirements` names, and their dependencies."""
    lines = (
        line.partition("#")[0].strip() for line in requirements.read_text("utf-8").splitlines()
    )
    pending = [Requirement(line) for line in lines if line]
    found: dict[str, Distribution] = {}
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        unwanted = requirement.marker and not requirement.marker.evaluate({"extra": ""})
        if unwanted or name in found or name in PROVIDED_BY_LAMBDA:
            continue
        found[name] = _installed(requirement)
        pending += [Requirement(needed) for needed in found[name].requires or []]
    return list(found.values())


def _installed(requirement: Requirement) -> Distribution:
    try:
        found = distribution(requirement.name)
    except PackageNotFoundError:
        raise ConfigError(
            f"the function needs {requirement}, which is not installed: run make setup"
        ) from None
    if not requirement.specifier.contains(found.version, prereleases=True):
        raise ConfigError(
            f"the function needs {requirement}, but {found.version} is installed: run make setup"
        )
    if "Root-Is-Purelib: true" not in (found.read_text("WHEEL") or ""):
        raise ConfigError(
            f"{requirement.name} is compiled for this machine, and can't run on Lambda"
        )
    return found


def _package_files(dependency: Distribution) -> Iterator[tuple[str, Path]]:
    """The files of a distribution's wheel, without those that pip adds when it installs."""
    for file in dependency.files or []:
        metadata = file.parts[0].endswith(".dist-info")
        if file.parts[0] != ".." and file.suffix != ".pyc" and not metadata:
            yield file.as_posix(), Path(str(file.locate()))
