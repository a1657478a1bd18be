"""Signing a device in by a code, up to the answer of its owner (RFC 8628, section 3.1 to 3.3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import Action
from accounts.device_codes import HOW_MANY, new_user_code, read_user_code
from accounts.models import DeviceCodeGuess, DeviceSignIn, User
from accounts.models.devices import AGENT_LENGTH
from accounts.networks import provider_block, shortened
from accounts.oauth import DeviceCodes, OAuthError, client_name
from accounts.services.tokens import checked_rights, lock_owner
from accounts.token_secret import Prefix, new_secret, secret_digest
from audit.services import record
from common.errors import Refused

LIFETIME = timedelta(minutes=15)
INTERVAL_SECONDS = 5
# Anyone can ask for codes, so that somebody could ask for all there are. Where this many wait, one
# fresh code in 10,000 is taken, and so is one in 10,000 that somebody makes up: more would weaken
# the codes, and fewer would let somebody with some networks keep everybody else from signing in.
MOST_WAITING = HOW_MANY // 10_000
MOST_WAITING_FROM_ONE_NETWORK = 100
MOST_WAITING_FROM_ONE_BLOCK = 1_000
MOST_GUESSES = 10
GUESSES_WITHIN = timedelta(minutes=15)


def start_device_sign_in(*, client_id: str, address: str, user_agent: str) -> DeviceCodes:
    """Give a device its codes. Nobody acts yet: what counts is who approves.

    Raises OAuthError for an unknown client, and where too many devices wait already.
    """
    name = client_name(client_id)
    now = timezone.now()
    network, block = shortened(address), provider_block(address)
    if _too_many_wait(network, block, now):
        raise _come_again()
    device_code = new_secret(Prefix.DEVICE_CODE)
    sign_in = DeviceSignIn(
        device_digest=secret_digest(device_code),
        client_id=client_id,
        client_name=name,
        asked_from=network,
        asked_from_block=block,
        user_agent=_printable(user_agent),
        expires_at=now + LIFETIME,
        interval=INTERVAL_SECONDS,
    )
    _save_with_fresh_code(sign_in)
    return DeviceCodes(
        device_code=device_code,
        user_code=sign_in.shown_code,
        expires_in=int(LIFETIME.total_seconds()),
        interval=INTERVAL_SECONDS,
    )


def _too_many_wait(network: str, block: str, now: datetime) -> bool:
    waiting = DeviceSignIn.objects.filter(state="pending", expires_at__gt=now)
    limits = [(waiting, MOST_WAITING)]
    # Who has no known address is nobody's neighbour: a shared limit would be one for all of them.
    if network:
        limits.append((waiting.filter(asked_from=network), MOST_WAITING_FROM_ONE_NETWORK))
    if block:
        limits.append((waiting.filter(asked_from_block=block), MOST_WAITING_FROM_ONE_BLOCK))
    return any(found[:most].count() >= most for found, most in reversed(limits))


def _come_again() -> OAuthError:
    return OAuthError(
        "temporarily_unavailable",
        "Too many devices wait to be signed in. Try again in a quarter of an hour.",
        status=429,
    )


def _printable(user_agent: str) -> str:
    kept = "".join(letter for letter in user_agent if letter.isascii() and letter.isprintable())
    return kept[:AGENT_LENGTH]


def _save_with_fresh_code(sign_in: DeviceSignIn) -> None:
    """Save under a code that no other device waits with; among 20^8 the first is nearly always."""
    for _attempt in range(5):
        sign_in.user_code = new_user_code()
        try:
            with transaction.atomic():
                sign_in.save()
        except IntegrityError:
            continue
        return
    raise _come_again()


def look_up_device_code(*, actor: User, typed: str) -> DeviceSignIn:
    """Find the device that waits with a code, and show it to whoever typed the code.

    A wrong code is counted; ten within a quarter of an hour stop the person for as long.
    """
    with transaction.atomic():
        found = _look_up(actor, typed)
    if found is None:
        raise Refused(
            _(
                "No device waits with this code. Compare it with the one that your device shows; "
                "after a quarter of an hour the device must ask for a new one."
            )
        )
    return found


def _look_up(actor: User, typed: str) -> DeviceSignIn | None:
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    now = timezone.now()
    guesses = DeviceCodeGuess.objects.filter(user=actor, created_at__gt=now - GUESSES_WITHIN)
    if guesses.count() >= MOST_GUESSES:
        raise Refused(_("You entered too many wrong codes. Wait a quarter of an hour."))
    sign_in = (
        DeviceSignIn.objects.select_for_update(no_key=True)
        .filter(user_code=read_user_code(typed), state="pending", expires_at__gt=now)
        .first()
    )
    if sign_in is None:
        DeviceCodeGuess.objects.create(user=actor)
        return None
    sign_in.seen_by = actor
    sign_in.save(update_fields=["seen_by"])
    return sign_in


@transaction.atomic
def approve_device(
    *,
    actor: User,
    sign_in: DeviceSignIn,
    rights: Iterable[str],
    second_factor_at: datetime | None = None,
) -> DeviceSignIn:
    """Let a device act for oneself with these rights. It signs in when it asks the next time.

    `second_factor_at`: when its owner last showed a second factor, which the device carries on.
    """
    wanted = checked_rights(rights)
    lock_owner(actor)
    return _answer(actor, sign_in, DeviceSignIn.State.APPROVED, wanted, second_factor_at)


@transaction.atomic
def deny_device(*, actor: User, sign_in: DeviceSignIn) -> DeviceSignIn:
    """Refuse a device: it is told at once and has to start over."""
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    return _answer(actor, sign_in, DeviceSignIn.State.DENIED, [])


def require_waiting(sign_in: DeviceSignIn) -> None:
    """Refuse a device that was answered already, or whose code has expired."""
    if sign_in.state != DeviceSignIn.State.PENDING:
        raise Refused(_("This device was answered already."))
    if sign_in.expires_at <= timezone.now():
        raise Refused(_("The code has expired. Let the device ask for a new one."))


def _answer(
    actor: User,
    sign_in: DeviceSignIn,
    state: DeviceSignIn.State,
    rights: list[str],
    second_factor_at: datetime | None = None,
) -> DeviceSignIn:
    now = timezone.now()
    waiting = DeviceSignIn.objects.select_for_update(no_key=True)
    found = waiting.filter(pk=sign_in.pk, seen_by=actor).first()
    if found is None:
        raise Refused(_("Enter the code first that the device shows."))
    sign_in = found
    require_waiting(sign_in)
    sign_in.state = state
    sign_in.user = actor
    sign_in.rights = rights
    sign_in.decided_at = now
    sign_in.second_factor_at = second_factor_at
    sign_in.save(update_fields=["state", "user", "rights", "decided_at", "second_factor_at"])
    approved = state == DeviceSignIn.State.APPROVED
    record(
        actor=actor,
        action=Action.DEVICE_APPROVED if approved else Action.DEVICE_DENIED,
        target=sign_in,
        also=(actor,),
        data={"client": sign_in.client_name, "rights": rights},
    )
    return sign_in
