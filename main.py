"""The app: read the environment, place its stacks, synthesize.

`DEPLOYMENT_ENV` names the environment, `dev` if it is not set. `ROLLFORWARD_MODELS=sentiment,…` selects some
of its models. Exit code 2 says that there is a mistake in the environment's file or in these names.
"""

import os
import sys
from collections.abc import Sequence

from cdktf import App

from config.errors import ConfigError
from config.schema.settings import Environment, load
from stacks.lambda_stack import LambdaStack
from stacks.s3_stack import S3Stack
from stacks.sagemaker_stack import SageMakerStack


def build_app(
    environment: Environment, *, selected: Sequence[str] = (), outdir: str | None = None
) -> App:
    """The stacks of one environment. They know each other by name; only the order is told.

    With models `selected`, only their endpoints: the shared stacks hold something of every model.
    """
    app = App(outdir=outdir)
    if selected:
        for model in selected:
            SageMakerStack(app, environment=environment, model=model)
        return app
    registrar = LambdaStack(app, environment=environment)
    bucket = S3Stack(app, environment=environment)
    # S3 asks the function before it accepts a notification to it.
    bucket.add_dependency(registrar)
    for model in environment.models:
        endpoint = SageMakerStack(app, environment=environment, model=model)
        endpoint.add_dependency(bucket)
    return app


def selected_models(environment: Environment, text: str) -> list[str]:
    """The models that a comma-separated list names. Raises ConfigError if there is no such model."""
    selected = [name.strip() for name in text.split(",") if name.strip()]
    for name in selected:
        environment.model(name)
    return list(dict.fromkeys(selected))


def main() -> None:
    environment = load(os.environ.get("DEPLOYMENT_ENV", "dev"))
    selected = selected_models(environment, os.environ.get("ROLLFORWARD_MODELS", ""))
    build_app(environment, selected=selected).synth()


if __name__ == "__main__":
    try:
        main()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
