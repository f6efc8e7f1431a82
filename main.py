"""The app: read the environment, place its stacks, synthesize.

`DEPLOYMENT_ENV` names the environment, `dev` if it is not set. Exit code 2 says that its file has mistakes.
"""

import os
import sys

from cdktf import App

from config.errors import ConfigError
from config.settings import Environment, load
from stacks.lambda_stack import LambdaStack
from stacks.s3_stack import S3Stack
from stacks.sagemaker_stack import SageMakerStack


def build_app(environment: Environment, outdir: str | None = None) -> App:
    """Every stack of one environment. Stacks know each other by name; only the order is told."""
    app = App(outdir=outdir)
    registrar = LambdaStack(app, environment=environment)
    bucket = S3Stack(app, environment=environment)
    # S3 asks the function before it accepts a notification to it.
    bucket.add_dependency(registrar)
    for model in environment.models:
        endpoint = SageMakerStack(app, environment=environment, model=model)
        endpoint.add_dependency(registrar)
        endpoint.add_dependency(bucket)
    return app


if __name__ == "__main__":
    try:
        build_app(load(os.environ.get("DEPLOYMENT_ENV", "dev"))).synth()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
