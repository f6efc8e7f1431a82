"""The lazy bindings and the shipped ones give the same bytes. Each needs a process of its own."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import cdktf
import jsii
import pytest
from jsii._kernel.types import CreateRequest

import stacks
from lazy_bindings import loader
from tests.synth.conftest import ENVIRONMENT_NAMES

PROVIDER = "cdktf_cdktf_provider_aws"
# cdktf comes first, as in the sorted imports of an app: it starts Node before `stacks` is imported.
SYNTHESIZE = f"""
import json, os, sys
from cdktf import App
from config.schema.settings import load
from main import build_app
out, *names = sys.argv[1:]
os.makedirs(out)
for name in names:
    build_app(load(name), outdir=os.path.join(out, name)).synth()
print(json.dumps({{
    "modules": sum(name.startswith("{PROVIDER}.") for name in sys.modules),
    "node_options": os.environ.get("NODE_OPTIONS"),
}}))
"""
# Counts, as Node exits, how many of the provider's files it loaded.
COUNTING = """
process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((name) => /provider-aws.lib/.test(name));
  if (loaded.length) require("node:fs").writeFileSync(process.env.COUNT, String(loaded.length));
});
"""


STOCK = "ROLLFORWARD_STOCK_JSII"


def synthesize(
    out: Path, *names: str, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-c", SYNTHESIZE, str(out), *names],
        env={**os.environ, STOCK: "", **(environment or {})},
        cwd=Path(stacks.__file__).parents[1],
        stdout=subprocess.PIPE,
        check=True,
    )
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_every_environment_gives_the_same_bytes_either_way(tmp_path: Path) -> None:
    fast = synthesize(tmp_path / "fast", *ENVIRONMENT_NAMES)
    stock = synthesize(tmp_path / "stock", *ENVIRONMENT_NAMES, environment={STOCK: "1"})
    assert fast["modules"] < 100
    assert stock["modules"] > 2000
    assert len(files(tmp_path / "fast")) > len(ENVIRONMENT_NAMES)
    assert files(tmp_path / "fast") == files(tmp_path / "stock")


def test_a_users_own_node_options_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "with spaces"
    folder.mkdir()
    (folder / "own.cjs").write_text(COUNTING)
    options = f'--no-warnings --require "{folder}/own.cjs"'
    said = synthesize(
        tmp_path / "out",
        "dev",
        environment={"NODE_OPTIONS": options, "COUNT": str(folder / "count")},
    )
    assert said["node_options"] == options
    assert 0 < int((folder / "count").read_text()) < 100, "Node is lazy too"


@pytest.mark.slow
def test_the_first_runs_leave_the_index_that_later_runs_need() -> None:
    # Not in tmp_path, which pytest keeps: the cache takes 400 MB.
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        environment = {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache)}
        # The first run waits for the index for some seconds; beside other load, it may take a second run.
        for _ in range(3):
            synthesize(Path(folder) / "out", "dev", environment=environment)
            if found := list(cache.glob("@cdktf/provider-aws/*/*/.jsii.runtime.v1.json")):
                break
        assert found


def test_every_submodule_has_the_name_that_javascript_exports() -> None:
    folder = Path(str(distribution(PROVIDER.replace("_", "-")).locate_file(PROVIDER)))
    (tarball,) = (folder / "_jsii").glob("*.tgz")
    with tarfile.open(tarball) as archive:
        index = next(member for member in archive if member.name == "package/lib/index.js")
        content = archive.extractfile(index)
        assert content
        exported = set(re.findall(r"^exports\.(\w+) = require", content.read().decode(), re.M))
    names = loader._eager_imports(folder / "__init__.py")
    assert {loader._camel_case(name) for name in names} == exported


@pytest.mark.skipif(bool(os.environ.get(STOCK)), reason="the stock path imports every type")
def test_a_type_that_only_javascript_returns_is_found() -> None:
    stack = cdktf.TerraformStack(cdktf.Testing.app(), "stack")
    assert f"{PROVIDER}.xray_group" not in sys.modules
    reference = stack.__jsii_ref__  # type: ignore[attr-defined]  # jsii gives it to every object
    # Created in Node only, as a construct written in JavaScript creates its children.
    jsii.kernel.provider.create(
        CreateRequest(
            fqn="@cdktf/provider-aws.xrayGroup.XrayGroup",
            args=[reference, "group", {"groupName": "a", "filterExpression": ""}],
            overrides=[],
            interfaces=[],
        )
    )
    found = stack.node.find_child("group")
    assert type(found).__module__ == f"{PROVIDER}.xray_group"
    assert getattr(found, "group_name_input") == "a"  # noqa: B009  # not known when types are checked
