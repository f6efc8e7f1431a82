"""Functions in the local cloud run on the Python of their Lambda runtime, if this machine has it."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.cloud import local_cloud
from localcloud.ministack.services.lambda_runtimes import find_interpreter

ACCOUNT, REGION = "123456789012", "us-east-1"
CODE = """
import json, sys
import boto3
def handler(event, context):
    json.loads("[" * event["depth"] + "]" * event["depth"])
    return [list(sys.version_info[:2]), boto3.__version__]
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def zipped(code: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("function.py", code)
    return buffer.getvalue()


@pytest.mark.parametrize("runtime", ["python3.13", "python3.12"])
def test_a_function_runs_on_its_runtime_or_on_this_python_with_the_pinned_boto3(
    tmp_path: Path, runtime: str
) -> None:
    python = find_interpreter(runtime)
    own = runtime == "python3.13" and python != sys.executable
    expected = subprocess.check_output(
        [python, "-c", "import sys; print(list(sys.version_info[:2]))"], text=True
    )
    with local_cloud(tmp_path, ACCOUNT, REGION) as cloud:
        session: Any = boto3.Session(ACCOUNT, "local", region_name=REGION)
        url = cloud.environment["AWS_ENDPOINT_URL"]
        iam, functions = (session.client(one, endpoint_url=url) for one in ("iam", "lambda"))
        role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(TRUST))
        functions.create_function(
            FunctionName="function",
            Runtime=runtime,
            Role=role["Role"]["Arn"],
            Handler="function.handler",
            Code={"ZipFile": zipped(CODE)},
        )
        # Python 3.13 parses a deeper JSON than 3.11.
        answer = functions.invoke(
            FunctionName="function", Payload=json.dumps({"depth": 1_100 if own else 10})
        )
        assert json.load(answer["Payload"]) == [json.loads(expected), boto3.__version__]
