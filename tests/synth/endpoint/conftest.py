import pytest

from tests.synth.template import Template


@pytest.fixture
def stack(dev: dict[str, Template]) -> Template:
    return dev["sagemaker-sentiment"]
