"""The SageMaker model of one variant: its files, its image, and what its container is told.

A model can't be changed, so it is named by a hash of all that is in it: the same content gives the same name
and no change, new content gives a new one. (hashicorp/terraform-provider-aws #21811, #40048)
"""

from cdktf import TerraformIterator, TerraformStack
from cdktf_cdktf_provider_aws.sagemaker_model import (
    SagemakerModel,
    SagemakerModelPrimaryContainer,
    SagemakerModelVpcConfig,
)

from config import names
from config.schema.resolved_variant import ResolvedVariant
from config.schema.serving import Serverless, Serving
from config.schema.settings import Environment
from config.schema.source import Hub, identity
from stacks.constructs.address import address
from stacks.constructs.content import NEW_BEFORE_OLD, content_hash
from stacks.endpoint.role import ExecutionRole
from stacks.endpoint.versions import KEY, Versions

# Where SageMaker's own serving stacks look for `code/inference.py` of a model archive.
# https://docs.aws.amazon.com/sagemaker/latest/dg/adapt-inference-container.html
OF_AN_ARCHIVE = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}


def variant_model(
    stack: TerraformStack,
    id_: str,
    *,
    environment: Environment,
    model: str,
    variant: ResolvedVariant,
    image: str,
    role: ExecutionRole,
    versions: Versions,
) -> str:
    """The expression of its name, within a for_each of versions.

    One for each deployable version if the variant follows the pointer, else one for good; either way by the
    key of its files: to pin what is live changes nothing.
    """
    serving = environment.models[model].serving
    fixed = identity(variant.source, None)
    container_environment = _container_environment(variant, serving)
    isolated = not isinstance(serving, Serverless) and serving.isolated
    network = _network(serving)
    role_name = names.execution_role(environment, model)
    settings = [variant.name, role_name, container_environment, isolated, network]
    resource = SagemakerModel(
        stack,
        id_,
        for_each=TerraformIterator.from_list([fixed]) if fixed else versions.each,
        name=names.content_prefix(environment, model) + content_hash([KEY, image], settings),
        execution_role_arn=role.role.arn,
        enable_network_isolation=isolated,
        vpc_config=SagemakerModelVpcConfig(**network) if network else None,
        primary_container=SagemakerModelPrimaryContainer(
            image=image,
            model_data_url=None
            if isinstance(variant.source, Hub)
            else f"s3://{names.model_bucket(environment)}/{KEY}",
            environment=container_environment,
        ),
        lifecycle=NEW_BEFORE_OLD,
        depends_on=[role.policy],
    )
    key = f'"{fixed}"' if fixed else "each.key"
    return f"${{{address(resource)}[{key}].name}}"


def _container_environment(variant: ResolvedVariant, serving: Serving) -> dict[str, str]:
    said = OF_AN_ARCHIVE
    if isinstance(variant.source, Hub):
        source = variant.source
        said = {
            "HF_MODEL_ID": source.hub,
            "HF_MODEL_REVISION": source.revision,
            "HF_TASK": source.task,
        }
        if source.token_secret_arn:
            # The secret's name, never the secret: the image reads it when it starts.
            said["HF_TOKEN_SECRET_ARN"] = source.token_secret_arn
    workers = {"SAGEMAKER_MODEL_SERVER_WORKERS": str(serving.workers)} if serving.workers else {}
    return said | workers


def _network(serving: Serving) -> dict[str, list[str]]:
    if isinstance(serving, Serverless) or serving.network is None:
        return {}
    return {
        "subnets": serving.network.subnets,
        "security_group_ids": serving.network.security_groups,
    }
