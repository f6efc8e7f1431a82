"""How a model is served: one module for each kind, and what the kinds on instances have in common.

Every refusal names AWS's rule and the page that states it. SageMaker would refuse with the same words after
minutes of an apply, if at all.
"""

from typing import Annotated

from pydantic import Field

from config.schema.serving.asynchronous import Async
from config.schema.serving.on_instances import Network
from config.schema.serving.realtime import Capture, RealTime
from config.schema.serving.serverless import Serverless

__all__ = ["Async", "Capture", "Network", "OnInstances", "RealTime", "Serverless", "Serving"]

OnInstances = RealTime | Async
Serving = Annotated[RealTime | Async | Serverless, Field(discriminator="kind")]
