"""`python -m rollforward.operations.permissions [ENVIRONMENT…]`: record what planning and applying need.

Writes `recorded.yaml` from the decisions of IAM in the local cloud.
Without arguments, all example environments are recorded, side by side.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from rollforward.folders import EXAMPLE_ENVIRONMENTS, ROOT
from rollforward.operations.permissions import grants
from rollforward.operations.permissions.grants import APPLY, PLAN
from rollforward.operations.permissions.recording import Recorded, record


def main(names: list[str]) -> None:
    names = names or sorted(file.stem for file in (ROOT / EXAMPLE_ENVIRONMENTS).glob("*.yaml"))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(len(names)) as side_by_side:
        found = list(side_by_side.map(lambda name: _record(Path(folder) / name, name), names))
    plan = set().union(*(one[PLAN] for one in found))
    apply = set().union(*(one[APPLY] for one in found)) - plan
    grants.write_recorded({PLAN: plan, APPLY: apply})


def _record(folder: Path, name: str) -> Recorded:
    folder.mkdir()
    recorded = record(folder, name)
    print(f"{name}: {len(recorded[PLAN])} to plan, {len(recorded[APPLY])} to apply")
    return recorded


if __name__ == "__main__":
    main(sys.argv[1:])
