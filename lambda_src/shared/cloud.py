"""What both functions need of AWS. The adapters in `shared/aws` implement these protocols with boto3."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from lambda_src.shared.announcement import Announcer
from lambda_src.shared.endpoints import Endpoints
from lambda_src.shared.objects import Objects
from lambda_src.shared.parameters import Parameters
from lambda_src.shared.registry import Registry


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """`sleep` waits for a number of seconds."""

    objects: Objects
    registry: Registry
    endpoints: Endpoints
    parameters: Parameters
    announcer: Announcer
    sleep: Callable[[float], None] = time.sleep
