"""Callers, the calls they make, and the client of ministack's IAM evaluator."""
