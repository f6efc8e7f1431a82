"""A small AWS on this machine, so that the stacks can be applied without an account."""
