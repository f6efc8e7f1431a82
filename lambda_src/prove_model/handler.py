"""The prover Lambda function: an endpoint changed its state, or an operator asks for a proof.

While SageMaker rolls, the function also sends the smoke request. A roll back is a result. Any failure fails
the invocation, so that Lambda retries the event and finally sends it to the dead-letter queue.
"""

from typing import TYPE_CHECKING, Any

from lambda_src.prove_model.aws import connect
from lambda_src.prove_model.names import Names
from lambda_src.prove_model.observability import (
    logger,
    report,
    report_foreign,
    report_untimed,
    report_watch,
)
from lambda_src.prove_model.proof_request import proof_request
from lambda_src.prove_model.prover import Prover
from lambda_src.prove_model.watch import Watch
from lambda_src.shared.prover_answer import Verdict

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any] | None:
    names = Names.from_environment()
    request = proof_request(event, names)
    if request is None:
        report_foreign(event)
        return None
    if request.deployment and not request.deployment.timed:
        report_untimed(event)
    cloud = connect(names)
    finding = Prover(cloud, names, request).prove()
    report(finding)
    if request.deployment and finding.answer.verdict == Verdict.NOT_SETTLED:
        watch = Watch(
            cloud,
            names,
            request.model,
            request.deployment,
            lambda: context.get_remaining_time_in_millis() / 1000,
        )
        report_watch(request.model, watch.run())
    return finding.answer.as_json()
