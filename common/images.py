"""What kind of picture a file is and how large, read from its headers. Nothing in it is trusted.

PNG, JPEG and WebP; no picture is decoded. A file that holds more than the one picture is refused:
what follows the end of a picture is read by other programs as something else.
"""

import struct
import zlib
from dataclasses import dataclass

MOST_SIDE = 20_000
MOST_PIXELS = 100_000_000

_PNG = b"\x89PNG\r\n\x1a\n"
# Start of frame, of every kind but the markers in between that are something else (T.81, B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}


class ImageProblem(ValueError):
    """The picture is not taken; the text says why, and follows the file's name."""


@dataclass(frozen=True)
class Image:
    """A picture's kind and its size in pixels."""

    media_type: str
    width: int
    height: int


def inspect_image(content: bytes) -> Image | None:
    """Return what picture it is, None where it is none of the three. Raises ImageProblem."""
    try:
        image = _inspect(content)
    except (struct.error, IndexError):
        raise ImageProblem("is a picture that is cut off or broken") from None
    if image is None:
        return None
    if not image.width or not image.height:
        raise ImageProblem("is a picture without a size")
    if max(image.width, image.height) > MOST_SIDE or image.width * image.height > MOST_PIXELS:
        raise ImageProblem(
            f"is a picture of {image.width} by {image.height} pixels; at most {MOST_SIDE} a side "
            f"and {MOST_PIXELS // 1_000_000} million in all are taken"
        )
    return image


def _inspect(content: bytes) -> Image | None:
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _webp(content)
    return None


def _png(content: bytes) -> Image:
    at, size = len(_PNG), (0, 0)
    while True:
        length, kind = struct.unpack_from(">L4s", content, at)
        stop = at + 12 + length
        (checksum,) = struct.unpack_from(">L", content, stop - 4)
        if checksum != zlib.crc32(content[at + 4 : stop - 4]):
            raise ImageProblem("is a PNG with a wrong checksum; it is damaged")
        if at == len(_PNG):
            if kind != b"IHDR" or length != 13:
                raise ImageProblem("is a PNG without a header")
            size = struct.unpack_from(">LL", content, at + 8)
        at = stop
        if kind == b"IEND":
            break
    if at != len(content):
        raise ImageProblem("is a PNG with something after its end")
    return Image("image/png", *size)


def _jpeg(content: bytes) -> Image:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ImageProblem("is a JPEG that is cut off or broken")
        while content[at] == 0xFF:
            at += 1
        marker = content[at]
        at += 1
        if marker in _ALONE:
            continue
        if marker in (0xD9, 0xDA):
            raise ImageProblem("is a JPEG without a header")
        (length,) = struct.unpack_from(">H", content, at)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">xHH", content, at + 2)
            break
        at += max(length, 2)
    if not content.endswith(b"\xff\xd9"):
        raise ImageProblem("is a JPEG with something after its end, or cut off")
    return Image("image/jpeg", width, height)


def _webp(content: bytes) -> Image:
    (size,) = struct.unpack_from("<L", content, 4)
    if size + 8 != len(content):
        raise ImageProblem("is a WebP whose size is not what it claims")
    kind = content[12:16]
    if kind == b"VP8X":
        wide, high = content[24:27], content[27:30]
        width, height = int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    elif kind == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<L", content, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    else:
        raise ImageProblem("is a WebP of a kind that is not known")
    return Image("image/webp", width, height)
