"""The names of the stacks' outputs and variables, which the stacks, commands and tests share."""

REGISTERED_MODEL = "registered_model"
ENDPOINT = "endpoint"
ENDPOINT_CONFIGURATION = "endpoint_configuration"
DELIVER_TO = "deliver_to"
NOTIFICATIONS = "notifications"
# A variable that `rollforward apply` sets, and the beginning of the error if SageMaker rolled back.
CURRENT_INSTANCES = "current_instances"
SAGEMAKER_ROLLED_BACK = "SageMaker rolled back"
