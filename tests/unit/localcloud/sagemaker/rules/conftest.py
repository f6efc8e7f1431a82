from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.localcloud.standin import CONTAINER


@pytest.fixture
def create_config(sagemaker: Any) -> Callable[..., Any]:
    """Creates an endpoint configuration named `c` of a model that exists."""
    sagemaker.create_model(ModelName="m", PrimaryContainer=CONTAINER)

    def create(*variants: Any, **more: Any) -> Any:
        named = [{"ModelName": "m"} | each for each in variants]
        return sagemaker.create_endpoint_config(
            EndpointConfigName="c", ProductionVariants=named, **more
        )

    return create
