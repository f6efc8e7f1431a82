"""An endpoint that rolls: a model and a configuration for each deployable version, one endpoint for all.

SageMaker's models and endpoint configurations can't be changed, and an endpoint rolls only when its
configuration's *name* changes. So both are named by a hash of all that is in them: the same content gives the
same name and no change; new content gives a new name and one UpdateEndpoint.
(hashicorp/terraform-provider-aws #21811, #40048)
"""

import hashlib
import json
from typing import Any

from cdktf import TerraformIterator, TerraformLocal, TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpoint,
    SagemakerEndpointDeploymentConfig,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfiguration,
    SagemakerEndpointConfigurationProductionVariants,
)
from cdktf_cdktf_provider_aws.sagemaker_model import (
    SagemakerModel,
    SagemakerModelPrimaryContainer,
)
from constructs import Construct

from config import names
from config.serving import RealTime, Serverless, Serving
from config.settings import Environment
from stacks.constructs.address import address
from stacks.constructs.alarms import RollbackAlarms
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.rollout import deployment_config

# Where SageMaker's own serving stacks look for `code/inference.py` of a model archive.
# https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html
CONTAINER_ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}


class RollingEndpoint(Construct):
    """`registered` is the expression of the key to serve, or `none`; `versions` stay deployable."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: str,
        image: str,
        role: ExecutionRole,
        registered: str,
        versions: TerraformLocal,
    ) -> None:
        super().__init__(scope, id_)
        serving = environment.models[model].serving
        each = TerraformIterator.from_list(versions.as_list)
        key = "${each.value}"
        # What is live is never deleted under it: new ones first, then the roll, old ones last.
        new_before_old = TerraformResourceLifecycle(create_before_destroy=True)
        container_environment = _container_environment(serving)
        container = SagemakerModelPrimaryContainer(
            image=image,
            model_data_url=f"s3://{names.model_bucket(environment)}/{key}",
            environment=container_environment,
        )
        variant = _variant(serving)
        disk_key = environment.kms_key_arn if isinstance(serving, RealTime) else None
        # Where there are instances, the container reaches nobody; SageMaker has no such thing without.
        isolated = isinstance(serving, RealTime)
        runtime = [names.execution_role(environment, model), container_environment, isolated]
        prefix = names.content_prefix(environment, model)
        self.model = SagemakerModel(
            self,
            "model",
            for_each=each,
            name=prefix + _content_hash(key, image, runtime),
            execution_role_arn=role.role.arn,
            enable_network_isolation=isolated,
            primary_container=container,
            lifecycle=new_before_old,
            depends_on=[role.policy],
        )
        self.configuration = SagemakerEndpointConfiguration(
            self,
            "configuration",
            for_each=each,
            name=prefix + _content_hash(key, image, [*runtime, variant, disk_key]),
            production_variants=[
                SagemakerEndpointConfigurationProductionVariants(
                    model_name=f"${{{address(self.model)}[each.key].name}}",
                    **variant,
                )
            ],
            kms_key_arn=disk_key,
            lifecycle=new_before_old,
        )
        # Of the endpoint, and of all that needs it: none before there is a registered model.
        self.count = Token.as_number(f'${{{registered} != "{names.NO_MODEL}" ? 1 : 0}}')
        self._asked_for = f"{address(self.configuration)}[{registered}].name"
        alarms = (
            RollbackAlarms(
                self,
                "alarms",
                environment=environment,
                model=model,
                configuration=self.asked_for_or_none,
                rollback=serving.rollback,
            )
            if isinstance(serving, RealTime)
            else None
        )
        self.endpoint = SagemakerEndpoint(
            self,
            "endpoint",
            count=self.count,
            name=names.endpoint(environment, model),
            endpoint_config_name=f"${{{self._asked_for}}}",
            deployment_config=_rollout(serving, alarms),
            # SageMaker refuses a roll whose alarms are not there yet.
            depends_on=alarms.alarms if alarms else [],
        )

    @property
    def name_or_none(self) -> str:
        """The endpoint's name, or `none` before the first model: cdktf-cli crashes on a null output."""
        return f'${{try({address(self.endpoint)}[0].name, "{names.NO_MODEL}")}}'

    @property
    def asked_for_or_none(self) -> str:
        """The configuration that this apply asks for: what is live may go back, and Terraform not say so."""
        return f'${{try({self._asked_for}, "{names.NO_MODEL}")}}'


def _rollout(
    serving: Serving, alarms: RollbackAlarms | None
) -> SagemakerEndpointDeploymentConfig | None:
    if isinstance(serving, Serverless) or alarms is None:
        return None
    return deployment_config(serving.rollout, alarms.names)


def _container_environment(serving: Serving) -> dict[str, str]:
    if serving.workers is None:
        return CONTAINER_ENVIRONMENT
    return CONTAINER_ENVIRONMENT | {"SAGEMAKER_MODEL_SERVER_WORKERS": str(serving.workers)}


def _variant(serving: Serving) -> dict[str, Any]:
    """Of an endpoint configuration, but for its model. What is not set is left out, and out of the name."""
    # Constant: SageMaker refuses to update away a variant that is a scalable target.
    variant: dict[str, Any] = {"variant_name": names.VARIANT, "initial_variant_weight": 1}
    if isinstance(serving, Serverless):
        memory, concurrency = serving.memory_mb, serving.max_concurrency
        return variant | {
            "serverless_config": {"memory_size_in_mb": memory, "max_concurrency": concurrency}
        }
    said = {
        "initial_instance_count": serving.instances.min,
        "instance_type": serving.instance_type,
        "container_startup_health_check_timeout_in_seconds": serving.startup_timeout_seconds,
        "volume_size_in_gb": serving.volume_gb,
    }
    return variant | {name: value for name, value in said.items() if value is not None}


def _content_hash(key: str, image: str, settings: list[Any]) -> str:
    """Twelve digits made of the pinned key and the image, which Terraform knows, and of the settings."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    content = f'sha256("{key} {image} {digest}")'
    return f"${{substr({content}, 0, {names.CONTENT_HASH_LENGTH})}}"
