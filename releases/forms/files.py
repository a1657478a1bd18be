"""The field of a form in which files are chosen: what is taken is said before anything is sent."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class FilesInput(forms.ClearableFileInput):
    """Several files at once. The view takes them: what has arrived survives an error elsewhere."""

    allow_multiple_selected = True


def say_limits(field: forms.Field, taken: str, *, most_bytes: int, most_files: int = 1) -> None:
    """Say in the field's help what is taken, and let the page's script look before it sends.

    `taken` says which files are; the limits are in bytes of one file, and files at once.
    """
    size, together = (
        _("%(most)d MB") % {"most": most // 1_000_000}
        for most in (most_bytes, settings.UPLOADS_MOST_BYTES)
    )
    limits = ngettext(
        "At most %(size)s.",
        "At most %(count)d files of %(size)s each, %(together)s together.",
        most_files,
    ) % {"size": size, "count": most_files, "together": together}
    field.help_text = " ".join(part for part in (taken, str(field.help_text), limits) if part)
    field.widget.attrs |= {
        "data-most-bytes": most_bytes,
        "data-most-files": most_files,
        "data-most-together": settings.UPLOADS_MOST_BYTES,
        "data-too-large": _("{name} is larger than the %(size)s that are taken.") % {"size": size},
        "data-too-many": _("At most %(count)d files are taken at once.") % {"count": most_files},
        "data-too-much": _(
            "Together they have {size}; %(together)s are taken at once. Choose fewer now; attach "
            "the others when you change the dossier."
        )
        % {"together": together},
        "data-sending": _("Sending {size}. This page stays until it has arrived."),
    }
