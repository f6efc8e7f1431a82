from collections.abc import Callable

import cdktf
import pytest

from config.schema.settings import Environment, environments_folder, load
from main import build_app
from tests.synth.template import Template

ENVIRONMENT_NAMES = sorted(path.stem for path in environments_folder().glob("*.yaml"))

Synthesize = Callable[[Environment], dict[str, Template]]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """The stacks of an environment by their part: `s3`, `lambda`, `sagemaker-<model>`."""

    def templates(environment: Environment) -> dict[str, Template]:
        app = build_app(environment, outdir=str(tmp_path_factory.mktemp("cdktf.out")))
        return {
            stack.node.id.removeprefix(f"{environment.name}-"): Template(stack)
            for stack in app.node.children
            if isinstance(stack, cdktf.TerraformStack)
        }

    return templates


@pytest.fixture(scope="session")
def dev(synthesize: Synthesize) -> dict[str, Template]:
    return synthesize(load("dev"))


@pytest.fixture(scope="session")
def prod(synthesize: Synthesize) -> dict[str, Template]:
    return synthesize(load("prod"))


@pytest.fixture(scope="session", params=ENVIRONMENT_NAMES)
def any_environment(request: pytest.FixtureRequest, synthesize: Synthesize) -> dict[str, Template]:
    return synthesize(load(request.param))
