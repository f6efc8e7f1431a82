"""The stack of one model's endpoint. It follows the pointer: each apply rolls to the registered model."""

from functools import partial

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from config import names
from config.outputs import DELIVER_TO, ENDPOINT, ENDPOINT_CONFIGURATION, REGISTERED_MODEL
from config.schema.serving import OnInstances
from config.schema.settings import Environment
from config.schema.source import identity
from stacks.base import RollforwardStack
from stacks.constructs.image import look_up_images
from stacks.constructs.topic import Topic
from stacks.endpoint.alarms import RollbackAlarms
from stacks.endpoint.autoscaling import Autoscaling
from stacks.endpoint.configuration import EndpointConfiguration
from stacks.endpoint.model import VariantModel
from stacks.endpoint.replacement import ReplacementTriggers, keep_primary
from stacks.endpoint.role import ExecutionRole
from stacks.endpoint.rolling_endpoint import RollingEndpoint
from stacks.endpoint.rollout import deployment_config
from stacks.endpoint.settings import EndpointSettings, endpoint_settings
from stacks.endpoint.versions import Versions
from stacks.iam.endpoint import endpoint_statements


class SageMakerStack(RollforwardStack):
    """Reads the pointer as a data source. While the pointer is `none`, no endpoint is planned."""

    def __init__(self, scope: Construct, *, environment: Environment, model: str) -> None:
        super().__init__(scope, f"sagemaker-{model}", environment=environment)
        settings = endpoint_settings(environment, model)
        versions = Versions(
            self,
            pointer=names.pointer(environment, model),
            recent=names.recent(environment, model),
            fixed=None if settings.follows_pointer else identity(settings.primary.source, None),
        )
        model_names = self._add_models(environment, model, settings, versions)
        configuration = EndpointConfiguration(
            self, "configuration", settings=settings, model_names=model_names, versions=versions
        )
        endpoint = self._add_endpoint(settings, versions, configuration)
        Autoscaling(
            self,
            # Another kind is another endpoint, with a scalable target of its own.
            f"{settings.serving.kind}_scaling",
            endpoint=endpoint,
            name=settings.endpoint,
            serving=settings.serving,
        )
        for result, topic in settings.topic_names.items():
            Topic(self, f"{result}_topic", environment=environment, name=topic)
        outputs = {
            REGISTERED_MODEL: f"${{{versions.wanted}}}",
            ENDPOINT: endpoint.name_or_none,
            ENDPOINT_CONFIGURATION: endpoint.wanted_name_or_none,
        }
        if settings.follows_pointer:
            outputs[DELIVER_TO] = f"{settings.bucket_url}/{names.delivery_key(model, '<version>')}"
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value, static_id=True)

    def _add_models(
        self,
        environment: Environment,
        model: str,
        settings: EndpointSettings,
        versions: Versions,
    ) -> dict[str, str]:
        """The expressions of the names of the variants' SageMaker models, by variant name."""
        image_uris = look_up_images(self, (variant.image for variant in settings.variants))
        # SageMaker makes the log group with the first endpoint, and Terraform could not make it then.
        logs = CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws/sagemaker/Endpoints/{settings.endpoint}",
            retention_in_days=environment.log_retention_days,
        )
        role = ExecutionRole(
            self,
            "execution_role",
            name=settings.execution_role,
            environment=environment,
            image_uris=image_uris.values(),
            statements=partial(endpoint_statements, environment, model),
            after=logs,
        )
        return {
            variant.name: VariantModel(
                self,
                f"model_{variant.name}",
                settings=settings,
                variant=variant,
                image=image_uris[variant.image],
                role=role,
                versions=versions,
            ).each_name
            for variant in settings.variants
        }

    def _add_endpoint(
        self,
        settings: EndpointSettings,
        versions: Versions,
        configuration: EndpointConfiguration,
    ) -> RollingEndpoint:
        serving, deployment, alarms = settings.serving, None, []
        if isinstance(serving, OnInstances):
            rollback = RollbackAlarms(
                self,
                endpoint=settings.endpoint,
                each_configuration=configuration.each_name,
                versions=versions,
                serving=serving,
            )
            # SageMaker refuses a roll if its alarms do not exist.
            alarms, deployment = rollback.alarms, deployment_config(serving.rollout, rollback.names)
        triggers = ReplacementTriggers(
            self,
            kind=serving.kind,
            variants=settings.variants,
            lifecycle=keep_primary(settings.variants, versions),
        )
        return RollingEndpoint(
            self,
            name=settings.endpoint,
            wanted_name=configuration.wanted_name,
            versions=versions,
            triggers=triggers,
            deployment_config=deployment,
            after=alarms,
        )
