"""Which IAM actions an operation needs, of its caller and of the roles that SageMaker assumes."""
