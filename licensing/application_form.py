"""The structured application form: what each answer may be, and what is still missing."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.personal import ERASED
from common.countries import COUNTRIES
from common.orcid import orcid_of
from common.text import one_line, paragraphs
from licensing import scope as scopes
from licensing.questions import PERSONAL_KEYS, Question, Section
from licensing.referees import (
    clean_referees,
    email_address,
    plain_referees,
    referees_in_words,
)

MAX_END_USERS = 50
LONGEST_YEARS = 3
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
# The public id of an attachment, as its row has it.
_FILE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_FILES = 5

Answers = Mapping[str, Any]
# Begins the key of each question that a model asks for itself.
OWN_PREFIX = "own_"


def clean_section(
    section: Section, raw: Answers, today: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers of one section that hold, and a sentence for each that does not."""
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for question in section.questions:
        value = raw.get(question.key)
        if value in (None, "", [], (), False):
            if question.required or _is_needed(question, raw):
                errors[question.key] = missing(question)
            continue
        try:
            answers[question.key] = _CLEANERS[question.kind](question, value, today)
        except ValueError as error:
            errors[question.key] = str(error)
    return answers, errors


def _is_needed(question: Question, raw: Answers) -> bool:
    """Tell whether another answer of the page makes this one necessary."""
    if question.needed_if is None:
        return False
    key, values = question.needed_if
    return raw.get(key) in values


def clean_draft(raw: Answers, questions: Mapping[str, Question]) -> dict[str, Any]:
    """Return what may be kept of an unfinished form: known questions, plain data, sane sizes.

    Raises ValueError with a sentence for what no form of ours would send.
    """
    kept: dict[str, Any] = {}
    for key, value in raw.items():
        question = questions.get(key)
        if question is None:
            raise ValueError(_("The form has no question “%(key)s”.") % {"key": str(key)[:40]})
        kept[key] = _plain(question, value)
    return kept


def section_state(section: Section, answers: Answers, today: date) -> str:
    """Return "todo", "started" or "done"."""
    given, errors = clean_section(section, answers, today)
    if not errors:
        required = any(question.required for question in section.questions)
        return "done" if given or required else "todo"
    return "started" if any(answers.get(q.key) for q in section.questions) else "todo"


def problems(
    sections: Iterable[Section], answers: Answers, today: date
) -> list[tuple[Section, dict[str, str]]]:
    """Return every section that is not complete with its errors; empty when all may be sent."""
    found = [(section, clean_section(section, answers, today)[1]) for section in sections]
    return [(section, errors) for section, errors in found if errors]


def scope_asked(answers: Answers) -> scopes.Scope:
    """Return the scope that the answers ask for. Raises ValueError while it is incomplete."""
    given = {key: answers[key] for key in scopes.SCOPE_KEYS if key in answers}
    return scopes.parse_scope(scopes.UNASKED | given)


