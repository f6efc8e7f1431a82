"""The commands as typer sees them: parse the arguments, call one operation, print its result."""
