"""The rules of the repository's environments against the metrics.json that the example writes."""

import pytest

from config.schema.settings import environments_folder, load
from examples.sentiment.build import build
from lambda_src.shared.metrics import parse


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the example's metrics, as the registrar reads them: nested names joined by dots."""
    archive = build("v1", tmp_path_factory.mktemp("example"))
    return set(parse(archive.with_name("metrics.json").read_bytes()))


@pytest.mark.parametrize("name", sorted(path.stem for path in environments_folder().glob("*.yaml")))
def test_every_rule_names_a_metric_as_the_example_writes_it(name: str, written: set[str]) -> None:
    models = load(name).models.values()
    assert {rule.metric for model in models for rule in model.promotion.rules} <= written
