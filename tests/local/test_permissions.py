"""The local cloud refuses what IAM refuses: asked with the credentials of roles that may do just so much."""

import io
import json
import re
import tarfile
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.behaviour import Behaviour
from localcloud.cloud import LocalCloud, local_cloud

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
LOOKS_AT_IMAGE = {
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
    """An account in the local cloud, in few words."""

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
        """The ARN of a new role with these rights, which a person and SageMaker may assume."""
        usual = {"Principal": {"AWS": ACCOUNT, "Service": "sagemaker.amazonaws.com"}}
        trusts = {"Effect": "Allow", "Action": "sts:AssumeRole"} | (trust or usual)
        name = f"role-{uuid.uuid4().hex[:8]}"
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trusts))
        if statements:
            self.iam.put_role_policy(
                RoleName=name, PolicyName="policy", PolicyDocument=_policy(*statements)
            )
        return str(made["Role"]["Arn"])

    def bearer(self, *statements: Any) -> Callable[[str], Any]:
        """Makes clients with the credentials of a new role."""
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
        """Described once it has settled."""
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


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("permissions")
    # Events that come at once: what has not come is known not to come.
    with local_cloud(folder, ACCOUNT, REGION, Behaviour(late_seconds=0)) as cloud:
        account = Account(cloud)
        account.s3.create_bucket(Bucket=BUCKET)
        account.s3.put_object(Bucket=BUCKET, Key=KEY, Body=_archive())
        account.sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
        yield account


def _archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(MODEL)
        tar.addfile(member, io.BytesIO(MODEL.encode()))
    return buffer.getvalue()


def _register(sagemaker: Any, **more: Any) -> Any:
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{KEY}"}
    return sagemaker.create_model_package(
        ModelPackageGroupName=GROUP,
        InferenceSpecification={"Containers": [container]} | {"SupportedContentTypes": []},
        **more,
    )


def _function(account: Account, role: str) -> Any:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f.py", "def handler(event, context): print(event)")
    return account.client("lambda").create_function(
        FunctionName=f"f-{uuid.uuid4().hex[:8]}",
        Role=role,
        Runtime="python3.13",
        Handler="f.handler",
        Code={"ZipFile": archive.getvalue()},
    )


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def _refusal(call: Callable[..., Any], *args: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(*args, **params)
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_an_operation_that_no_statement_allows_is_refused_in_the_words_of_iam(
    account: Account,
) -> None:
    sagemaker = account.bearer(REGISTERS)("sagemaker")
    refusal = _refusal(sagemaker.describe_endpoint, EndpointName="e")
    assert refusal.startswith(f"AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/")
    assert refusal.endswith(
        "is not authorized to perform: sagemaker:DescribeEndpoint on resource: "
        f"{sagemaker_arn('endpoint/e')} because no identity-based policy allows the "
        "sagemaker:DescribeEndpoint action"
    )


def test_an_explicit_deny_wins(account: Account) -> None:
    deny = {"Effect": "Deny", "Action": "sagemaker:List*", "Resource": "*"}
    sagemaker = account.bearer(EVERYTHING, deny)("sagemaker")
    refusal = _refusal(sagemaker.list_model_packages, ModelPackageGroupName=GROUP)
    assert "with an explicit deny in an identity-based policy" in refusal


def test_an_unknown_key_is_nobodys(account: Account) -> None:
    stranger = {"AccessKeyId": "ASIAUNKNOWN", "SecretAccessKey": "x", "SessionToken": "y"}
    sagemaker = account.client("sagemaker", stranger)
    assert _refusal(sagemaker.list_models).startswith("UnrecognizedClientException")


def test_a_condition_on_the_approval_is_met_only_by_that_approval(account: Account) -> None:
    condition = {"StringEquals": {"sagemaker:ModelApprovalStatus": "Rejected"}}
    rejects = {
        "Effect": "Allow",
        "Action": "sagemaker:UpdateModelPackage",
        "Resource": sagemaker_arn(f"model-package/{GROUP}/*"),
        "Condition": condition,
    }
    version = _register(account.sagemaker)["ModelPackageArn"]
    sagemaker = account.bearer(rejects)("sagemaker")
    refusal = _refusal(
        sagemaker.update_model_package, ModelPackageArn=version, ModelApprovalStatus="Approved"
    )
    assert "sagemaker:UpdateModelPackage" in refusal
    sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Rejected")


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([REGISTERS, LOOKS_AT_IMAGE], f"Access denied for bucket: {BUCKET}, object key: {KEY}."),
        ([REGISTERS, READS], "not authorized to perform: ecr:BatchGetImage"),
        ([READS, LOOKS_AT_IMAGE], "not authorized to perform: sagemaker:CreateModelPackage"),
    ],
)
def test_a_version_is_registered_only_by_who_may_read_its_artifact_and_its_image(
    account: Account, statements: list[Any], reason: str
) -> None:
    assert reason in _refusal(_register, account.bearer(*statements)("sagemaker"))
    assert _register(account.bearer(REGISTERS, READS, LOOKS_AT_IMAGE)("sagemaker"))


