"""The names of the stacks' outputs and variables: what stacks, commands and tests agree on."""

REGISTERED_MODEL = "registered_model"
ENDPOINT = "endpoint"
ENDPOINT_CONFIGURATION = "endpoint_configuration"
DELIVER_TO = "deliver_to"
NOTIFICATIONS = "notifications"
# In.
CURRENT_INSTANCES = "current_instances"
