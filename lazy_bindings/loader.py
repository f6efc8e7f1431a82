"""Load a cdktf provider's bindings on first use, so that synthesis starts in one second instead of twenty.

The generated package `cdktf_cdktf_provider_aws` ends its `__init__.py` with one `from . import x` for each
of its 2,135 sub-modules, and its JavaScript half requires as many files. That takes twenty seconds and a
gigabyte, and an app uses a hundredth of it. jsii does not need it: sub-modules can be imported one by one.

`install` puts the package into `sys.modules` without running its `__init__.py`, tells jsii which sub-module
defines which type, and makes jsii load `loader.cjs`, which does the same for the JavaScript half. It also
caches the type hints that the bindings check each call against.
Imports, types and the synthesized bytes stay the same. If anything is not as expected, the package loads as
shipped, and one message at debug level says why.

To use it elsewhere, copy this file and `loader.cjs`, and call `install` before anything imports the
provider's package; `cdktf` itself may be imported earlier. The two files depend on nothing else here.
"""

import ast
import importlib
import importlib.util
import io
import json
import logging
import os
import sys
import tarfile
import tempfile
import typing
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

JAVASCRIPT = Path(__file__).with_suffix(".cjs")

# The metadata that jsii requires of a package. This package has no types.
_PACKAGE = {"name": "lazy-bindings", "version": "1.0.0", "main": "index.js"}
_ASSEMBLY = {
    "schema": "jsii/0.10.0",
    "name": _PACKAGE["name"],
    "version": _PACKAGE["version"],
    "description": "Loads a provider's sub-modules on first use",
    "license": "Apache-2.0",
    "homepage": "-",
    "repository": {"type": "git", "url": "-"},
    "author": {"name": "-", "roles": ["author"]},
    "jsiiVersion": "5.0.0",
    "fingerprint": "-",
}

logger = logging.getLogger(__name__)


class UnexpectedError(Exception):
    """Something is not as this module expects it."""


def install(package: str, *, version: str, unless: str) -> bool:
    """Make `package` load on first use. Return whether it does; never raise an exception.

    `version` is the version of the package that this module is tested with. If the environment variable
    named by `unless` is set, the package loads as shipped.
    """
    try:
        module = _prepare(package, version, unless)
    except Exception as error:  # the package still loads as shipped
        logger.debug("%s loads as shipped: %s: %s", package, type(error).__name__, error)
        return False
    sys.modules[package] = module
    _cache_type_hints()
    try:
        _load_in_node()
    except Exception as error:
        logger.debug("Node loads the package as shipped: %s: %s", type(error).__name__, error)
    return True


def _prepare(package: str, version: str, unless: str) -> ModuleType:
    if os.environ.get(unless):
        raise UnexpectedError(f"{unless} is set")
    if package in sys.modules:
        raise UnexpectedError("it is already imported")
    spec, folder = _find(package)
    assembly, found = _assembly(folder / "_jsii" / "__init__.py")
    if found != version:
        raise UnexpectedError(f"version {found} is installed, {version} is known to work")
    submodules = _eager_imports(folder / "__init__.py")
    # Newer packages fill this map of jsii's themselves.
    places = importlib.import_module("jsii._reference_map")._submodule_fqn_map
    places.update({f"{assembly}.{_camel_case(name)}": f"{package}.{name}" for name in submodules})
    return _lazy_module(spec, submodules)


def _find(package: str) -> tuple[ModuleSpec, Path]:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UnexpectedError("it is not an installed package")
    return spec, Path(spec.submodule_search_locations[0])


def _assembly(init: Path) -> tuple[str, str]:
    """The arguments of `jsii.JSIIAssembly.load(...)`: the assembly's name and its version."""
    for node in ast.walk(ast.parse(init.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "jsii.JSIIAssembly.load":
            name, version = (str(ast.literal_eval(argument)) for argument in node.args[:2])
            return name, version
    raise UnexpectedError(f"{init} loads no assembly")


def _eager_imports(init: Path) -> frozenset[str]:
    """The sub-modules that `init` imports at its end. Raises UnexpectedError for any other line there."""
    body = init.read_text("utf-8").rpartition("\npublication.publish()\n")[2]
    names = set()
    for line in filter(None, (line.partition("#")[0].strip() for line in body.splitlines())):
        prefix, _, name = line.rpartition(" ")
        if prefix != "from . import" or not (init.parent / name).is_dir():
            raise UnexpectedError(f"{init} has the line {line!r} after publication.publish()")
        names.add(name)
    if not names:
        raise UnexpectedError(f"{init} imports no sub-module")
    return frozenset(names)


def _camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def _lazy_module(spec: ModuleSpec, submodules: frozenset[str]) -> ModuleType:
    module = importlib.util.module_from_spec(spec)

    def load(name: str) -> ModuleType:
        if name in submodules:
            return importlib.import_module(f"{spec.name}.{name}")
        raise AttributeError(f"module {spec.name!r} has no attribute {name!r}")

    module.__getattr__ = load  # type: ignore[method-assign]  # PEP 562
    module.__dict__["__all__"] = sorted(submodules)
    return module


def _cache_type_hints() -> None:
    """Evaluate the type hints of each of the bindings' stubs once, instead of at every call."""
    evaluate = typing.get_type_hints
    evaluated: dict[object, dict[str, Any]] = {}

    def cached(obj: Any, *args: Any, **options: Any) -> dict[str, Any]:
        stub = getattr(obj, "__name__", "").startswith("_typecheckingstub__")
        if args or options or not stub:
            return evaluate(obj, *args, **options)
        if obj not in evaluated:
            evaluated[obj] = evaluate(obj)
        return evaluated[obj]

    typing.get_type_hints = cached


def _load_in_node() -> None:
    """Give `loader.cjs` to jsii as a package.

    NODE_OPTIONS has no effect if `cdktf` is imported first, because that starts Node. All other Node
    programs that this process starts would inherit it.
    """
    files = {
        "package.json": json.dumps(_PACKAGE).encode(),
        ".jsii": json.dumps(_ASSEMBLY).encode(),
        "index.js": JAVASCRIPT.read_bytes(),
    }
    with tempfile.TemporaryDirectory() as folder:
        tarball = Path(folder) / "lazy-bindings.tar"
        with tarfile.open(tarball, "w") as archive:
            for name, content in files.items():
                entry = tarfile.TarInfo(f"package/{name}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        jsii = importlib.import_module("jsii")
        jsii.kernel.load(_PACKAGE["name"], _PACKAGE["version"], str(tarball))
