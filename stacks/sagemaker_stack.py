"""One model's endpoint: it follows the pointer, so that each apply rolls forward to the registered model."""

from cdktf import TerraformLocal, TerraformOutput
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from constructs import Construct

from config import names
from config.outputs import DELIVER_TO, ENDPOINT, ENDPOINT_CONFIGURATION, REGISTERED_MODEL
from config.serving import RealTime
from config.settings import Environment
from stacks.base import RollforwardStack
from stacks.constructs.address import address
from stacks.constructs.autoscaling import Autoscaling
from stacks.constructs.endpoint import RollingEndpoint
from stacks.constructs.execution_role import ExecutionRole
from stacks.constructs.image import image_uri


class SageMakerStack(RollforwardStack):
    """Reads the pointer as a data source. While that is `none`, no endpoint is planned."""

    def __init__(self, scope: Construct, *, environment: Environment, model: str) -> None:
        super().__init__(scope, f"sagemaker-{model}", environment=environment)
        settings = environment.models[model]
        # `insecure_value`, for a key is no secret and reviewers want to see old key → new key.
        pointer = DataAwsSsmParameter(self, "pointer", name=names.pointer(environment, model))
        recent = DataAwsSsmParameter(self, "recent", name=names.recent(environment, model))
        registered = address(TerraformLocal(self, "registered", pointer.insecure_value))
        versions = TerraformLocal(
            self,
            "versions",
            # The two parameters are written one after the other: the pointer's key always belongs.
            f"${{distinct([for key in concat([{registered}], "
            f'split(",", {address(recent)}.insecure_value)) : key if key != "{names.NO_MODEL}"])}}',
        )
        image = image_uri(self, "image", settings.image)
        role = ExecutionRole(
            self, "execution_role", environment=environment, model=model, image=image
        )
        CloudwatchLogGroup(
            self,
            "logs",
            name=f"/aws/sagemaker/Endpoints/{names.endpoint(environment, model)}",
            retention_in_days=environment.log_retention_days,
        )
        serving = settings.serving
        endpoint = RollingEndpoint(
            self,
            "serving",
            environment=environment,
            model=model,
            image=image,
            role=role,
            registered=registered,
            versions=versions,
        )
        if isinstance(serving, RealTime):
            Autoscaling(
                self,
                "autoscaling",
                endpoint=endpoint,
                name=names.endpoint(environment, model),
                serving=serving,
            )
        TerraformOutput(self, REGISTERED_MODEL, value=f"${{{registered}}}", static_id=True)
        TerraformOutput(self, ENDPOINT, value=endpoint.name_or_none, static_id=True)
        TerraformOutput(
            self, ENDPOINT_CONFIGURATION, value=endpoint.asked_for_or_none, static_id=True
        )
        TerraformOutput(
            self,
            DELIVER_TO,
            value=f"s3://{names.model_bucket(environment)}/{names.delivery_key(model, '<version>')}",
            static_id=True,
        )
