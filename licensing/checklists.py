"""What a reviewer looks at before approving: one list for each kind of applicant.

A list is never edited. A changed one gets the next number, so that what was ticked stays what it
was; an application under review is then held to the new one.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from licensing.questions import Track


@dataclass(frozen=True)
class Item:
    """One thing that somebody has looked at, and says so."""

    key: str
    label: str | Promise


@dataclass(frozen=True)
class Checklist:
    """The items for one kind of applicant."""

    key: str
    items: tuple[Item, ...]

    def missing(self, done: set[str]) -> list[Item]:
        """Return the items that nobody has ticked."""
        return [item for item in self.items if item.key not in done]


_PERSON = Item(
    "person",
    gettext_lazy("The person is who they say: name, mailbox and the page about them fit together."),
)
_PURPOSE = Item(
    "purpose", gettext_lazy("The purpose is concrete, and needs this model and nothing less.")
)
_SCOPE = Item("scope", gettext_lazy("What is asked for is no wider than the purpose needs."))
_SECURITY = Item(
    "security", gettext_lazy("Where it runs and how it is protected fits what is asked for.")
)
_USERS = Item("end_users", gettext_lazy("Everybody who would use the grant is named and fits."))
_HISTORY = Item(
    "history", gettext_lazy("Earlier decisions, bans and similar applications were looked through.")
)
_INCIDENTS = Item("incidents", gettext_lazy("Somebody can be reached within 24 hours."))

DEPLOYER = Checklist(
    "deployer-1",
    (
        Item(
            "organisation",
            gettext_lazy("The organisation exists, is what it says, and the person acts for it."),
        ),
        _PERSON,
        _PURPOSE,
        _SCOPE,
        _SECURITY,
        _USERS,
        _HISTORY,
        _INCIDENTS,
    ),
)
RESEARCHER = Checklist(
    "researcher-1",
    (
        _PERSON,
        Item(
            "standing",
            gettext_lazy("An institution, referees or published work vouch for the person."),
        ),
        _PURPOSE,
        _SCOPE,
        _SECURITY,
        _HISTORY,
        _INCIDENTS,
    ),
)
SAFETY_RESEARCHER = Checklist(
    "safety-researcher-1",
    (
        *RESEARCHER.items,
        Item("criteria", gettext_lazy("The published criteria of this track are met.")),
    ),
)
BY_TRACK = {
    Track.DEPLOYER: DEPLOYER,
    Track.RESEARCHER: RESEARCHER,
    Track.SAFETY: SAFETY_RESEARCHER,
}
