"""What a release says of its weights is compared with them."""

import json
import struct
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.findings import File, findings
from releases.formats import Inspector
from tests.releases.factories import safetensors_bytes

Tensors = dict[str, tuple[str, list[int], bytes]]

EMBEDDING: Tensors = {"model.embed_tokens.weight": ("BF16", [10, 4], bytes(80))}
LAYERS: Tensors = {f"model.layers.{n}.mlp.weight": ("BF16", [4], bytes(8)) for n in range(2)}
CONFIG = {
    "architectures": ["HeronForCausalLM"],
    "hidden_size": 4,
    "num_hidden_layers": 2,
    "vocab_size": 10,
    "torch_dtype": "bfloat16",
}
ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
INDEX = {
    "metadata": {"total_size": 96},
    "weight_map": dict.fromkeys(EMBEDDING, ONE) | dict.fromkeys(LAYERS, TWO),
}


def read(path: str, content: bytes) -> File:
    inspector = Inspector(path, len(content))
    inspector.feed(memoryview(content))
    return File(path, *inspector.finish())


def found(**files: Any) -> list[str]:
    contents = {
        "config.json": CONFIG,
        "model.safetensors.index.json": INDEX,
        ONE: safetensors_bytes(EMBEDDING),
        TWO: safetensors_bytes(LAYERS),
        **files,
    }
    read_files = [
        read(path, content if isinstance(content, bytes) else json.dumps(content).encode())
        for path, content in contents.items()
        if content is not None
    ]
    return [f"{each['path']}: {each['sentence']}" for each in findings(read_files)]


def test_what_fits_is_passed_in_silence() -> None:
    assert found() == []
    assert found(**{"other/config.json": {"a": 1}, "README.md": b"text"}) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hidden_size": 8}, "a hidden size of 8; the weights' is 4"),
        ({"num_hidden_layers": 3}, "3 layers; the weights hold 2"),
        ({"vocab_size": 11}, "11 tokens; the weights know 10"),
        ({"torch_dtype": "float32"}, "It says float32; most of the weights are BF16"),
        ({"architectures": []}, "names no architecture"),
        ({"architectures": {"a": 1}}, "names no architecture"),
    ],
)
def test_a_config_of_other_weights(change: dict[str, Any], sentence: str) -> None:
    (only,) = found(**{"config.json": {**CONFIG, **change}})
    assert only.startswith("config.json: ")
    assert sentence in only


def test_a_quantised_model_and_a_padded_vocabulary_are_no_contradiction() -> None:
    quantised = {**CONFIG, "torch_dtype": "float32", "quantization_config": {}, "vocab_size": 9}
    assert found(**{"config.json": quantised}) == []


@pytest.mark.parametrize(
    "content", [b"no json", b"[1]", b"[" * 100_000, b'{"a":' * 50_000, b"\xff", b'{"a": NaN']
)
def test_a_config_that_cannot_be_read(content: bytes) -> None:
    (only,) = found(**{"config.json": content})
    assert "so the weights were not compared with it" in only


def test_a_missing_shard_is_named() -> None:
    sentences = found(**{TWO: None})
    assert f"{ONE}: '{TWO}' of the same 2 parts are not there." in sentences
    assert any("It lists" in each and "not to be found beside it" in each for each in sentences)


def test_tensors_that_the_index_does_not_know() -> None:
    more = {**LAYERS, "extra": ("U8", [1], bytes(1))}
    sentences = found(**{TWO: safetensors_bytes(more)})
    assert any(f"It lists 2 tensors in '{TWO}', which holds 3" in each for each in sentences)
    other = {name.replace("mlp", "moe"): each for name, each in LAYERS.items()}
    (only,) = found(**{TWO: safetensors_bytes(other)})
    assert f"It lists other tensors in '{TWO}'" in only


def test_a_shard_that_the_index_does_not_list() -> None:
    index = {"metadata": {}, "weight_map": dict.fromkeys(EMBEDDING, ONE)}
    (only,) = found(**{"model.safetensors.index.json": index})
    assert f"does not list '{TWO}'" in only


def test_a_sum_that_is_not_true_and_a_missing_index() -> None:
    (only,) = found(**{"model.safetensors.index.json": {**INDEX, "metadata": {"total_size": 1}}})
    assert "claims 1 bytes of tensors; its files hold 96" in only
    (only,) = found(**{"model.safetensors.index.json": None})
    assert "one of 2 parts without an index" in only


@pytest.mark.parametrize("weight_map", [None, [], {"a": 1}, {"a": "x\x00"}, {"a": "x" * 600}])
def test_an_index_that_maps_nothing(weight_map: object) -> None:
    sentences = found(**{"model.safetensors.index.json": {"weight_map": weight_map}})
    assert any("has no weight_map" in each for each in sentences)


def test_pickles_by_leave_are_listed_with_what_they_call() -> None:
    (only,) = findings([File("a.pt", "pickle", {"imports": ["acme.nets.Block"]})])
    assert "calls what nobody vouches for: acme.nets.Block" in only["sentence"]
    assert findings([File("a.pt", "pickle", {"imports": []})]) == []
    many = {"imports": [f"acme.N{n}" for n in range(50)], "more_imports": 30}
    (only,) = findings([File("a.pt", "pickle", many)])
    assert only["sentence"].endswith("acme.N9 and 70 more.")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*CONFIG, "weight_map", "metadata", "total_size", ONE]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json_values, json_values)
def test_any_json_gives_findings_and_no_fault(config: object, index: object) -> None:
    sentences = found(**{"config.json": config, "model.safetensors.index.json": index})
    assert all(0 < len(sentence) < 1000 for sentence in sentences)


def test_thousands_of_parts_are_named_once_and_shortly() -> None:
    name = "model-00001-of-05000.safetensors"
    content = struct.pack("<Q", 2) + b"{}"
    sentences = findings([read(name, content)])
    assert "and 4996 more of the same 5000 parts" in sentences[0]["sentence"]


def looked_at(paths: list[str]) -> int:
    """Return how many steps of Python it takes to find what does not fit."""
    steps = 0

    def count(_frame: object, event: str, _argument: object) -> Any:
        nonlocal steps
        steps += event == "line"
        return count

    files = [File(path, "safetensors", {"tensors": 1}) for path in paths]
    sys.settrace(count)
    try:
        findings(files)
    finally:
        sys.settrace(None)
    return steps


@pytest.mark.parametrize(
    "name",
    [
        "model-{n:05d}-of-05000.safetensors",
        "model-{n:05d}-of-04999.safetensors",
        "{n}-00001-of-05000.safetensors",
        "model-00001-of-{n:05d}.safetensors",
        "{n}.safetensors",
    ],
)
def test_the_work_grows_as_the_number_of_files(name: str) -> None:
    some = looked_at([name.format(n=n) for n in range(300)])
    assert some < 300 * 100
    assert looked_at([name.format(n=n) for n in range(600)]) < 3 * some
