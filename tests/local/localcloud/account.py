"""An account in the local cloud, with roles that have exactly the permissions that a test names."""

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import LocalCloud

ACCOUNT, REGION = "123456789012", "us-east-1"


BUCKET, KEY = "models", "m/model.tar.gz"


ARTIFACT = f"arn:aws:s3:::{BUCKET}/{KEY}"


REPOSITORY = f"arn:aws:ecr:{REGION}:763104351884:repository/huggingface-pytorch-inference"


IMAGE = f"763104351884.dkr.ecr.{REGION}.amazonaws.com/huggingface-pytorch-inference:2.6.0"


MODEL = "def model_fn(model_dir): return lambda data: data"


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


GROUP = "group"


def sagemaker_arn(resource: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{resource}"


REGISTERS = {
    "Effect": "Allow",
    "Action": "sagemaker:CreateModelPackage",
    "Resource": [
        sagemaker_arn(f"model-package-group/{GROUP}"),
        sagemaker_arn(f"model-package/{GROUP}/*"),
    ],
}


READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ARTIFACT}


READS_IMAGE = {
    "Effect": "Allow",
    "Action": ["ecr:BatchGetImage", "ecr:DescribeImages"],
    "Resource": REPOSITORY,
}


PULLS = [
    {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ],
        "Resource": REPOSITORY,
    },
]


class Account:
    """An account in a local cloud with the bucket `models`."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self.decisions = cloud.decisions
        self.iam, self.s3 = self.client("iam"), self.client("s3")
        self.sagemaker = self.client("sagemaker")

    def client(self, service: Any, credentials: Any = None) -> Any:
        url = self._cloud.environment["AWS_ENDPOINT_URL"]
        keys = credentials or {"AccessKeyId": ACCOUNT, "SecretAccessKey": "local"}
        return boto3.client(
            service,
            endpoint_url=self._cloud.sagemaker if "sagemaker" in service else url,
            region_name=REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
        )

    def role(self, *statements: Any, trust: Any = None) -> str:
        """Create a role with these statements; return its ARN. By default, it trusts SageMaker and root."""
        usual = {"Principal": {"AWS": ACCOUNT, "Service": "sagemaker.amazonaws.com"}}
        trust_policy = {"Effect": "Allow", "Action": "sts:AssumeRole"} | (trust or usual)
        name = f"role-{uuid.uuid4().hex[:8]}"
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust_policy))
        if statements:
            self.iam.put_role_policy(
                RoleName=name, PolicyName="policy", PolicyDocument=_policy(*statements)
            )
        return str(made["Role"]["Arn"])

    def assume(self, *statements: Any) -> Callable[[str], Any]:
        """A function that makes clients with a session of a new role with these statements."""
        assumed = self.client("sts").assume_role(
            RoleArn=self.role(*statements), RoleSessionName="test"
        )
        return lambda service: self.client(service, assumed["Credentials"])

    def model(self, role: str, **more: Any) -> str:
        name = f"model-{uuid.uuid4().hex[:8]}"
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=role,
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{KEY}"},
            **more,
        )
        return name

    def endpoint(self, model: str, **more: Any) -> Any:
        """Create an endpoint; return its description once it is no longer Creating."""
        variant = {"VariantName": "v", "ModelName": model, "InitialInstanceCount": 1}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=model,
            ProductionVariants=[variant | {"InstanceType": "ml.m5.large"}],
            **more,
        )
        self.sagemaker.create_endpoint(EndpointName=model, EndpointConfigName=model)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            described = self.sagemaker.describe_endpoint(EndpointName=model)
            if described["EndpointStatus"] != "Creating":
                return described
            time.sleep(0.05)
        raise AssertionError(f"{model} is still Creating")


def _policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def model_archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(MODEL)
        tar.addfile(member, io.BytesIO(MODEL.encode()))
    return buffer.getvalue()


def register(sagemaker: Any, **more: Any) -> Any:
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{KEY}"}
    return sagemaker.create_model_package(
        ModelPackageGroupName=GROUP,
        InferenceSpecification={"Containers": [container]} | {"SupportedContentTypes": []},
        **more,
    )


def refusal(call: Callable[..., Any], *args: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(*args, **params)
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"
