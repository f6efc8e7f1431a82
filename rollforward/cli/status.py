"""`rollforward status`."""

from typing import Annotated

import typer

from config.schema import settings
from rollforward.aws.endpoint import IN_SERVICE
from rollforward.cli.console import exit_on_error, facts, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.console import out
from rollforward.operations import status as operation
from rollforward.operations.status import Status, VariantStatus
from rollforward.target import targets

app = typer.Typer()


@app.command()
def status(
    model: Annotated[
        str | None, typer.Argument(help="A model; all of them if no model is named.")
    ] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Show what is registered and what is live; exit code 1 if they do not agree."""
    with exit_on_error():
        chosen = targets(settings.load(env), [model] if model else None)
        found = [operation.status(target) for target in chosen]
        if as_json:
            print_json([{**vars(one), "agree": one.agree} for one in found])
        else:
            for one in found:
                out.print(_status_text(one), markup=False)
        raise typer.Exit(0 if all(one.agree for one in found) else 1)


def _status_text(status: Status) -> str:
    deliver = f"; deliver to {status.deliver_to}" if status.follows else ""
    named = {"registered": status.registered or f"none{deliver}"}
    if status.source != "registered":
        named["source"] = f"{status.source}, whatever is registered"
    named["live"] = status.live or "none"
    for name, variant in status.beside.items():
        named[f"variant {name}"] = _variant_text(variant)
    failure = f" ({status.failure})" if status.failure else ""
    named["endpoint"] = f"{status.endpoint}: {status.state}{failure}"
    named["agree"] = "yes" if status.agree else "NO"
    if status.asked_for:
        title = "rolled back from" if status.state == IN_SERVICE else "asked for"
        settings_differ = " with other settings" if status.asked_for == status.live else ""
        named[title] = status.asked_for + settings_differ
    return facts(status.model, named)


def _variant_text(variant: VariantStatus) -> str:
    difference = f", not {variant.wanted or 'none'}" if variant.wanted != variant.live else ""
    return (variant.live or "none") + difference
