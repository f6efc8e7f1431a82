"""The SageMaker model of one variant: its files, its image, and its container's environment.

A SageMaker model can't be changed, so it is named by a hash of its content: the same content has the same
name and is not replaced, new content has a new name. (terraform-provider-aws #21811, #40048)
"""

from cdktf import TerraformIterator
from cdktf_cdktf_provider_aws.sagemaker_model import (
    SagemakerModel,
    SagemakerModelPrimaryContainer,
    SagemakerModelVpcConfig,
)
from constructs import Construct

from config.schema.resolved_variant import ResolvedVariant
from config.schema.serving import Serverless, Serving
from config.schema.source import Hub, Source, identity
from stacks.constructs.address import address
from stacks.constructs.content import NEW_BEFORE_OLD, content_hash
from stacks.endpoint.role import ExecutionRole
from stacks.endpoint.settings import EndpointSettings
from stacks.endpoint.versions import KEY, Versions

# Where SageMaker's serving toolkits find `code/inference.py` of a model archive.
# https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html
ARCHIVE_ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}


class VariantModel(SagemakerModel):
    """`each_name` is the expression of the model's name, within a `for_each` over the versions.

    There is one model for each deployable version if the variant follows the pointer, and otherwise one
    model. Both are identified by the key of their files: pinning the live version changes nothing.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: EndpointSettings,
        variant: ResolvedVariant,
        image: str,
        role: ExecutionRole,
        versions: Versions,
    ) -> None:
        serving = settings.serving
        fixed = identity(variant.source, None)
        environment = _container_environment(variant.source, serving)
        isolated = not isinstance(serving, Serverless) and serving.isolated
        network = _network(serving)
        content = [variant.name, settings.execution_role, environment, isolated, network]
        from_archive = not isinstance(variant.source, Hub)
        super().__init__(
            scope,
            id_,
            for_each=TerraformIterator.from_list([fixed]) if fixed else versions.each,
            name=settings.content_prefix + content_hash([KEY, image], content),
            execution_role_arn=role.role.arn,
            enable_network_isolation=isolated,
            vpc_config=SagemakerModelVpcConfig(**network) if network else None,
            primary_container=SagemakerModelPrimaryContainer(
                image=image,
                model_data_url=f"{settings.bucket_url}/{KEY}" if from_archive else None,
                environment=environment,
            ),
            lifecycle=NEW_BEFORE_OLD,
            depends_on=[role.policy],
        )
        key = f'"{fixed}"' if fixed else "each.key"
        self.each_name = f"${{{address(self)}[{key}].name}}"


def _container_environment(source: Source, serving: Serving) -> dict[str, str]:
    environment = _hub_environment(source) if isinstance(source, Hub) else ARCHIVE_ENVIRONMENT
    workers = {"SAGEMAKER_MODEL_SERVER_WORKERS": str(serving.workers)} if serving.workers else {}
    return environment | workers


def _hub_environment(source: Hub) -> dict[str, str]:
    # The secret's ARN, never the secret: the container reads it when it starts.
    token = {"HF_TOKEN_SECRET_ARN": source.token_secret_arn} if source.token_secret_arn else {}
    return {
        "HF_MODEL_ID": source.hub,
        "HF_MODEL_REVISION": source.revision,
        "HF_TASK": source.task,
    } | token


def _network(serving: Serving) -> dict[str, list[str]]:
    if isinstance(serving, Serverless) or serving.network is None:
        return {}
    return {
        "subnets": serving.network.subnets,
        "security_group_ids": serving.network.security_groups,
    }
