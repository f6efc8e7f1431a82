"""Corrections of ministack's IAM: what is authorized, who asks, and a record of every decision."""
