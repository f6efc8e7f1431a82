"""The demo: the whole chain in the local cloud."""
