"""Permissions of a model's execution role, when SageMaker starts an endpoint."""

from tests.local.localcloud.account import BUCKET, PULLS, READS, REGION, Account


def test_an_endpoint_starts_with_a_role_that_may_read_and_pull(account: Account) -> None:
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
