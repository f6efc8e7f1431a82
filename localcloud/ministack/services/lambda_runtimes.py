"""Functions run on the Python of their runtime, where ministack would take its own."""

from ministack.core import lambda_runtime

from localcloud.lambda_python import lambda_python


def use_their_own_python() -> None:
    """Replace how ministack finds the interpreter of a function; it has no setting for that."""
    find = lambda_runtime._detect_runtime_binary

    def found(runtime: str) -> tuple[str, str]:
        interpreter, worker = find(runtime)
        return (lambda_python(runtime) if runtime.startswith("python") else interpreter), worker

    lambda_runtime._detect_runtime_binary = found
