import importlib
import logging
import sys
import typing
from pathlib import Path

import jsii
import pytest

from lazy_bindings import loader

ASSEMBLY = (
    'import jsii\njsii.JSIIAssembly.load("@cdktf/provider-toy", "1.2.3", __name__, "x.tgz")\n'
)
INIT = "publication.publish()\n\n# Loading modules\nfrom . import big_box\nfrom . import ball\n"


@pytest.fixture(autouse=True)
def _everything_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    places = importlib.import_module("jsii._reference_map")
    monkeypatch.setattr(places, "_submodule_fqn_map", dict(places._submodule_fqn_map))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    monkeypatch.setattr(typing, "get_type_hints", typing.get_type_hints)
    monkeypatch.delenv("STOCK", raising=False)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as jsii generates it, with an `__init__.py` that raises an error if it runs."""
    package = tmp_path / "toy"
    for name in ("_jsii", "big_box", "ball"):
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").write_text(f"NAME = {name!r}\n")
    (package / "_jsii" / "__init__.py").write_text(ASSEMBLY)
    (package / "__init__.py").write_text(f"raise RuntimeError('eager')\n{INIT}")
    monkeypatch.syspath_prepend(tmp_path)
    return package


def install() -> bool:
    return loader.install("toy", version="1.2.3", unless="STOCK")


def falls_back(caplog: pytest.LogCaptureFixture) -> str:
    """The one message that says why the package loads as shipped."""
    with caplog.at_level(logging.DEBUG, logger=loader.__name__):
        assert not install()
    assert "toy" not in sys.modules
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    return record.getMessage()


@pytest.mark.usefixtures("toy")
def test_the_hints_of_stubs_are_evaluated_once_and_all_others_anew() -> None:
    def hinted(name: str) -> typing.Any:
        def function(value: object) -> None: ...

        function.__name__, function.__annotations__ = name, {"value": "int"}
        return function

    assert install()
    stub, other = hinted("_typecheckingstub__0a1b"), hinted("other")
    assert typing.get_type_hints(stub) is typing.get_type_hints(stub) == {"value": int}
    assert typing.get_type_hints(other) is not typing.get_type_hints(other)
    assert typing.get_type_hints(other) == {"value": int}


@pytest.mark.usefixtures("toy")
def test_submodules_load_on_first_use() -> None:
    assert install()
    package = importlib.import_module("toy")
    assert "toy.ball" not in sys.modules
    assert package.ball.NAME == "ball"
    assert importlib.import_module("toy.big_box").NAME == "big_box"
    with pytest.raises(AttributeError, match="has no attribute 'cube'"):
        _ = package.cube


@pytest.mark.usefixtures("toy")
def test_a_star_import_brings_every_submodule() -> None:
    assert install()
    assert importlib.import_module("toy").__all__ == ["ball", "big_box"]


@pytest.mark.usefixtures("toy")
def test_jsii_gets_the_submodule_of_each_type() -> None:
    assert install()
    places = importlib.import_module("jsii._reference_map")._submodule_fqn_map
    assert places["@cdktf/provider-toy.bigBox"] == "toy.big_box"


@pytest.mark.usefixtures("toy")
def test_the_environment_turns_it_off(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCK", "1")
    assert "STOCK is set" in falls_back(caplog)


def test_another_version_loads_as_shipped(toy: Path, caplog: pytest.LogCaptureFixture) -> None:
    (toy / "_jsii" / "__init__.py").write_text(ASSEMBLY.replace("1.2.3", "1.3.0"))
    assert "version 1.3.0 is installed, 1.2.3 is known to work" in falls_back(caplog)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("__init__.py", f"{INIT}print('more')\n", "has the line \"print('more')\""),
        ("__init__.py", f"{INIT}from . import gone\n", "has the line 'from . import gone'"),
        ("__init__.py", "publication.publish()\n", "imports no sub-module"),
        ("_jsii/__init__.py", "", "loads no assembly"),
        ("_jsii/__init__.py", "jsii.JSIIAssembly.load(name, version)\n", "ValueError"),
        ("_jsii/__init__.py", "this is no python\n", "SyntaxError"),
        ("_jsii/__init__.py", None, "FileNotFoundError"),
    ],
)
def test_another_layout_loads_as_shipped(
    toy: Path, caplog: pytest.LogCaptureFixture, file: str, content: str | None, reason: str
) -> None:
    if content is None:
        (toy / file).unlink()
    else:
        (toy / file).write_text(f"\n{content}")
    assert reason in falls_back(caplog)


def test_a_package_that_is_not_installed_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    assert "not an installed package" in falls_back(caplog)


@pytest.mark.usefixtures("toy")
def test_with_another_build_of_jsii_the_package_loads_as_shipped(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("jsii._reference_map._submodule_fqn_map")
    assert "AttributeError" in falls_back(caplog)


def test_a_package_that_is_already_imported_stays_as_it_is(toy: Path) -> None:
    (toy / "__init__.py").write_text("")
    imported = importlib.import_module("toy")
    assert not install()
    assert sys.modules["toy"] is imported


@pytest.mark.usefixtures("toy")
def test_without_the_javascript_only_node_loads_the_package_as_shipped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "JAVASCRIPT", tmp_path / "missing.cjs")
    with caplog.at_level(logging.DEBUG, logger=loader.__name__):
        assert install()
    assert "Node loads the package as shipped: FileNotFoundError" in caplog.text
    assert importlib.import_module("toy").ball.NAME == "ball"


@pytest.mark.usefixtures("toy")
def test_a_jsii_that_refuses_the_javascript_is_not_a_failure(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("another protocol")

    monkeypatch.setattr(jsii.kernel, "load", refuse)
    with caplog.at_level(logging.DEBUG, logger=loader.__name__):
        assert install()
    assert "Node loads the package as shipped: RuntimeError: another protocol" in caplog.text
