"""The registrar Lambda function.

Each notice of an S3 event is registered, logged and measured. A version that was recorded, approved or
rejected in the registry leads to the same choice as a delivery does.

A refused delivery is a result. Any other failure fails the invocation after the remaining notices were
handled, so that Lambda retries the event and finally sends it to the dead-letter queue.
"""

from time import perf_counter
from typing import TYPE_CHECKING, Any

from lambda_src.register_model.events import notices, package_change
from lambda_src.register_model.names import Names
from lambda_src.register_model.observability import logger, report, report_choice, report_failure
from lambda_src.register_model.registration import Registrar
from lambda_src.shared.aws.connection import connect

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    names = Names.from_environment()
    registrar = Registrar(connect(names.topic), names)
    if change := package_change(event):
        report_choice(change, registrar.choose_again(change))
        return
    failures = []
    for notice in notices(event):
        try:
            start = perf_counter()
            result = registrar.register(notice)
            report(notice, result, milliseconds=(perf_counter() - start) * 1000)
        except Exception as failure:
            report_failure(notice)
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some deliveries could not be registered", failures)
