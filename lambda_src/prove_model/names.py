"""The names of the prover's resources, from the function's environment variables."""

import os
from dataclasses import dataclass

from lambda_src.shared.name_template import NameTemplate


@dataclass(frozen=True)
class Names:
    """`group` is the model package group, `topic` an ARN.

    `live` is the parameter that holds the pinned key that was last announced as live, `last_deployment` the
    parameter that holds the last deployment that SageMaker started. `requests` is the prefix of the keys of
    requests to an asynchronous endpoint.
    """

    endpoint: NameTemplate
    group: NameTemplate
    live: NameTemplate
    last_deployment: NameTemplate
    requests: NameTemplate
    bucket: str
    topic: str
    metrics_namespace: str
    smoke_metric: str

    @classmethod
    def from_environment(cls) -> "Names":
        return cls(
            endpoint=NameTemplate(os.environ["ENDPOINT"]),
            group=NameTemplate(os.environ["PACKAGE_GROUP"]),
            live=NameTemplate(os.environ["LIVE_PARAMETER"]),
            last_deployment=NameTemplate(os.environ["ASKED_PARAMETER"]),
            requests=NameTemplate(os.environ["REQUESTS_PREFIX"]),
            bucket=os.environ["MODEL_BUCKET"],
            topic=os.environ["TOPIC_ARN"],
            metrics_namespace=os.environ["POWERTOOLS_METRICS_NAMESPACE"],
            smoke_metric=os.environ["SMOKE_METRIC"],
        )
