"""Personal tokens: credentials for scripts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.actions import Action
from accounts.models import DeviceSignIn, PersonalToken, User
from accounts.networks import parse_networks, shortened
from accounts.permissions import can_operate
from accounts.selectors import (
    any_token_for_secret,
    approved_devices_of,
    is_email_verified,
    live_tokens_of,
    tokens_about_to_end,
)
from accounts.services.checks import checked_line
from accounts.token_secret import hint, new_secret, secret_digest
from audit.services import record
from common.errors import Refused

LONGEST = timedelta(days=366)
MOST_TOKENS = 50
_TOUCH_EVERY = timedelta(minutes=1)
_RECORD_FOREIGN_USE_EVERY = timedelta(hours=1)


@transaction.atomic
def create_token(
    *,
    actor: User | None,
    user: User,
    name: str,
    rights: Iterable[str],
    expires_at: datetime,
    networks: Iterable[str] = (),
    second_factor_at: datetime | None = None,
) -> tuple[PersonalToken, str]:
    """Make a token for oneself (the portal may for anyone). The secret is returned once only.

    `second_factor_at`: when its maker last showed a second factor, which the token carries on.
    """
    name = checked_line(name, _("The name"), max_length=80)
    wanted = checked_rights(rights)
    try:
        bound_to = parse_networks(" ".join(networks))
    except ValueError as error:
        raise Refused(str(error)) from None
    if actor is not None and actor.pk != user.pk:
        raise Refused(_("You can create tokens for yourself only."))
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("A token must end in the future, within a year."))
    user = lock_owner(user)
    secret = new_secret()
    try:
        with transaction.atomic():
            token = PersonalToken.objects.create(
                user=user,
                name=name,
                digest=secret_digest(secret),
                hint=hint(secret),
                rights=wanted,
                networks=bound_to,
                expires_at=expires_at,
                second_factor_at=second_factor_at,
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
        # Networks tell where somebody works: the record says only that there are some.
        data={
            "rights": wanted,
            "expires_at": expires_at.isoformat(),
            "bound_to_networks": bool(bound_to),
            "second_factor_at": second_factor_at.isoformat() if second_factor_at else None,
        },
    )
    notifications.token_created(token)
    return token, secret


def checked_rights(rights: Iterable[str]) -> list[str]:
    """Return the rights in a fixed order, or refuse what is none."""
    wanted = sorted(set(rights))
    if not wanted or not set(wanted) <= set(PersonalToken.Right.values):
        raise Refused(_("Choose at least one right, from weights, api, review and ingest."))
    return wanted


def lock_owner(user: User) -> User:
    """Return the person who gets a further credential, locked so that their number stays true."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active or not is_email_verified(user):
        raise Refused(_("The account must be open and its e-mail address confirmed."))
    if live_tokens_of(user, timezone.now()).count() >= MOST_TOKENS:
        raise Refused(
            _("You have very many tokens and devices. Revoke those that you no longer use.")
        )
    return user


@transaction.atomic
def revoke_token(*, actor: User | None, token: PersonalToken) -> PersonalToken:
    """End a token at once: by its owner, the operator or the portal. Twice is as good as once."""
    if actor is not None and actor.pk != token.user_id and not can_operate(actor):
        raise Refused(_("Only its owner and the operator can revoke a token."))
    token = lock_token(token.pk)
    if token.revoked_at is None:
        end_token(token)
        record(actor=actor, action=Action.TOKEN_REVOKED, target=token, also=(token.user,))
    return token


@transaction.atomic
def revoke_all_tokens(*, actor: User | None, user: User) -> int:
    """End everything that a person's scripts and devices use; return how many tokens that was.

    What other rooms handed out in the person's name is over too: they look at the moment.
    """
    if actor is not None and actor.pk != user.pk and not can_operate(actor):
        raise Refused(_("Only its owner and the operator can revoke a token."))
    # Locked as for making one: a token is made before this, and ended, or after it.
    owner = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    owner.credentials_ended_at = timezone.now()
    owner.save(update_fields=["credentials_ended_at"])
    record(actor=actor, action=Action.CREDENTIALS_ENDED, target=owner)
    stopped = _stop_approved_devices(actor, user)
    tokens = PersonalToken.objects.filter(user=user, revoked_at__isnull=True)
    revoked = list(tokens.select_for_update(no_key=True).order_by("pk"))
    for token in revoked:
        end_token(token)
        record(actor=actor, action=Action.TOKEN_REVOKED, target=token, also=(user,))
    return stopped + len(revoked)


