"""Parameter Store by boto3."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

# Seconds between attempts, while another writes the parameter or its reads are stale.
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(eq=False)
class SsmParameters:
    """A read never returns a value from before the last write of this object."""

    client: "SSMClient"
    sleep: Callable[[float], None] = time.sleep
    _written: dict[str, int] = field(default_factory=dict)

    def read(self, name: str) -> str | None:
        for pause in (*_PAUSES, None):
            try:
                found = self.client.get_parameter(Name=name)["Parameter"]
            except self.client.exceptions.ParameterNotFound:
                return None
            if found["Version"] >= self._written.get(name, 0):
                break
            if pause is None:
                # The parameter is not stale: it was deleted and created again, so its versions start at 1.
                del self._written[name]
            else:
                self.sleep(pause)
        return found["Value"]

    def write(self, name: str, value: str) -> None:
        for pause in (*_PAUSES, None):
            try:
                # Without a Type, SSM changes an existing parameter and refuses to create one.
                answer = self.client.put_parameter(Name=name, Value=value, Overwrite=True)
            except self.client.exceptions.TooManyUpdates:
                # Two writes at the same moment; botocore does not repeat this error.
                if pause is None:
                    raise
                self.sleep(pause)
            else:
                self._written[name] = answer["Version"]
                return
