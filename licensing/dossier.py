"""The kinds of motions that this room owns, and what their dossiers consist of."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.kinds import Kind
from common.text import paragraphs

LIFT_BAN = "lift_ban"
REFERRED = "referred_application"
MOST_CHARACTERS = 20_000
LIFT_FIELDS = ("rationale", "remedy")

Fact = tuple[str, str]


def _lift_facts(_motion: Any) -> list[Fact]:  # noqa: ANN401 - a motion, as boards hands it over
    return [(_("Ban"), _("Lifted, for every model of this portal, as soon as it is approved."))]


def _referral_facts(_motion: Any) -> list[Fact]:  # noqa: ANN401 - a motion, as boards hands it over
    return [
        (_("Approved"), _("The reviewer sets scope and end date, and may not decline it.")),
        (_("Rejected"), _("The application is declined.")),
        (_("Lapsed"), _("The reviewer decides alone, as before.")),
    ]


KINDS = (
    Kind(
        LIFT_BAN,
        gettext_lazy("Lifting of a ban"),
        {
            "ban": gettext_lazy("Why the ban was placed"),
            "rationale": gettext_lazy("Rationale"),
            "remedy": gettext_lazy("What was remedied"),
            "objections": gettext_lazy("What was said against the ban"),
        },
        _lift_facts,
    ),
    Kind(
        REFERRED,
        gettext_lazy("Application referred to the board"),
        {
            "question": gettext_lazy("The reviewer's question"),
            "summary": gettext_lazy("The reviewer's summary"),
            "applicant": gettext_lazy("The applicant, under a pseudonym"),
            "purpose": gettext_lazy("Purpose, in the applicant's words"),
            "scope": gettext_lazy("What was asked for"),
        },
        _referral_facts,
    ),
)


def check_texts(texts: Mapping[str, str], fields: tuple[str, ...]) -> dict[str, str]:
    """Return the texts trimmed. Raises ValueError naming the part that is missing or wrong."""
    unknown = sorted(set(texts) - set(fields))
    if unknown:
        raise ValueError(f"The dossier has no part called {unknown[0]!r}.")
    checked = {}
    for field in fields:
        try:
            checked[field] = paragraphs(texts.get(field, ""), max_length=MOST_CHARACTERS)
        except ValueError as error:
            raise ValueError(f"The dossier's {field}: {error}") from None
    return checked
