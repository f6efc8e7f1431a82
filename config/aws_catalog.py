"""The regions and instance types of AWS, read from the data files of the installed botocore.

A region or an instance type that is newer than this botocore needs a newer boto3. Nothing calls AWS.
"""

import gzip
import json
from functools import cache
from pathlib import Path

import botocore

SOURCE = f"botocore {botocore.__version__}"

_DATA = Path(botocore.__file__).parent / "data"
_SAGEMAKER = _DATA / "sagemaker" / "2017-07-24" / "service-2.json.gz"
_INSTANCE_TYPES = '"ProductionVariantInstanceType":'


@cache
def regions() -> frozenset[str]:
    """The regions of all partitions."""
    partitions = json.loads((_DATA / "partitions.json").read_text("utf-8"))["partitions"]
    names = (name for partition in partitions for name in partition["regions"])
    return frozenset(name for name in names if not name.endswith("-global"))


@cache
def instance_types() -> frozenset[str]:
    """The instance types of endpoints. Only this enumeration is decoded: the file has 2.5 MB of JSON."""
    with gzip.open(_SAGEMAKER, "rt", encoding="utf-8") as file:
        text = file.read()
    start = text.index(_INSTANCE_TYPES) + len(_INSTANCE_TYPES)
    shape, _ = json.JSONDecoder().raw_decode(text, start)
    return frozenset(shape["enum"])
