"""One model's endpoint: it follows the pointer, so that each apply rolls forward to the registered model."""

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from config import names
from config.outputs import DELIVER_TO, ENDPOINT, ENDPOINT_CONFIGURATION, REGISTERED_MODEL
from config.schema.serving import Async
from config.schema.settings import Environment
from stacks.base import RollforwardStack
from stacks.constructs.topic import Topic
from stacks.endpoint.autoscaling import Autoscaling
from stacks.endpoint.configuration import configurations
from stacks.endpoint.image import image_uri
from stacks.endpoint.model import variant_model
from stacks.endpoint.role import ExecutionRole
from stacks.endpoint.rolling_endpoint import RollingEndpoint
from stacks.endpoint.versions import Versions


class SageMakerStack(RollforwardStack):
    """Reads the pointer as a data source. While that is `none`, no endpoint is planned."""

    def __init__(self, scope: Construct, *, environment: Environment, model: str) -> None:
        super().__init__(scope, f"sagemaker-{model}", environment=environment)
        serving, variants = environment.models[model].serving, environment.models[model].variants
        versions = Versions(self, environment=environment, model=model)
        distinct = dict.fromkeys(variant.image for variant in variants)
        images = {
            image: image_uri(self, f"image_{number}", image)
            for number, image in enumerate(distinct, start=1)
        }
        logs = CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws/sagemaker/Endpoints/{names.endpoint(environment, model)}",
            retention_in_days=environment.log_retention_days,
        )
        role = ExecutionRole(
            self,
            "execution_role",
            environment=environment,
            model=model,
            images=images.values(),
            # The first endpoint would make the group itself, and Terraform would find it taken.
            after=logs,
        )
        models = {
            variant.name: variant_model(
                self,
                f"model_{variant.name}",
                environment=environment,
                model=model,
                variant=variant,
                image=images[variant.image],
                role=role,
                versions=versions,
            )
            for variant in variants
        }
        asked = configurations(
            self, environment=environment, model=model, models=models, versions=versions
        )
        endpoint = RollingEndpoint(
            self, environment=environment, model=model, versions=versions, asked=asked
        )
        Autoscaling(
            self,
            # Another kind is another endpoint, with a target of its own.
            f"{serving.kind}_scaling",
            endpoint=endpoint,
            name=names.endpoint(environment, model),
            serving=serving,
        )
        if isinstance(serving, Async):
            for of in serving.notify:
                topic = names.answers_topic(environment, model, of)
                Topic(self, f"{of}_topic", environment=environment, name=topic)
        self._add_outputs(environment, model, endpoint, versions)

    def _add_outputs(
        self, environment: Environment, model: str, endpoint: RollingEndpoint, versions: Versions
    ) -> None:
        outputs = {
            REGISTERED_MODEL: f"${{{versions.asked}}}",
            ENDPOINT: endpoint.name_or_none,
            ENDPOINT_CONFIGURATION: endpoint.asked_for_or_none,
        }
        if environment.models[model].follows_pointer:
            key = names.delivery_key(model, "<version>")
            outputs[DELIVER_TO] = f"s3://{names.model_bucket(environment)}/{key}"
        for name, value in outputs.items():
            TerraformOutput(self, name, value=value, static_id=True)
