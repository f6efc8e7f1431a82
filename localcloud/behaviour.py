"""How the local cloud behaves where AWS promises nothing exact: one set of options for all of its servers.

`local_cloud(…, behaviour=Behaviour(deleting_seconds=20))` starts a cloud whose endpoints take longer to go.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

VARIABLE = "LOCALCLOUD_BEHAVIOUR"


@dataclass(frozen=True)
class Behaviour:
    """How long states last, and how events come.

    `…ing_seconds` are how long each transitional state of an endpoint lasts, at least.
    On AWS they last minutes; an update lasts long enough here for the prover to ask the old instances before
    the new ones answer. With `rolling_back_seconds` 0, an endpoint that rolls back shows Updating until
    it is InService again, and never RollingBack. Each stage of a bake lasts at most `baking_seconds`: long
    enough for SageMaker's event to reach a function, for its smoke request, and for an alarm to ring.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html (EndpointStatus)

    `repeated_events` is the share of events that are delivered twice, from 0 to 1; each delivery is up to
    `late_seconds` late, so that events pass one another. `lost_events` is the share of SageMaker's events
    that are not delivered at all. `seed` decides which ones: `localcloud/event_delivery.py`.

    For `unlisted_seconds`, ListModelPackages does not show a new version. For `stale_seconds` after an
    update, GetParameter answers what was there before. DescribeEndpoint answers what was there
    `outdated_seconds` ago. `throttled`: calls are refused at AWS's rates
    (`localcloud/throttling.py`).
    """

    creating_seconds: float = 0.2
    updating_seconds: float = 2.0
    rolling_back_seconds: float = 0.2
    deleting_seconds: float = 0.5
    baking_seconds: float = 5.0
    repeated_events: float = 0.5
    late_seconds: float = 0.3
    lost_events: float = 0.0
    seed: int = 1
    unlisted_seconds: float = 0.0
    stale_seconds: float = 0.0
    outdated_seconds: float = 0.0
    throttled: bool = False

    def environ(self) -> dict[str, str]:
        """The environment variable that tells a server's process of it."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def of_environ(cls, environ: Mapping[str, str] = os.environ) -> "Behaviour":
        return cls(**json.loads(environ.get(VARIABLE, "{}")))
