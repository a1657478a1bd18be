"""The header of a safetensors file, read strictly, while the file streams past.

The format: 8 bytes of length (little-endian), that many bytes of JSON, then the tensors' bytes
without a gap. A general JSON parser would build whatever the header describes, deep or wide, so
this reader takes one entry at a time and keeps only sums; its memory is bounded by the header.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

LONGEST_HEADER = 100_000_000
MOST_TENSORS = 500_000
MOST_DIMENSIONS = 32
MOST_METADATA = 100_000

BITS = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}

_STRING = rb'"(?:[^"\\\x00-\x1f]++|\\.)*+"'
_WS = rb"[ \t\r\n]*+"
_KEY = re.compile(_WS + rb"(" + _STRING + rb")" + _WS + rb":" + _WS, re.DOTALL)
# A tensor's own object nests nothing but its two lists of numbers.
_TENSOR = re.compile(rb"\{[^{}]{0,4000}\}")
_PAIR = re.compile(
    _WS + rb"(" + _STRING + rb")" + _WS + rb":" + _WS + rb"(" + _STRING + rb")", re.DOTALL
)
_NEXT = re.compile(_WS + rb"([,}])")
_SPACE = re.compile(_WS)

# Where the families of transformers keep what config.json speaks of too.
_ROOTS = rb"(?:model\.|transformer\.|gpt_neox\.)?"
_LAYER = re.compile(_ROOTS + rb"(?:layers|h)\.(\d{1,6})\.")
_EMBEDDING = re.compile(_ROOTS + rb"(?:embed_tokens|wte|embed_in|word_embeddings)\.weight")


class HeaderError(ValueError):
    """The header lies or is broken; the text says how, and follows the file's name."""


@dataclass
class _Sums:
    tensors: int = 0
    parameters: int = 0
    dtypes: dict[str, int] = field(default_factory=dict)
    layers: int = 0
    embedding: list[int] = field(default_factory=list)


def header_length(first_eight: bytes | bytearray, file_size: int) -> int:
    """Return the length of the JSON. Raises HeaderError for one that cannot be."""
    if len(first_eight) < 8:
        raise HeaderError("is shorter than the 8 bytes that a safetensors file begins with")
    length = int.from_bytes(first_eight, "little")
    if length > LONGEST_HEADER:
        raise HeaderError(f"claims a header of {length} bytes; at most {LONGEST_HEADER} are read")
    if length + 8 > file_size:
        raise HeaderError(f"claims a header of {length} bytes, but has {file_size} bytes in all")
    if length < 2:
        raise HeaderError("has no header")
    return length


def read_header(header: bytes | bytearray, data_size: int) -> dict[str, Any]:
    """Return the facts {tensors, parameters, dtypes: {dtype: parameters}, bytes, names}.

    `names` is `names_digest` of the tensors' names. Where the names are those of a transformer,
    `layers` (one more than the highest number of a layer) and `embedding` (the shape of the
    input's embedding) stand beside them. Raises HeaderError where the header is not strict JSON
    of the format, or does not account for every byte of the `data_size` that follow it exactly
    once.
    """
    if not header.startswith(b"{"):
        raise HeaderError("has a header that does not begin with '{'")
    try:
        header.decode()
    except UnicodeDecodeError:
        raise HeaderError("has a header that is not UTF-8") from None
    sums = _Sums()
    spans: list[tuple[int, int]] = []
    names: set[bytes] = set()
    end = _read_entries(header, sums, spans, names)
    if not _SPACE.fullmatch(header, end):
        raise HeaderError("has something after its header's JSON")
    _check_spans(spans, data_size)
    facts: dict[str, Any] = {
        "tensors": sums.tensors,
        "parameters": sums.parameters,
        "dtypes": sums.dtypes,
        "bytes": data_size,
        "names": names_digest(names - {b"__metadata__"}),
    }
    if sums.layers:
        facts["layers"] = sums.layers
    if sums.embedding:
        facts["embedding"] = sums.embedding
    return facts


def names_digest(names: Iterable[bytes]) -> str:
    """Return the SHA-256 over names in order, by which two sets of them are compared."""
    return hashlib.sha256(b"\n".join(sorted(names))).hexdigest()


