"""Model containers: one process per variant, its files, and the fleet that an endpoint routes to."""
