"""`rollforward status`."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from config import names
from config.schema import settings
from config.schema.settings import Environment
from rollforward.aws.dead_letters import count_dead_letters
from rollforward.aws.endpoint import IN_SERVICE
from rollforward.cli.console import exit_on_error, facts, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.console import out
from rollforward.operations.overview import Overview, overview
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
        environment = settings.load(env)
        chosen = targets(environment, [model] if model else None)
        found = [overview(target) for target in chosen]
        dead_letters = count_dead_letters(environment)
        if as_json:
            print_json([_data(one, dead_letters) for one in found])
        else:
            for one in found:
                out.print(_status_text(one), markup=False)
            if dead_letters:
                out.print(_dead_letters_text(environment, dead_letters), markup=False)
        raise typer.Exit(0 if all(one.status.agree for one in found) else 1)


def _data(found: Overview, dead_letters: int) -> dict[str, Any]:
    return {
        **vars(found.status),
        "agree": found.status.agree,
        "waiting": found.waiting,
        "next": found.next_step,
        "dead_letters": dead_letters,
    }


def _status_text(found: Overview) -> str:
    status = found.status
    deliver = f"; deliver to {status.deliver_to}" if status.follows else ""
    named = {"registered": status.registered or f"none{deliver}"}
    if status.source != "registered":
        named["source"] = f"{status.source}, whatever is registered"
    named["live"] = status.live or "none"
    for name, variant in status.beside.items():
        named[f"variant {name}"] = _variant_text(variant)
    failure = f" ({_failure_text(status)})" if status.failure and status.failure.strip() else ""
    named["endpoint"] = f"{status.endpoint}: {status.state}{failure}"
    named["agree"] = "yes" if status.agree else "NO"
    if status.asked_for:
        title = "rolled back from" if status.state == IN_SERVICE else "asked for"
        settings_differ = " with other settings" if status.asked_for == status.live else ""
        named[title] = status.asked_for + settings_differ
    if found.waiting:
        named["waiting"] = _waiting_text(found.waiting)
    if found.next_step:
        named["next"] = found.next_step
    return facts(status.model, named)


def _failure_text(status: Status) -> str:
    """SageMaker's reason; of several lines, such as a container's traceback, the last one."""
    lines = (status.failure or "").strip().splitlines()
    if len(lines) == 1:
        return lines[0]
    log_group = f"/aws/sagemaker/Endpoints/{status.endpoint}"
    return f"{lines[-1].strip()}: see the log group {log_group}"


def _waiting_text(waiting: Sequence[int]) -> str:
    numbers = ", ".join(map(str, waiting))
    return (
        f"versions {numbers} wait for approval"
        if len(waiting) > 1
        else f"version {numbers} waits for approval"
    )


def _dead_letters_text(environment: Environment, count: int) -> str:
    logs = (names.registrar(environment), names.prover(environment))
    return (
        f"{count} event{'s' if count > 1 else ''} in the queue {names.dead_letter_queue(environment)}: the "
        f"functions failed on them. See the log groups "
        + " and ".join(f"/aws/lambda/{name}" for name in logs)
    )


def _variant_text(variant: VariantStatus) -> str:
    difference = f", not {variant.wanted or 'none'}" if variant.wanted != variant.live else ""
    return (variant.live or "none") + difference
