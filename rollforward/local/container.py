"""A model's container: `python container.py MODEL_DIR PORT`.

Keeps SageMaker's contract for serving containers, with the handlers of its inference toolkit:
`code/inference.py` brings `model_fn` and, if the defaults do not suit, `input_fn`, `predict_fn` and
`output_fn`. A model of the HuggingFace hub may come without code. Stands alone, on the standard
library, so that the model's code sees nothing of ours.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

JSON = "application/json"
TASK = "HF_TASK"

Answer = tuple[bytes, str]


class Model:
    """The user's four functions, with the toolkit's defaults for those that are missing."""

    def __init__(self, folder: Path) -> None:
        code = folder / "code"
        # In the place of this script's own folder, whose modules are none of the model's business.
        sys.path[0] = str(code)
        script = code / "inference.py"
        if TASK in os.environ and not script.exists():
            module: Any = _WithoutCode
        else:
            module = _module(script)
        self._input = getattr(module, "input_fn", _from_json)
        self._predict = getattr(module, "predict_fn", _call)
        self._output = getattr(module, "output_fn", _to_json)
        self._model = module.model_fn(str(folder))

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        prediction = self._predict(self._input(body, content_type), self._model)
        answer = self._output(prediction, accept)
        content, kind = answer if isinstance(answer, tuple) else (answer, accept)
        return content.encode() if isinstance(content, str) else content, kind


def _module(path: Path) -> Any:
    spec = spec_from_file_location("inference", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module.")
    module = sys.modules["inference"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _WithoutCode:
    """What AWS's container for HuggingFace does with a model that brings none."""

    @staticmethod
    def model_fn(folder: str) -> Callable[..., Any]:
        # Not of the standard library: whoever has models without code installs it beside the local cloud.
        transformers = import_module("transformers")
        pipeline: Callable[..., Any] = transformers.pipeline(os.environ[TASK], model=folder)
        return pipeline

    @staticmethod
    def predict_fn(data: Any, pipeline: Callable[..., Any]) -> Any:
        return pipeline(data.pop("inputs", data), **(data.pop("parameters", None) or {}))


def _from_json(body: bytes, content_type: str) -> Any:
    _require_json(content_type)
    return json.loads(body)


def _call(data: Any, model: Callable[[Any], Any]) -> Any:
    return model(data)


def _to_json(prediction: Any, accept: str) -> Answer:
    _require_json(accept)
    return json.dumps(prediction).encode(), JSON


def _require_json(kind: str) -> None:
    if kind.partition(";")[0].strip() != JSON:
        raise ValueError(f"Content type {kind} is not supported by this model.")


def serve(model: Model, port: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ping" else 404, b"", JSON)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            accept = self.headers.get("Accept", "*/*")
            try:
                content, kind = model.invoke(
                    body,
                    self.headers.get("Content-Type", JSON),
                    JSON if accept == "*/*" else accept,
                )
                self._answer(200, content, kind)
            except Exception as error:  # whatever the model's code raises is the caller's answer
                traceback.print_exc()
                self._answer(500, str(error).encode(), "text/plain")

        def _answer(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    Server(("127.0.0.1", port), Handler).serve_forever()


def end_with_parent() -> None:
    # Not by sys.stdin: a thread that holds its lock makes Python abort when it shuts down.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    # SageMaker takes a container for healthy when /ping answers: so the model is loaded first.
    serve(Model(Path(sys.argv[1])), int(sys.argv[2]))
