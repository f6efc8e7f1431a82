"""`python -m rollforward` is `rollforward`."""

from rollforward.cli.app import app

app()
