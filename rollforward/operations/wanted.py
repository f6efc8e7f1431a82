"""What an endpoint should serve, as config and the pointer have it.

A model is named by its pinned S3 key or, if it is one of the HuggingFace hub, `hub:<org>/<name>@<revision>`.
"""

from config.schema.settings import Environment, Model
from config.schema.source import identity


def wanted(model: Model, registered: str | None) -> dict[str, str | None]:
    """By variant. While one of them waits for the pointer, there is no endpoint for any."""
    none_yet = registered is None and model.follows_pointer
    return {
        one.name: None if none_yet else identity(one.source, registered) for one in model.variants
    }


def unfollowed(environment: Environment, model: str) -> str | None:
    """What to tell whoever waits for the endpoint to follow the pointer; None if it does."""
    said = environment.model(model)
    if said.follows_pointer:
        return None
    return (
        f"{model} in {environment.name} serves {identity(said.source, None)}, as its config says: "
        "it does not follow the pointer, and so no delivery"
    )
