"""ministack as the local cloud runs it: with IAM enforced and recorded, and with corrected services."""
