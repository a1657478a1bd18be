"""What a release says of its own weights: config.json, and the index of a sharded model.

Only sums and a few numbers are kept, to be compared with the weights (`releases.findings`).
"""

import json
import re
from pathlib import PurePosixPath
from typing import Any

from releases.safetensors_header import names_digest

INDEX_SUFFIX = ".safetensors.index.json"
LONGEST = 32 * 1024 * 1024
# Real ones nest a few times; each further list or object takes many times its bytes in memory.
MOST_NESTED = 20_000
MOST_SHARDS = 5000
LONGEST_NAME = 500

_HIDDEN = ("hidden_size", "n_embd", "d_model")
_LAYERS = ("num_hidden_layers", "n_layer", "num_layers")
_NAME = re.compile(r"[A-Za-z_]\w{0,79}")


def describing(path: str, size: int) -> bool:
    """Tell whether a file describes the weights beside it, and is not too long to be read."""
    name = PurePosixPath(path).name
    return size <= LONGEST and (name == "config.json" or name.endswith(INDEX_SUFFIX))


def facts_described(path: str, content: bytes) -> dict[str, Any]:
    """Return the facts of a config.json or an index; {"problem": ...} where it cannot be read."""
    try:
        found = _parse(content)
        if path.endswith(INDEX_SUFFIX):
            return _index_facts(found)
        return _config_facts(found)
    except ValueError as error:
        return {"problem": str(error)}


def _parse(content: bytes) -> dict[str, Any]:
    if content.count(b"{") + content.count(b"[") > MOST_NESTED:
        raise ValueError("is nested more than can be compared")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("is not a JSON object")
    return found


def _index_facts(found: dict[str, Any]) -> dict[str, Any]:
    weight_map = found.get("weight_map")
    if not isinstance(weight_map, dict) or not all(
        isinstance(shard, str) and shard.isprintable() and len(shard) <= LONGEST_NAME
        for shard in weight_map.values()
    ):
        raise ValueError("has no weight_map from tensors to files")
    shards: dict[str, list[bytes]] = {}
    for tensor, shard in weight_map.items():
        shards.setdefault(shard, []).append(tensor.encode("utf-8", "surrogatepass"))
    if len(shards) > MOST_SHARDS:
        raise ValueError(f"names more than {MOST_SHARDS} files")
    metadata = found.get("metadata")
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    return {
        "shards": {shard: [len(names), names_digest(names)] for shard, names in shards.items()},
        "total_size": _count(total),
    }


def _config_facts(found: dict[str, Any]) -> dict[str, Any]:
    architectures = found.get("architectures")
    facts = {
        "architectures": [
            name
            for name in (architectures if isinstance(architectures, list) else [])[:10]
            if isinstance(name, str) and _NAME.fullmatch(name)
        ],
        "hidden_size": _first(found, _HIDDEN),
        "layers": _first(found, _LAYERS),
        "vocab_size": _count(found.get("vocab_size")),
        "dtype": _dtype(found),
    }
    return {name: value for name, value in facts.items() if value not in (None, [], "")}


def _dtype(found: dict[str, Any]) -> str:
    """Return the type that the weights are said to be of; nothing for a quantised model."""
    named = found.get("dtype", found.get("torch_dtype"))
    if not isinstance(named, str) or "quantization_config" in found:
        return ""
    return named if _NAME.fullmatch(named) else ""


def _first(found: dict[str, Any], keys: tuple[str, ...]) -> int | None:
    return next((value for key in keys if (value := _count(found.get(key))) is not None), None)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**63 else None
