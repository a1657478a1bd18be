"""Archives and compressed files, told by how they begin, whatever they are called."""

import re
import tarfile
import zlib

# As much of a file as is looked at: the first header of a tar archive.
LOOKED_AT = 512

_BEGINNINGS = (
    (re.compile(rb"PK(?:\x03\x04|\x05\x06|\x06\x06)"), "a zip archive"),
    # RFC 1952: the only method, and no reserved flag.
    (re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"), "gzip-compressed"),
    (re.compile(rb"BZh[1-9]"), "bzip2-compressed"),
    (re.compile(rb"\xfd7zXZ\x00"), "xz-compressed"),
    (re.compile(rb"\x5d\x00"), "lzma-compressed"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "zstd-compressed"),
    (re.compile(rb"\x04\x22\x4d\x18"), "lz4-compressed"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7z archive"),
    (re.compile(rb"Rar!\x1a\x07"), "a rar archive"),
    # What joblib wrote long ago.
    (re.compile(rb"ZF0x[0-9a-f]"), "zlib-compressed"),
)
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")


def packed_as(head: bytes) -> str:
    """Return what a file that begins so is, as "a tar archive" or "gzip-compressed"; or nothing."""
    for beginning, what in _BEGINNINGS:
        if beginning.match(head):
            return what
    if _is_tar(head[:LOOKED_AT]):
        return "a tar archive"
    return "zlib-compressed" if _ZLIB.match(head) and _is_zlib(head) else ""


def _is_tar(head: bytes) -> bool:
    """By the mark of a newer one, or by the sum over its first header, as tarfile opens it."""
    if head[257:262] == b"ustar":
        return True
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _is_zlib(head: bytes) -> bool:
    """Prose may begin "x^"; it does not unpack."""
    try:
        zlib.decompressobj().decompress(head[:LOOKED_AT], 100)
    except zlib.error:
        return False
    return True
