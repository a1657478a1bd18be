"""Renewing clearances, and what reopens them from the side of licensing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Clearance, Notification, User
from accounts.selectors import settled_tier, tier_of_user
from accounts.services import reopen_clearances
from common.errors import Refused
from licensing import services
from licensing.models import Renewal
from tests.factories import make_clearance, make_organization, make_user
from tests.licensing.factories import (
    approve,
    make_application,
    make_ban,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db


def ending(user: User, tier: int = 2) -> Clearance:
    return make_clearance(user=user, tier=tier, days=30)


def ask(user: User, clearance: Clearance, changed: bool = False, note: str = "") -> Renewal:
    return services.ask_renewal(actor=user, clearance=clearance, changed=changed, note=note)


def test_nothing_changed_and_a_reviewer_renews_it_without_loss(client: Client) -> None:
    user, reviewer = make_user(full_name="Ada Lovelace"), make_reviewer(make_model())
    clearance = ending(user)
    client.force_login(user)
    page = client.get(reverse("account_clearances")).content.decode()
    url = reverse("renewal_ask", args=[clearance.pk])
    assert url in page
    client.post(url, {"changed": "no"})
    renewal = Renewal.objects.get()
    assert "waits for a reviewer" in client.get(url).content.decode()
    client.force_login(reviewer)
    detail = reverse("renewal_detail", args=[renewal.public_id])
    assert detail in client.get(reverse("renewal_list")).content.decode()
    assert "Nothing changed." in client.get(detail).content.decode()
    client.post(detail, {"word": "approve"})
    renewal.refresh_from_db()
    assert renewal.renewed is not None
    assert renewal.renewed.expires_at == clearance.expires_at + timedelta(days=365)
    assert "was renewed" in Notification.objects.filter(recipient=user).latest("pk").subject
    with pytest.raises(Refused, match="is decided"):
        services.approve_renewal(actor=reviewer, renewal=renewal)


def test_a_reopened_clearance_is_renewed_by_saying_what_changed() -> None:
    user, reviewer = make_user(), make_reviewer(make_model())
    clearance = make_clearance(user=user, country="DE")
    reopen_clearances(actor=user, change=Clearance.Change.COUNTRY, user=user)
    assert tier_of_user(user, timezone.now()) == 0
    with pytest.raises(Refused, match="Say what"):
        ask(user, clearance)
    with pytest.raises(Refused, match="What changed"):
        ask(user, clearance, changed=True)
    renewal = ask(user, clearance, changed=True, note="I moved to Kenya.")
    assert b"Kenya" not in bytes(renewal.note)
    services.approve_renewal(actor=reviewer, renewal=renewal)
    assert settled_tier(user, timezone.now()) == 2


def test_tier_three_takes_two_reviewers() -> None:
    user, model = make_user(), make_model()
    first, second = make_reviewer(model), make_reviewer(model)
    renewal = ask(user, ending(user, tier=3))
    assert services.approve_renewal(actor=first, renewal=renewal).state == "awaiting_second"
    for act in (services.approve_renewal, services.decline_renewal):
        more = {"reason": "No."} if act is services.decline_renewal else {}
        with pytest.raises(Refused, match="another reviewer"):
            act(actor=first, renewal=renewal, **more)
    assert Clearance.objects.filter(user=user).count() == 1
    assert services.approve_renewal(actor=second, renewal=renewal).state == "approved"


def test_a_renewal_is_declined_with_a_reason_and_asked_again() -> None:
    user, reviewer = make_user(), make_reviewer(make_model())
    clearance = ending(user)
    renewal = ask(user, clearance)
    with pytest.raises(Refused, match="waits already"):
        ask(user, clearance)
    with pytest.raises(Refused, match="Reason"):
        services.decline_renewal(actor=reviewer, renewal=renewal, reason=" ")
    services.decline_renewal(actor=reviewer, renewal=renewal, reason="Show us your badge.")
    assert "your badge" in Notification.objects.filter(recipient=user).latest("pk").body
    services.withdraw_renewal(actor=user, renewal=ask(user, clearance))
    assert Renewal.objects.filter(state="withdrawn").count() == 1


def test_nothing_is_renewed_too_early_or_after_a_revocation_or_a_ban() -> None:
    user = make_user()
    with pytest.raises(Refused, match="nothing to renew yet"):
        ask(user, make_clearance(user=user, days=61))
    revoked = ending(user)
    Clearance.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    with pytest.raises(Refused, match="was revoked"):
        ask(user, revoked)
    make_ban(user)
    with pytest.raises(Refused, match="is banned"):
        ask(user, ending(user))


def test_nobody_judges_their_own_or_without_the_right(client: Client) -> None:
    model = make_model()
    user, colleague, reviewer = make_reviewer(model), make_reviewer(model), make_reviewer(model)
    organization = make_organization(user, members=(colleague,))
    own = ask(user, make_clearance(user=user, days=30, affiliation=organization))
    shared = ask(user, make_clearance(organization=organization, days=30))
    for renewal in (own, shared):
        for actor, why in (
            (user, "your own clearance"),
            (colleague, "your own organisation"),
            (make_user(is_staff=True, is_superuser=True), "no right"),
        ):
            with pytest.raises(Refused, match=why):
                services.approve_renewal(actor=actor, renewal=renewal)
        services.approve_renewal(actor=reviewer, renewal=renewal)
    client.force_login(make_user())
    assert client.get(reverse("renewal_list")).status_code == 404
    assert client.get(reverse("renewal_detail", args=[own.public_id])).status_code == 404


def test_only_owners_ask_for_their_organisation(client: Client) -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    clearance = make_clearance(organization=organization, days=30)
    with pytest.raises(Refused, match="an owner"):
        ask(member, clearance)
    client.force_login(member)
    assert client.get(reverse("renewal_ask", args=[clearance.pk])).status_code == 404
    ask(owner, clearance)


def test_approval_says_what_the_clearance_stands_on_and_another_country_reopens_it() -> None:
    owner = make_user()
    organization = make_organization(owner)
    first, second = make_release(make_model()).model, make_release(make_model()).model
    approve(make_in_review(make_application(first, owner, organization)), tier=2)
    clearance = Clearance.objects.get(user=owner)
    assert (clearance.affiliation, clearance.country) == (organization, "DE")
    make_application(second, owner, organization, country="FR")
    clearance.refresh_from_db()
    assert clearance.reopened_for == "country"
    assert tier_of_user(owner, timezone.now()) == 0


def test_an_approval_gives_afresh_what_was_reopened() -> None:
    user = make_user()
    make_clearance(user=user, tier=2)
    reopen_clearances(actor=user, change=Clearance.Change.NAME, user=user)
    model = make_release(make_model()).model
    approve(make_in_review(make_application(model, user)), tier=2)
    assert settled_tier(user, timezone.now()) == 2
