"""What SageMaker may do in a VPC with the execution role's permissions: manage network interfaces.

https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

from config.schema.serving import Network
from config.schema.settings import Environment
from stacks.iam import arns
from stacks.iam.statement import Statement


def network_statements(environment: Environment, network: Network) -> list[Statement]:
    """SageMaker creates a network interface in the VPC for each instance.

    Only CreateNetworkInterfacePermission has a condition on the subnet, as in AWS's example for CodeBuild:
    https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
    AWS does not document that EC2 sends `ec2:Subnet` with a request to delete an interface. If it does not,
    a condition would leave the interfaces behind.
    """
    interfaces = arns.ec2(environment, "network-interface/*")
    subnets = [arns.ec2(environment, f"subnet/{subnet}") for subnet in network.subnets]
    groups = [arns.ec2(environment, f"security-group/{group}") for group in network.security_groups]
    return [
        Statement(
            actions=["ec2:CreateNetworkInterface"], resources=[interfaces, *subnets, *groups]
        ),
        Statement(
            actions=["ec2:CreateNetworkInterfacePermission"],
            # EC2 generates the IDs of the interfaces; their subnets are known.
            resources=[interfaces],
            condition={"ArnEquals": {"ec2:Subnet": subnets}},
        ),
        Statement(
            actions=["ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"],
            resources=[interfaces],
        ),
        _descriptions(),
    ]


def _descriptions() -> Statement:
    return Statement(
        actions=[
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
        resources=["*"],
        wildcard_reason="EC2's Describe actions have no resources",
    )
