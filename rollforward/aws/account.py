"""The account of the credentials."""

from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.aws.errors import translate_errors
from rollforward.errors import RollforwardError


@translate_errors()
def require_account(environment: Environment) -> None:
    """Raise RollforwardError unless the credentials belong to the environment's account."""
    account = clients.sts(environment.region).get_caller_identity()["Account"]
    if account != environment.account:
        raise RollforwardError(
            f"the credentials belong to account {account}, but environment {environment.name!r} is in "
            f"account {environment.account}: change the profile or the environment"
        )
