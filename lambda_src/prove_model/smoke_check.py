"""The smoke request of a version, sent to the endpoint that serves the version."""

from dataclasses import dataclass

from lambda_src.prove_model.asynchronous import invoke_asynchronously
from lambda_src.prove_model.cloud import NoAnswer, ProverCloud
from lambda_src.prove_model.names import Names
from lambda_src.prove_model.smoke_failure import smoke_failure
from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.endpoints import PrimaryVariant
from lambda_src.shared.pinned_key import SMOKE, PinnedKey
from lambda_src.shared.s3_url import S3Url
from lambda_src.shared.smoke_request import SmokeRequest


@dataclass(frozen=True)
class SmokeCheck:
    cloud: ProverCloud
    names: Names
    model: str
    variant: PrimaryVariant
    request: SmokeRequest

    @classmethod
    def find(
        cls, cloud: ProverCloud, names: Names, model: str, variant: PrimaryVariant | None
    ) -> "SmokeCheck | None":
        """None if the variant serves no registered version, or the version has no smoke request.

        Raises NoAnswer if the smoke request cannot be read, which says nothing about the model.
        """
        key = PinnedKey.in_bucket(names.bucket, variant.model_data) if variant else None
        if variant is None or key is None:
            return None
        text = cloud.objects.read(S3Url(names.bucket, key.beside(SMOKE)))
        if text is None:
            return None
        try:
            request = SmokeRequest.parse(text)
        except MalformedJson as error:
            raise NoAnswer(f"Its smoke request was not sent: {SMOKE} {error}.") from error
        return cls(cloud, names, model, variant, request)

    @property
    def can_be_sent(self) -> bool:
        """False if another variant might answer: InvokeEndpointAsync has no TargetVariant."""
        return self.variant.alone or not self.variant.asynchronous

    def send(self) -> str | None:
        """Send the request; return what is wrong with the answer, None if nothing is. Raises NoAnswer."""
        return smoke_failure(self.request, self._invoke)

    def _invoke(self, body: bytes) -> bytes:
        """The answer of the primary variant, whatever other variants the endpoint has."""
        if not self.can_be_sent:
            raise NoAnswer(
                "Its smoke request was not sent: any variant of the asynchronous endpoint might answer."
            )
        if self.variant.asynchronous:
            return invoke_asynchronously(self.cloud, self.names, self.model, body)
        endpoint = self.names.endpoint(self.model)
        target = None if self.variant.alone else self.variant.name
        return self.cloud.invocations.invoke(endpoint, body, target)
