"""Files made to break whoever reads them, each as its bytes and what is said of it."""

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import zstandard

from tests.releases.evidence import zips
from tests.releases.evidence.real import log, results

MANY = 1024**3


def _log(**changed: zips.Entry | bytes) -> bytes:
    """Return the successful log with entries changed; the names' dots and slashes are `__`."""
    entries = {
        name: zips.entry(name, content)
        for name, content in zips.contents(log("success.eval")).items()
    }
    for key, value in changed.items():
        name = {"header": "header.json", "sample": "samples/sum/3_epoch_1.json"}[key]
        entries[name] = value if isinstance(value, zips.Entry) else zips.entry(name, value)
    return zips.archive(*entries.values())


def _header(**changed: object) -> dict:
    return json.loads(zips.contents(log("success.eval"))["header.json"]) | changed


def _zeros(name: bytes, method: int, *, size: int = MANY, claimed: int | None = None) -> zips.Entry:
    """Return a bomb: a member of spaces that claims its size, or another one."""
    piece = b" " * (1024 * 1024)
    blocks = (piece for _ in range(size // len(piece)))
    if method == zips.ZSTANDARD:
        packer = zstandard.ZstdCompressor().compressobj()
        packed = b"".join(map(packer.compress, blocks)) + packer.flush()
    else:
        deflate = zlib.compressobj(1, wbits=-15)
        packed = b"".join(map(deflate.compress, blocks)) + deflate.flush()
    return zips.Entry(name, packed, size if claimed is None else claimed, 0, method)


def _lying_bomb(part: str, name: bytes, method: int) -> bytes:
    return _log(**{part: _zeros(name, method, size=2**27, claimed=900)})


def _wide_window() -> zips.Entry:
    """Return a frame that asks its reader for 2 GiB of memory."""
    parameters = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packed = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    content = b'{"version": 2}' + b" " * 300
    body = packed.compress(content) + packed.flush()
    # The window's descriptor stands behind the magic number and the frame's.
    assert body[4] & 0x20 == 0
    body = body[:5] + bytes([21 << 3]) + body[6:]
    return zips.Entry(b"header.json", body, len(content), zlib.crc32(content), zips.ZSTANDARD)


def _overlapping() -> bytes:
    """Return one packed member that a thousand names in the directory share."""
    one = zips.entry("samples/x_epoch_1.json", b"{}" + b" " * 500, zips.STORED)
    body = one.header() + one.name + one.packed
    return zips.closed(body, one.listing(0) * 1000, 1000)


def _million() -> bytes:
    one = zips.entry("a", b"", zips.STORED)
    return zips.closed(one.header() + one.name, one.listing(0) * 1_000_000, 1_000_000)


def _with_flag(bit: int) -> bytes:
    content = json.dumps(_header()).encode()
    return _log(header=replace(zips.entry("header.json", content), flags=0x800 | bit))


def _with_method(method: int) -> bytes:
    content = json.dumps(_header()).encode()
    return _log(header=replace(zips.entry("header.json", content), method=method))


def _results(change: Callable[[dict], object]) -> bytes:
    document = json.loads(results("plain").read_bytes())
    change(document)
    return json.dumps(document).encode()


def _score(value: str) -> bytes:
    """Return results with a score that is written down so."""
    return (
        results("plain").read_bytes().replace(b'"acc,none": 0.75', f'"acc,none": {value}'.encode())
    )


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _named(name: str) -> bytes:
    return zips.archive(
        zips.entry("header.json", json.dumps(_header()).encode()), zips.entry(name, b"{}")
    )


_SUCCESS = log("success.eval").read_bytes()
_JSON = log("success.json").read_bytes()


def files() -> Iterator[tuple[str, Callable[[], bytes], str]]:
    """Yield a name, what makes the file, and a part of the sentence that refuses it."""
    yield "bomb, zstandard", lambda: _log(header=_zeros(b"header.json", 93)), "unpacks to"
    yield "bomb, deflate", lambda: _log(header=_zeros(b"header.json", 8, size=2**28)), "unpacks to"
    for method in (93, 8):
        for part in ("header", "sample"):
            name = {"header": b"header.json", "sample": b"samples/sum/3_epoch_1.json"}[part]
            yield (
                f"bomb that claims 900 bytes, {part}, method {method}",
                partial(_lying_bomb, part, name, method),
                "whose size is not what it claims",
            )
    yield "a frame of 2 GiB", lambda: _log(header=_wide_window()), "cannot be unpacked"
    yield "overlapping members", _overlapping, "overlap"
    yield "a million entries", _million, "directory of 1000000 entries"
    yield "encrypted", lambda: _with_flag(0x1), "encrypted"
    for method in (1, 9, 12, 14, 95, 99):
        yield f"method {method}", partial(_with_method, method), "in a way that is not inspected"
    yield "zstandard said to be deflated", lambda: _with_method(8), "cannot be unpacked"
    yield "truncated", lambda: _SUCCESS[:9000], "zip archive without an end"
    yield "truncated json", lambda: _JSON[:30_000], "ends in the middle"
    yield "damaged", lambda: _damaged(b"header.json"), "holds 'header.json'"
    yield "damaged record", lambda: _damaged(b"samples/sum/3_epoch_1.json"), "holds 'samples/sum/3"
    for path in ("../../etc/passwd", "/etc/passwd", "samples/../../x", "a\\b"):
        yield f"path {path}", partial(_named, path), "leads out of the archive"
    yield "two headers", lambda: _named("header.json"), "two headers"
    yield "something behind", lambda: _SUCCESS + b"x", "something after its end"
    yield "something before", lambda: b"PKxx" + _SUCCESS, "zip archive"

    for depth in (250, 10_000, 1_000_000):
        deep = _nested(depth)
        yield f"{depth} deep", partial(bytes, deep), "not a log of Inspect"
        for key in ("results", "eval", "elsewhere"):
            yield (
                f"{depth} deep in {key}",
                partial(bytes, b'{"%s": %s, "eval": {}}' % (key.encode(), deep)),
                {
                    "elsewhere": "deeper than 200",
                    "eval": "is not JSON",
                    "results": "not listed by task",
                }[key],
            )
        yield f"{depth} deep header", partial(_log, header=b'{"plan": %s}' % deep), "deeper"
        yield (
            f"{depth} deep record",
            partial(_log, sample=b'{"id": "sum/3", "messages": %s}' % deep),
            "deeper than 200",
        )
    yield "brackets that are not closed", lambda: b'{"x": ' + b"[" * 150, "ends in the middle"
    yield "brackets that do not match", lambda: b'{"x": [}]}', "is not JSON"
    yield (
        "a header of brackets",
        lambda: _log(header=b'{"results": [%s0]}' % (b"[]," * 1_000_000)),
        "more than 100000 brackets",
    )
    yield (
        "a value of small numbers",
        lambda: b'{"eval": {"config": [%s0]}}' % (b"0," * 10_000_000),
        "more than 4194304 bytes",
    )
    yield "a key twice", lambda: _log(header=b'{"status": "error", "status": "success"}'), "twice"
    yield (
        "a key twice below",
        lambda: _score('0.1, "acc,none": 0.9'),
        "gives the key 'acc,none' twice",
    )
    yield (
        "a key twice in a record",
        lambda: _log(sample=b'{"id": "sum/3", "error": 1, "error": null}'),
        "twice",
    )
    for value in ("NaN", "-NaN", "Infinity", "-Infinity", "1e999", '"0.9"', "null", "[]"):
        yield f"score {value}", partial(_score, value), ""
    yield "a number of a million digits", lambda: _score("9" * 1_000_000), "more than 524288 bytes"
    yield "a number of 5000 digits", lambda: _score("9" * 3000), "a number of 3000 digits"
    yield "not UTF-8", lambda: _JSON.replace(b"What is", b"Wh\xff\xfe is"), "is not UTF-8"
    yield "UTF-16", lambda: _JSON.decode().encode("utf-16"), ""
    yield "not UTF-8 in a record", lambda: _log(sample=b'{"id": "\xff"}'), "which is not UTF-8"
    yield "empty", lambda: b"", "is empty"
    yield "of spaces", lambda: b" " * 50_000_000, "not a log of Inspect"
    yield "of zeros", lambda: bytes(50_000_000), "not"
    yield "one endless string", lambda: b'"' + b"x" * 50_000_000, "not a log of Inspect"
    yield "one endless key", lambda: b'{"%s": 1}' % (b"x" * 50_000_000), "key of endless length"
    yield "a picture", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500), "not"
    yield "gzip", lambda: b"\x1f\x8b\x08\x00" + bytes(600), "gzip-compressed. Unpack it"
    yield "some JSON", lambda: b'{"a": 1}', "is not a log of Inspect"
    yield "some zip", lambda: zips.archive(zips.entry("a.txt", b"x")), "but not a log of Inspect"
    yield "failed without results", lambda: log("error.json").read_bytes(), "status “error”"
    yield "something behind the log", lambda: _JSON + b"{}", "goes on behind its end"
    yield (
        "results with a million tasks",
        lambda: _results(lambda d: d.update(results={str(n): {} for n in range(200_000)})),
        "more than 5000 tasks",
    )
    yield (
        "records without end",
        lambda: b'{"eval": {}, "samples": [%s]}' % (b'{"id":1},' * 2),
        "",
    )
    yield "ids that unpack to a gigabyte", _long_ids, "ids of the file's samples"
    yield "lines that name a gigabyte", _long_lines, "ids of the file's samples"
    yield "extra length that lies", _lying_extra, ""


def _names(piece: str) -> list[str]:
    return [f"{n}{'x' * 500_000}{piece}" for n in range(800)]


def _padded(*entries: zips.Entry) -> bytes:
    """Return an archive whose size makes room for what its other members unpack to."""
    return zips.archive(*entries, zips.entry("room", bytes(2_100_000), zips.STORED))


def _long_ids() -> bytes:
    header = _header()
    header["eval"]["dataset"]["sample_ids"] = _names("")
    return _padded(zips.entry("header.json", json.dumps(header).encode()))


def _long_lines() -> bytes:
    lines = "\n".join(json.dumps({"doc_id": name}) for name in _names("y"))
    return _padded(
        zips.entry("results_x.json", results("plain").read_bytes()),
        zips.entry("samples_sums_choice.jsonl", lines.encode()),
    )


def _damaged(name: bytes) -> bytes:
    """Return the log with four bytes of an entry overwritten."""
    at = _SUCCESS.index(name) + len(name) + 100
    return _SUCCESS[:at] + b"\xff\x00\xff\x00" + _SUCCESS[at + 4 :]


def _lying_extra() -> bytes:
    at = _SUCCESS.index(b"PK\x01\x02")
    return _SUCCESS[: at + 30] + struct.pack("<H", 60_000) + _SUCCESS[at + 32 :]
