"""Names of resources as templates.

An environment may have hundreds of models, and all environment variables of a function together may have 4
KB. So a variable holds one name for all models, with `{model}` in the model's place.
"""

from dataclasses import dataclass

_MODEL = "{model}"


@dataclass(frozen=True)
class NameTemplate:
    text: str

    def __call__(self, model: str) -> str:
        """The name of the model's resource."""
        return self.text.replace(_MODEL, model)

    def model_of(self, name: str) -> str | None:
        """The model whose resource has this name; None if the name does not match the template."""
        before, _, after = self.text.partition(_MODEL)
        model = name.removeprefix(before).removesuffix(after)
        return model if model and self(model) == name else None
