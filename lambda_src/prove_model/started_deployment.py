"""The last deployment that SageMaker started, remembered in a parameter beside the pointer.

An endpoint itself only says what is live: after a roll back nothing of the deployment is left, so the prover
stores its start. An apply whose update SageMaker refuses starts no deployment, and so is no roll back.
"""

import json
from dataclasses import asdict, dataclass, replace

from lambda_src.shared.parameters import NO_VALUE


@dataclass(frozen=True)
class StartedDeployment:
    """A deployment from the configuration `replaced` to `configuration`.

    `started` is SageMaker's time in milliseconds since 1970; it tells old events from new ones. If `timed` is
    False, SageMaker sent no start time: then it is the time of one event, and differs between the stages.
    `rolled_back` names the configuration of the last deployment that was rolled back and dealt with.
    `old_passes` says whether the replaced configuration passes the new version's smoke request; `failure`
    says how the new configuration failed it.
    """

    configuration: str
    replaced: str
    started: int
    old_passes: bool = False
    failure: str | None = None
    timed: bool = True
    rolled_back: str | None = None

    def is_same_as(self, other: "StartedDeployment") -> bool:
        if self.timed and other.timed:
            return (self.configuration, self.started) == (other.configuration, other.started)
        return (self.configuration, self.replaced) == (other.configuration, other.replaced)

    def was_rolled_back(self, live: str) -> bool:
        """True only if the replaced configuration is live: events of a later deployment may be lost."""
        return live == self.replaced != self.configuration

    @property
    def is_settled(self) -> bool:
        """Whether its roll back was dealt with."""
        return self.rolled_back == self.configuration

    def settled(self, live: str, ended: int) -> "StartedDeployment":
        """What is remembered of it after its roll back, at `ended` in milliseconds: only `live` is asked for.

        The start time stays, or becomes the end without one, so that late events start no new deployment.
        """
        started = self.started if self.timed else max(self.started, ended)
        return replace(self, configuration=live, started=started, rolled_back=self.configuration)

    @classmethod
    def parse(cls, text: str) -> "StartedDeployment | None":
        """None if SageMaker has started no deployment yet."""
        return None if text == NO_VALUE else cls(**json.loads(text))

    def __str__(self) -> str:
        """JSON without {{ and }}, which Parameter Store refuses in a value.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Value)
        """
        # Without what is None, so that an older prover can read most values.
        fields = {name: value for name, value in asdict(self).items() if value is not None}
        text = json.dumps(fields, ensure_ascii=False)
        # The pairs occur only within strings, where JSON can escape any character.
        return text.replace("{{", r"{\u007b").replace("}}", r"}\u007d")
