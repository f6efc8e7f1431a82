"""Runs Terraform on synthesized stacks, and reads what it prints."""
