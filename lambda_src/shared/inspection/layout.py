"""Whether the container of a model finds in an archive what it serves.

Code at `code/inference.py` loads the model itself, so with it every layout is right. Without code, AWS's
containers load weights at the top of the archive. What another image loads is not known here.

https://github.com/aws/sagemaker-huggingface-inference-toolkit/blob/main/src/sagemaker_huggingface_inference_toolkit/handler_service.py
https://github.com/aws/sagemaker-pytorch-inference-toolkit/blob/master/src/sagemaker_pytorch_serving_container/default_pytorch_inference_handler.py
"""

from pathlib import PurePosixPath

from lambda_src.shared.bounded_json import MalformedJson, parse
from lambda_src.shared.inspection.formats import PACK
from lambda_src.shared.inspection.refusal import Refusal
from lambda_src.shared.inspection.tar_members import FILES, Member
from lambda_src.shared.quoted import quoted
from lambda_src.shared.smoke_request import MAX_BYTES

CODE = PurePosixPath("code/inference.py")
CONFIG = PurePosixPath("config.json")
HUGGINGFACE = "huggingface-pytorch-inference"
PYTORCH = "pytorch-inference"
# The weights that AWS's containers load without code.
_LOADED = {HUGGINGFACE: {".bin", ".safetensors"}, PYTORCH: {".pt", ".pth"}}
AWS_CONTAINERS = frozenset(_LOADED)
# What no image serves, by suffix and by name.
_NOT_SERVED = {".md", ".py", ".rst"}
_PAPERS = {"license", "notice", "readme", "requirements"}
# The ends of the architectures whose task the HuggingFace container infers from config.json.
_TASKS = (
    "EncoderDecoderModel",
    "ForCausalLM",
    "ForConditionalGeneration",
    "ForMaskedLM",
    "ForMultipleChoice",
    "ForQuestionAnswering",
    "ForSequenceClassification",
    "ForTokenClassification",
    "GPT2LMHeadModel",
    "MTModel",
    "T5WithLMHeadModel",
)


def repository(image: str) -> str:
    """The ECR repository of an image's URI, without its registry."""
    return image.partition("/")[2].partition("@")[0].partition(":")[0]


class Layout:
    """Where an archive has its code and its weights, in bounded memory."""

    def __init__(self, repository: str) -> None:
        self._repository = repository
        self._loaded = _LOADED.get(repository)
        self._tops: set[str] = set()
        self._has_code = self._has_weights = False
        self._misplaced_code: str | None = None
        self._nested_weights: str | None = None
        self._config: bytes | None = None

    def add(self, member: Member) -> None:
        path = PurePosixPath(member.name)
        # macOS puts a file `._<name>` of attributes beside each file.
        if member.kind not in FILES or path.name.startswith("._"):
            return
        if len(self._tops) < 2:
            self._tops.add(path.parts[0] if len(path.parts) > 1 else "")
        if path == CODE:
            self._has_code = True
        elif self._is_misplaced_code(path):
            self._misplaced_code = self._misplaced_code or member.name
        elif path == CONFIG:
            self._config = member.content
        if member.size and self._is_weights(path):
            if self._loaded and len(path.parts) > 1:
                self._nested_weights = self._nested_weights or member.name
            else:
                self._has_weights = True

    def refuse_unservable(self) -> None:
        """Raises Refusal if the container cannot serve what the archive contains."""
        if self._has_code:
            return
        if self._misplaced_code:
            raise Refusal(
                f"{quoted(self._misplaced_code)} is in the wrong place: a container runs {CODE} only."
                f"{self._folder_on_top()} {PACK}"
            )
        if not self._has_weights:
            raise Refusal(f"{self._no_model()} {PACK}")
        if self._repository == HUGGINGFACE:
            self._refuse_no_task()

    def _is_misplaced_code(self, path: PurePosixPath) -> bool:
        """With another image, an inference.py can be anything, unless its folder is `code` as well."""
        return path.name == CODE.name if self._loaded else path.parts[-2:] == CODE.parts

    def _is_weights(self, path: PurePosixPath) -> bool:
        suffix = path.suffix.lower()
        if self._loaded:
            return suffix in self._loaded
        # Another image can load anything: XGBoost's own files are called *.ubj, *.json, xgboost-model.
        is_code = suffix in _NOT_SERVED or path.parts[:1] == CODE.parts[:1]
        return not is_code and path.stem.lower() not in _PAPERS

    def _folder_on_top(self) -> str:
        (top, *others) = self._tops or [""]
        return f" All files are in the folder {quoted(top)}." if top and not others else ""

    def _no_model(self) -> str:
        if self._nested_weights:
            return (
                f"{quoted(self._nested_weights)} is in the wrong place: without {CODE}, the container "
                f"reads weights at the top of the archive only.{self._folder_on_top()}"
            )
        kinds = (
            f" ({', '.join(sorted(f'*{each}' for each in self._loaded))})" if self._loaded else ""
        )
        return f"The archive has neither {CODE} nor model weights{kinds}.{self._folder_on_top()}"

    def _refuse_no_task(self) -> None:
        """Raises Refusal unless config.json has an architecture of which the container knows the task."""
        if self._config is None:
            raise Refusal(
                f"Without {CODE}, the HuggingFace container needs {CONFIG} at the top of the archive: "
                "save the model with save_pretrained, or add the code."
            )
        try:
            config = parse(self._config, MAX_BYTES)
        except MalformedJson as error:
            raise Refusal(f"{CONFIG} {error}") from error
        architectures = config.get("architectures") if isinstance(config, dict) else None
        first = architectures[0] if isinstance(architectures, list) and architectures else None
        if not isinstance(first, str) or not first.endswith(_TASKS):
            found = quoted(first) if isinstance(first, str) else "none"
            raise Refusal(
                f"Without {CODE}, the HuggingFace container infers the task from the first of the "
                f"architectures in {CONFIG}; it knows none for this one: {found}. Add the code."
            )