def split_personal(answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers in two parts: what may be kept in the clear, and what must be sealed."""
    private = {key: value for key, value in answers.items() if is_personal(key)}
    return {key: value for key, value in answers.items() if key not in private}, private


def file_ids(answers: Answers) -> list[str]:
    """Return the public ids of all files that answers name, whichever question they answer."""
    return [
        item
        for value in answers.values()
        if isinstance(value, list)
        for item in value
        if isinstance(item, str) and _FILE_ID.fullmatch(item)
    ]


def is_personal(key: str) -> bool:
    """Tell whether an answer is sealed: the personal ones, and all to a model's own questions.

    What a model asks for cannot be known here, and is often a name or a date of birth.
    """
    return key in PERSONAL_KEYS or key.startswith(OWN_PREFIX)


def in_words(question: Question, answers: Answers) -> str:
    """Return an answer as text to read."""
    value = answers.get(question.key)
    if value in (None, "", [], False):
        return ""
    if value == ERASED:
        return ERASED
    words = _WORDS.get(question.kind)
    return words(question, value) if words else str(value)


def _choice_in_words(question: Question, value: Any) -> str:  # noqa: ANN401 - any kept answer
    return str((question.choices or {}).get(value, value))


def _choices_in_words(question: Question, value: Any) -> str:  # noqa: ANN401 - any kept answer
    return "\n".join(_choice_in_words(question, item) for item in value)


def _files_in_words(_question: Question, value: Any) -> str:  # noqa: ANN401 - any kept answer
    return ngettext("%(count)d file", "%(count)d files", len(value)) % {"count": len(value)}


def _day_in_words(_question: Question, value: Any) -> str:  # noqa: ANN401 - any kept answer
    try:
        return date_format(date.fromisoformat(str(value)), "j M Y")
    except ValueError:
        return str(value)


def missing(question: Question) -> str:
    """Return the sentence for a question that must be answered; the page names the question."""
    return {
        "tick": _("Tick this to make the statement."),
        "choices": _("Choose at least one."),
        "choice": _("Choose one."),
        "select": _("Choose one."),
        "country": _("Choose a country."),
        "date": _("Choose a date."),
        "day": _("Choose a date."),
        "files": _("Attach a file."),
        "referees": _("Name at least one referee."),
    }.get(question.kind, _("Write an answer."))


def _plain(question: Question, value: object) -> object:
    """Return an unfinished answer of the kind that its question takes."""
    if value is None:
        return None
    if question.kind == "tick" and isinstance(value, bool):
        return value
    if question.kind in ("date", "day") and isinstance(value, date):
        return value.isoformat()
    if question.kind == "referees":
        return plain_referees(value)
    most = 4 * max(question.max_length, 2000)
    if (
        question.kind not in ("tick", "choices", "files")
        and isinstance(value, str)
        and len(value) <= most
    ):
        return value.replace("\x00", "")
    if (
        question.kind in ("choices", "emails", "files")
        and isinstance(value, list | tuple)
        and len(value) <= 4 * MAX_END_USERS
        and all(isinstance(item, str) and len(item) <= 320 for item in value)
    ):
        return [item.replace("\x00", "") for item in value]
    raise ValueError(_("“%(label)s” is too long or of the wrong kind.") % {"label": question.label})


def _clean_line(question: Question, value: object, _today: date) -> str:
    return one_line(_text(value), max_length=question.max_length)


def _clean_text(question: Question, value: object, _today: date) -> str:
    text = paragraphs(_text(value), max_length=question.max_length)
    if len(text) < question.min_length:
        raise ValueError(
            ngettext(
                "Write a little more: at least %(least)d character.",
                "Write a little more: at least %(least)d characters.",
                question.min_length,
            )
            % {"least": question.min_length}
        )
    return text


def _clean_choice(question: Question, value: object, _today: date) -> str:
    if not isinstance(value, str) or value not in (question.choices or {}):
        raise ValueError(_("Choose one of the answers offered."))
    return value


def _clean_choices(question: Question, value: object, _today: date) -> list[str]:
    choices = question.choices or {}
    if not isinstance(value, list | tuple) or any(
        not isinstance(item, str) or item not in choices for item in value
    ):
        raise ValueError(_("Choose among the answers offered."))
    return [choice for choice in choices if choice in value]


def _clean_country(_question: Question, value: object, _today: date) -> str:
    if not isinstance(value, str) or value not in COUNTRIES:
        raise ValueError(_("Choose a country from the list."))
    return value


def _clean_url(question: Question, value: object, _today: date) -> str:
    text = one_line(_text(value), max_length=question.max_length)
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or " " in text:
        raise ValueError(_("Write a full address, beginning with https://."))
    return text


def _clean_email(_question: Question, value: object, _today: date) -> str:
    return email_address(one_line(_text(value), max_length=254))


def _clean_emails(_question: Question, value: object, _today: date) -> list[str]:
    lines = value if isinstance(value, list | tuple) else _text(value).splitlines()
    texts = [_text(line) for line in lines]
    addresses = [email_address(one_line(text, max_length=254)) for text in texts if text.strip()]
    unique = list({address.lower(): address for address in addresses}.values())
    if not unique:
        raise ValueError(_("Name at least one address."))
    if len(unique) > MAX_END_USERS:
        raise ValueError(_("Name at most %(most)d addresses.") % {"most": MAX_END_USERS})
    return unique


def _clean_date(_question: Question, value: object, today: date) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(_("Write a date, such as 2027-06-30.")) from None
    if day <= today:
        raise ValueError(_("Choose a date in the future."))
    if day > latest_end(today):
        raise ValueError(
            _("Access is given for %(years)d years at most.") % {"years": LONGEST_YEARS}
        )
    return day.isoformat()


def _clean_files(_question: Question, value: object, _today: date) -> list[str]:
    """Return the files as they were kept; whose they are the service looks up."""
    if not isinstance(value, list) or len(value) > MOST_FILES:
        raise ValueError(_("Attach at most %(most)d files.") % {"most": MOST_FILES})
    if not all(isinstance(item, str) and _FILE_ID.fullmatch(item) for item in value):
        raise ValueError(_("Attach a file here."))
    return value


def _clean_day(_question: Question, value: object, _today: date) -> str:
    try:
        day = value if isinstance(value, date) else date.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(_("Write a date, such as 2027-06-30.")) from None
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(
            _("Choose a date between the years %(first)d and %(last)d.")
            % {"first": EARLIEST_YEAR, "last": LATEST_YEAR}
        )
    return day.isoformat()


def _clean_orcid(question: Question, value: object, _today: date) -> str:
    text = one_line(_text(value), max_length=question.max_length)
    orcid = orcid_of(text)
    if not orcid:
        raise ValueError(_("This is no ORCID iD: sixteen digits, the last of which may be X."))
    return orcid


def _clean_referees(question: Question, value: object, _today: date) -> list[dict[str, str]]:
    return clean_referees(value, question.barred)


def _clean_tick(_question: Question, value: object, _today: date) -> bool:
    if value is not True and value not in ("on", "true", "1"):
        raise ValueError(_("Tick this to make the statement."))
    return True


def latest_end(today: date) -> date:
    """Return the last day that a grant made today may run to."""
    # The 28th exists in every month, so that a leap day needs no thought.
    return today.replace(year=today.year + LONGEST_YEARS, day=min(today.day, 28))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Write text here."))
    return value


_CLEANERS: dict[str, Callable[[Question, object, date], Any]] = {
    "line": _clean_line,
    "text": _clean_text,
    "choice": _clean_choice,
    "choices": _clean_choices,
    "country": _clean_country,
    "url": _clean_url,
    "email": _clean_email,
    "emails": _clean_emails,
    "date": _clean_date,
    "day": _clean_day,
    "files": _clean_files,
    "orcid": _clean_orcid,
    "referees": _clean_referees,
    "select": _clean_choice,
    "tick": _clean_tick,
}
_WORDS: dict[str, Callable[[Question, Any], str]] = {
    "tick": lambda _question, _value: _("Yes"),
    "referees": lambda _question, value: referees_in_words(value),
    "choice": _choice_in_words,
    "select": _choice_in_words,
    "choices": _choices_in_words,
    "country": lambda _question, value: COUNTRIES.get(str(value), str(value)),
    "emails": lambda _question, value: "\n".join(value) if isinstance(value, list) else str(value),
    "files": _files_in_words,
    "date": _day_in_words,
    "day": _day_in_words,
}
