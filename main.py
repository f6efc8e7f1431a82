"""The cdktf app: read the environment, create its stacks, synthesize.

`DEPLOYMENT_ENV` names the environment; the default is `dev`. `ROLLFORWARD_MODELS=sentiment,…` selects some
of its models. Exit code 2 means a mistake in the environment's file or in one of these names.
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
    """The stacks of one environment. They refer to each other by name, and depend on each other for order.

    If models are `selected`, only the stacks of their endpoints: the shared stacks need every model.
    """
    app = App(outdir=outdir)
    if selected:
        for model in selected:
            SageMakerStack(app, environment=environment, model=model)
        return app
    registrar = LambdaStack(app, environment=environment)
    bucket = S3Stack(app, environment=environment)
    # S3 validates the function when the notification is created.
    bucket.add_dependency(registrar)
    for model in environment.models:
        endpoint = SageMakerStack(app, environment=environment, model=model)
        endpoint.add_dependency(bucket)
    return app


def selected_models(environment: Environment, text: str) -> list[str]:
    """The models in a comma-separated list. Raises ConfigError for a model that does not exist."""
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
