import pytest

from lambda_src.shared.name_template import NameTemplate

ENDPOINT = NameTemplate("rollforward-dev-{model}")


def test_a_template_and_a_model_make_a_name_of_which_the_model_can_be_told() -> None:
    assert ENDPOINT("sentiment") == "rollforward-dev-sentiment"
    assert ENDPOINT.model_of("rollforward-dev-sentiment") == "sentiment"


@pytest.mark.parametrize(
    "name", ["rollforward-dev-", "rollforward-prod-sentiment", "sentiment", ""]
)
def test_a_name_that_does_not_match_the_template_belongs_to_no_model(name: str) -> None:
    assert ENDPOINT.model_of(name) is None
