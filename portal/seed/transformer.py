"""A small but real transformer: Llama's layout, weights from a fixed seed, written without torch.

It loads with `transformers` (AutoModelForCausalLM, AutoTokenizer) and runs; it was never
trained, so it babbles. The same shape gives the same bytes on every machine.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from portal.seed import tokenizer


@dataclass(frozen=True)
class Shape:
    """What a transformer of the demo looks like."""

    hidden: int
    intermediate: int
    layers: int
    heads: int
    shards: int
    seed: int


Array = np.ndarray[Any, np.dtype[np.float16]]


def write_model(directory: Path, shape: Shape, card: str) -> None:
    """Write config, tokenizer, weights and model card into an existing directory."""
    (directory / "README.md").write_text(card)
    _write_json(directory / "config.json", config(shape))
    _write_json(
        directory / "generation_config.json",
        {"bos_token_id": 0, "eos_token_id": 0, "max_new_tokens": 64},
    )
    for name, content in tokenizer.files().items():
        _write_json(directory / name, content)
    _write_weights(directory, shape)


def config(shape: Shape) -> dict[str, Any]:
    """Return the content of config.json."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "float16",
        "vocab_size": tokenizer.VOCABULARY_SIZE,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "max_position_embeddings": 1024,
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": False,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "use_cache": True,
    }


def tensor_shapes(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield every tensor of the model in the order in which it is written."""
    hidden, inner = shape.hidden, shape.intermediate
    yield "model.embed_tokens.weight", (tokenizer.VOCABULARY_SIZE, hidden)
    for number in range(shape.layers):
        layer = f"model.layers.{number}"
        yield f"{layer}.input_layernorm.weight", (hidden,)
        for part in ("q_proj", "k_proj", "v_proj", "o_proj"):
            yield f"{layer}.self_attn.{part}.weight", (hidden, hidden)
        yield f"{layer}.post_attention_layernorm.weight", (hidden,)
        yield f"{layer}.mlp.gate_proj.weight", (inner, hidden)
        yield f"{layer}.mlp.up_proj.weight", (inner, hidden)
        yield f"{layer}.mlp.down_proj.weight", (hidden, inner)
    yield "model.norm.weight", (hidden,)
    yield "lm_head.weight", (tokenizer.VOCABULARY_SIZE, hidden)


def _write_weights(directory: Path, shape: Shape) -> None:
    tensors = list(tensor_shapes(shape))
    half = -(-len(tensors) // shape.shards)
    random = np.random.default_rng(shape.seed)
    weight_map: dict[str, str] = {}
    for shard in range(shape.shards):
        name = f"model-{shard + 1:05}-of-{shape.shards:05}.safetensors"
        if shape.shards == 1:
            name = "model.safetensors"
        part = tensors[shard * half : (shard + 1) * half]
        _write_safetensors(directory / name, part, random)
        weight_map |= {tensor: name for tensor, _ in part}
    if shape.shards > 1:
        total = sum(_bytes_of(dimensions) for _, dimensions in tensors)
        _write_json(
            directory / "model.safetensors.index.json",
            {"metadata": {"total_size": total}, "weight_map": weight_map},
        )


def _write_safetensors(
    path: Path, tensors: list[tuple[str, tuple[int, ...]]], random: np.random.Generator
) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, dimensions in tensors:
        end = offset + _bytes_of(dimensions)
        header[name] = {"dtype": "F16", "shape": dimensions, "data_offsets": [offset, end]}
        offset = end
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)))
        file.write(encoded)
        for _, dimensions in tensors:
            file.write(_values(dimensions, random).tobytes())


def _values(dimensions: tuple[int, ...], random: np.random.Generator) -> Array:
    if len(dimensions) == 1:
        return np.ones(dimensions, dtype="<f2")
    drawn = random.standard_normal(dimensions, dtype=np.float32) * np.float32(0.02)
    return drawn.astype("<f2")


def _bytes_of(dimensions: tuple[int, ...]) -> int:
    count = 2
    for dimension in dimensions:
        count *= dimension
    return count


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
