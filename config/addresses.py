"""Addresses in Terraform: of resources that both the stacks and the commands know.

An address is an interface: Terraform destroys a resource whose address changes, and makes another.
"""


def address(resource_type: str, name: str) -> str:
    """The address of a resource, such as `aws_sagemaker_endpoint.serving`."""
    return f"{resource_type}.{name}"


ENDPOINT_TYPE = "aws_sagemaker_endpoint"
ENDPOINT_NAME = "serving"
ENDPOINT_CONFIGURATION_TYPE = "aws_sagemaker_endpoint_configuration"
TERRAFORM_DATA_TYPE = "terraform_data"
CAPACITY_NAME = "capacity"

# The number of instances that each version's endpoint configuration was created with.
CAPACITY = address(TERRAFORM_DATA_TYPE, CAPACITY_NAME)