def _read_entries(
    header: bytes | bytearray, sums: _Sums, spans: list[tuple[int, int]], names: set[bytes]
) -> int:
    empty = re.compile(rb"\{" + _WS + rb"\}").match(header)
    if empty:
        return empty.end()
    place = 1
    while True:
        key = _KEY.match(header, place)
        if not key:
            raise HeaderError(f"has a header that is not JSON (at byte {place})")
        name = _text(key[1])
        if name in names:
            raise HeaderError("names a tensor twice in its header")
        names.add(name)
        place = key.end()
        if name == b"__metadata__":
            place = _skip_metadata(header, place)
        else:
            place, shape = _read_tensor(header, place, sums, spans)
            _note_place(name, shape, sums)
        after = _NEXT.match(header, place)
        if not after:
            raise HeaderError(f"has a header that is not JSON (at byte {place})")
        place = after.end()
        if after[1] == b"}":
            return place


def _note_place(name: bytes, shape: list[int], sums: _Sums) -> None:
    if layer := _LAYER.match(name):
        sums.layers = max(sums.layers, int(layer[1]) + 1)
    elif len(shape) == 2 and _EMBEDDING.fullmatch(name):
        sums.embedding = shape


def _text(raw: bytes | bytearray) -> bytes:
    """Return a JSON string without its quotes and escapes, so that one name has one form."""
    if b"\\" not in raw:
        return bytes(raw[1:-1])
    try:
        text = json.loads(raw)
        return str(text).encode()
    except ValueError:
        raise HeaderError("has a name in its header that is not JSON text") from None


def _skip_metadata(header: bytes | bytearray, place: int) -> int:
    """The free-form part: a flat object of strings. Returns where it ends."""
    empty = re.compile(rb"\{" + _WS + rb"\}").match(header, place)
    if empty:
        return empty.end()
    if header[place : place + 1] != b"{":
        raise HeaderError("has __metadata__ that is not an object of strings")
    place += 1
    names: set[bytes] = set()
    while True:
        pair = _PAIR.match(header, place)
        after = _NEXT.match(header, pair.end()) if pair else None
        if not pair or not after:
            raise HeaderError("has __metadata__ that is not an object of strings")
        name = _text(pair[1])
        _text(pair[2])
        if name in names or len(names) > MOST_METADATA:
            raise HeaderError("has __metadata__ with a name twice, or with too many")
        names.add(name)
        place = after.end()
        if after[1] == b"}":
            return place


def _read_tensor(
    header: bytes | bytearray, place: int, sums: _Sums, spans: list[tuple[int, int]]
) -> tuple[int, list[int]]:
    found = _TENSOR.match(header, place)
    if not found:
        raise HeaderError("has an entry in its header that is not a tensor's description")
    try:
        pairs = json.loads(found[0], object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise HeaderError("has a tensor description that is not strict JSON") from None
    if set(pairs) != {"dtype", "shape", "data_offsets"}:
        raise HeaderError("has a tensor description without exactly dtype, shape, data_offsets")
    dtype, shape, offsets = pairs["dtype"], pairs["shape"], pairs["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise HeaderError(f"has a tensor of the unknown type {str(dtype)[:20]!r}")
    if not _are_counts(shape) or len(shape) > MOST_DIMENSIONS:
        raise HeaderError("has a tensor whose shape is not a list of whole numbers")
    if not _are_counts(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise HeaderError("has a tensor whose offsets are not a beginning and an end")
    count = _product(shape)
    if count * BITS[dtype] != (offsets[1] - offsets[0]) * 8:
        raise HeaderError("has a tensor whose bytes do not match its shape and type")
    spans.append((offsets[0], offsets[1]))
    if len(spans) > MOST_TENSORS:
        raise HeaderError(f"has more than {MOST_TENSORS} tensors")
    sums.tensors += 1
    sums.parameters += count
    sums.dtypes[dtype] = sums.dtypes.get(dtype, 0) + count
    return found.end(), shape


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _are_counts(value: object) -> bool:
    """Tell whether this is a list of whole numbers that fit 64 bits; `true` is not a number."""
    return isinstance(value, list) and all(
        type(number) is int and 0 <= number < 2**63 for number in value
    )


def _product(shape: list[int]) -> int:
    count = 1
    for number in shape:
        count *= number
    return count


def _check_spans(spans: list[tuple[int, int]], data_size: int) -> None:
    spans.sort()
    reached = 0
    for begin, end in spans:
        if begin < reached:
            raise HeaderError("has tensors whose bytes overlap")
        if begin > reached:
            raise HeaderError("has bytes that belong to no tensor")
        if end > data_size:
            raise HeaderError("has a tensor that reaches beyond the end of the file")
        reached = end
    if reached != data_size:
        raise HeaderError("has bytes after its last tensor")
