"""A cloud whose endpoint rolls between configurations, for the prover."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from lambda_src.prove_model.finding import Finding
from lambda_src.prove_model.names import Names
from lambda_src.prove_model.proof_request import ProofRequest
from lambda_src.prove_model.prover import Prover
from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.shared.announcement import Event
from lambda_src.shared.name_template import NameTemplate
from lambda_src.shared.registry import Approval, NewVersion
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.fakes.cloud import GROUP, FakeCloud, no_wait
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET

LIVE = f"/rollforward/dev/{MODEL}/live"
LAST_DEPLOYMENT = f"/rollforward/dev/{MODEL}/asked-for"
NAMES = Names(
    endpoint=NameTemplate("rollforward-dev-{model}"),
    group=NameTemplate("rollforward-dev-{model}"),
    live=NameTemplate("/rollforward/dev/{model}/live"),
    last_deployment=NameTemplate("/rollforward/dev/{model}/asked-for"),
    requests=NameTemplate("async/{model}/requests/"),
    bucket=BUCKET,
    topic="arn:aws:sns:us-east-2:123456789012:rollforward-dev-notifications",
    metrics_namespace="Rollforward",
    smoke_metric="SmokeFailures",
)
V1 = f"registered/{MODEL}/20260131T120000Z-v1-11111111/model.tar.gz"
V2 = f"registered/{MODEL}/20260131T130000Z-v2-22222222/model.tar.gz"


@dataclass
class FakeRolls(FakeCloud):
    """The endpoint serves V1; "v2 larger" serves V2 with other settings."""

    status: str | None = "InService"
    live: str = "v1"
    configurations: dict[str, str | None] = field(
        default_factory=lambda: {"v1": V1, "v2": V2, "v2 larger": V2}
    )
    started: int = 1_583_831_889_050

    def __post_init__(self) -> None:
        self.values |= {LIVE: "none", LAST_DEPLOYMENT: "none"}
        self.record(V1)
        self.record(V2)

    def record(self, key: str, approval: Approval = Approval.APPROVED) -> None:
        version = NewVersion(approval, "", "image", S3Url(BUCKET, key), None, {})
        self.recorded.setdefault(GROUP, []).append(version)

    def roll_back(self, reason: str | None = "The container did not pass its ping.") -> None:
        """SageMaker reported a deployment of v2, and rolled back to v1."""
        self.deploy("v2", replaced="v1")
        self.live, self.failure_reason = "v1", reason
        self.modified += timedelta(minutes=10)

    def deploy(self, configuration: str, replaced: str) -> StartedDeployment:
        """The prover knows of this deployment, because SageMaker reported it."""
        self.started += 1
        deployment = StartedDeployment(configuration, replaced, self.started)
        self.values[LAST_DEPLOYMENT] = str(deployment)
        return deployment

    def remember_failure(self, failure: str, deployment: StartedDeployment) -> None:
        """The deployment failed its smoke request."""
        self.values[LAST_DEPLOYMENT] = str(replace(deployment, failure=failure))

    @property
    def asked_for(self) -> str | None:
        known = StartedDeployment.parse(self.values[LAST_DEPLOYMENT])
        return known.configuration if known else None

    def bring_smoke(self, key: str, text: str) -> None:
        self.put(key.replace("model.tar.gz", "smoke.json"), text.encode())

    def prove(
        self,
        *,
        by_operator: bool = False,
        deployment: StartedDeployment | None = None,
        configuration: str | None = None,
        rolled_back: bool = False,
        sleep: Callable[[float], None] = no_wait,
    ) -> Finding:
        by_operator = by_operator or configuration is not None
        request = ProofRequest(MODEL, by_operator, deployment, configuration, rolled_back)
        return Prover(replace(self.connect(), sleep=sleep), NAMES, request).prove()

    @property
    def rejected(self) -> list[int]:
        return [
            number
            for number, version in enumerate(self.versions, start=1)
            if version.approval == Approval.REJECTED
        ]

    @property
    def events(self) -> list[Event]:
        return [announcement.event for announcement in self.announced]
