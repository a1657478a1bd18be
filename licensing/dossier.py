"""The kinds of motions that this room owns, and what their dossiers consist of."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boards.kinds import Kind

LIFT_BAN = "lift_ban"
LIFT_SUSPENSION = "lift_suspension"
REFERRED = "referred_application"
CHANGE_COUNTRIES = "change_countries"
LIFT_FIELDS = ("rationale", "remedy")
COUNTRIES_FIELDS = ("rationale", "legal")
REFERRAL_FIELDS = ("question", "summary")

Fact = tuple[str, str]


def _referral_facts(_motion: Any) -> list[Fact]:  # noqa: ANN401 - a motion, as boards hands it over
    return [
        (_("Approved"), _("The reviewer sets scope and end date, and may not decline it.")),
        (_("Rejected"), _("The application is declined.")),
        (_("Lapsed"), _("The reviewer decides alone, as before.")),
    ]


# What it would do is told by `services.bans`, which can look up whom the ban is on.
LIFT_KIND = Kind(
    LIFT_BAN,
    gettext_lazy("Lifting of a ban"),
    {
        "ban": gettext_lazy("Why the ban was placed"),
        "rationale": gettext_lazy("Rationale"),
        "remedy": gettext_lazy("What was remedied"),
        "objections": gettext_lazy("What was said against the ban"),
    },
    texts=LIFT_FIELDS,
)
LIFT_SUSPENSION_KIND = Kind(
    LIFT_SUSPENSION,
    gettext_lazy("Lifting of a suspension of several grants"),
    {
        "suspension": gettext_lazy("Why the grants were suspended"),
        "selection": gettext_lazy("Which grants"),
        "rationale": gettext_lazy("Rationale"),
        "remedy": gettext_lazy("What was remedied"),
    },
    texts=LIFT_FIELDS,
)
# What it would do is told by `services.countries`, which can read both tables.
COUNTRIES_KIND = Kind(
    CHANGE_COUNTRIES,
    gettext_lazy("Another country table"),
    {
        "changes": gettext_lazy("What would change"),
        "affected": gettext_lazy("Whom it concerns, when it was proposed"),
        "rationale": gettext_lazy("Rationale"),
        "legal": gettext_lazy("What allows it by law"),
    },
    texts=COUNTRIES_FIELDS,
)
REFERRED_KIND = Kind(
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
    texts=REFERRAL_FIELDS,
)


def rules_of_board(board: Any) -> list[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401 - as above
    """Return what a board decides by for this room: its own rule."""
    return [
        (
            _(
                "Lifting a ban or a suspension of several grants, an application that was "
                "referred to the board, a looser country table"
            ),
            board.rule,
        )
    ]
