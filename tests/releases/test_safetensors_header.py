"""The safetensors header reader: facts for honest files, a refusal for each lie."""

import contextlib
import json
import struct
import time
import tracemalloc
from typing import Any

import pytest
import safetensors
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.formats import FormatError, Inspector
from releases.safetensors_header import (
    BITS,
    HeaderError,
    header_length,
    names_digest,
    read_header,
)
from tests.releases.factories import safetensors_bytes


def tensor(dtype: Any = "F32", shape: Any = (1,), offsets: Any = (0, 4)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def inspect(content: bytes, name: str = "model.safetensors") -> tuple[str, dict[str, Any]]:
    inspector = Inspector(name, len(content))
    for start in range(0, len(content), 7):
        inspector.feed(memoryview(content)[start : start + 7])
    return inspector.finish()


def test_the_facts_of_an_honest_file() -> None:
    content = safetensors_bytes(
        {"a": ("F32", [2, 3], bytes(24)), "b": ("BF16", [4], bytes(8)), "c": ("F32", [], bytes(4))},
        format="pt",
    )
    format_, facts = inspect(content)
    assert format_ == "safetensors"
    assert facts == {
        "tensors": 3,
        "parameters": 11,
        "dtypes": {"F32": 7, "BF16": 4},
        "bytes": 36,
        "names": names_digest([b"c", b"a", b"b"]),
    }


def test_the_layers_and_the_embedding_of_a_transformer_are_noted() -> None:
    content = safetensors_bytes(
        {
            "model.embed_tokens.weight": ("U8", [3, 2], bytes(6)),
            "model.layers.0.mlp.weight": ("U8", [1], bytes(1)),
            "model.layers.11.mlp.weight": ("U8", [1], bytes(1)),
            "vision.layers.40.mlp.weight": ("U8", [1], bytes(1)),
        }
    )
    facts = inspect(content)[1]
    assert (facts["layers"], facts["embedding"]) == (12, [3, 2])


@pytest.mark.parametrize("header", [b"{}", b"{ }", b'{"__metadata__":{}}', b"{}      "])
def test_a_file_without_tensors_is_honest(header: bytes) -> None:
    assert read_header(header, 0)["tensors"] == 0


def test_escapes_and_spaces_are_read_as_json() -> None:
    header = b'{ "a\\u0062" : {"dtype":"U8","shape":[2],"data_offsets":[0,2]} , "c":{"data_offsets"'
    header += b':[2,2],"shape":[0, 9],"dtype":"F64"} }  '
    facts = read_header(header, 2)
    assert (facts["tensors"], facts["dtypes"]) == (2, {"U8": 2, "F64": 0})
    assert facts["names"] == names_digest([b"ab", b"c"])


LIES: list[tuple[str, Any, int]] = [
    ("overlap", {"a": tensor(offsets=(0, 4)), "b": tensor(offsets=(2, 6))}, 6),
    ("belong to no tensor", {"a": tensor(offsets=(0, 4)), "b": tensor(offsets=(8, 12))}, 12),
    ("belong to no tensor", {"a": tensor(offsets=(4, 8))}, 8),
    ("beyond the end", {"a": tensor(offsets=(0, 4))}, 3),
    ("after its last tensor", {"a": tensor(offsets=(0, 4))}, 5),
    ("not match its shape", {"a": tensor(shape=(2,))}, 4),
    ("not match its shape", {"a": tensor(shape=(2**40, 2**40))}, 4),
    ("not match its shape", {"a": tensor(dtype="F4", shape=(3,), offsets=(0, 2))}, 2),
    ("unknown type", {"a": tensor(dtype="F33")}, 4),
    ("unknown type", {"a": tensor(dtype=None)}, 4),
    ("shape", {"a": tensor(shape=(-1,))}, 4),
    ("shape", {"a": tensor(shape=(True,))}, 4),
    ("shape", {"a": tensor(shape=(1.0,))}, 4),
    ("shape", {"a": tensor(shape=(2**64,))}, 4),
    ("shape", {"a": tensor(shape=[1] * 40)}, 4),
    ("offsets", {"a": tensor(offsets=(4, 0))}, 4),
    ("offsets", {"a": tensor(offsets=(0, 2, 4))}, 4),
    ("offsets", {"a": tensor(offsets=("0", "4"))}, 4),
    ("without exactly", {"a": {"dtype": "F32", "shape": [1]}}, 4),
    ("without exactly", {"a": {**tensor(), "extra": 1}}, 4),
    ("not a tensor's description", {"a": 5}, 0),
    ("not a tensor's description", {"a": {**tensor(), "deep": {}}}, 4),
    ("object of strings", {"__metadata__": {"a": 1}}, 0),
    ("object of strings", {"__metadata__": ["a"]}, 0),
]


@pytest.mark.parametrize(("sentence", "header", "data_size"), LIES)
def test_a_lie_in_the_header_is_refused(sentence: str, header: Any, data_size: int) -> None:
    with pytest.raises(HeaderError, match=sentence):
        read_header(json.dumps(header).encode(), data_size)


@pytest.mark.parametrize(
    ("sentence", "header"),
    [
        ("names a tensor twice", b'{"a":%s,"a":%s}'),
        ("names a tensor twice", b'{"a":%s,"\\u0061":%s}'),
        ("not strict JSON", b'{"a":{"dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,4]}}'),
        ("not strict JSON", b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}}'),
        ("not strict JSON", b'{"a":{"dtype":"F32","shape":' + b"[" * 1000 + b"}}"),
        ("not JSON", b'{"a"'),
        ("not JSON", b"{"),
        ("not JSON", b'{"a":%s,}'),
        ("not JSON", b'{"a":%s'),
        ("not JSON text", b'{"\\ud800":%s}'),
        ("does not begin", b"[]"),
        ("does not begin", b" {}"),
        ("not UTF-8", b'{"\xff":%s}'),
        ("after its header", b"{}x"),
        ("after its header", b"{}\x00"),
        ("name twice", b'{"__metadata__":{"a":"b","a":"c"}}'),
    ],
)
def test_what_is_not_strict_json_is_refused(sentence: str, header: bytes) -> None:
    good = json.dumps(tensor()).encode()
    with pytest.raises(HeaderError, match=sentence):
        read_header(header.replace(b"%s", good), 4)