def _stop_approved_devices(actor: User | None, user: User) -> int:
    """Deny the devices that were approved and have not come for their tokens yet."""
    now = timezone.now()
    devices = approved_devices_of(user, now).select_for_update(no_key=True).order_by("pk")
    stopped = list(devices)
    for sign_in in stopped:
        sign_in.state = DeviceSignIn.State.DENIED
        sign_in.rights = []
        sign_in.decided_at = now
        sign_in.save(update_fields=["state", "rights", "decided_at"])
        record(
            actor=actor,
            action=Action.DEVICE_DENIED,
            target=sign_in,
            also=(user,),
            data={"client": sign_in.client_name, "rights": []},
        )
    return len(stopped)


@transaction.atomic
def revoke_leaked_token(*, actor: User | None, secret: str) -> PersonalToken | None:
    """End the token whose secret turned up where it should not be, and tell its owner.

    Returns None for a secret that never was one of ours. The portal's own command calls this.
    """
    if actor is not None and not can_operate(actor):
        raise Refused(_("Only the operator can revoke a token that was found."))
    found = any_token_for_secret(secret)
    if found is None:
        return None
    token = lock_token(found.pk)
    if token.revoked_at is None:
        end_token(token)
        record(actor=actor, action=Action.TOKEN_LEAKED, target=token, also=(token.user,))
        notifications.token_leaked(token)
    return token


def lock_token(token_id: int) -> PersonalToken:
    """Return a token with its owner, its row locked against another change."""
    return (
        PersonalToken.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user")
        .get(pk=token_id)
    )


def end_token(token: PersonalToken) -> None:
    """Write that a locked token is over; the caller records why."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])


def touch_token(token: PersonalToken, address: str) -> None:
    """Note when and from which network a token was used: not a governed change, so no event.

    Once a minute at most: a download of a thousand files writes a row, not a thousand.
    """
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at > now - _TOUCH_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _TOUCH_EVERY)
    PersonalToken.objects.filter(stale, pk=token.pk).update(
        last_used_at=now, last_used_from=shortened(address)
    )
    token.last_used_at = now


def note_foreign_use(*, token: PersonalToken) -> None:
    """Record that a token was shown outside its networks, and tell its owner: it may be stolen.

    Once an hour at most, however often it is tried.
    """
    now = timezone.now()
    due = now - _RECORD_FOREIGN_USE_EVERY
    if token.refused_elsewhere_at is not None and token.refused_elsewhere_at > due:
        return
    stale = Q(refused_elsewhere_at__isnull=True) | Q(refused_elsewhere_at__lte=due)
    with transaction.atomic():
        if PersonalToken.objects.filter(stale, pk=token.pk).update(refused_elsewhere_at=now):
            record(actor=None, action=Action.TOKEN_REFUSED, target=token, also=(token.user,))
            notifications.token_refused(token)


def tell_of_ending_tokens(*, most: int = 500) -> int:
    """Tell people which of their tokens end soon, each once; return how many were told of."""
    told = 0
    due = tokens_about_to_end(timezone.now()).order_by("expires_at").values_list("pk", flat=True)
    for token_id in due[:most]:
        told += _tell_of_ending(token_id)
    return told


@transaction.atomic
def _tell_of_ending(token_id: int) -> bool:
    token = (
        tokens_about_to_end(timezone.now())
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("user")
        .filter(pk=token_id)
        .first()
    )
    if token is None:
        return False
    token.expiry_noticed_at = timezone.now()
    token.save(update_fields=["expiry_noticed_at"])
    notifications.token_ending(token)
    return True
