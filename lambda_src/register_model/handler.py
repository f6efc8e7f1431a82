"""The registrar Lambda: every notice of an S3 event is registered, logged and measured.

Word of a version that was recorded, approved or rejected runs the same choice as a delivery does.

A refused delivery is a result. Anything else that goes wrong fails the invocation, after the
other notices had their turn, so that Lambda calls again with the same event and finally keeps it
in the dead-letter queue.
"""

from time import perf_counter
from typing import TYPE_CHECKING, Any

from lambda_src.register_model.aws import connect
from lambda_src.register_model.environment import Environment
from lambda_src.register_model.events import notices, package_change
from lambda_src.register_model.observability import logger, report, report_choice, report_failure
from lambda_src.register_model.registration import Registrar

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    environment = Environment.read()
    registrar = Registrar(connect(environment.topic), environment)
    if change := package_change(event):
        report_choice(change, registrar.choose_anew(change))
        return
    failures = []
    for notice in notices(event):
        try:
            start = perf_counter()
            outcome = registrar.register(notice)
            report(notice, outcome, milliseconds=(perf_counter() - start) * 1000)
        except Exception as failure:
            report_failure(notice)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some deliveries could not be registered", failures)
