"""A sentence embedder of torch and transformers, as SageMaker's Hugging Face container would run it."""

from typing import Any

import torch
from transformers import AutoModel, AutoTokenizer


def model_fn(model_dir: str) -> tuple[Any, Any]:
    return AutoTokenizer.from_pretrained(model_dir), AutoModel.from_pretrained(model_dir).eval()


def predict_fn(data: dict[str, list[str]], model: tuple[Any, Any]) -> list[list[float]]:
    tokenizer, encoder = model
    batch = tokenizer(data["inputs"], padding=True, truncation=True, return_tensors="pt")
    with torch.inference_mode():
        tokens = encoder(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    pooled = (tokens * mask).sum(1) / mask.sum(1)
    embeddings: list[list[float]] = torch.nn.functional.normalize(pooled).tolist()
    return embeddings
