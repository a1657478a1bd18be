"""Rows for tests, made by the services that make them in life."""

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts import services as accounts
from accounts.models import Clearance, Membership, Organization, PersonalToken, User

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


def make_operator(**kwargs: Any) -> User:
    """Make somebody who runs the instance."""
    return make_user(is_staff=True, **kwargs)


def make_organization(
    owner: User | None = None, *, name: str = "", members: tuple[User, ...] = ()
) -> Organization:
    """Make an organisation with an owner and ordinary members."""
    organization = accounts.create_organization(
        actor=owner or make_user(),
        name=name or f"Organisation {next(_numbers)}",
        domain="",
        country="DE",
    )
    for user in members:
        accounts.add_member(
            actor=None, organization=organization, user=user, role=Membership.Role.MEMBER
        )
    return organization


def make_clearance(
    *,
    user: User | None = None,
    organization: Organization | None = None,
    tier: int = 2,
    granted_by: User | None = None,
    days: int = 365,
) -> Clearance:
    """Make a clearance of a person or of an organisation."""
    return accounts.grant_clearance(
        actor=granted_by or make_user(),
        tier=tier,
        expires_at=timezone.now() + timedelta(days=days),
        user=user,
        organization=organization,
    )


def make_token(
    user: User,
    *,
    rights: tuple[str, ...] = ("weights",),
    name: str = "",
    days: float = 30,
    networks: tuple[str, ...] = (),
) -> tuple[PersonalToken, str]:
    """Make a personal token; the second part is its secret."""
    return accounts.create_token(
        actor=user,
        user=user,
        name=name or f"token {next(_numbers)}",
        rights=rights,
        networks=networks,
        expires_at=timezone.now() + timedelta(days=days),
    )
