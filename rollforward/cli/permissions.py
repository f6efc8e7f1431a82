"""`rollforward permissions`."""

from typing import Annotated

import typer

from config.schema import settings
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName
from rollforward.console import err
from rollforward.errors import UsageError
from rollforward.operations.permissions.grants import APPLY, PLAN
from rollforward.operations.permissions.policies import LONGEST_MANAGED, policy, size

app = typer.Typer()


@app.command()
def permissions(
    plan: Annotated[
        bool, typer.Option("--plan", help="For a person who plans: it only reads.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="For a person who plans and applies.")
    ] = False,
    env: EnvironmentName = "dev",
) -> None:
    """Print the IAM policy that planning or applying an environment needs, as JSON."""
    with exit_on_error():
        if plan == apply:
            raise UsageError("pass either --plan or --apply")
        document = policy(settings.load(env), APPLY if apply else PLAN)
        print_json(document)
        if (characters := size(document)) > LONGEST_MANAGED:
            err.print(
                f"note: the policy has {characters:,} characters, but a managed policy at most "
                f"{LONGEST_MANAGED:,}: add it to the role as an inline policy (`aws iam put-role-policy`)",
                markup=False,
            )
