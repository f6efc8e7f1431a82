"""Inspection of an archive of 1 GB, every checksum verified, against `gzip -t` on the same file."""

import gzip
import io
import os
import random
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.process import MB, ROOT, medians, run

RUNS = 3
PIECES, PIECE = 16, 64 * MB
INSPECT = (
    "import sys; from lambda_src.shared.inspection.archive import inspect; "
    "inspect(open(sys.argv[1], 'rb'), 'own-image')"
)


def measure(report: Callable[[str], None]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "model.tar.gz"
        report("writing an archive of 1 GB")
        _write(archive)
        size = archive.stat().st_size / MB
        gunzip, ours = [], []
        for number in range(RUNS):
            report(f"inspection of 1 GB, run {number + 1} of {RUNS}")
            gunzip.append(run(["gzip", "-t", str(archive)], os.environ))
            ours.append(run([sys.executable, "-c", INSPECT, str(archive)], os.environ, ROOT))
    before, after = medians(gunzip), medians(ours)
    yield Figure(part="inspection", what="gzip -t", median=size / before.seconds, unit="MB/s")
    yield Figure(
        part="inspection",
        what="inspect",
        median=size / after.seconds,
        unit="MB/s",
        ratio=before.seconds / after.seconds,
        against="gzip -t",
        goal="≥ 1.5",
    )
    yield Figure(
        part="inspection",
        what="inspect: memory",
        median=after.peak_mb,
        unit="MB",
        goal="< 100 MB",
    )


def _write(path: Path) -> None:
    """Write an archive of weights that do not compress; its content is always the same."""
    weights = random.Random(0)  # noqa: S311  # not a secret
    # Deflate finds no repetition in 64 MB of random bits: its window is 32 KB.
    with (
        gzip.open(path, "wb", compresslevel=1) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        for number in range(PIECES):
            member = tarfile.TarInfo(f"weights-{number:02}.safetensors")
            member.size = PIECE
            archive.addfile(member, io.BytesIO(weights.randbytes(PIECE)))
