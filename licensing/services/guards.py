"""Small guards that several services share."""

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from accounts.selectors import membership_of
from common.errors import Refused
from common.text import one_line, paragraphs
from licensing.selectors import person_name
from licensing.selectors.bans import ban_of

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


def require_active(actor: User) -> None:
    """Refuse whoever has no account any more, whatever the caller still holds in memory."""
    if not User.objects.filter(pk=actor.pk, is_active=True).exists():
        raise Refused(_("Your account is closed."))


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
    ban = ban_of(person)
    if ban is not None:
        raise Refused(
            _("%(name)s is banned: %(reason)s")
            % {"name": person_name(person), "reason": ban.reason}
        )
    ban = ban_of(organization)
    if ban is not None:
        raise Refused(
            _("%(name)s is banned: %(reason)s") % {"name": organization, "reason": ban.reason}
        )


def share_model(model_id: int) -> None:
    """Let no hold, move or cap come in between what is read of a model and what follows from it.

    A hold is either before this, and counts, or after it. Others who share it do not wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM releases_model WHERE id = %s FOR SHARE", [model_id])
