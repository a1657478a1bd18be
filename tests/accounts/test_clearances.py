"""Clearances: earned once, with an end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import services
from accounts.models import Clearance, Notification
from accounts.selectors import tier_of_organization, tier_of_user
from audit.selectors import timeline
from common.errors import Refused
from tests.factories import make_clearance, make_organization, make_user

pytestmark = pytest.mark.django_db


def test_the_highest_live_tier_counts() -> None:
    user, now = make_user(), timezone.now()
    assert tier_of_user(user, now) == 0
    make_clearance(user=user, tier=1, days=300)
    top = make_clearance(user=user, tier=3, days=30)
    make_clearance(user=user, tier=2, days=60)
    assert tier_of_user(user, now) == 3
    assert tier_of_user(user, now + timedelta(days=31)) == 2
    assert tier_of_user(user, now + timedelta(days=61)) == 1
    assert tier_of_user(user, now + timedelta(days=301)) == 0
    services.revoke_clearance(actor=make_user(), clearance=top, reason="It was a mistake.")
    assert tier_of_user(user, now) == 2


def test_an_organisation_is_cleared_apart_from_its_members() -> None:
    owner = make_user()
    organization = make_organization(owner)
    make_clearance(organization=organization, tier=2)
    assert tier_of_organization(organization, timezone.now()) == 2
    assert tier_of_user(owner, timezone.now()) == 0
    assert Notification.objects.filter(recipient=owner, kind="accounts.clearance_granted").exists()
    assert timeline(organization)[0].words == "granted a clearance"


def test_nobody_clears_themselves_or_their_own_organisation() -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    with pytest.raises(Refused, match="cannot clear yourself"):
        make_clearance(user=owner, granted_by=owner)
    for actor in (owner, member):
        with pytest.raises(Refused, match="that you belong to"):
            make_clearance(organization=organization, granted_by=actor)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tier": 0}, "1, 2 or 3"),
        ({"tier": 4}, "1, 2 or 3"),
        ({"expires_at": timedelta(seconds=-1)}, "in the future"),
        ({"expires_at": timedelta(days=5000)}, "within three years"),
        ({"user": None}, "one person or for one organisation"),
    ],
)
def test_a_clearance_that_makes_no_sense_is_refused(change: dict[str, Any], why: str) -> None:
    wanted: dict[str, Any] = {
        "tier": 1,
        "expires_at": timedelta(days=3),
        "user": make_user(),
    } | change
    wanted["expires_at"] = timezone.now() + wanted["expires_at"]
    with pytest.raises(Refused, match=why):
        services.grant_clearance(actor=make_user(), **wanted)
    assert not Clearance.objects.exists()


def test_a_clearance_is_revoked_once_with_a_reason() -> None:
    user = make_user()
    clearance = make_clearance(user=user)
    with pytest.raises(Refused, match="The reason"):
        services.revoke_clearance(actor=None, clearance=clearance, reason="")
    services.revoke_clearance(actor=None, clearance=clearance, reason="Papers were forged.")
    assert timeline(user)[0].reason == "Papers were forged."
    assert "forged" in Notification.objects.filter(recipient=user).latest("id").body
    with pytest.raises(Refused, match="revoked already"):
        services.revoke_clearance(actor=None, clearance=clearance, reason="Again.")


def test_the_table_holds_one_subject_and_known_tiers_only() -> None:
    user, organization = make_user(), make_organization()
    end = timezone.now() + timedelta(days=1)
    for wrong in (
        {"user": user, "organization": organization, "tier": 1},
        {"tier": 1},
        {"user": user, "tier": 7},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Clearance.objects.create(granted_by=user, expires_at=end, **wrong)
