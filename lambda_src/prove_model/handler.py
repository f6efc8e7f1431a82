"""The prover Lambda: an endpoint changed its state, or a person asks whether it serves what it must.

While SageMaker rolls, the smoke request is sent as well. A roll back is a result. Anything that goes wrong
fails the invocation, so that Lambda calls again with
the same event and finally keeps it in the dead-letter queue.
"""

from typing import TYPE_CHECKING, Any

from lambda_src.prove_model.answer import Verdict
from lambda_src.prove_model.aws import connect
from lambda_src.prove_model.endpoint_events import question
from lambda_src.prove_model.environment import Environment
from lambda_src.prove_model.observability import (
    logger,
    report,
    report_foreign,
    report_untimed,
    report_watch,
)
from lambda_src.prove_model.proof import Proof
from lambda_src.prove_model.watch import Watch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any] | None:
    environment = Environment.read()
    asked = question(event, environment)
    if asked is None:
        report_foreign(event)
        return None
    if asked.deployment and not asked.deployment.timed:
        report_untimed(event)
    cloud = connect(environment)
    outcome = Proof(cloud, environment, asked).run()
    report(outcome)
    if asked.deployment and outcome.answer.verdict == Verdict.NOT_SETTLED:
        watch = Watch(
            cloud,
            environment,
            asked.model,
            asked.deployment,
            lambda: context.get_remaining_time_in_millis() / 1000,
        )
        report_watch(asked.model, watch.run())
    return outcome.answer.as_json()
