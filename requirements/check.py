"""Checks for the programs that no package registry installs. Runs on any Python 3."""

import re
import shutil
import subprocess
import sys

WANTED = [
    # commands, of which one is enough; the lowest version; where to get it
    (["terraform", "tofu"], (1, 11), "https://developer.hashicorp.com/terraform/install"),
    (["node"], (20, 0), "https://nodejs.org/en/download"),
    (["npm"], (9, 0), "it comes with Node: https://nodejs.org/en/download"),
]
PYTHON = (3, 11)


def version(command):
    ran = subprocess.run([command, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    found = re.search(r"(\d+)\.(\d+)", ran.stdout.decode())
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def problems():
    if sys.version_info < PYTHON:
        yield "Python {}.{} is needed, this is {}.{}: {}".format(
            *PYTHON, *sys.version_info[:2], "https://www.python.org/downloads or `make PYTHON=…`"
        )
    for commands, lowest, how in WANTED:
        found = {command: version(command) for command in commands if shutil.which(command)}
        if not found:
            yield "{} is missing, {}.{} or newer is needed: {}".format(
                " or ".join(commands), *lowest, how
            )
        elif max(found.values()) < lowest:
            command, (major, minor) = max(found.items(), key=lambda item: item[1])
            yield "{} {}.{} is too old, {}.{} or newer is needed: {}".format(
                command, major, minor, *lowest, how
            )


found = list(problems())
if found:
    sys.exit("\n".join(found))
