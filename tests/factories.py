"""Rows for tests, made by the services that make them in life."""

import itertools
import re
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.utils import timezone

from accounts import services as accounts
from accounts.models import (
    Clearance,
    Membership,
    Notification,
    Organization,
    PersonalToken,
    User,
)
from accounts.oauth import DeviceCodes, DeviceTokens

_numbers = itertools.count(1)


# Accounts


def make_user(
    email: str = "",
    full_name: str = "",
    *,
    password: str | None = None,
    verified: bool = True,
    **extra: Any,
) -> User:
    """Make a person; sign them in with `client.force_login(user)`."""
    number = next(_numbers)
    user = accounts.create_user(
        actor=None,
        email=email or f"person{number}@example.org",
        full_name=full_name or f"Person {number}",
        password=password,
        verified=verified,
    )
    if extra:
        User.objects.filter(pk=user.pk).update(**extra)
        user.refresh_from_db()
    return user


def make_second_factor(user: User) -> str:
    """Give a person an authenticator app and recovery codes; return the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def make_operator(**kwargs: Any) -> User:
    """Make somebody who runs the instance."""
    return make_user(is_staff=True, **kwargs)


def make_organization(
    owner: User | None = None,
    *,
    name: str = "",
    domain: str = "",
    members: tuple[User, ...] = (),
) -> Organization:
    """Make an organisation with an owner and ordinary members."""
    organization = accounts.create_organization(
        actor=owner or make_user(),
        name=name or f"Organisation {next(_numbers)}",
        domain=domain,
        country="DE",
    )
    for user in members:
        accounts.add_member(
            actor=None, organization=organization, user=user, role=Membership.Role.MEMBER
        )
    return organization


def mailed_secret(kind: str) -> str:
    """Return the secret in the link of the newest mail of a kind."""
    owed = Notification.objects.filter(kind=kind).latest("pk")
    # Blanked once it is sent, which is at once where a test commits.
    sent = [each.body for each in getattr(mail, "outbox", ()) if owed.address in each.to]
    body = owed.body or str(sent[-1])
    found = re.search(r"/([A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43})/", body)
    assert found is not None
    return found.group(1)


def verify_domain(owner: User, organization: Organization, address: str = "") -> Organization:
    """Have the organisation's domain verified by the link that goes there."""
    accounts.ask_domain(
        actor=owner,
        organization=organization,
        address=address or f"admin@{organization.domain}",
    )
    accounts.confirm_mailbox(actor=None, secret=mailed_secret("accounts.mailbox_domain"))
    organization.refresh_from_db()
    return organization


def make_clearance(
    *,
    user: User | None = None,
    organization: Organization | None = None,
    tier: int = 2,
    granted_by: User | None = None,
    days: int = 365,
    affiliation: Organization | None = None,
    country: str = "",
) -> Clearance:
    """Make a clearance of a person or of an organisation."""
    return accounts.grant_clearance(
        actor=granted_by or make_user(),
        tier=tier,
        expires_at=timezone.now() + timedelta(days=days),
        user=user,
        organization=organization,
        affiliation=affiliation,
        country=country,
    )


def make_token(
    user: User,
    *,
    rights: tuple[str, ...] = ("weights",),
    name: str = "",
    days: float = 30,
    networks: tuple[str, ...] = (),
    second_factor_at: datetime | None = None,
) -> tuple[PersonalToken, str]:
    """Make a personal token; the second part is its secret."""
    return accounts.create_token(
        actor=user,
        user=user,
        name=name or f"token {next(_numbers)}",
        rights=rights,
        networks=networks,
        expires_at=timezone.now() + timedelta(days=days),
        second_factor_at=second_factor_at,
    )


# The id that the hub's client brings along.
HUB_CLIENT = "26be6b09-91c5-47da-9861-d2d2bb7a7e36"


def ask_for_codes(
    *, address: str = "192.0.2.7", user_agent: str = "hf_hub/2.4.0", client_id: str = HUB_CLIENT
) -> DeviceCodes:
    """Let a device ask to be signed in."""
    return accounts.start_device_sign_in(
        client_id=client_id, address=address, user_agent=user_agent
    )


def redeem(codes: DeviceCodes, *, client_id: str = HUB_CLIENT) -> DeviceTokens:
    """Let a device ask whether it may."""
    return accounts.redeem_device_code(
        device_code=codes.device_code, client_id=client_id, address="192.0.2.7"
    )


def make_device(
    user: User, *, rights: tuple[str, ...] = ("weights",)
) -> tuple[PersonalToken, DeviceTokens]:
    """Sign a device in; the second part is what it holds."""
    codes = ask_for_codes()
    sign_in = accounts.look_up_device_code(actor=user, typed=codes.user_code)
    accounts.approve_device(actor=user, sign_in=sign_in, rights=rights)
    tokens = redeem(codes)
    return PersonalToken.objects.filter(user=user, kind="device").latest("pk"), tokens
