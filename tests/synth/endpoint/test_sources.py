"""Where a model's files come from."""

from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import BUCKET, HUB, HUGGINGFACE, PINNED, REAL_TIME, endpoint_stack


def test_a_pinned_copy_needs_no_pointer(synthesize: Synthesize) -> None:
    template = endpoint_stack(synthesize, REAL_TIME, PINNED)
    assert template.data("aws_ssm_parameter") == []
    assert template.content["locals"]["asked"] == PINNED.key
    assert "deliver_to" not in template.content["output"]
    model = template.only("aws_sagemaker_model")
    assert model["for_each"] == f'${{toset(["{PINNED.key}"])}}'
    assert model["primary_container"]["model_data_url"] == f"s3://{BUCKET}/${{each.value}}"


def test_a_model_of_the_hub_is_fetched_at_its_revision(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"isolated": False})
    model = endpoint_stack(synthesize, how, HUB, HUGGINGFACE).only("aws_sagemaker_model")
    assert model["enable_network_isolation"] is False
    assert "model_data_url" not in model["primary_container"]
    assert model["primary_container"]["environment"] == {
        "HF_MODEL_ID": "distilbert/tiny",
        "HF_MODEL_REVISION": "0" * 40,
        "HF_TASK": "text-classification",
    }


def test_another_revision_is_another_model(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"isolated": False})

    def name(revision: str) -> str:
        hub = HUB.model_copy(update={"revision": revision * 40})
        model = endpoint_stack(synthesize, how, hub, HUGGINGFACE).only("aws_sagemaker_model")
        return str(model["name"])

    assert name("0") != name("1")


def test_a_token_is_referred_to_by_its_secret(synthesize: Synthesize) -> None:
    secret = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:hub-token-AbCdEf"
    hub = HUB.model_copy(update={"token_secret_arn": secret})
    how = REAL_TIME.model_copy(update={"isolated": False})
    template = endpoint_stack(synthesize, how, hub)
    container = template.only("aws_sagemaker_model")["primary_container"]
    assert container["environment"]["HF_TOKEN_SECRET_ARN"] == secret
    (read,) = [
        one for one in template.policies() if "secretsmanager:GetSecretValue" in one["Action"]
    ]
    assert read["Resource"] == [secret]
