"""An execution role for tests that are not about permissions."""

import json
from typing import Any


def serving_role(iam: Any) -> str:
    """The ARN of a new role that SageMaker may assume and that may do everything."""
    trusts = {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="serving", AssumeRolePolicyDocument=_policy(trusts))["Role"]
    everything = _policy({"Action": "*", "Resource": "*"})
    iam.put_role_policy(RoleName="serving", PolicyName="everything", PolicyDocument=everything)
    return str(role["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow"} | statement})
