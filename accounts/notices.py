"""The kinds of messages that this portal sends, and the groups in which people choose among them.

Each room declares its own kinds in its `notification_kinds` and registers them at start. A message
of a kind that nobody declared is mailed at once, as if it could not be turned off.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Delivery(TextChoices):
    """How a message reaches a person besides the portal's inbox."""

    AT_ONCE = "at_once", _("E-mail at once")
    DAILY = "daily", _("One e-mail a day")
    PORTAL = "portal", _("In the portal only")


class Group(TextChoices):
    """What people choose among."""

    SECURITY = "security", _("Your sign-in and your tokens")
    DECISIONS = "decisions", _("Decisions on your applications and access")
    TERMS = "terms", _("Terms and agreements")
    LINKS = "links", _("Links to confirm something")
    PROGRESS = "progress", _("Progress of your applications")
    REMINDERS = "reminders", _("Reminders")
    ORGANIZATION = "organization", _("Your organisations")
    ALARMS = "alarms", _("Alarms")
    REVIEW = "review", _("Review of applications")
    BOARDS = "boards", _("Motions and votes")
    RELEASES = "releases", _("Releases and their stages")
    DIGEST = "digest", _("Daily summary")


# Who cannot turn a group off is told why.
WHY_MANDATORY: dict[Group, str | Promise] = {
    Group.SECURITY: _("You must learn at once if somebody else acts in your name."),
    Group.DECISIONS: _("They say what you may do, why, and until when you can answer."),
    Group.TERMS: _("They bind you, and access can stop if you do not answer in time."),
    Group.LINKS: _("Each is sent once, because somebody asked for it at that moment."),
    Group.ALARMS: _("Somebody has to act at once."),
}
OWN_GROUPS = (
    Group.SECURITY,
    Group.DECISIONS,
    Group.TERMS,
    Group.LINKS,
    Group.PROGRESS,
    Group.REMINDERS,
    Group.ORGANIZATION,
)
# Of those who review, vote, manage releases or operate the portal.
WORK_GROUPS = (Group.ALARMS, Group.REVIEW, Group.BOARDS, Group.RELEASES)
OPTIONAL_GROUPS = tuple(
    group for group in (*OWN_GROUPS, *WORK_GROUPS) if group not in WHY_MANDATORY
)


@dataclass(frozen=True)
class Kind:
    """One kind of message: its name in the rows, what it says, and who gets it."""

    name: str
    group: Group
    sentence: str | Promise
    who: str | Promise

    @property
    def optional(self) -> bool:
        """Whether its mail may be turned off."""
        return self.group in OPTIONAL_GROUPS


_kinds: dict[str, Kind] = {}


def register(kinds: Iterable[Kind]) -> None:
    """Declare the kinds of a room. Called once, at start.

    Raises ValueError for a name that is declared otherwise already.
    """
    for kind in kinds:
        if _kinds.setdefault(kind.name, kind) != kind:
            raise ValueError(f"The kind {kind.name} is declared twice.")


def all_kinds() -> tuple[Kind, ...]:
    """Return what was declared, in the order of its declaration."""
    return tuple(_kinds.values())


def group_of(name: str) -> Group:
    """Return the group of a kind; of one that nobody declared, one that is always mailed."""
    kind = _kinds.get(name)
    return kind.group if kind is not None else Group.DECISIONS


def kinds_of(group: Group) -> tuple[Kind, ...]:
    """Return the kinds of a group, in the order of their declaration."""
    return tuple(kind for kind in _kinds.values() if kind.group is group)
