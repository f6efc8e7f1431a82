"""`rollforward status`."""

from typing import Annotated

import typer

from config.schema import settings
from rollforward.cli.console import exit_on_error, facts, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.console import out
from rollforward.operations.status import Beside, Status
from rollforward.operations.status import status as status_of

app = typer.Typer()


@app.command()
def status(
    model: Annotated[str | None, typer.Argument(help="A model; all of them if not given.")] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """What is registered, what is live, and whether they agree; exit code 1 if they do not."""
    with exit_on_error():
        environment = settings.load(env)
        wanted = [model] if model else list(environment.models)
        found = [status_of(environment, name) for name in wanted]
        if as_json:
            print_json([{**vars(one), "agree": one.agree} for one in found])
        else:
            for one in found:
                out.print(_shown(one), markup=False)
        raise typer.Exit(0 if all(one.agree for one in found) else 1)


def _shown(one: Status) -> str:
    named = {
        "registered": one.registered
        or ("none" + (f"; deliver to {one.deliver_to}" if one.follows else "")),
        **(
            {}
            if one.source == "registered"
            else {"source": f"{one.source}, whatever is registered"}
        ),
        "live": one.live or "none",
        **{f"beside, {name}": _beside(variant) for name, variant in one.beside.items()},
        "endpoint": f"{one.endpoint}: {one.state}" + (f" ({one.failure})" if one.failure else ""),
        "agree": "yes" if one.agree else "NO",
    }
    if one.asked_for:
        title = "rolled back from" if one.state == "InService" else "asked for"
        other = " with other settings" if one.asked_for == one.live else ""
        named[title] = one.asked_for + other
    return facts(one.model, named)


def _beside(variant: Beside) -> str:
    other = f", not {variant.wanted or 'none'}" if variant.wanted != variant.live else ""
    return (variant.live or "none") + other
