"""Guards that several services share."""

from django.utils.translation import gettext as _

from common.errors import Refused
from common.text import one_line, paragraphs

REASON_LENGTH = 2000


def checked_line(value: str, what: str, *, max_length: int) -> str:
    """Return a cleaned single line, or refuse it by name."""
    try:
        return one_line(value, max_length=max_length)
    except ValueError as error:
        raise Refused(f"{what}: {error}") from None


def checked_reason(value: str) -> str:
    """Return a cleaned reason; an empty one is refused."""
    try:
        return paragraphs(value, max_length=REASON_LENGTH)
    except ValueError as error:
        raise Refused(_("The reason: %(why)s") % {"why": error}) from None
