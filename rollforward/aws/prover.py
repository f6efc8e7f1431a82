"""The prover: the Lambda function that decides whether an endpoint serves what was asked for."""

import json

from config import names
from lambda_src.shared.prover_answer import ProverAnswer
from rollforward.aws import clients
from rollforward.aws.account import require_account
from rollforward.aws.errors import translate_errors
from rollforward.errors import RollforwardError
from rollforward.target import Target


@translate_errors()
def invoke_prover(target: Target, configuration: str | None, *, rolled_back: bool) -> ProverAnswer:
    """Ask the prover about the endpoint.

    `configuration` names the endpoint configuration that the last apply asked for; None if it is not known.
    `rolled_back` says that this apply saw SageMaker roll back from it.
    Raises RollforwardError if the function is not deployed, fails, or is of another version.
    """
    prover = names.prover(target.environment)
    client = clients.lambda_(target.region)
    request = {
        "model": target.model,
        "configuration": configuration,
        "rolled_back": rolled_back,
    }
    try:
        answer = client.invoke(FunctionName=prover, Payload=json.dumps(request).encode())
    except client.exceptions.ResourceNotFoundException as error:
        require_account(target.environment)  # no function exists in another account
        raise RollforwardError(
            f"the function {prover} does not exist: deploy the stack "
            f"{names.stack(target.environment, 'lambda')} first, with "
            f"`rollforward apply --env {target.environment.name}`"
        ) from error
    content = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RollforwardError(
            f"cannot prove {target.model}: the function {prover} failed with "
            f"{content.get('errorMessage')!r}: see the log group /aws/lambda/{prover}"
        )
    try:
        return ProverAnswer.from_json(content)
    except (KeyError, TypeError, ValueError) as error:
        raise RollforwardError(
            f"cannot prove {target.model}: the function {prover} is of another version than this command. "
            f"Run `rollforward apply --env {target.environment.name}`, which deploys both functions"
        ) from error
