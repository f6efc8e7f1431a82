"""A model's container: `python model_server.py MODEL_DIR PORT`.

It implements SageMaker's contract for serving containers, with the functions of SageMaker's inference
toolkit: `code/inference.py` has `model_fn` and optionally `input_fn`, `predict_fn` and `output_fn`. A model
of the HuggingFace hub needs no code. This script imports only the standard library, so that the model's code
does not see the modules of the local cloud.

If `LOCALCLOUD_TOOLKIT` is set to the Python of an environment that has AWS's handler for HuggingFace models,
the container runs in that environment and uses that handler.

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
HUB_MODEL = "HF_MODEL_ID"
TOOLKIT = "LOCALCLOUD_TOOLKIT"

Answer = tuple[int, bytes, str]


class Model:
    """The four functions of the model's code, with the toolkit's defaults for functions that are missing."""

    def __init__(self, folder: Path) -> None:
        code = folder / "code"
        sys.path.insert(0, str(code))
        script = code / "inference.py"
        if TASK in os.environ and not script.exists():
            module: Any = _PipelineModule
        else:
            module = _load_module(script)
        self._input = getattr(module, "input_fn", _parse_json)
        self._predict = getattr(module, "predict_fn", _call)
        self._output = getattr(module, "output_fn", _to_json)
        self._model = module.model_fn(str(folder))

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        prediction = self._predict(self._input(body, content_type), self._model)
        answer = self._output(prediction, accept)
        content, kind = answer if isinstance(answer, tuple) else (answer, accept)
        return 200, _encode(content), kind


def _load_module(path: Path) -> Any:
    spec = spec_from_file_location("inference", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python module.")
    module = sys.modules["inference"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _PipelineModule:
    """What AWS's container for HuggingFace does with a model without code."""

    @staticmethod
    def model_fn(folder: str) -> Callable[..., Any]:
        # Not of the standard library: models without code need it installed with the local cloud.
        transformers = import_module("transformers")
        pipeline: Callable[..., Any] = transformers.pipeline(os.environ[TASK], model=folder)
        return pipeline

    @staticmethod
    def predict_fn(data: Any, pipeline: Callable[..., Any]) -> Any:
        return pipeline(data.pop("inputs", data), **(data.pop("parameters", None) or {}))


class Toolkit:
    """AWS's handler for HuggingFace models, called as AWS's model server calls it.

    https://github.com/awslabs/multi-model-server/blob/master/mms/service.py
    """

    def __init__(self, folder: Path) -> None:
        self._server = import_module("mms.service")
        self._one_at_a_time = threading.Lock()
        service = import_module("sagemaker_huggingface_inference_toolkit.handler_service")
        self._handler = service.HuggingFaceHandlerService()
        model_dir = _download_from_hub(folder) if HUB_MODEL in os.environ else str(folder)
        self._context = self._server.Context("model", model_dir, None, 1, None, "")
        try:
            self._handler.initialize(self._context)
        except Exception:
            # The model server reports a loaded model anyway; each request tries again, and fails.
            traceback.print_exc()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        headers = {"Content-Type": content_type, "Accept": accept}
        with self._one_at_a_time:
            self._context.request_processor = [self._server.RequestProcessor(headers)]
            self._context.metrics = self._server.MetricsStore({0: "request"}, "model")
            try:
                (content,) = self._handler.handle([{"body": body}], self._context)
            except self._server.PredictionException as error:
                traceback.print_exc()
                return _server_error(error.error_code, error.message)
            return 200, _encode(content), self._context.get_response_content_type(0)


def _download_from_hub(folder: Path) -> str:
    """The folder of the downloaded model, as the toolkit's own entry point has it."""
    toolkit = import_module("sagemaker_huggingface_inference_toolkit.transformers_utils")
    model_dir: str = toolkit._load_model_from_hub(
        os.environ[HUB_MODEL], str(folder), toolkit.HF_MODEL_REVISION, toolkit.HF_API_TOKEN
    )
    return model_dir


def _server_error(status: int, message: str) -> Answer:
    body = {"code": status, "type": "InternalServerException", "message": message}
    return status, json.dumps(body, indent=2).encode(), JSON


def _encode(content: Any) -> bytes:
    """The body that AWS's model server sends."""
    if isinstance(content, bytes | bytearray):
        return bytes(content)
    return (content if isinstance(content, str) else json.dumps(content, indent=2)).encode()


def _parse_json(body: bytes, content_type: str) -> Any:
    _require_json(content_type)
    return json.loads(body)


def _call(data: Any, model: Callable[[Any], Any]) -> Any:
    return model(data)


def _to_json(prediction: Any, accept: str) -> tuple[bytes, str]:
    _require_json(accept)
    return json.dumps(prediction).encode(), JSON


def _require_json(kind: str) -> None:
    if kind.partition(";")[0].strip() != JSON:
        raise ValueError(f"Content type {kind} is not supported by this model.")


def serve(model: Model | Toolkit, port: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ping" else 404, b"", JSON)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            accept = self.headers.get("Accept", "*/*")
            try:
                answer = model.invoke(
                    body,
                    self.headers.get("Content-Type", JSON),
                    JSON if accept == "*/*" else accept,
                )
            except Exception as error:  # the caller gets what the model's code raises
                traceback.print_exc()
                answer = 500, str(error).encode(), "text/plain"
            self._answer(*answer)

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
    # Not sys.stdin: a thread that holds its lock makes Python abort at exit.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    # The model's code must not import the modules in this script's folder.
    del sys.path[0]
    handler = Toolkit if TOOLKIT in os.environ else Model
    # A container is healthy once it answers /ping, so the model is loaded first.
    serve(handler(Path(sys.argv[1])), int(sys.argv[2]))
