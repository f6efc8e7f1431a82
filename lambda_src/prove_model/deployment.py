"""A deployment: what an endpoint was last asked for, as SageMaker told when it began.

An endpoint itself says only what is live. Once a deployment has been rolled back, nothing of it is left:
so its beginning is remembered, in a parameter beside the pointer. An apply whose update SageMaker refuses
never comes that far, and so is no roll back.
"""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Deployment:
    """From the configuration `replaced` to `configuration`.

    `started` is in SageMaker's milliseconds, which tell old events from new. If `timed` is False, SageMaker
    did not tell the start: then it is the time of one event, and differs from stage to stage.
    `old_passes` is whether the replaced configuration passes the new one's smoke request, `failure` how the
    new one failed it.
    """

    configuration: str
    replaced: str
    started: int
    old_passes: bool = False
    failure: str | None = None
    timed: bool = True

    def is_same(self, other: "Deployment") -> bool:
        if self.timed and other.timed:
            return (self.configuration, self.started) == (other.configuration, other.started)
        return (self.configuration, self.replaced) == (other.configuration, other.replaced)

    def was_rolled_back(self, live: str) -> bool:
        """Only if what it was to replace is live again: a later deployment may have gone by untold."""
        return live == self.replaced != self.configuration

    def over(self, live: str, ended: int) -> "Deployment":
        """Its end, after which `live` is all that is asked for. `ended` is in milliseconds.

        It is as old as the deployment, or as the end: so this deployment's late events begin no other.
        """
        started = self.started if self.timed else max(self.started, ended)
        return Deployment(live, self.replaced, started, timed=self.timed)

    @classmethod
    def parse(cls, text: str) -> "Deployment | None":
        """None if there has been none yet."""
        return None if text == NO_DEPLOYMENT else cls(**json.loads(text))

    def __str__(self) -> str:
        """JSON without {{ and }}, which Parameter Store refuses in a value.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Value)
        """
        # Pairs occur within strings only, where JSON may escape any character.
        text = json.dumps(asdict(self), ensure_ascii=False)
        return text.replace("{{", r"{\u007b").replace("}}", r"}\u007d")


NO_DEPLOYMENT = "none"
