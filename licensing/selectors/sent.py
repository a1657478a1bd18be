"""What was sent of an application, one version beside another."""

from dataclasses import dataclass

from django.utils.functional import Promise

from common.comparison import Line, compare
from licensing.models import Application, Submission
from licensing.questions import Question, Section
from licensing.selectors import answers_of
from licensing.selectors.asked import sections_answered
from licensing.selectors.files import files_of, words


@dataclass(frozen=True)
class ChangedAnswer:
    """An answer that differs between two submissions, by lines and words."""

    question: str | Promise
    lines: list[Line]


@dataclass(frozen=True)
class ChangedSection:
    """A page of the form on which something differs."""

    title: str | Promise
    answers: list[ChangedAnswer]


def submissions_of(application: Application) -> list[Submission]:
    """Return what was sent, the newest first."""
    rows = application.submissions.select_related("questionnaire").order_by("-number")
    found = list(rows[:100])
    for row in found:
        row.application = application
    return found


def changes_between(before: Submission, after: Submission) -> list[ChangedSection]:
    """Return what differs, page by page; questions that only one of them was asked count too."""
    application = after.application
    old, new = answers_of(before), answers_of(after)
    files = files_of(application, old, new)
    found = []
    for title, questions in _pages(before, after):
        changed = []
        for question in questions:
            was, now = words(question, old, files), words(question, new, files)
            if was != now:
                changed.append(ChangedAnswer(question.label, compare(was, now)))
        if changed:
            found.append(ChangedSection(title, changed))
    return found


def _pages(before: Submission, after: Submission) -> list[tuple[str | Promise, list[Question]]]:
    """Return the questions of both, as the later one orders them, those it dropped last."""
    pages: dict[str, tuple[Section, dict[str, Question]]] = {}
    for section in (*sections_answered(after), *sections_answered(before)):
        _first, questions = pages.setdefault(section.key, (section, {}))
        for question in section.questions:
            questions.setdefault(question.key, question)
    return [(section.title, list(questions.values())) for section, questions in pages.values()]
