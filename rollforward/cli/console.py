"""How commands print: results on stdout, as text or JSON; progress and errors on stderr."""

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import typer

from config.errors import ConfigError
from localcloud.errors import LocalCloudError
from rollforward.console import err
from rollforward.errors import RollforwardError, UsageError

INTERRUPTED = 130  # 128 + SIGINT, as in a shell


def print_json(value: Any) -> None:
    """Print `value`, a dataclass or a list of them, as JSON on stdout."""
    json.dump(value, sys.stdout, indent=2, default=dataclasses.asdict)
    sys.stdout.write("\n")


def facts(title: str, named: Mapping[str, str]) -> str:
    """A title and one line for each fact. A table would cut the keys, which people copy."""
    width = max(map(len, named), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {fact}" for name, fact in named.items())])


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Print an error as one message, without a traceback; exit 2 for a mistake of the user, else 1."""
    try:
        yield
    except (ConfigError, UsageError) as error:
        _fail(str(error), 2)
    except (RollforwardError, LocalCloudError) as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)


def _fail(message: str, code: int) -> None:
    err.print("error:", style="bold red", end=" ")
    err.print(message, markup=False)
    raise typer.Exit(code)
