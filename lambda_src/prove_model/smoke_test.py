"""The smoke request that a version brings along, sent to the endpoint."""

from collections.abc import Callable
from dataclasses import dataclass

from lambda_src.prove_model import queued, smoke
from lambda_src.prove_model.cloud import Cloud, NoAnswer, Served
from lambda_src.prove_model.environment import Environment
from lambda_src.register_model.delivery import SMOKE
from lambda_src.register_model.pinned_key import PinnedKey
from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.smoke import SmokeRequest


@dataclass(frozen=True)
class SmokeTest:
    cloud: Cloud
    environment: Environment
    model: str
    served: Served
    request: SmokeRequest
    sleep: Callable[[float], None]

    @classmethod
    def of(
        cls,
        cloud: Cloud,
        environment: Environment,
        model: str,
        served: Served | None,
        sleep: Callable[[float], None],
    ) -> "SmokeTest | None":
        """None if the configuration serves no registered version, or the version brings no smoke request.

        Raises NoAnswer if the smoke request cannot be read: that says nothing about the model.
        """
        key = pinned_key(environment, served)
        if served is None or key is None:
            return None
        text = cloud.objects.read(environment.bucket, key.beside(SMOKE))
        if text is None:
            return None
        try:
            request = SmokeRequest.parse(text)
        except MalformedJson as error:
            raise NoAnswer(f"Its smoke request was not sent: {SMOKE} {error}.") from error
        return cls(cloud, environment, model, served, request, sleep)

    @property
    def can_be_sent(self) -> bool:
        """To the primary variant: InvokeEndpointAsync has no TargetVariant."""
        return self.served.alone or not self.served.asynchronous

    def failure(self) -> str | None:
        """What is wrong with the answer; None if nothing is. Raises NoAnswer."""
        return smoke.failure(self.request, self._ask)

    def _ask(self, body: bytes) -> bytes:
        """The answer of the primary variant, whatever serves beside it."""
        endpoint = self.environment.endpoint(self.model)
        if not self.can_be_sent:
            raise NoAnswer(
                "Its smoke request was not sent: any of the asynchronous endpoint's variants might answer."
            )
        if not self.served.asynchronous:
            variant = None if self.served.alone else self.served.variant
            return self.cloud.endpoints.invoke(endpoint, body, variant)
        return queued.ask(self.cloud, self.environment, self.model, body, self.sleep)


def pinned_key(environment: Environment, served: Served | None) -> PinnedKey | None:
    """The key of the registered version that a configuration serves."""
    url = (served and served.model_data) or ""
    return PinnedKey.parse(url.removeprefix(f"s3://{environment.bucket}/"))
