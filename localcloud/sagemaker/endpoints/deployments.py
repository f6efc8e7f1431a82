"""A deployment: start the new containers, move the requests over, bake, then stop the old ones.

If the new containers do not come up, a new endpoint is `Failed`; one that served before goes on with its
old configuration, `InService` as if nothing had been. The same if an alarm goes off while the new fleet
bakes: the requests return to the old one, and only FailureReason tells of it.

While it bakes, both fleets are the endpoint's: whoever stops the endpoint then stops both.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from localcloud.sagemaker.authorization.on_behalf import start_work
from localcloud.sagemaker.containers import process
from localcloud.sagemaker.containers.fleet import Fleet, Variant, stop
from localcloud.sagemaker.containers.model_data import model_data
from localcloud.sagemaker.endpoints.baking import Bake, bake
from localcloud.sagemaker.endpoints.configurations import (
    ASYNC,
    CONFIG,
    PRODUCTION,
    SHADOWS,
    variants_of,
)
from localcloud.sagemaker.errors import AwsError, ContainerError
from localcloud.sagemaker.events import deployment_changed, endpoint_changed
from localcloud.sagemaker.state import Members, Region, Resource, in_background

PENDING = "PendingDeploymentSummary"
LONGEST_REASON = 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deployment:
    region: Region
    endpoint: Resource
    config: Members
    models: dict[str, Members]
    bake: Bake | None
    started: float = field(default_factory=time.time)

    @classmethod
    def of(
        cls, region: Region, endpoint: Resource, config: Resource, asked: Members
    ) -> "Deployment":
        """`asked` is the DeploymentConfig."""
        members = config.members
        # Looked up now: what is deleted while the deployment goes on no longer matters to it.
        models = {
            variant["VariantName"]: region.get("Model", variant["ModelName"]).members
            for variant in variants_of(members)
        }
        instances = sum(variant.get("InitialInstanceCount", 1) for variant in members[PRODUCTION])
        return cls(region, endpoint, members, models, bake(asked, instances))

    @classmethod
    async def resumed(cls, region: Region, endpoint: Resource) -> None:
        """Start what the endpoint served when the local cloud was stopped. Nobody is told of it."""
        weights = {
            variant["VariantName"]: variant["CurrentWeight"]
            for variant in variants_of(endpoint.members)
        }
        try:
            config = region.get(CONFIG, endpoint.members[f"{CONFIG}Name"])
            fleet = await cls.of(region, endpoint, config, {})._start()
        except (AwsError, ContainerError) as error:
            endpoint.update({"EndpointStatus": "Failed", "FailureReason": str(error)})
        else:
            region.fleets[endpoint.arn] = fleet.weighing(weights)

    def begin(self) -> None:
        self.region.deployments[self.endpoint.arn] = asyncio.create_task(self._run())

    def summary(self, stage: str, share: float = 0) -> Members:
        """What is told of the deployment while it goes on. `share` of the new fleet gets requests."""
        kinds = [kind for kind in (PRODUCTION, SHADOWS) if kind in self.config]
        return {
            f"{CONFIG}Name": self.config[f"{CONFIG}Name"],
            "StartTime": self.started,
            **{
                kind: [_pending(variant, stage, share) for variant in self.config[kind]]
                for kind in kinds
            },
        }

    async def _run(self) -> None:
        served = self.endpoint.arn in self.region.fleets
        behaviour = self.region.behaviour
        await asyncio.sleep(behaviour.updating_seconds if served else behaviour.creating_seconds)
        try:
            fleet = await self._start()
        except Exception as error:
            ours = not isinstance(error, ContainerError)
            logger.warning("%s is not deployed: %s", self.endpoint.arn, error, exc_info=ours)
            self._fail("InService" if served else "Failed", str(error))
            return
        previous = self.region.fleets.get(self.endpoint.arn)
        if previous and self.bake and (alarms := await self._watch(self.bake, previous, fleet)):
            await self._roll_back(previous, fleet, alarms)
            return
        self.region.fleets[self.endpoint.arn] = fleet
        if previous:
            retire(self.region, previous)
        self._finish()

    async def _start(self) -> Fleet:
        """All the containers or, if one does not come up, none."""
        started: list[Variant] = []
        try:
            for variant in variants_of(self.config):
                started.append(await self._start_variant(variant))
        except BaseException:
            await stop(variant.container for variant in started)
            raise
        answering = len(self.config[PRODUCTION])
        return Fleet(started[:answering], started[answering:])

    async def _start_variant(self, variant: Members) -> Variant:
        name = variant["VariantName"]
        model = self.models[name]
        alarms = self.bake.alarms if self.bake else []
        role = await asyncio.to_thread(
            start_work, self.region, self.endpoint.arn, variant, model, self.config, alarms
        )
        endpoint, described = self.endpoint.members["EndpointName"], _container_of(model)
        container = await process.start_container(
            model_data(described, role),
            described.get("Environment", {}),
            self.region.logs / f"{endpoint}-{name}-{time.time_ns()}.log",
        )
        return Variant(name, _weight(variant), container, role)

    async def _watch(self, bake: Bake, previous: Fleet, fleet: Fleet) -> list[str]:
        for stage in bake.stages:
            self.region.fleets[self.endpoint.arn] = previous.beside(fleet, stage.share)
            self.endpoint.update({PENDING: self.summary("Baking", stage.share)})
            deployment_changed(self.region, self.endpoint)
            if alarms := await bake.alarm(self.region, stage):
                return alarms
        return []

    async def _roll_back(self, previous: Fleet, fleet: Fleet, alarms: list[str]) -> None:
        self.region.fleets[self.endpoint.arn] = previous
        retire(self.region, fleet)
        if dwell := self.region.behaviour.rolling_back_seconds:
            self.endpoint.update({"EndpointStatus": "RollingBack"})
            endpoint_changed(self.region, self.endpoint)
            await asyncio.sleep(dwell)
        names = ", ".join(sorted(alarms))
        self._fail(
            "InService",
            f"Alarms associated with the endpoint deployment are in ALARM state: {names}",
        )

    def _fail(self, status: str, reason: str) -> None:
        self.endpoint.members.pop(PENDING, None)
        self.endpoint.update({"EndpointStatus": status, "FailureReason": reason[-LONGEST_REASON:]})
        endpoint_changed(self.region, self.endpoint)

    def _finish(self) -> None:
        for name in ("FailureReason", ASYNC, SHADOWS, PENDING):
            self.endpoint.members.pop(name, None)
        self.endpoint.update(self._served())
        endpoint_changed(self.region, self.endpoint)

    def _served(self) -> Members:
        """What an endpoint says of itself once it serves this configuration."""
        kept = {k: v for k, v in self.config.items() if k in (f"{CONFIG}Name", ASYNC)}
        for kind in (PRODUCTION, SHADOWS):
            if kind in self.config:
                kept[kind] = [self._variant(variant) for variant in self.config[kind]]
        return kept | {"EndpointStatus": "InService"}

    def _variant(self, variant: Members) -> Members:
        image = _container_of(self.models[variant["VariantName"]]).get("Image", "")
        capacity = _capacity(variant)
        return {
            "VariantName": variant["VariantName"],
            "DeployedImages": [
                {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": time.time()}
            ],
            **{f"Current{what}": value for what, value in capacity.items()},
            **{f"Desired{what}": value for what, value in capacity.items()},
        }


def retire(region: Region, fleet: Fleet) -> None:
    in_background(region.retirements, fleet.retire())


def _container_of(model: Members) -> Members:
    container: Members = model.get("PrimaryContainer") or model["Containers"][0]
    return container


def _pending(variant: Members, stage: str, share: float) -> Members:
    capacity = _capacity(variant)
    answering = {"CurrentInstanceCount": ceil(capacity.get("InstanceCount", 1) * share)}
    return {
        "VariantName": variant["VariantName"],
        "VariantStatus": [{"Status": stage}],
        **(answering if share else {}),
        **{f"Desired{what}": value for what, value in capacity.items()},
    }


def _capacity(variant: Members) -> dict[str, Any]:
    if "ServerlessConfig" in variant:
        return {"Weight": _weight(variant), "ServerlessConfig": variant["ServerlessConfig"]}
    return {"Weight": _weight(variant), "InstanceCount": variant.get("InitialInstanceCount", 1)}


def _weight(variant: Members) -> float:
    weight: float = variant.get("InitialVariantWeight", 1)
    return weight
