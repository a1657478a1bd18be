"""Documents are told by their bytes; what can act, or hides what it holds, is refused."""

import struct
import time
import zlib
from collections.abc import Callable

import pytest

from common.documents import DocumentProblem, document_name, inspect_document
from common.images import inspect_image
from common.pdf import MOST_UNPACKED


def pdf(*objects: bytes) -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (at, each) for at, each in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def stream(content: bytes, extra: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    head = b"<< %s /Filter /FlateDecode /Length %d >>" % (extra, len(packed))
    return head + b"\nstream\n" + packed + b"\nendstream"


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", checksum)


def png(width: int = 3, height: int = 2) -> bytes:
    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 20))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 3, height: int = 2) -> bytes:
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0" + frame + scan + b"\xff\xd9"


def webp(width: int = 3, height: int = 2) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    data = b"WEBPVP8L" + struct.pack("<L", 5) + b"\x2f" + struct.pack("<L", bits) + b"\x00"
    return b"RIFF" + struct.pack("<L", len(data)) + data


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (pdf(b"<< /Type /Catalog >>", stream(b"BT (Text) Tj ET")), "a.png", "application/pdf"),
        (png(), "a.pdf", "image/png"),
        (jpeg(), "a", "image/jpeg"),
        (webp(), "a.gif", "image/webp"),
        ("Größe\r\n\tß".encode(), "a.exe", "text/plain"),
        (b"\xef\xbb\xbf# Title", "NOTES.MD", "text/markdown"),
        (b"a < b, and <b> is no page", "a.html", "text/plain"),
    ],
)
def test_what_a_document_is_stands_in_its_bytes(content: bytes, name: str, media_type: str) -> None:
    assert inspect_document(content, name) == media_type


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"MZ\x90\x00", "none of what is taken"),
        (b"PK\x03\x04\x00\x00", "none of what is taken"),
        (b"GIF89a\x01\x00\x01\x00", "none of what is taken"),
        ("ü".encode("latin-1"), "none of what is taken"),
        (b"a\x00b", "none of what is taken"),
        (b"\x1b[31mred", "none of what is taken"),
        (b"<svg xmlns='x'>", "SVG"),
        (b"  <!DOCTYPE html>", "HTML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "XML"),
        (b"<script>x</script>", "scripts"),
    ],
)
def test_what_else_there_is_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(DocumentProblem, match=sentence):
        inspect_document(content, "a.txt")


# PDF


@pytest.mark.parametrize(
    "entry",
    [
        b"<< /S /JavaScript /JS (app.alert) >>",
        b"<< /S/JavaScript>>",
        b"<< /S /J#61vaScript >>",
        b"<< /S /#4a#61#76#61#53#63#72#69#70#74 >>",
        b"<< /S /Launch /F (cmd) >>",
        b"<< /Type /EmbeddedFile >>",
        b"<< /Names << /EmbeddedFiles 3 0 R >> >>",
        b"<< /Subtype /RichMedia >>",
        b"<< /S /Rendition /JS (app.alert) >>",
        b"<< /Encrypt 5 0 R >>",
        b"<< /XFA 5 0 R >>",
    ],
)
def test_a_pdf_that_can_act_is_refused_wherever_it_says_so(entry: bytes) -> None:
    hidden = stream(b"1 0 " + entry, b"/Type /ObjStm /N 1 /First 4")
    far = stream(b" " * 1_048_570 + entry, b"/Type /ObjStm /N 1 /First 4")
    for content in (pdf(entry), pdf(hidden), pdf(far)):
        with pytest.raises(DocumentProblem, match="is a PDF with"):
            inspect_document(content, "a.pdf")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.4\n1 0 obj", "without its end"),
        (
            pdf(b"<< /Type /ObjStm /Filter /ASCIIHexDecode >>\nstream\n4142>\nendstream"),
            "packs its objects",
        ),
        (
            pdf(b"<< /Type /Obj#53tm /Filter [/FlateDecode] >>\nstream\nx\x9cgarbage\nendstream"),
            "packs its objects",
        ),
    ],
)
def test_a_pdf_that_hides_what_it_holds_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(DocumentProblem, match=sentence):
        inspect_document(content, "a.pdf")


def test_a_pdf_that_unpacks_without_end_is_refused_quickly() -> None:
    bomb = stream(b"\x00" * (MOST_UNPACKED + 1))
    begun = time.perf_counter()
    with pytest.raises(DocumentProblem, match="unpacks to more"):
        inspect_document(pdf(bomb), "a.pdf")
    with pytest.raises(DocumentProblem, match="unpacks to more"):
        inspect_document(pdf(*[stream(b" " * 4_000_000)] * 20), "a.pdf")
    assert time.perf_counter() - begun < 5


def test_words_that_only_look_like_it_are_none() -> None:
    ordinary = pdf(b"<< /JavaScripts 1 /Launcher 2 >>", b"(JavaScript)", stream(b"(Launch)"))
    assert inspect_document(ordinary, "a.pdf") == "application/pdf"


# Pictures


@pytest.mark.parametrize("make", [png, jpeg, webp])
def test_the_size_of_a_picture_is_read(make: Callable[[int, int], bytes]) -> None:
    image = inspect_image(make(640, 480))
    assert image is not None
    assert (image.width, image.height) == (640, 480)


@pytest.mark.parametrize(
    "content",
    [
        png(20_001, 1),
        png(15_000, 15_000),
        png(0, 1),
        png()[:-4],
        png() + b"<script>",
        png().replace(b"IDAT", b"IDAX"),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b""),
        jpeg()[:-2],
        jpeg() + b"PK\x03\x04",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x04ab\x00",
        webp()[:-1],
        webp() + b"more",
        webp().replace(b"VP8L", b"VP8?"),
    ],
)
def test_a_picture_that_is_broken_huge_or_more_than_a_picture_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentProblem, match="is a"):
        inspect_document(content, "a.png")


# Names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\report.pdf", "report.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nX-Header: b", "aX-Header: b"),
        (".htaccess", "htaccess"),
        ("", "document"),
        ("...", "document"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("Größe.md", "Größe.md"),
    ],
)
def test_a_name_keeps_neither_path_nor_what_cannot_be_seen(given: str, kept: str) -> None:
    assert document_name(given) == kept
