"""Text that people type: what a single line and a longer text may hold."""

import unicodedata

from django.utils.translation import gettext as _

# Line breaks and tabs are ordinary in a longer text. The two joiners are ordinary in names of
# some scripts and in emoji; other invisible "format" characters turn text around or hide it.
_PLAIN = {"\n", "\t"}
_JOINERS = {"\u200c", "\u200d"}


def one_line(value: str, *, max_length: int) -> str:
    """Return the text trimmed, composed (NFC) and with single spaces.

    Raises ValueError with a sentence for an empty or too long text and for characters that
    cannot be seen: control characters, and marks that reorder what stands around them.
    """
    _refuse_invisible(value, allowed=_JOINERS)
    text = " ".join(unicodedata.normalize("NFC", value).split())
    return _measured(text, max_length)


def paragraphs(value: str, *, max_length: int) -> str:
    """Return a longer text trimmed, with line breaks as `\\n`; the same refusals as `one_line`."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse_invisible(text, allowed=_JOINERS | _PLAIN)
    return _measured(unicodedata.normalize("NFC", text), max_length)


def _refuse_invisible(value: str, allowed: set[str]) -> None:
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cf", "Cs"} and character not in allowed:
            raise ValueError(
                _("It holds a character that cannot be seen (U+%(code)s). Type the text again.")
                % {"code": f"{ord(character):04X}"}
            )


def _measured(text: str, max_length: int) -> str:
    if not text:
        raise ValueError(_("Write something here."))
    if len(text) > max_length:
        raise ValueError(
            _("It has %(length)d characters; at most %(most)d fit.")
            % {"length": len(text), "most": max_length}
        )
    return text
