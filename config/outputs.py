"""The names of the stacks' outputs and variables: what stacks, commands and tests agree on."""

REGISTERED_MODEL = "registered_model"
ENDPOINT = "endpoint"
ENDPOINT_CONFIGURATION = "endpoint_configuration"
DELIVER_TO = "deliver_to"
NOTIFICATIONS = "notifications"
# What a plan is told, and what a failed apply says.
CURRENT_INSTANCES = "current_instances"
SAGEMAKER_ROLLED_BACK = "SageMaker rolled back"