@pytest.mark.parametrize(
    ("length", "size", "sentence"),
    [
        (2**63, 10**9, "at most 100000000"),
        (100_000_001, 10**9, "at most 100000000"),
        (100, 50, "50 bytes in all"),
        (43, 50, "50 bytes in all"),
        (0, 50, "no header"),
    ],
)
def test_a_lying_length_is_refused_before_anything_is_read(
    length: int, size: int, sentence: str
) -> None:
    with pytest.raises(HeaderError, match=sentence):
        header_length(struct.pack("<Q", length), size)


@pytest.mark.parametrize("content", [b"", b"\x02\x00\x00", struct.pack("<Q", 2)])
def test_a_file_that_ends_early_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError):
        inspect(content)


DEEP = 10_000


@pytest.mark.parametrize(
    "header",
    [
        b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}",
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"a":{"dtype":"F32","shape":' + b"[" * DEEP + b"]" * DEEP + b',"data_offsets":[0,4]}}',
        b'{"__metadata__":' + b'{"a":' * DEEP + b'"b"' + b"}" * DEEP + b"}",
        b'{"' + b"\\" * DEEP,
        b'{"a' + b'\\"' * DEEP,
    ],
)
def test_a_header_10000_levels_deep_is_refused_at_once(header: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(FormatError):
        inspect(struct.pack("<Q", len(header)) + header)
    assert time.monotonic() - started < 1


def test_a_header_of_20_megabytes_of_nothing_takes_little_memory_and_time() -> None:
    header = b'{"a":[' + b"[]," * 7_000_000 + b"[]]}"
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(HeaderError):
        read_header(header, 0)
    assert time.monotonic() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


def test_very_many_metadata_entries_are_refused() -> None:
    header = b'{"__metadata__":{%s}}' % b",".join(b'"%d":""' % n for n in range(100_002))
    with pytest.raises(HeaderError, match="too many"):
        read_header(header, 0)


shapes = st.lists(st.integers(0, 5), max_size=3)
tensors = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "__metadata__" and name.isprintable()),
    st.tuples(st.sampled_from(["F32", "BF16", "U8", "I64", "F8_E4M3"]), shapes),
    max_size=5,
)


@given(tensors, st.dictionaries(st.sampled_from("abc"), st.text('x{}[],:"\\ ü'), max_size=3))
def test_it_agrees_with_the_library_on_honest_files(
    described: dict[str, tuple[str, list[int]]], metadata: dict[str, str]
) -> None:
    given_tensors, parameters = {}, 0
    for name, (dtype, shape) in described.items():
        count = 1
        for number in shape:
            count *= number
        parameters += count
        given_tensors[name] = (dtype, shape, bytes(count * BITS[dtype] // 8))
    content = safetensors_bytes(given_tensors, **metadata)
    if not given_tensors:
        content = struct.pack("<Q", 2) + b"{}"
    facts = inspect(content)[1]
    assert facts["parameters"] == parameters
    assert facts["tensors"] == len(safetensors.deserialize(content))


@settings(max_examples=300)
@given(st.data())
def test_what_it_accepts_the_library_accepts_too(data: st.DataObject) -> None:
    content = bytearray(
        safetensors_bytes({"a": ("F32", [1], bytes(4)), "b": ("U8", [3], bytes(3))}, k="v")
    )
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(b'0123{}[]",:')))
    try:
        facts = inspect(bytes(content))[1]
    except FormatError:
        return
    assert facts["tensors"] == len(safetensors.deserialize(bytes(content)))


@given(st.binary(max_size=200))
def test_any_bytes_are_facts_or_a_refusal(content: bytes) -> None:
    for name in ("a.safetensors", "a.json", "a"):
        with contextlib.suppress(FormatError):
            inspect(content, name)
