"""The permissions that planning and applying need: recorded in the local cloud, printed as IAM policies."""
