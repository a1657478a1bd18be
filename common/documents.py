"""Documents that people upload: what they are, told from their bytes and never from their names.

PDF, plain text or Markdown in UTF-8, PNG, JPEG and WebP. Nothing else is taken, SVG and HTML in
particular: both can run scripts.
"""

import re
import unicodedata

from common.images import ImageProblem, inspect_image
from common.pdf import PdfProblem, inspect_pdf

LONGEST_NAME = 120
TAKEN = "PDF, plain text or Markdown in UTF-8, PNG, JPEG and WebP"

_MARKUP = re.compile(r"\s*<(?:!doctype|\?xml|html|svg|head|body|script)\b", re.IGNORECASE)
_ORDINARY = {"\n", "\r", "\t", "\f"}


class DocumentProblem(ValueError):
    """The document is not taken; the text says why, and follows the file's name."""


def inspect_document(content: bytes, name: str) -> str:
    """Return the media type of a document. Raises DocumentProblem."""
    if not content:
        raise DocumentProblem("is empty")
    try:
        if content.startswith(b"%PDF-"):
            inspect_pdf(content)
            return "application/pdf"
        image = inspect_image(content)
    except (PdfProblem, ImageProblem) as error:
        raise DocumentProblem(str(error)) from None
    if image is not None:
        return image.media_type
    _inspect_text(content)
    return "text/markdown" if name.lower().endswith((".md", ".markdown")) else "text/plain"


def _inspect_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentProblem(f"is none of what is taken: {TAKEN}") from None
    if _MARKUP.match(text):
        raise DocumentProblem("is HTML, XML or SVG, which can run scripts; send a PDF or a picture")
    for character in set(text):
        if unicodedata.category(character) == "Cc" and character not in _ORDINARY:
            raise DocumentProblem(f"is none of what is taken: {TAKEN}")


def document_name(name: str) -> str:
    """Return a file name that can be shown and saved: no path, nothing invisible, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(
        character
        for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    seen = " ".join(seen.split()).lstrip(".")
    stem, dot, suffix = seen.rpartition(".")
    if dot and len(suffix) <= 10:
        seen = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    return seen[:LONGEST_NAME] or "document"
