"""Personal tokens: credentials for scripts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.actions import Action
from accounts.models import PersonalToken, User
from accounts.permissions import can_operate
from accounts.selectors import is_email_verified
from accounts.services.checks import checked_line
from accounts.token_secret import hint, new_secret, secret_digest
from audit.services import record
from common.errors import Refused

LONGEST = timedelta(days=366)
MOST_TOKENS = 50
_TOUCH_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *, actor: User | None, user: User, name: str, rights: Iterable[str], expires_at: datetime
) -> tuple[PersonalToken, str]:
    """Make a token for oneself (the portal may for anyone). The secret is returned once only."""
    name = checked_line(name, _("The name"), max_length=80)
    wanted = sorted(set(rights))
    if actor is not None and actor.pk != user.pk:
        raise Refused(_("You can create tokens for yourself only."))
    if not wanted or not set(wanted) <= set(PersonalToken.Right.values):
        raise Refused(_("Choose at least one right, from weights and api."))
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("A token must end in the future, within a year."))
    # The person's row is locked so that the number of tokens stays true.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active or not is_email_verified(user):
        raise Refused(_("The account must be open and its e-mail address confirmed."))
    if PersonalToken.objects.filter(user=user, revoked_at__isnull=True).count() >= MOST_TOKENS:
        raise Refused(_("You have very many tokens. Revoke those that you no longer use."))
    secret = new_secret()
    try:
        with transaction.atomic():
            token = PersonalToken.objects.create(
                user=user,
                name=name,
                digest=secret_digest(secret),
                hint=hint(secret),
                rights=wanted,
                expires_at=expires_at,
            )
    except IntegrityError:
        raise Refused(
            _("You have a token with this name. Choose another name, or revoke that one first.")
        ) from None
    record(
        actor=actor,
        action=Action.TOKEN_CREATED,
        target=token,
        also=(user,),
        data={"rights": wanted, "expires_at": expires_at.isoformat()},
    )
    notifications.token_created(token)
    return token, secret


@transaction.atomic
def revoke_token(*, actor: User | None, token: PersonalToken) -> PersonalToken:
    """End a token at once: by its owner, the operator or the portal. Twice is as good as once."""
    if actor is not None and actor.pk != token.user_id and not can_operate(actor):
        raise Refused(_("Only its owner and the operator can revoke a token."))
    token = (
        PersonalToken.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .get(pk=token.pk)
    )
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(actor=actor, action=Action.TOKEN_REVOKED, target=token, also=(token.user,))
    return token


def touch_token(token: PersonalToken) -> None:
    """Note that a token was used, once a minute at most: not a governed change, so no event."""
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at > now - _TOUCH_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _TOUCH_EVERY)
    PersonalToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    token.last_used_at = now
