"""ministack as the local cloud runs it: with IAM enforced, and every decision recorded."""
