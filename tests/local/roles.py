"""An execution role for tests that are not about permissions."""

import json
from typing import Any


def create_serving_role(iam: Any) -> str:
    """Create a role that SageMaker may assume and that allows everything; return its ARN."""
    trust = {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="serving", AssumeRolePolicyDocument=_policy(trust))["Role"]
    everything = _policy({"Action": "*", "Resource": "*"})
    iam.put_role_policy(RoleName="serving", PolicyName="everything", PolicyDocument=everything)
    return str(role["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow"} | statement})
