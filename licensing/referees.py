"""The referees that an applicant names: one to three people who can vouch for them. Pure."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.text import one_line

MOST_REFEREES = 3
PARTS: dict[str, tuple[str | Promise, int]] = {
    "name": (gettext_lazy("name"), 200),
    "email": (gettext_lazy("e-mail address"), 254),
    "relation": (gettext_lazy("how they know you"), 300),
}
ORDINALS = (
    gettext_lazy("First referee"),
    gettext_lazy("Second referee"),
    gettext_lazy("Third referee"),
)


class RefereeProblem(ValueError):
    """What is wrong with one part of one row."""

    def __init__(self, row: int, part: str, sentence: str) -> None:
        self.row, self.part = row, part
        super().__init__(sentence)


def clean_referees(value: object, barred: frozenset[str]) -> list[dict[str, str]]:
    """Return the referees named. Raises RefereeProblem for the first part that does not hold.

    `barred` are addresses, and domains after an @, that no referee may have: the applicant's own,
    and those of the organisation they belong to.
    """
    found: list[dict[str, str]] = []
    seen: set[str] = set()
    for number, row in enumerate(plain_referees(value)):
        if not any(text.strip() for text in row.values()):
            continue
        referee = {part: _clean_part(number, part, row.get(part, "")) for part in PARTS}
        address = referee["email"].lower()
        _refuse_barred(number, address, barred)
        if address in seen:
            raise RefereeProblem(number, "email", _("You named this address twice."))
        seen.add(address)
        found.append(referee)
    if not found:
        raise RefereeProblem(0, "name", _("Name at least one referee."))
    return found


def _clean_part(row: int, part: str, text: str) -> str:
    try:
        line = one_line(text, max_length=PARTS[part][1])
        return email_address(line) if part == "email" else line
    except ValueError as error:
        raise RefereeProblem(row, part, str(error)) from None


def _refuse_barred(row: int, address: str, barred: frozenset[str]) -> None:
    domain = address.rpartition("@")[2]
    for each in barred:
        if each == address:
            raise RefereeProblem(row, "email", _("This is your own address. Name somebody else."))
        if each.startswith("@") and (domain == each[1:] or domain.endswith(f".{each[1:]}")):
            raise RefereeProblem(
                row, "email", _("A referee must not belong to your own organisation.")
            )


def plain_referees(value: object) -> list[dict[str, str]]:
    """Return unfinished rows as plain data. Raises ValueError for what no form of ours sends."""
    if not isinstance(value, list | tuple) or len(value) > MOST_REFEREES:
        raise ValueError(_("Name at most %(most)d referees.") % {"most": MOST_REFEREES})
    return [_plain_row(row) for row in value]


def _plain_row(row: Any) -> dict[str, str]:  # noqa: ANN401 - whatever was sent
    if not isinstance(row, Mapping) or not set(row) <= set(PARTS):
        raise ValueError(_("A referee has a name, an e-mail address and a relation to you."))
    if not all(isinstance(text, str) and len(text) <= 2000 for text in row.values()):
        raise ValueError(_("A referee's name, address and relation are short texts."))
    return {part: row.get(part, "").replace("\x00", "") for part in PARTS}


def referees_in_words(value: object) -> str:
    """Return referees as text to read, one a line."""
    try:
        rows = plain_referees(value)
    except ValueError:
        return str(value)
    return "\n".join(
        ", ".join(text for text in row.values() if text) for row in rows if any(row.values())
    )


def email_address(address: str) -> str:
    """Return an e-mail address. Raises ValueError with a sentence for what is none."""
    try:
        validate_email(address)
    except ValidationError:
        raise ValueError(
            _("“%(address)s” is not an e-mail address.") % {"address": address[:80]}
        ) from None
    return address
