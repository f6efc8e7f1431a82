"""Load a cdktf provider's bindings on first use, so that synthesis starts in a second or two.

The generated package `cdktf_cdktf_provider_aws` ends its `__init__.py` with one `from . import x` for each
of some 1,400 sub-modules, and its JavaScript half requires 2,135 files the same way: half a minute and a
gigabyte, of which a stack uses a hundredth. jsii needs neither: sub-modules work when imported one by one.

`install(package)` puts the package into `sys.modules` without running its `__init__.py`, tells jsii where
the types of the sub-modules live, and has Node preload `fast_jsii.cjs`, which does the same for its half.
Imports, types and the synthesized bytes stay the same. Whatever looks unexpected takes the stock path,
and says so once at debug level; `ROLLFORWARD_STOCK_JSII=1` asks for the stock path.

To use it elsewhere, copy this file and `fast_jsii.cjs`, and call `install("cdktf_cdktf_provider_aws")`
before anything imports that package. It knows nothing of the project around it.
"""

import ast
import importlib
import importlib.util
import logging
import os
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

STOCK = "ROLLFORWARD_STOCK_JSII"
PRELOAD = Path(__file__).with_suffix(".cjs")

logger = logging.getLogger(__name__)


class UnexpectedLayoutError(Exception):
    """The package does not look as jsii-pacmak generates it."""


def install(package: str) -> bool:
    """Make `package` load lazily; return whether it does. Never raises for what it finds."""
    if os.environ.get(STOCK) or package in sys.modules:
        return False
    try:
        spec, folder = _find(package)
        submodules = _eager_imports(folder / "__init__.py")
        assembly = _assembly_name(folder / "_jsii" / "__init__.py")
        fqns = importlib.import_module("jsii._reference_map")._submodule_fqn_map
        fqns.update({f"{assembly}.{_camel_case(name)}": f"{package}.{name}" for name in submodules})
    except Exception as error:  # whatever is wrong, the stock path still works
        logger.debug("%s loads the stock way: %s: %s", package, type(error).__name__, error)
        return False
    sys.modules[package] = _lazy_module(spec, submodules)
    _preload_in_node()
    return True


def _find(package: str) -> tuple[ModuleSpec, Path]:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UnexpectedLayoutError("not an installed package")
    return spec, Path(spec.submodule_search_locations[0])


def _eager_imports(init: Path) -> frozenset[str]:
    """The names that `init` imports from its own package, when they all stand at its end."""
    body = init.read_text("utf-8").rpartition("\npublication.publish()\n")[2]
    names = set()
    for line in filter(None, (line.partition("#")[0].strip() for line in body.splitlines())):
        prefix, _, name = line.rpartition(" ")
        if prefix != "from . import" or not (init.parent / name).is_dir():
            raise UnexpectedLayoutError(f"{init} has the line {line!r} after publication.publish()")
        names.add(name)
    if not names:
        raise UnexpectedLayoutError(f"{init} imports no sub-module")
    return frozenset(names)


def _assembly_name(init: Path) -> str:
    """The first argument of `jsii.JSIIAssembly.load(...)`, such as `@cdktf/provider-aws`."""
    for node in ast.walk(ast.parse(init.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "jsii.JSIIAssembly.load":
            return str(ast.literal_eval(node.args[0]))
    raise UnexpectedLayoutError(f"{init} loads no assembly")


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
    return module


def _preload_in_node() -> None:
    """Extend NODE_OPTIONS, which jsii's Node inherits; a user's own options stay in front."""
    if not PRELOAD.is_file():
        logger.debug("%s is missing: Node loads the stock way", PRELOAD)
        return
    quoted = str(PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    option = f'--require="{quoted}"'
    options = os.environ.get("NODE_OPTIONS", "")
    if option not in options:
        os.environ["NODE_OPTIONS"] = f"{options} {option}".strip()
