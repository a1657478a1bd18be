"""What may be stated of another developer's model, and of a result of it. No database, no clock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from common.text import one_line, paragraphs
from releases.choices import ReleaseLevel, Visibility

LONGEST_NAME = 120
LONGEST_LINE = 200
LONGEST_URL = 500
LONGEST_NOTE = 2000
MOST_LINKS = 10
_NUMBER = re.compile(r"[+-]?([0-9]{1,12})(\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class EntryProblem(ValueError):
    """One field is wrong: which, and a sentence about it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class ReferenceEntry:
    """What is stated of a model. `licence_url` and `visibility_note` may be empty."""

    developer: str
    name: str
    level: str
    licence: str
    licence_url: str
    links: tuple[str, ...]
    visibility: str
    visibility_note: str

    @property
    def key(self) -> str:
        """Return what no two models of the register share."""
        return reference_key(self.developer, self.name)

    def stated(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "links": list(self.links)}


@dataclass(frozen=True)
class ResultEntry:
    """One capability result. `measured_on` is the day that its source gives."""

    task: str
    metric: str
    value: Decimal
    stderr: Decimal | None
    higher_is_better: bool
    source_url: str
    measured_on: date

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what two results of one model that stand do not share."""
        return (self.task, self.metric, self.source_url)

    def stated(self) -> dict[str, Any]:
        """Return it as data that JSON has: numbers as the shortest decimal text."""
        return {
            "task": self.task,
            "metric": self.metric,
            "value": number_text(self.value),
            "stderr": None if self.stderr is None else number_text(self.stderr),
            "higher_is_better": self.higher_is_better,
            "source_url": self.source_url,
            "measured_on": self.measured_on.isoformat(),
        }


def reference_key(developer: str, name: str) -> str:
    """Return what a model is found by, whatever the case of its letters."""
    return f"{developer.casefold()}\n{name.casefold()}"


def check_reference(given: Mapping[str, str]) -> ReferenceEntry:
    """Return the statement trimmed. `links` are parted by white space. Raises EntryProblem."""
    links = given.get("links", "").split()
    if len(links) > MOST_LINKS:
        raise EntryProblem(
            "links", _("Give %(most)d links at most, parted by spaces.") % {"most": MOST_LINKS}
        )
    note = given.get("visibility_note", "")
    return ReferenceEntry(
        developer=_line(given, "developer", LONGEST_NAME),
        name=_line(given, "name", LONGEST_NAME),
        level=_one_of(given, "level", ReleaseLevel.values),
        licence=_line(given, "licence", LONGEST_LINE),
        licence_url=_url(given, "licence_url", needed=False),
        links=tuple(dict.fromkeys(_checked_url("links", link) for link in links)),
        visibility=_one_of(given, "visibility", Visibility.values),
        visibility_note=_text("visibility_note", note) if note.strip() else "",
    )


def check_result(given: Mapping[str, str], *, today: date) -> ResultEntry:
    """Return the result as numbers and a day. Raises EntryProblem."""
    stderr = given.get("stderr", "").strip()
    entry = ResultEntry(
        task=_line(given, "task", LONGEST_LINE),
        metric=_line(given, "metric", LONGEST_LINE),
        value=_number("value", given.get("value", "")),
        stderr=_number("stderr", stderr) if stderr else None,
        higher_is_better=_one_of(given, "higher_is_better", ("yes", "no")) == "yes",
        source_url=_url(given, "source_url", needed=True),
        measured_on=_day("measured_on", given.get("measured_on", "")),
    )
    if entry.stderr is not None and entry.stderr < 0:
        raise EntryProblem("stderr", _("A standard error is not negative."))
    if entry.measured_on > today:
        raise EntryProblem("measured_on", _("That day is still to come."))
    return entry


def number_text(number: Decimal) -> str:
    """Return the shortest decimal text without an exponent."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _line(given: Mapping[str, str], field: str, longest: int) -> str:
    try:
        return one_line(given.get(field, ""), max_length=longest)
    except ValueError as error:
        raise EntryProblem(field, str(error)) from None


def _text(field: str, value: str) -> str:
    try:
        return paragraphs(value, max_length=LONGEST_NOTE)
    except ValueError as error:
        raise EntryProblem(field, str(error)) from None


def _one_of(given: Mapping[str, str], field: str, words: Sequence[str]) -> str:
    value = given.get(field, "").strip().lower()
    if value not in words:
        raise EntryProblem(field, _("Write one of %(words)s.") % {"words": ", ".join(words)})
    return value


def _url(given: Mapping[str, str], field: str, *, needed: bool) -> str:
    value = given.get(field, "").strip()
    if not value and not needed:
        return ""
    return _checked_url(field, value)


def _checked_url(field: str, value: str) -> str:
    """Take an address that a page may link to: never a script, never without a host."""
    problem = EntryProblem(
        field, _("Give a full address that begins with https:// or http://, without spaces.")
    )
    try:
        value = one_line(value, max_length=LONGEST_URL)
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        raise problem from None
    if parts.scheme not in ("https", "http") or not host or " " in value or "@" in parts.netloc:
        raise problem
    return value


def _number(field: str, value: str) -> Decimal:
    text = value.strip()
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise EntryProblem(
            field, _("Write a number such as 0.71, with 9 decimals at most and no exponent.")
        )
    return Decimal(text)


def _day(field: str, value: str) -> date:
    text = value.strip()
    if not text.isascii() or not _DAY.fullmatch(text):
        raise EntryProblem(field, _("Write the day as year-month-day, for example 2026-03-31."))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise EntryProblem(field, _("There is no such day.")) from None
