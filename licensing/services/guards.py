"""Small guards that several services share."""

from collections.abc import Iterable

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.selectors import membership_of
from common.errors import Refused
from common.text import one_line, paragraphs
from licensing import approval_rules
from licensing.facts import Check
from licensing.selectors.bans import bans_on
from releases.choices import Right
from releases.models import Model
from releases.permissions import has_right

REASON_LENGTH = 4000


def text_of(value: str, name: str, *, max_length: int = REASON_LENGTH) -> str:
    """Return a text that somebody else will read. Refused when empty, too long or malformed."""
    try:
        return paragraphs(value, max_length=max_length)
    except ValueError as error:
        raise Refused(f"{name}: {error}") from None


def line_of(value: str, name: str, *, max_length: int) -> str:
    """Return a single line. Refused when empty, too long or malformed."""
    try:
        return one_line(value, max_length=max_length)
    except ValueError as error:
        raise Refused(f"{name}: {error}") from None


def require_active(actor: User, why_not: str = "") -> User:
    """Return somebody as the database has them now, whatever the caller still holds in memory.

    Refuses whoever has no account any more, with that sentence where the act has one of its own.
    """
    fresh = User.objects.filter(pk=actor.pk, is_active=True).first()
    if fresh is None:
        raise Refused(why_not or _("Your account is closed."))
    return fresh


def require_right(actor: User, right: Right, model: Model, why_not: str) -> User:
    """Return the same of whoever has a right on the model now; refuse others with the sentence."""
    fresh = require_active(actor, why_not)
    if not has_right(fresh, right, model):
        raise Refused(why_not)
    return fresh


def require_member(actor: User, organization: Organization | None) -> None:
    """Refuse to act for an organisation that one does not belong to."""
    if organization is not None and membership_of(actor, organization) is None:
        raise Refused(_("You do not belong to %(name)s.") % {"name": organization.name})


def lock_parties(person: User, organization: Organization | None) -> None:
    """Serialise what gives something to a person, or to the organisation they act for.

    A ban locks the same rows, so that it is either before this, and refuses it, or after it.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if organization is not None:
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def require_not_banned(person: User, organization: Organization | None) -> None:
    """Refuse to give anything to whoever is banned. Ask it once the parties are locked."""
    require_met(approval_rules.banned(bans_on(person, organization)))


def require_met(checks: Iterable[Check]) -> None:
    """Refuse with the sentence of the first rule that is not met."""
    for check in checks:
        if check.stops:
            raise Refused(check.sentence)


def share_model(model_id: int) -> None:
    """Let no hold, move or cap come in between what is read of a model and what follows from it.

    A hold is either before this, and counts, or after it. Others who share it do not wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM releases_model WHERE id = %s FOR SHARE", [model_id])
