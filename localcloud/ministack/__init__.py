"""ministack as the local cloud runs it: IAM enforced, decisions recorded, alarms as CloudWatch has them."""
