"""The names of the prover's resources: templates with `{model}` in them."""

import os
from dataclasses import dataclass

_MODEL = "{model}"


@dataclass(frozen=True)
class Names:
    endpoint_name: str
    package_group: str
    live_parameter: str
    last_deployment_parameter: str
    requests_prefix: str
    bucket: str
    topic: str
    metrics_namespace: str
    smoke_metric: str

    @classmethod
    def from_environment(cls) -> "Names":
        return cls(
            endpoint_name=os.environ["ENDPOINT"],
            package_group=os.environ["PACKAGE_GROUP"],
            live_parameter=os.environ["LIVE_PARAMETER"],
            last_deployment_parameter=os.environ["ASKED_PARAMETER"],
            requests_prefix=os.environ["REQUESTS_PREFIX"],
            bucket=os.environ["MODEL_BUCKET"],
            topic=os.environ["TOPIC_ARN"],
            metrics_namespace=os.environ["POWERTOOLS_METRICS_NAMESPACE"],
            smoke_metric=os.environ["SMOKE_METRIC"],
        )

    def endpoint(self, model: str) -> str:
        return self.endpoint_name.replace(_MODEL, model)

    def group(self, model: str) -> str:
        return self.package_group.replace(_MODEL, model)

    def live(self, model: str) -> str:
        """The parameter that holds the pinned key that was last announced as live."""
        return self.live_parameter.replace(_MODEL, model)

    def last_deployment(self, model: str) -> str:
        """The parameter that holds the last deployment that SageMaker started."""
        return self.last_deployment_parameter.replace(_MODEL, model)

    def requests(self, model: str) -> str:
        """The prefix of the keys of requests to an asynchronous endpoint."""
        return self.requests_prefix.replace(_MODEL, model)

    def model_of(self, endpoint: str) -> str | None:
        """The model of an endpoint; None if the endpoint does not belong to this environment."""
        before, _, after = self.endpoint_name.partition(_MODEL)
        model = endpoint.removeprefix(before).removesuffix(after)
        return model if model and self.endpoint(model) == endpoint else None
