"""Processes of the local cloud: start, wait, stop, and end with the parent."""
