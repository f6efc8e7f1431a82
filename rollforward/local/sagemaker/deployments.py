"""A deployment: the new containers start, take all requests, bake; then the old ones stop.

It happens in the background, as on AWS. If the new containers do not come up, or an alarm goes off
while they bake, a new endpoint is `Failed`; one that served before goes on with its old
configuration, `InService` as if nothing had been.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field

from rollforward.local.sagemaker import containers, summaries
from rollforward.local.sagemaker.baking import AlarmError, alarm_names, bake, seconds
from rollforward.local.sagemaker.events import PENDING, deployment_changed, endpoint_changed
from rollforward.local.sagemaker.fleet import Fleet, Variant, stop
from rollforward.local.sagemaker.state import Members, Region, Resource

LONGEST_REASON = 1024

logger = logging.getLogger(__name__)


def begin(region: Region, endpoint: Resource, config: Resource, deployment_config: Members) -> None:
    """`deployment_config` is the request's DeploymentConfig, or empty."""
    # Looked up now: what is deleted while the deployment goes on no longer matters to it.
    models = {
        variant["VariantName"]: _container_of(region, variant)
        for variant in config.members["ProductionVariants"]
    }
    deployment = Deployment(region, endpoint, config.members, models, deployment_config)
    if endpoint.arn in region.fleets:
        deployment.tell(summaries.LAUNCHING)
    region.deployments[endpoint.arn] = asyncio.create_task(deployment.run())


def retire(region: Region, fleet: Fleet) -> None:
    retirement = asyncio.create_task(fleet.retire())
    region.retirements.add(retirement)
    retirement.add_done_callback(region.retirements.discard)


@dataclass(frozen=True)
class Deployment:
    """Of a configuration, to an endpoint that may have another."""

    region: Region
    endpoint: Resource
    config: Members
    models: dict[str, Members]
    deployment_config: Members
    started: float = field(default_factory=time.time)

    async def run(self) -> None:
        try:
            await self._switch(await self._start())
        except Exception as error:
            foreseen = isinstance(error, containers.ContainerError | AlarmError)
            logger.warning(
                "%s is not deployed: %s", self.endpoint.arn, error, exc_info=not foreseen
            )
            status = "InService" if self.endpoint.arn in self.region.fleets else "Failed"
            reason = str(error)[-LONGEST_REASON:]
            self._end({"EndpointStatus": status, "FailureReason": reason})
            return
        for name in ("FailureReason", "AsyncInferenceConfig"):
            self.endpoint.members.pop(name, None)
        self._end(self._served())

    def tell(self, status: str) -> None:
        """How far the update is."""
        bake_seconds = seconds(self.deployment_config)
        variants = [
            summaries.pending(variant, status, bake_seconds)
            for variant in self.config["ProductionVariants"]
        ]
        summary = {
            "EndpointConfigName": self.config["EndpointConfigName"],
            "ProductionVariants": variants,
            "StartTime": self.started,
        }
        self.endpoint.update({PENDING: summary})
        deployment_changed(self.region, self.endpoint)

    def _end(self, members: Members) -> None:
        was_update = self.endpoint.members.pop(PENDING, None)
        self.endpoint.update(members)
        endpoint_changed(self.region, self.endpoint)
        if was_update:
            deployment_changed(self.region, self.endpoint)

    async def _start(self) -> Fleet:
        """All the containers or, if one does not come up, none."""
        started: list[Variant] = []
        try:
            for variant in self.config["ProductionVariants"]:
                name = variant["VariantName"]
                container = await self._container(name)
                started.append(Variant(name, variant.get("InitialVariantWeight", 1), container))
        except BaseException:
            await stop(variant.container for variant in started)
            raise
        return Fleet(started)

    async def _container(self, name: str) -> containers.Container:
        model, endpoint = self.models[name], self.endpoint.members["EndpointName"]
        return await containers.start(
            containers.ModelData(
                model.get("ModelDataUrl", ""), self.region.account, self.region.name
            ),
            model.get("Environment", {}),
            self.region.logs / f"{endpoint}-{name}-{time.time_ns()}.log",
        )

    async def _switch(self, fleet: Fleet) -> None:
        """All requests go to the new fleet; back to the old one, if an alarm goes off."""
        fleets, arn = self.region.fleets, self.endpoint.arn
        unwanted = fleets.get(arn)
        fleets[arn] = fleet
        if not unwanted:
            return
        try:
            if alarm_names(self.deployment_config):
                self.tell(summaries.BAKING)
                await bake(self.region, self.deployment_config)
        except Exception:
            fleets[arn], unwanted = unwanted, fleet
            raise
        finally:
            # Even if the bake is cancelled, for the endpoint is deleted.
            retire(self.region, unwanted)

    def _served(self) -> Members:
        """What an endpoint says of itself once it serves this configuration."""
        kept = ("EndpointConfigName", "AsyncInferenceConfig")
        variants = [
            summaries.serving(variant, self.models[variant["VariantName"]])
            for variant in self.config["ProductionVariants"]
        ]
        return {name: self.config[name] for name in kept if name in self.config} | {
            "EndpointStatus": "InService",
            "ProductionVariants": variants,
        }


def _container_of(region: Region, variant: Members) -> Members:
    model = region.get("Model", variant["ModelName"]).members
    container: Members = model.get("PrimaryContainer") or model["Containers"][0]
    return container
