"""The queue of the events on which the functions failed."""

from config import names
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.aws.errors import translate_errors

_COUNT = "ApproximateNumberOfMessages"


@translate_errors()
def count_dead_letters(environment: Environment) -> int:
    """How many events are in the queue, as SQS estimates it."""
    client = clients.sqs(environment.region)
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    endpoint, queue = client.meta.endpoint_url.rstrip("/"), names.dead_letter_queue(environment)
    url = f"{endpoint}/{environment.account}/{queue}"
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=[_COUNT])
    return int(found["Attributes"][_COUNT])
