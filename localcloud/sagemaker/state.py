"""The resources and the running tasks of one account in one region."""

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
from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.iam.permissions import Permissions

Members = dict[str, Any]
Tasks = set[asyncio.Task[None]]


@dataclass
class Resource:
    """`members` have the names of the service model, so that a response can contain them as they are."""

    arn: str
    members: Members
    tags: dict[str, str] = field(default_factory=dict)
    _history: list[tuple[float, Members]] = field(init=False)

    def __post_init__(self) -> None:
        self._history = [(time.time(), dict(self.members))]

    def update(self, members: Members) -> None:
        now = time.time()
        self.members |= members | {"LastModifiedTime": now}
        self._history.append((now, dict(self.members)))

    def state_at(self, moment: float) -> "Resource":
        """The resource as it was at `moment`, a Unix time; a newer resource as it was created."""
        states = [members for since, members in self._history if since <= moment]
        return Resource(self.arn, states[-1] if states else self._history[0][1], self.tags)


@dataclass
class Region:
    """`resources` by ARN, oldest first; fleets, deployments and inferences by their endpoint's ARN.

    `queues` of asynchronous requests by endpoint and concurrency. `scalable` are the resource ids, such as
    `endpoint/<name>/variant/<name>`, that are registered as scalable targets.
    """

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
    events: Tasks = field(default_factory=set)
    scalable: set[str] = field(default_factory=set)
    event_delivery: EventDelivery = field(init=False)

    def __post_init__(self) -> None:
        self.event_delivery = EventDelivery(self.behaviour)

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:sagemaker:{self.name}:{self.account}:{_resource_type(kind)}/{name}"

    def add(self, kind: str, name: str, members: Members) -> Resource:
        """Create a resource. `members` may include the request's tags."""
        arn = self.arn(kind, name)
        if arn in self.resources:
            raise validation_error(f'Cannot create already existing {_label(kind)} "{arn}".')
        now = time.time()
        added = {f"{kind}Arn": arn, "CreationTime": now, "LastModifiedTime": now}
        tags = {tag["Key"]: tag["Value"] for tag in members.get("Tags", [])}
        self.resources[arn] = Resource(arn, members | added, tags)
        return self.resources[arn]

    def get(self, kind: str, name_or_arn: str) -> Resource:
        arn = name_or_arn if name_or_arn.startswith("arn:") else self.arn(kind, name_or_arn)
        if arn not in self.resources:
            raise validation_error(_not_found(kind, arn))
        return self.resources[arn]

    def remove(self, resource: Resource) -> None:
        del self.resources[resource.arn]

    def of_kind(self, kind: str) -> list[Resource]:
        prefix = self.arn(kind, "")
        return [item for arn, item in self.resources.items() if arn.startswith(prefix)]


def run_in_background(tasks: Tasks, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task. `tasks` holds it while it runs, because asyncio keeps no reference to a task."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    return task


def _resource_type(kind: str) -> str:
    """`endpoint-config` for `EndpointConfig`, as in ARNs."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind).lower()


def _label(kind: str) -> str:
    """`endpoint configuration` for `EndpointConfig`, as in messages."""
    return re.sub(r"config$", "configuration", _resource_type(kind)).replace("-", " ")


def _not_found(kind: str, arn: str) -> str:
    # Terraform's provider recognizes a deleted resource by these words.
    if kind in ("ModelPackage", "ModelPackageGroup"):
        return f"{kind} {arn} does not exist."
    return f'Could not find {_label(kind)} "{arn}".'
