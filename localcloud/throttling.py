"""The request rates of AWS's APIs; above them, AWS answers ThrottlingException.

A token bucket holds the calls of one second and is refilled evenly.

- Parameter Store: 40 reads a second, shared by three operations; 3 writes.
  https://docs.aws.amazon.com/general/latest/gr/ssm.html (reads)
  https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html
  github-aws-runners/terraform-aws-github-runner #2944 (writes: AWS's support; no page has the number)
- SageMaker: AWS publishes no rates of its control plane. 10 calls a second of each operation are assumed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

CODE, MESSAGE = "ThrottlingException", "Rate exceeded"
_READS = ("GetParameter", "GetParameters", "GetParametersByPath")
_SHARED = {f"AmazonSSM.{name}": "AmazonSSM reads" for name in _READS}
# Calls per second.
_RATES = {"AmazonSSM reads": 40.0, "AmazonSSM.PutParameter": 3.0}
_SAGEMAKER, _SAGEMAKER_RATE = "SageMaker.", 10.0


@dataclass
class _Bucket:
    """`calls` that were left at the time `since`."""

    calls: float
    since: float


class Limits:
    """The rates of one account in one region."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, target: str) -> bool:
        """Count one call of `target`, an X-Amz-Target such as `AmazonSSM.PutParameter`.

        Returns False for a call above the rate.
        """
        name = _SHARED.get(target, target)
        rate = _RATES.get(name, _SAGEMAKER_RATE if name.startswith(_SAGEMAKER) else None)
        if rate is None:
            return True
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(rate, now))
        bucket.calls = min(rate, bucket.calls + (now - bucket.since) * rate)
        bucket.since = now
        if bucket.calls < 1:
            return False
        bucket.calls -= 1
        return True
