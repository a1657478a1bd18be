"""The files attached to an application, with the names that they were sent under."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit import personal
from licensing.application_form import Answers, file_ids, in_words
from licensing.models import Application, Attachment
from licensing.questions import Question


@dataclass(frozen=True)
class File:
    """What a page says of a file."""

    public_id: str
    name: str
    size: int
    sha256: str


def files_of(application: Application, *answers: Answers | None) -> dict[str, File]:
    """Return the files that any of the answers name, by their public id."""
    wanted = {each for given in answers if given for each in file_ids(given)}
    if not wanted:
        return {}
    found = application.attachments.filter(public_id__in=wanted)
    return {file.public_id: file for file in _opened(application, found)}


def file_of(attachment: Attachment) -> File:
    """Return one file; "(erased)" stands for a name that cannot be read any more."""
    return _opened(attachment.application, [attachment])[0]


def _opened(application: Application, attachments: Iterable[Attachment]) -> list[File]:
    rows = list(attachments)
    pseudonym = application.applicant.pseudonym
    texts = personal.unseal_many((pseudonym, row.sealed) for row in rows)
    return [_file(row, text) for row, text in zip(rows, texts, strict=True)]


def _file(row: Attachment, text: str) -> File:
    if text == personal.ERASED:
        return File(str(row.public_id), personal.ERASED, row.size, "")
    facts = json.loads(text)
    return File(str(row.public_id), facts["name"], row.size, facts["sha256"])


def words(question: Question, given: Answers, files: Mapping[str, File]) -> str:
    """Return an answer as text to read, files by their names."""
    if question.kind != "files":
        return in_words(question, given)
    return "\n".join(files[each].name for each in given.get(question.key) or [] if each in files)
