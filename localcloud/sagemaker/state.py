"""What one account has in one region."""

import asyncio
import re
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.behaviour import Behaviour
from localcloud.event_delivery import EventDelivery
from localcloud.sagemaker.containers.fleet import Fleet
from localcloud.sagemaker.errors import invalid
from localcloud.sagemaker.iam.permissions import Permissions

Members = dict[str, Any]
Tasks = set[asyncio.Task[None]]


@dataclass
class Resource:
    """`members` are named as in the service model, and so can be answered as they are."""

    arn: str
    members: Members
    tags: dict[str, str] = field(default_factory=dict)
    _states: list[tuple[float, Members]] = field(init=False)

    def __post_init__(self) -> None:
        self._states = [(time.time(), dict(self.members))]

    def update(self, members: Members) -> None:
        now = time.time()
        self.members |= members | {"LastModifiedTime": now}
        self._states.append((now, dict(self.members)))

    def as_of(self, moment: float) -> "Resource":
        """What it was then; of a newer one, what it was created as."""
        states = [members for since, members in self._states if since <= moment]
        return Resource(self.arn, states[-1] if states else self._states[0][1], self.tags)


@dataclass
class Region:
    """`resources` by ARN, oldest first; fleets, deployments and inferences by their endpoint's ARN."""

    account: str
    name: str
    logs: Path
    permissions: Permissions
    behaviour: Behaviour = field(default_factory=Behaviour)
    resources: dict[str, Resource] = field(default_factory=dict)
    fleets: dict[str, Fleet] = field(default_factory=dict)
    deployments: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    queues: dict[tuple[str, int], asyncio.Semaphore] = field(default_factory=dict)
    inferences: dict[str, Tasks] = field(default_factory=dict)
    copies: Tasks = field(default_factory=set)
    retirements: Tasks = field(default_factory=set)
    notices: Tasks = field(default_factory=set)
    # Resource ids, such as `endpoint/<name>/variant/<name>`, that Application Auto Scaling has a target of.
    scalable: set[str] = field(default_factory=set)
    event_delivery: EventDelivery = field(init=False)

    def __post_init__(self) -> None:
        self.event_delivery = EventDelivery(self.behaviour)

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:sagemaker:{self.name}:{self.account}:{_hyphened(kind)}/{name}"

    def add(self, kind: str, name: str, members: Members) -> Resource:
        """`members` may hold the request's tags; they are kept beside the resource."""
        arn = self.arn(kind, name)
        if arn in self.resources:
            raise invalid(f'Cannot create already existing {_spoken(kind)} "{arn}".')
        now = time.time()
        ours = {f"{kind}Arn": arn, "CreationTime": now, "LastModifiedTime": now}
        tags = {tag["Key"]: tag["Value"] for tag in members.get("Tags", [])}
        self.resources[arn] = Resource(arn, members | ours, tags)
        return self.resources[arn]

    def get(self, kind: str, name_or_arn: str) -> Resource:
        arn = name_or_arn if name_or_arn.startswith("arn:") else self.arn(kind, name_or_arn)
        if arn not in self.resources:
            raise invalid(_missing(kind, arn))
        return self.resources[arn]

    def remove(self, resource: Resource) -> None:
        del self.resources[resource.arn]

    def of_kind(self, kind: str) -> list[Resource]:
        prefix = self.arn(kind, "")
        return [item for arn, item in self.resources.items() if arn.startswith(prefix)]


def in_background(tasks: Tasks, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """`tasks` holds it while it runs: asyncio itself keeps no hold of a task."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def _hyphened(kind: str) -> str:
    """`endpoint-config` of `EndpointConfig`, as in ARNs."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind).lower()


def _spoken(kind: str) -> str:
    """`endpoint configuration` of `EndpointConfig`, as in messages."""
    return re.sub(r"config$", "configuration", _hyphened(kind)).replace("-", " ")


def _missing(kind: str, arn: str) -> str:
    # Terraform's provider takes these words, and no others, for "it is gone".
    if kind in ("ModelPackage", "ModelPackageGroup"):
        return f"{kind} {arn} does not exist."
    return f'Could not find {_spoken(kind)} "{arn}".'
