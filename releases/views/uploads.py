"""Files of a form: kept as soon as they arrive, so that an error elsewhere does not lose them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from accounts.models import User
from common.errors import Refused
from common.uploads import refused_files
from releases import services
from releases.models import Document, Release


@dataclass
class Uploads:
    """What has arrived in a field of a form, and why the rest was not taken."""

    documents: list[Document] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def tell(self, form: forms.Form, name: str) -> None:
        """Put the problems to the field. Call it on a form that is bound."""
        for problem in self.problems:
            form.add_error(name, problem)

    def with_data(self, data: QueryDict, name: str) -> QueryDict:
        """Return the form's data with what has arrived among what it keeps."""
        data = data.copy()
        for document in self.documents:
            data.appendlist(name, str(document.public_id))
        return data


def take_uploads(request: HttpRequest, user: User, release: Release, name: str) -> Uploads:
    """Keep every document that was sent in a field."""
    uploads = Uploads(problems=list(refused_files(request).get(name, [])))
    for file in request.FILES.getlist(name):
        try:
            kept = services.keep_attachment(
                actor=user, release=release, file=file, name=file.name or ""
            )
        except Refused as refused:
            uploads.problems.append(refused.sentence)
        else:
            uploads.documents.append(kept)
    return uploads


@contextmanager
def as_path(file: UploadedFile) -> Iterator[Path]:
    """Yield where an uploaded file stands on the disk, for readers that need a path."""
    if hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile(prefix="evidence-") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
