"""How the local cloud behaves where AWS promises nothing exact: one set of options for both servers.

`local_cloud(…, behaviour=Behaviour(deleting_seconds=20))` starts a cloud that deletes endpoints slowly.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

VARIABLE = "LOCALCLOUD_BEHAVIOUR"


@dataclass(frozen=True)
class Behaviour:
    """Durations in seconds, probabilities from 0 to 1.

    - `creating_seconds`, `updating_seconds`, `rolling_back_seconds`, `deleting_seconds`: how long each
      transitional state of an endpoint lasts, at least. On AWS they last minutes. An update lasts long enough
      to send the old instances a request. With `rolling_back_seconds` 0, an endpoint that rolls back goes
      from Updating to InService.
      https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html (EndpointStatus)
    - `baking_seconds`: how long each stage of a bake lasts, at most: long enough for SageMaker's event to
      reach a function, for requests of that function, and for an alarm to change its state.
    - `repeated_events`: the probability that an event is delivered twice.
    - `late_seconds`: the longest delay of a delivery. Events overtake one another.
    - `lost_events`: the probability that an event of SageMaker is not delivered.
    - `seed` decides which events are delayed, repeated and lost (`localcloud/event_delivery.py`).
    - `unlisted_seconds`: how long ListModelPackages does not list a new version.
    - `stale_seconds`: how long after an update GetParameter returns the value before the update.
    - `outdated_seconds`: DescribeEndpoint returns the state of so long ago.
    - `throttled`: calls above AWS's rates are refused (`localcloud/throttling.py`).
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

    def to_environment(self) -> dict[str, str]:
        """The environment variable that gives a server's process these options."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Behaviour":
        return cls(**json.loads(environment.get(VARIABLE, "{}")))
