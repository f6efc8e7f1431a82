"""The names of the stacks' outputs: a contract between the stacks, the commands and the tests."""

REGISTERED_MODEL = "registered_model"
ENDPOINT = "endpoint"
ENDPOINT_CONFIGURATION = "endpoint_configuration"
DELIVER_TO = "deliver_to"
NOTIFICATIONS = "notifications"
