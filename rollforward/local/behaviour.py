"""How the local cloud behaves where AWS promises nothing exact: one set of options for all of its servers.

`local_cloud(…, behaviour=Behaviour(deleting_seconds=20))` starts a cloud whose endpoints take longer to go.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

VARIABLE = "ROLLFORWARD_LOCAL_BEHAVIOUR"


@dataclass(frozen=True)
class Behaviour:
    """Seconds that each transitional state of an endpoint lasts, at least.

    On AWS they last minutes. With `rolling_back_seconds` 0, an endpoint that rolls back shows Updating until
    it is InService again, and never RollingBack.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html (EndpointStatus)
    """

    creating_seconds: float = 0.2
    updating_seconds: float = 0.2
    rolling_back_seconds: float = 0.2
    deleting_seconds: float = 0.0

    def environ(self) -> dict[str, str]:
        """The environment variable that tells a server's process of it."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def of_environ(cls, environ: Mapping[str, str] = os.environ) -> "Behaviour":
        return cls(**json.loads(environ.get(VARIABLE, "{}")))
