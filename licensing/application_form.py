"""The structured application form: what each answer may be, and what is still missing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.countries import COUNTRIES
from common.text import one_line, paragraphs
from licensing import scope as scopes
from licensing.questions import PERSONAL_KEYS, QUESTIONS, SECTIONS, Question, Section

MAX_END_USERS = 50
LONGEST_YEARS = 3

Answers = Mapping[str, Any]


def clean_section(
    section: Section, raw: Answers, today: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the answers of one section that hold, and a sentence for each that does not."""
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for question in section.questions:
        value = raw.get(question.key)
        if value in (None, "", [], (), False):
            if question.required:
                errors[question.key] = missing(question)
            continue
        try:
            answers[question.key] = _CLEANERS[question.kind](question, value, today)
        except ValueError as error:
            errors[question.key] = str(error)
    return answers, errors


def clean_draft(raw: Answers) -> dict[str, Any]:
    """Return what may be kept of an unfinished form: known questions, plain data, sane sizes.

    Raises ValueError with a sentence for what no form of ours would send.
    """
    kept: dict[str, Any] = {}
    for key, value in raw.items():
        question = QUESTIONS.get(key)
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


def problems(answers: Answers, today: date) -> list[tuple[Section, dict[str, str]]]:
    """Return every section that is not complete with its errors; empty when all may be sent."""
    found = [(section, clean_section(section, answers, today)[1]) for section in SECTIONS]
    return [(section, errors) for section, errors in found if errors]


def scope_asked(answers: Answers) -> scopes.Scope:
    """Return the scope that the answers ask for. Raises ValueError while it is incomplete."""
    keys = ("uses", "environments", "sectors", "regions", "modification")
    data: dict[str, Any] = {key: answers.get(key, []) for key in keys}
    data["redistribution"] = answers.get("redistribution", "none")
    return scopes.parse_scope(data)


def split_personal(answers: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers in two parts: what may be kept in the clear, and what must be sealed."""
    clear = {key: value for key, value in answers.items() if key not in PERSONAL_KEYS}
    return clear, {key: answers[key] for key in PERSONAL_KEYS if key in answers}


def in_words(question: Question, answers: Answers) -> str:
    """Return an answer as text to read."""
    value = answers.get(question.key)
    if value in (None, "", [], False):
        return ""
    if question.kind == "tick":
        return _("Yes")
    if question.kind == "choice":
        return str((question.choices or {}).get(value, value))
    if question.kind == "choices":
        return "\n".join(str((question.choices or {}).get(item, item)) for item in value)
    if question.kind == "country":
        return COUNTRIES.get(str(value), str(value))
    if question.kind == "emails":
        return "\n".join(value) if isinstance(value, list) else str(value)
    if question.kind == "date":
        return _day_in_words(str(value))
    return str(value)


def _day_in_words(value: str) -> str:
    try:
        return date_format(date.fromisoformat(value), "j M Y")
    except ValueError:
        return value


def missing(question: Question) -> str:
    """Return the sentence for a question that must be answered; the page names the question."""
    return {
        "tick": _("Tick this to make the statement."),
        "choices": _("Choose at least one."),
        "choice": _("Choose one."),
        "country": _("Choose a country."),
        "date": _("Choose a date."),
    }.get(question.kind, _("Write an answer."))


def _plain(question: Question, value: object) -> object:
    """Return an unfinished answer of the kind that its question takes."""
    if value is None:
        return None
    if question.kind == "tick" and isinstance(value, bool):
        return value
    if question.kind == "date" and isinstance(value, date):
        return value.isoformat()
    most = 4 * max(question.max_length, 2000)
    if question.kind not in ("tick", "choices") and isinstance(value, str) and len(value) <= most:
        return value.replace("\x00", "")
    if (
        question.kind in ("choices", "emails")
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
    return _email(one_line(_text(value), max_length=254))


def _clean_emails(_question: Question, value: object, _today: date) -> list[str]:
    lines = value if isinstance(value, list | tuple) else _text(value).splitlines()
    addresses = [
        _email(one_line(_text(line), max_length=254)) for line in lines if _text(line).strip()
    ]
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


def _email(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(
            _("“%(address)s” is not an e-mail address.") % {"address": address[:80]}
        ) from None
    return address


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
    "tick": _clean_tick,
}
