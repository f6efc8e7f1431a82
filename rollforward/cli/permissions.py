"""The command permissions."""

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
    plan: Annotated[bool, typer.Option("--plan", help="Of whoever plans: it only reads.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Of whoever plans and applies.")] = False,
    env: EnvironmentName = "dev",
) -> None:
    """Print the IAM policy that planning or applying an environment needs, as JSON."""
    with exit_on_error():
        if plan == apply:
            raise UsageError("whose permissions: pass either --plan or --apply")
        document = policy(settings.load(env), APPLY if apply else PLAN)
        print_json(document)
        if (characters := size(document)) > LONGEST_MANAGED:
            err.print(
                f"note: {characters:,} characters, a managed policy holds {LONGEST_MANAGED:,}: "
                "embed it in the role, as an inline policy, with `aws iam put-role-policy`",
                markup=False,
            )
