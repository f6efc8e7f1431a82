"""Archives and tar headers, sound and otherwise, and what the inspection returns."""

import io
import os
import tarfile

import pytest
from hypothesis import strategies as st

from lambda_src.shared.inspection.archive import inspect, refuse_size
from lambda_src.shared.inspection.refusal import Refusal
from tests.unit.lambda_src.shared.archives import (
    CODE,
    tar_of,
)

END = b"\0" * 1024
SOUND_TAR = tar_of({CODE: b"# serve", "weights.bin": bytes(range(256)) * 8})
NOISE = os.urandom(300_000)


OWN_IMAGE = "sentiment-serving"


def check(data: bytes, repository: str = OWN_IMAGE) -> None:
    """Raises Refusal."""
    refuse_size(len(data))
    inspect(io.BytesIO(data), repository)


def refusal(data: bytes, repository: str = OWN_IMAGE) -> str:
    """Why the archive is refused."""
    with pytest.raises(Refusal) as caught:
        check(data, repository)
    return caught.value.reason


def entry(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    return info


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = entry(name, kind)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


# 63 characters have at most 252 bytes; Linux allows 255.
_steps = st.text(
    st.characters(exclude_categories=["C"], exclude_characters='/\\:"'), min_size=1, max_size=63
).filter(lambda step: step not in {".", ".."})
safe_names = st.lists(_steps, min_size=1, max_size=5).map("/".join)
tar_formats = st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
