"""jsii reads slices of a package's definitions: each slice is read from the file, never the whole."""

import json
import subprocess
from pathlib import Path

import pytest

from lazy_bindings import loader

CONTENT = '{"a":"é"}\n{"b":2}\n'
FIRST = len('{"a":"é"}\n'.encode())
DEFINITIONS = ".jsii.runtime-defs.v1.jsonl"


def evaluated(file: Path, expression: str) -> object:
    """The value of a JavaScript expression in which `content` is what readFileSync returns."""
    script = (
        f"require({json.dumps(str(loader.JAVASCRIPT))});"
        f"const content = require('node:fs').readFileSync({json.dumps(str(file))});"
        f"console.log(JSON.stringify({expression}));"
    )
    ran = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    file = tmp_path / DEFINITIONS
    file.write_text(CONTENT)
    return file


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (f"content.toString('utf-8', 0, {FIRST})", '{"a":"é"}\n'),
        (f"content.toString('utf-8', {FIRST}, {FIRST + 8})", '{"b":2}\n'),
        (f"content.toString('utf-8', {FIRST}, 1000)", '{"b":2}\n'),
        ("content.toString()", CONTENT),
        (f"content.toString('utf-8', {FIRST})", '{"b":2}\n'),
        ("content.length", len(CONTENT.encode())),
        (f"content.subarray({FIRST}).toString()", '{"b":2}\n'),
    ],
)
def test_definitions_read_as_the_stock_buffer_does(
    definitions: Path, expression: str, expected: object
) -> None:
    assert evaluated(definitions, expression) == expected


def test_a_slice_needs_no_buffer_of_the_whole_file(definitions: Path) -> None:
    with definitions.open("a") as file:
        file.write("x" * 50_000_000)
    used = f"(content.toString('utf-8', 0, {FIRST}), process.memoryUsage().arrayBuffers)"
    found = evaluated(definitions, used)
    assert isinstance(found, int)
    assert found < 10_000_000


def test_every_other_file_is_read_as_before(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text(CONTENT)
    assert evaluated(tmp_path / "other.jsonl", "content.length") == len(CONTENT.encode())
