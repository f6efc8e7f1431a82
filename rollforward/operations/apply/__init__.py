"""Plans and applies the stacks of an environment, and proves the endpoints."""
