"""The tokens of a signed-in device: the first pair, every next one, and their end.

RFC 8628, sections 3.4 and 3.5; refresh tokens rotate (RFC 9700, section 4.14.2). The secrets of a
device change only under the lock on its token. Rows are locked in one order everywhere: person,
sign-in, token.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import notifications
from accounts.actions import Action
from accounts.models import (
    Device,
    DeviceCodeGuess,
    DeviceSecret,
    DeviceSignIn,
    PersonalToken,
    User,
)
from accounts.networks import shortened
from accounts.oauth import DeviceTokens, OAuthError, client_name
from accounts.services.tokens import end_token, lock_owner, lock_token
from accounts.token_secret import Prefix, new_secret, prefix_of, secret_digest
from audit.services import record
from common.errors import Refused

ACCESS_LIFETIME = timedelta(hours=1)
# How much earlier than told a device may ask again: clocks and networks are not exact.
_TOLERANCE = timedelta(seconds=1)
_SLOWER_BY_SECONDS = 5
_FORGET_AFTER = timedelta(days=1)

_UNKNOWN_DEVICE = "This device code is unknown, or was used already. Start over."
_OVER = "The device is signed out, or its time is over. Sign it in again."


def redeem_device_code(*, device_code: str, client_id: str, address: str) -> DeviceTokens:
    """Answer a device that asks whether it may: its tokens once, or an OAuthError until then."""
    client_name(client_id)
    with transaction.atomic():
        answer = _redeem(device_code, client_id, address)
    # Raised once the time of the question is written.
    if isinstance(answer, OAuthError):
        raise answer
    return answer


def _redeem(device_code: str, client_id: str, address: str) -> DeviceTokens | OAuthError:
    if prefix_of(device_code) != Prefix.DEVICE_CODE:
        return OAuthError("invalid_grant", _UNKNOWN_DEVICE)
    asking = DeviceSignIn.objects.filter(
        device_digest=secret_digest(device_code), client_id=client_id
    )
    found = asking.select_related("user").first()
    if found is None:
        return OAuthError("invalid_grant", _UNKNOWN_DEVICE)
    owner, refusal = _locked(found.user)
    sign_in = asking.select_for_update(no_key=True).first()
    # Gone where its owner was erased in between.
    if sign_in is None or sign_in.state == DeviceSignIn.State.REDEEMED:
        return OAuthError("invalid_grant", _UNKNOWN_DEVICE)
    if sign_in.state == DeviceSignIn.State.DENIED:
        return OAuthError("access_denied", "The sign-in was denied.")
    if sign_in.expires_at <= timezone.now():
        return OAuthError("expired_token", "The code has expired. Start over.")
    if sign_in.state == DeviceSignIn.State.APPROVED and refusal:
        return OAuthError("access_denied", refusal)
    # Approved between the two reads: the next question is answered.
    if sign_in.state == DeviceSignIn.State.PENDING or owner is None:
        return _not_yet(sign_in)
    return _sign_in(sign_in, owner, address)


def _locked(user: User | None) -> tuple[User | None, str]:
    if user is None:
        return None, ""
    try:
        return lock_owner(user), ""
    except Refused as refused:
        return None, refused.sentence


def _not_yet(sign_in: DeviceSignIn) -> OAuthError:
    now = timezone.now()
    pause = timedelta(seconds=sign_in.interval) - _TOLERANCE
    too_early = sign_in.polled_at is not None and sign_in.polled_at + pause > now
    sign_in.polled_at = now
    if too_early:
        # Bounded by the column; a device that never listens is told the same until it expires.
        sign_in.interval = min(sign_in.interval + _SLOWER_BY_SECONDS, 900)
    sign_in.save(update_fields=["polled_at", "interval"])
    if too_early:
        return OAuthError("slow_down", f"Wait {sign_in.interval} seconds between two questions.")
    return OAuthError("authorization_pending", "The sign-in waits for its owner's answer.")


def _sign_in(sign_in: DeviceSignIn, owner: User, address: str) -> DeviceTokens:
    sign_in.state = DeviceSignIn.State.REDEEMED
    sign_in.save(update_fields=["state"])
    token = PersonalToken.objects.create(
        user=owner,
        kind=PersonalToken.Kind.DEVICE,
        name=sign_in.client_name,
        rights=sign_in.rights,
        expires_at=timezone.now() + timedelta(days=settings.DEVICE_SIGN_IN_DAYS),
        second_factor_at=sign_in.second_factor_at,
    )
    Device.objects.create(
        token=token,
        client_id=sign_in.client_id,
        signed_in_from=shortened(address),
        user_agent=sign_in.user_agent,
    )
    record(
        actor=owner,
        action=Action.DEVICE_SIGNED_IN,
        target=token,
        also=(owner,),
        data={"client": sign_in.client_name, "rights": sign_in.rights},
    )
    notifications.device_signed_in(token)
    return _new_pair(token)


def refresh_device_tokens(*, refresh_token: str, client_id: str) -> DeviceTokens:
    """Exchange a refresh token for the next pair. Raises OAuthError.

    A device that is stopped in the moment of renewal never hears the answer and asks again: the
    pair that it was given is replaced, as long as nobody has used a secret of it. A refresh token
    that is shown after that, or that was replaced itself, is in two hands: nobody can tell which
    are the owner's, so the device is signed out and its owner told.
    """
    client_name(client_id)
    with transaction.atomic():
        answer = _refresh(refresh_token, client_id)
    if isinstance(answer, OAuthError):
        raise answer
    return answer


def _refresh(refresh_token: str, client_id: str) -> DeviceTokens | OAuthError:
    if prefix_of(refresh_token) != Prefix.DEVICE_REFRESH:
        return OAuthError("invalid_grant", _OVER)
    shown = DeviceSecret.objects.filter(
        digest=secret_digest(refresh_token), kind="refresh", token__device__client_id=client_id
    )
    found = shown.first()
    if found is None:
        return OAuthError("invalid_grant", _OVER)
    token = lock_token(found.token_id)
    secret = shown.first()
    now = timezone.now()
    if (
        secret is None
        or token.revoked_at is not None
        or token.expires_at <= now
        or not token.user.is_active
    ):
        return OAuthError("invalid_grant", _OVER)
    again = secret.exchanged_at is not None
    if secret.replaced_at is not None or (again and not _replace_unused_pair(secret, now)):
        end_token(token)
        record(actor=None, action=Action.DEVICE_REUSED, target=token, also=(token.user,))
        notifications.device_reused(token)
        return OAuthError("invalid_grant", "This refresh token was used before. Sign in again.")
    secret.exchanged_at = now
    secret.save(update_fields=["exchanged_at"])
    _mark_used(secret, now)
    return _new_pair(token, secret.pair + 1)


def _replace_unused_pair(spent: DeviceSecret, now: datetime) -> bool:
    """End the pair that a refresh token was exchanged for; False where somebody has used it."""
    given = DeviceSecret.objects.filter(
        token=spent.token_id, pair=spent.pair + 1, replaced_at__isnull=True
    )
    # Its access token may be forgotten by now; the refresh token stays and knows of both.
    if not given.filter(kind="refresh", used_at__isnull=True).exists():
        return False
    given.update(replaced_at=now)
    return True


def _mark_used(secret: DeviceSecret, now: datetime) -> None:
    """Write on both secrets of a pair that it is in use."""
    DeviceSecret.objects.filter(
        token=secret.token_id, pair=secret.pair, replaced_at__isnull=True, used_at__isnull=True
    ).update(used_at=now)


def note_first_use(*, token: PersonalToken) -> bool:
    """Note that a device has used its pair, once; False where the pair has ended in between.

    `token` is as `token_for_secret` found it. Not a governed change, so no event.
    """
    if token.unused_secret_id is None:
        return True
    with transaction.atomic():
        locked = lock_token(token.pk)
        live = DeviceSecret.objects.filter(pk=token.unused_secret_id, replaced_at__isnull=True)
        secret = live.first()
        if secret is None or locked.revoked_at is not None:
            return False
        _mark_used(secret, timezone.now())
    return True


def _new_pair(token: PersonalToken, number: int = 0) -> DeviceTokens:
    """Make the next access and refresh token. Earlier access tokens live on to their own end.

    A program that runs for long holds one in memory while another renews it.
    """
    access, refresh = new_secret(Prefix.DEVICE_ACCESS), new_secret(Prefix.DEVICE_REFRESH)
    now = timezone.now()
    access_ends = min(now + ACCESS_LIFETIME, token.expires_at)
    DeviceSecret.objects.bulk_create(
        [
            DeviceSecret(
                token=token,
                pair=number,
                kind="access",
                digest=secret_digest(access),
                expires_at=access_ends,
            ),
            DeviceSecret(
                token=token,
                pair=number,
                kind="refresh",
                digest=secret_digest(refresh),
                expires_at=token.expires_at,
            ),
        ]
    )
    return DeviceTokens(
        access_token=access,
        refresh_token=refresh,
        expires_in=max(1, int((access_ends - now).total_seconds())),
        rights=tuple(token.rights),
    )


def forget_ended_sign_ins() -> None:
    """Delete what no longer opens, proves or shows anything. The events stand."""
    now = timezone.now()
    long_ago = now - _FORGET_AFTER
    DeviceSignIn.objects.filter(expires_at__lt=long_ago).delete()
    DeviceCodeGuess.objects.filter(created_at__lt=long_ago).delete()
    # Secrets that were found after their end can still be told whose they were, for a day.
    over = Q(expires_at__lt=long_ago) | Q(token__revoked_at__lt=long_ago)
    DeviceSecret.objects.filter(over).delete()
