"""What an endpoint should serve, according to the configuration and the pointer.

A model is named by the key of its pinned copy or, if it comes from the HuggingFace hub, by
`hub:<org>/<name>@<revision>`.
"""

from config.schema.source import identity
from rollforward.target import Target


def wanted_models(target: Target, registered: str | None) -> dict[str, str | None]:
    """The model that each variant should serve, by variant name.

    None for every variant while one of them waits for the first registered version: no endpoint is planned.
    """
    waiting = registered is None and target.settings.follows_pointer
    return {
        variant.name: None if waiting else identity(variant.source, registered)
        for variant in target.settings.variants
    }


def pointer_note(target: Target) -> str | None:
    """A note for a person who changes the pointer of an endpoint that does not follow it; None if it does."""
    if target.settings.follows_pointer:
        return None
    source = identity(target.settings.source, None)
    return (
        f"{target.model} in {target.environment.name} serves {source}, as its configuration says. "
        "The endpoint does not follow the pointer, so a delivery does not change it"
    )
