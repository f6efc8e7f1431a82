"""The operator's adapter of AWS: the only package of the command that calls AWS."""
