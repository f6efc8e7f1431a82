"""The operator's command, and the local cloud that it runs against without an AWS account."""
