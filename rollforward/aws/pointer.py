"""The pointer: the SSM parameter that names the registered version of a model."""

from config import names
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.aws.account import require_account
from rollforward.aws.errors import translate_errors
from rollforward.errors import RollforwardError
from rollforward.target import Target


@translate_errors()
def registered_key(target: Target) -> str | None:
    """The key of the registered version; None before the first.

    Raises RollforwardError if the pointer does not exist.
    """
    client = clients.ssm(target.region)
    try:
        key = client.get_parameter(Name=target.pointer)["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound as error:
        require_account(target.environment)  # no parameter exists in another account
        raise RollforwardError(
            f"the parameter {target.pointer} does not exist: deploy the stack "
            f"{names.stack(target.environment, 'lambda')} first, with "
            f"`rollforward apply --env {target.environment.name}`"
        ) from error
    return None if key == names.NO_MODEL else key


@translate_errors()
def models_without_pointer(environment: Environment) -> set[str]:
    """The models that the Lambda stack, as it was last applied, does not have."""
    client = clients.ssm(environment.region)
    missing = set()
    for model in environment.models:
        try:
            client.get_parameter(Name=names.pointer(environment, model))
        except client.exceptions.ParameterNotFound:
            missing.add(model)
    if missing:
        require_account(environment)  # no parameter exists in another account
    return missing
