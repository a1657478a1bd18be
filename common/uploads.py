"""Files are taken where a page asks for them, from people who are signed in, up to a size.

Django reads every multipart body whole, on any address and before any view is asked. This handler
stands before its own: a file that nobody asked for, or that grows too large, is read past and kept
nowhere; the rest of the form arrives, so that its page can say what was wrong and keep the input.
"""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

MOST_FILES = 20
_REFUSED = "sluice_refused_files"


class LimitedUploadHandler(FileUploadHandler):
    """Lets through what `settings.UPLOADS` allows: {name of the route: most bytes of one file}.

    All files of a request together have `settings.UPLOADS_MOST_BYTES` at most.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._count = 0
        self._bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's, passed on
        """Count it. Skipping it here would close the file before it, which Django still holds."""
        super().new_file(*args, **kwargs)
        self._count += 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the bytes on where they were asked for and are not too many."""
        most = self._most()
        if not most:
            raise SkipFile
        if self._count > MOST_FILES:
            self._refuse(_("At most %(most)d files are taken at once.") % {"most": MOST_FILES})
        if start + len(raw_data) > most:
            self._refuse(
                _("%(name)s is larger than the %(most)d MB that are taken.")
                % {"name": self.file_name, "most": most // 1_000_000}
            )
        self._bytes += len(raw_data)
        if self._bytes > settings.UPLOADS_MOST_BYTES:
            self._refuse(
                _(
                    "%(name)s was not taken, because at most %(most)d MB are taken at once. "
                    "Choose it again by itself."
                )
                % {"name": self.file_name, "most": settings.UPLOADS_MOST_BYTES // 1_000_000}
            )
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers behind."""

    def _most(self) -> int:
        match = self.request.resolver_match if self.request else None
        user = getattr(self.request, "user", None)
        token = getattr(self.request, "auth", None)
        if match is None or not (token or (user is not None and user.is_authenticated)):
            return 0
        return settings.UPLOADS.get(match.view_name, 0)

    def _refuse(self, sentence: str) -> None:
        refused = self.request.__dict__.setdefault(_REFUSED, {})
        refused.setdefault(self.field_name, []).append(sentence)
        raise SkipFile


def refused_files(request: HttpRequest) -> dict[str, list[str]]:
    """Return why files did not arrive, by the name of their field."""
    request.POST  # noqa: B018 - reading it is what parses the body
    return getattr(request, _REFUSED, {})
