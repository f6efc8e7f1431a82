"""A deployment: start the new fleet, shift the requests to it, bake, then stop the old fleet.

If the new containers do not start, a new endpoint is `Failed`. An endpoint that was `InService` returns to
`InService` with its old configuration. The same happens if an alarm is in ALARM state during the bake: the
requests return to the old fleet, and FailureReason names the alarm.

During the bake, the endpoint has both fleets, so stopping the endpoint stops both.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from localcloud.sagemaker.authorization.execution_role import assume_execution_role
from localcloud.sagemaker.containers import process
from localcloud.sagemaker.containers.fleet import Fleet, Variant, stop_containers
from localcloud.sagemaker.containers.model_data import model_data, primary_container
from localcloud.sagemaker.endpoints.baking import Bake, plan_bake
from localcloud.sagemaker.endpoints.configurations import (
    ASYNC,
    CONFIG,
    PRODUCTION,
    SHADOWS,
    variants_of,
)
from localcloud.sagemaker.endpoints.descriptions import live_members, pending_summary, weight_of
from localcloud.sagemaker.errors import AwsError, ContainerError
from localcloud.sagemaker.events import send_deployment_event, send_endpoint_event
from localcloud.sagemaker.state import Members, Region, Resource, run_in_background

PENDING = "PendingDeploymentSummary"
LONGEST_REASON = 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deployment:
    """`config` are the members of the endpoint configuration, `models` those of models by variant name."""

    region: Region
    endpoint: Resource
    config: Members
    models: dict[str, Members]
    bake: Bake | None
    started: float = field(default_factory=time.time)

    @classmethod
    def create(
        cls, region: Region, endpoint: Resource, config: Resource, policy: Members
    ) -> "Deployment":
        """`policy` is the DeploymentConfig; empty for none."""
        members = config.members
        # Read now: a model may be deleted during the deployment.
        models = {
            variant["VariantName"]: region.get("Model", variant["ModelName"]).members
            for variant in variants_of(members)
        }
        instances = sum(variant.get("InitialInstanceCount", 1) for variant in members[PRODUCTION])
        return cls(region, endpoint, members, models, plan_bake(policy, instances))

    @classmethod
    async def resume(cls, region: Region, endpoint: Resource) -> None:
        """Start the containers that the endpoint had when the local cloud was stopped. Sends no events."""
        weights = {
            variant["VariantName"]: variant["CurrentWeight"]
            for variant in variants_of(endpoint.members)
        }
        try:
            config = region.get(CONFIG, endpoint.members[f"{CONFIG}Name"])
            fleet = await cls.create(region, endpoint, config, {})._start()
        except (AwsError, ContainerError) as error:
            endpoint.update({"EndpointStatus": "Failed", "FailureReason": str(error)})
        else:
            region.fleets[endpoint.arn] = fleet.with_weights(weights)

    def start(self) -> None:
        self.region.deployments[self.endpoint.arn] = asyncio.create_task(self._run())

    def summary(self, stage: str, share: float = 0) -> Members:
        """The PendingDeploymentSummary; `share` of the new fleet, from 0 to 1, gets requests."""
        return pending_summary(self.config, self.started, stage, share)

    async def _run(self) -> None:
        is_update = self.endpoint.arn in self.region.fleets
        behaviour = self.region.behaviour
        await asyncio.sleep(behaviour.updating_seconds if is_update else behaviour.creating_seconds)
        try:
            fleet = await self._start()
        except Exception as error:
            unexpected = not isinstance(error, ContainerError)
            logger.warning(
                "The deployment of %s failed: %s", self.endpoint.arn, error, exc_info=unexpected
            )
            self._fail("InService" if is_update else "Failed", str(error))
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
        """Start the containers of all variants or, if one of them does not start, of none."""
        started: list[Variant] = []
        try:
            for variant in variants_of(self.config):
                started.append(await self._start_variant(variant))
        except BaseException:
            await stop_containers(variant.container for variant in started)
            raise
        production = len(self.config[PRODUCTION])
        return Fleet(started[:production], started[production:])

    async def _start_variant(self, variant: Members) -> Variant:
        name = variant["VariantName"]
        model = self.models[name]
        alarms = self.bake.alarms if self.bake else []
        role = await asyncio.to_thread(
            assume_execution_role,
            self.region,
            self.endpoint.arn,
            variant,
            model,
            self.config,
            alarms,
        )
        endpoint, described = self.endpoint.members["EndpointName"], primary_container(model)
        container = await process.start_container(
            model_data(described, role),
            described.get("Environment", {}),
            self.region.logs / f"{endpoint}-{name}-{time.time_ns()}.log",
        )
        return Variant(name, weight_of(variant), container, role)

    async def _watch(self, bake: Bake, previous: Fleet, fleet: Fleet) -> list[str]:
        for stage in bake.stages:
            self.region.fleets[self.endpoint.arn] = previous.combined_with(fleet, stage.share)
            self.endpoint.update({PENDING: self.summary("Baking", stage.share)})
            send_deployment_event(self.region, self.endpoint)
            if alarms := await bake.watch(self.region, stage):
                return alarms
        return []

    async def _roll_back(self, previous: Fleet, fleet: Fleet, alarms: list[str]) -> None:
        self.region.fleets[self.endpoint.arn] = previous
        retire(self.region, fleet)
        if seconds := self.region.behaviour.rolling_back_seconds:
            self.endpoint.update({"EndpointStatus": "RollingBack"})
            send_endpoint_event(self.region, self.endpoint)
            await asyncio.sleep(seconds)
        names = ", ".join(sorted(alarms))
        self._fail(
            "InService",
            f"Alarms associated with the endpoint deployment are in ALARM state: {names}",
        )

    def _fail(self, status: str, reason: str) -> None:
        self.endpoint.members.pop(PENDING, None)
        self.endpoint.update({"EndpointStatus": status, "FailureReason": reason[-LONGEST_REASON:]})
        send_endpoint_event(self.region, self.endpoint)

    def _finish(self) -> None:
        for name in ("FailureReason", ASYNC, SHADOWS, PENDING):
            self.endpoint.members.pop(name, None)
        self.endpoint.update(live_members(self.config, self.models))
        send_endpoint_event(self.region, self.endpoint)


def retire(region: Region, fleet: Fleet) -> None:
    run_in_background(region.retirements, fleet.retire())
