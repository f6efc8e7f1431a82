"""Snapshots of `dev`: each story starts from a copy of one, in a local cloud of its own."""

from functools import partial
from pathlib import Path

import pytest

from tests.local.snapshots import deploy, once, serve_v1, serve_v2


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "deployed", deploy)


@pytest.fixture(scope="session")
def v1_live(deployed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "v1-live", partial(serve_v1, deployed))


@pytest.fixture(scope="session")
def v2_live(v1_live: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "v2-live", partial(serve_v2, v1_live))
