"""The Model Registry: model package groups and their versions."""