@pytest.mark.parametrize(
    ("statements", "trust"),
    [
        (PULLS, None),
        ([EVERYTHING], {"Principal": {"Service": "lambda.amazonaws.com"}}),
        (
            [EVERYTHING],
            {
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}},
            },
        ),
    ],
    ids=["a role that may not read", "a role of another service", "a role of another account"],
)
def test_a_model_is_refused_with_a_role_that_cannot_read_its_artifact(
    account: Account, statements: list[Any], trust: Any
) -> None:
    role = account.role(*statements, trust=trust)
    refusal = _refusal(account.model, role)
    assert f"Could not access model data at s3://{BUCKET}/{KEY}. Please ensure" in refusal
    assert role in refusal


def test_whoever_creates_a_model_must_be_allowed_to_pass_its_role(account: Account) -> None:
    creates = {"Effect": "Allow", "Action": "sagemaker:CreateModel", "Resource": "*"}
    role = account.role(EVERYTHING)
    sagemaker = account.bearer(creates)("sagemaker")
    refusal = _refusal(
        sagemaker.create_model,
        ModelName="m",
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": IMAGE},
    )
    assert f"not authorized to perform: iam:PassRole on resource: {role}" in refusal


def test_an_endpoint_comes_up_with_a_role_that_may_read_and_pull(account: Account) -> None:
    described = account.endpoint(account.model(account.role(READS, *PULLS)))
    assert described["EndpointStatus"] == "InService", described


def test_an_endpoint_fails_if_its_role_may_not_pull_the_image(account: Account) -> None:
    described = account.endpoint(account.model(account.role(READS)))
    assert described["EndpointStatus"] == "Failed"
    assert "does not have BatchGetImage permission for the image" in described["FailureReason"]


def test_an_endpoint_fails_if_its_role_may_not_join_the_network(account: Account) -> None:
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    described = account.endpoint(account.model(account.role(READS, *PULLS), VpcConfig=vpc))
    assert described["EndpointStatus"] == "Failed"
    assert "not authorized to perform: ec2:" in described["FailureReason"]


def test_an_endpoint_fails_if_its_role_may_not_decrypt_the_artifact(account: Account) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    role = account.role(READS, *PULLS)
    model = account.model(role)
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    account.s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    try:
        assert account.endpoint(model)["EndpointStatus"] == "Failed"
        via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
        decrypts = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, "Condition": via}
        able = account.model(account.role(READS, decrypts, *PULLS))
        assert account.endpoint(able)["EndpointStatus"] == "InService"
    finally:
        account.s3.delete_bucket_encryption(Bucket=BUCKET)


def test_a_function_is_refused_a_role_that_does_not_trust_lambda(account: Account) -> None:
    refusal = _refusal(_function, account, account.role(EVERYTHING))
    assert "The role defined for the function cannot be assumed by Lambda." in refusal


def test_s3_calls_a_function_only_if_its_policy_lets_the_bucket(account: Account) -> None:
    trusted = {"Principal": {"Service": "lambda.amazonaws.com"}}
    function = _function(account, account.role(EVERYTHING, trust=trusted))
    account.s3.create_bucket(Bucket="notified")
    told = {"LambdaFunctionArn": function["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
    account.s3.put_bucket_notification_configuration(
        Bucket="notified", NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
    )

    def called_by() -> list[str]:
        """The keys of the objects that the function was told of."""
        logs = account.client("logs")
        group = f"/aws/lambda/{function['FunctionName']}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        events = logs.filter_log_events(logGroupName=group)["events"]
        return re.findall(r"'key': '(\w+)'", " ".join(event["message"] for event in events))

    account.s3.put_object(Bucket="notified", Key="before", Body=b"")
    account.client("lambda").add_permission(
        FunctionName=function["FunctionName"],
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::notified",
        SourceAccount=ACCOUNT,
    )
    account.s3.put_object(Bucket="notified", Key="after", Body=b"")
    _until(called_by)
    assert set(called_by()) == {"after"}


def test_a_rule_calls_a_function_only_if_its_policy_lets_the_rule(account: Account) -> None:
    trusted = {"Principal": {"Service": "lambda.amazonaws.com"}}
    functions = [_function(account, account.role(EVERYTHING, trust=trusted)) for _ in range(2)]
    events = account.client("events")
    pattern = json.dumps({"source": ["aws.sagemaker"]})
    rule = events.put_rule(Name="changes", EventPattern=pattern)["RuleArn"]
    targets = [{"Id": one["FunctionName"], "Arn": one["FunctionArn"]} for one in functions]
    events.put_targets(Rule="changes", Targets=targets)
    denied, allowed = (one["FunctionName"] for one in functions)
    account.client("lambda").add_permission(
        FunctionName=allowed,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    _register(account.sagemaker)

    def called(function: str) -> bool:
        group = f"/aws/lambda/{function}"
        logs = account.client("logs").describe_log_groups(logGroupNamePrefix=group)
        return bool(logs["logGroups"])

    _until(lambda: called(allowed))
    events.remove_targets(Rule="changes", Ids=[denied, allowed])
    assert not called(denied)


def test_every_decision_is_recorded_with_the_statements_that_allowed_it(account: Account) -> None:
    account.bearer(READS)("s3").head_object(Bucket=BUCKET, Key=KEY)
    lines = map(json.loads, account.decisions.read_text("utf-8").splitlines())
    decision = [line for line in lines if line.get("action") == "s3:GetObject"][-1]
    assert ":assumed-role/" in decision["principal"]
    assert (decision["resource"], decision["decision"]) == (ARTIFACT, "Allow")
    assert decision["statements"] == [
        {"Action": ["s3:GetObject"], "Resource": [ARTIFACT], "Condition": {}}
    ]
