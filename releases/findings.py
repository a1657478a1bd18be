"""Where the parts of a release do not fit together: shown to whoever decides, not refused.

Weights may be published in parts, or with a config that is kept for another reason; that is for
people to judge, who must be told.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from releases.described import INDEX_SUFFIX
from releases.paths import shorten

MOST_FINDINGS = 100
MOST_PARTS = 5000
SHOWN = 3
_DTYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
}
_SHARD = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.safetensors")

_Parts = dict[str, dict[str, dict[int, str]]]


@dataclass(frozen=True)
class File:
    """A file that was read: its path, its format, and what was seen in it."""

    path: str
    format: str
    facts: dict[str, Any]


def findings(files: Iterable[File]) -> list[dict[str, str]]:
    """Return {path, sentence} for everything that does not fit, by path."""
    by_directory: dict[str, dict[str, File]] = {}
    for file in files:
        directory, _, name = file.path.rpartition("/")
        by_directory.setdefault(directory, {})[name] = file
    found: list[dict[str, str]] = []
    for beside in by_directory.values():
        parts = _parts(beside)
        for name, file in sorted(beside.items()):
            sentences = _of_file(name, file, beside, parts)
            found += [{"path": file.path, "sentence": sentence} for sentence in sentences]
    return sorted(found, key=lambda each: each["path"])[:MOST_FINDINGS]


def _parts(beside: Iterable[str]) -> _Parts:
    """Group the parts at hand of models in parts: by stem, by count, then by number, in order."""
    parts: _Parts = {}
    for name in sorted(beside):
        if found := _SHARD.fullmatch(name):
            counts = parts.setdefault(found["stem"], {})
            counts.setdefault(found["count"], {})[int(found["number"])] = name
    return parts


def _of_file(name: str, file: File, beside: dict[str, File], parts: _Parts) -> list[str]:
    if file.format == "pickle":
        return _of_pickle(file)
    if file.format == "safetensors":
        return _of_shard(name, beside, parts)
    if "problem" in file.facts:
        return [f"It {file.facts['problem']}, so the weights were not compared with it."]
    if name.endswith(INDEX_SUFFIX) and "shards" in file.facts:
        return _of_index(name, file, beside, parts)
    if name == "config.json":
        return _of_config(file, beside)
    return []


def _of_pickle(file: File) -> list[str]:
    imports = file.facts.get("imports", [])
    if not imports:
        return []
    more = len(imports) - 10 + file.facts.get("more_imports", 0)
    shown = ", ".join(imports[:10]) + (f" and {more} more" if more > 0 else "")
    return [f"Loading it calls what nobody vouches for: {shown}."]


def _of_shard(name: str, beside: dict[str, File], parts: _Parts) -> list[str]:
    """The first shard at hand speaks for those that are missing."""
    found = _SHARD.fullmatch(name)
    if not found or int(found["count"]) > MOST_PARTS:
        return []
    count = int(found["count"])
    at_hand = parts[found["stem"]][found["count"]]
    if int(found["number"]) != next(iter(at_hand)):
        return []
    missing = (number for number in range(1, count + 1) if number not in at_hand)
    names = [
        f"{found['stem']}-{number:05d}-of-{found['count']}.safetensors"
        for number in itertools.islice(missing, SHOWN)
    ]
    sentences = []
    if names:
        lacking = count - sum(1 <= number <= count for number in at_hand)
        sentences.append(f"{_listed(names, lacking)} of the same {count} parts are not there.")
    if f"{found['stem']}{INDEX_SUFFIX}" not in beside:
        sentences.append(f"It is one of {count} parts without an index beside them.")
    return sentences


def _of_index(name: str, file: File, beside: dict[str, File], parts: _Parts) -> list[str]:
    shards: dict[str, list] = file.facts["shards"]
    sentences = []
    missing = sorted(shard for shard in shards if shard not in beside)
    if missing:
        sentences.append(f"It lists {_listed(missing, len(missing))}, not to be found beside it.")
    for shard, (count, names) in sorted(shards.items()):
        facts = beside[shard].facts if shard in beside else {}
        if facts and facts.get("tensors") != count:
            sentences.append(
                f"It lists {count} tensors in {shorten(shard)}, which holds {facts.get('tensors')}."
            )
        elif facts and facts.get("names") != names:
            sentences.append(f"It lists other tensors in {shorten(shard)} than that file holds.")
    stem = name.removesuffix(INDEX_SUFFIX)
    unlisted = sorted(
        each
        for at_hand in parts.get(stem, {}).values()
        for each in at_hand.values()
        if each not in shards
    )
    if unlisted:
        sentences.append(f"It does not list {_listed(unlisted, len(unlisted))}.")
    total = file.facts.get("total_size")
    held = sum(beside[shard].facts.get("bytes", 0) for shard in shards if shard in beside)
    if total is not None and not missing and total != held:
        sentences.append(f"It claims {total} bytes of tensors; its files hold {held}.")
    return sentences


def _of_config(file: File, beside: dict[str, File]) -> list[str]:
    weights = [each.facts for each in beside.values() if each.format == "safetensors"]
    if not weights:
        return []
    facts, sentences = file.facts, []
    if not facts.get("architectures"):
        sentences.append("It names no architecture.")
    layers = max(each.get("layers", 0) for each in weights)
    if layers and facts.get("layers") not in (None, layers):
        sentences.append(f"It speaks of {facts['layers']} layers; the weights hold {layers}.")
    shape = next((each["embedding"] for each in weights if "embedding" in each), None)
    if shape and facts.get("hidden_size") not in (None, shape[1]):
        sentences.append(
            f"It speaks of a hidden size of {facts['hidden_size']}; the weights' is {shape[1]}."
        )
    if shape and facts.get("vocab_size", 0) > shape[0]:
        sentences.append(f"It speaks of {facts['vocab_size']} tokens; the weights know {shape[0]}.")
    sentences += _of_dtype(facts, weights)
    return sentences


def _of_dtype(facts: dict[str, Any], weights: list[dict[str, Any]]) -> list[str]:
    wanted = _DTYPES.get(facts.get("dtype", ""))
    sums: dict[str, int] = {}
    for each in weights:
        for dtype, count in each.get("dtypes", {}).items():
            sums[dtype] = sums.get(dtype, 0) + count
    most = max(sums, key=lambda dtype: sums[dtype], default=None)
    if wanted and most and wanted != most:
        return [f"It says {facts['dtype']}; most of the weights are {most}."]
    return []


def _listed(names: list[str], count: int) -> str:
    """Name the first of `count` files."""
    shown = ", ".join(shorten(name) for name in names[:SHOWN])
    return f"{shown} and {count - SHOWN} more" if count > SHOWN else shown
