"""Files of the application form: kept as soon as they arrive, so that no error loses them."""

from django.http import HttpRequest

from accounts.permissions import signed_in
from common.errors import Refused
from common.uploads import refused_files
from licensing import services
from licensing.models import Application
from licensing.questions import Section

# Why files were not taken, by the key of the question that they were to answer.
Problems = dict[str, list[str]]


def take_files(request: HttpRequest, application: Application, section: Section) -> Problems:
    """Keep every file that was sent for a page; return why the others were not taken.

    What has arrived is an answer at once; `application` is read again for what it says now.
    """
    problems: Problems = {}
    refused = refused_files(request)
    for question in section.questions:
        if question.kind != "files":
            continue
        problems[question.key] = list(refused.get(question.key, []))
        for file in request.FILES.getlist(question.key):
            try:
                services.attach_file(
                    actor=signed_in(request),
                    application=application,
                    question=question.key,
                    file=file,
                    name=file.name or "",
                )
            except Refused as refusal:
                problems[question.key].append(refusal.sentence)
    application.refresh_from_db(fields=["answers", "sealed_answers"])
    return {key: sentences for key, sentences in problems.items() if sentences}
