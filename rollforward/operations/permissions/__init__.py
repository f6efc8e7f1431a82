"""What the people who deploy need to be allowed: recorded in the local cloud, printed as IAM policies."""
