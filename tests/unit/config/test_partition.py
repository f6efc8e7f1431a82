import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from config.partition import Partition, partition_of

KNOWN = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text("utf-8"))


@pytest.mark.parametrize("known", KNOWN["partitions"], ids=lambda known: str(known["id"]))
def test_every_region_that_botocore_knows_is_in_its_partition(known: dict[str, Any]) -> None:
    expected = Partition(known["id"], known["outputs"]["dnsSuffix"])
    regions = [region for region in known["regions"] if not region.endswith("-global")]
    assert regions
    assert {partition_of(region) for region in regions} == {expected}
