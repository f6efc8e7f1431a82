import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from config.errors import ConfigError
from stacks.constructs.bundle import bundle

SOURCE = Path(__file__).parents[4] / "lambda_src"
# What the Lambda runtime has beside the function.
PROVIDED = ["boto3", "botocore", "dateutil", "s3transfer", "six", "urllib3"]


@pytest.fixture(scope="module")
def registrar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(SOURCE, tmp_path_factory.mktemp("bundles"))


def function(folder: Path, requirements: str = "") -> Path:
    source = folder / "function"
    source.mkdir()
    (source / "handler.py").write_text("def handler(event, context): ...\n")
    (source / "requirements.txt").write_text(requirements)
    return source


def entries(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_the_same_source_gives_the_same_bytes_at_any_time_and_place(tmp_path: Path) -> None:
    copy = tmp_path / "copy" / SOURCE.name
    # Another order of creation, other times, other permissions.
    for path in sorted([*SOURCE.rglob("*.py"), SOURCE / "requirements.txt"], reverse=True):
        other = copy / path.relative_to(SOURCE)
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, other)
        os.utime(other, (1e9, 1e9))
        other.chmod(0o755)
    original = bundle(SOURCE, tmp_path / "one")
    assert bundle(copy, tmp_path / "two").read_bytes() == original.read_bytes()


def test_other_source_gives_other_bytes(tmp_path: Path) -> None:
    source = function(tmp_path)
    before = bundle(source, tmp_path).read_bytes()
    (source / "handler.py").write_text("def handler(event, context): return 1\n")
    assert bundle(source, tmp_path).read_bytes() != before


def test_another_synth_never_reads_a_partial_bundle(tmp_path: Path) -> None:
    source = function(tmp_path)
    with bundle(source, tmp_path).open("rb") as reader:
        (source / "more.py").write_text("")
        bundle(source, tmp_path)
        assert zipfile.ZipFile(reader).namelist() == ["function/handler.py"]


def test_compiled_files_are_left_out(tmp_path: Path) -> None:
    source = function(tmp_path)
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "handler.cpython-311.pyc").write_bytes(b"\0")
    assert entries(bundle(source, tmp_path)) == ["function/handler.py"]


def test_what_pip_adds_to_a_dependency_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ["thing/__init__.py", "thing/__pycache__/__init__.cpython-311.pyc", "../../bin/thing"]
    info = tmp_path / "site" / "thing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
    records = [*files, f"{info.name}/METADATA", f"{info.name}/RECORD"]
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in records))
    for name in files:
        path = info.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    monkeypatch.syspath_prepend(info.parent)
    made = bundle(function(tmp_path, "thing==1.0"), tmp_path)
    assert entries(made) == ["function/handler.py", "thing/__init__.py"]


def test_what_the_lambda_runtime_provides_is_left_out(tmp_path: Path) -> None:
    found = entries(bundle(function(tmp_path, "boto3\njmespath"), tmp_path))
    assert {name.partition("/")[0] for name in found} == {"function", "jmespath"}


def test_the_files_are_sorted(registrar: Path) -> None:
    assert entries(registrar) == sorted(entries(registrar))


def test_the_bundle_has_every_dependency_that_lambda_does_not_provide(registrar: Path) -> None:
    found = {name.partition("/")[0] for name in entries(registrar)}
    assert {"lambda_src", "aws_lambda_powertools", "jmespath", "typing_extensions.py"} <= found


def test_the_handler_starts_from_the_zip_and_what_lambda_has(
    registrar: Path, tmp_path: Path
) -> None:
    for name in PROVIDED:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        module = Path(spec.origin)
        module = module.parent if module.stem == "__init__" else module
        (tmp_path / module.name).symlink_to(module)
    places = [str(registrar), str(tmp_path)]
    ran = subprocess.run(
        # Isolated, without site-packages.
        [
            *(sys.executable, "-I", "-S", "-c"),
            f"import sys; sys.path[:0] = {places}\nimport lambda_src.register_model.handler",
        ],
        env={"POWERTOOLS_SERVICE_NAME": "registrar", "POWERTOOLS_METRICS_NAMESPACE": "Rollforward"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        (
            "no-such-thing==1.0",
            r"needs no-such-thing==1\.0, which is not installed: run make setup",
        ),
        ("jmespath==0.0.1", r"needs jmespath==0\.0\.1, but [\d.]+ is installed: run make setup"),
        ("pydantic-core", "pydantic-core is compiled for this machine"),
    ],
)
def test_a_dependency_that_would_not_run_is_refused(
    tmp_path: Path, requirement: str, message: str
) -> None:
    source = function(tmp_path, f"# a comment\n{requirement}\n")
    with pytest.raises(ConfigError, match=message):
        bundle(source, tmp_path)
    assert not (tmp_path / "function.zip").exists()
