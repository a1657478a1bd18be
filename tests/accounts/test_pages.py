"""The account pages: who may see them, and what they cost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import User
from tests.factories import (
    make_clearance,
    make_operator,
    make_organization,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGES = [
    "account_home",
    "account_profile",
    "account_tokens",
    "account_token_create",
    "account_tokens_revoke",
    "account_notifications",
    "account_organizations",
    "account_organization_create",
]


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_asked_to_sign_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_costs_few_queries_however_much_there_is(
    client: Client, name: str, django_assert_max_num_queries: Any
) -> None:
    user = make_user()
    for _ in range(6):
        organization = make_organization(user, members=(make_user(), make_user()))
        make_clearance(organization=organization)
        make_clearance(user=user, tier=1)
        make_token(user)
    client.force_login(user)
    with django_assert_max_num_queries(15):
        assert client.get(reverse(name)).status_code == 200


def test_a_large_organisation_costs_few_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    owner = make_user()
    organization = make_organization(owner, members=tuple(make_user() for _ in range(20)))
    client.force_login(owner)
    with django_assert_max_num_queries(15):
        page = client.get(reverse("account_organization", args=[organization.slug]))
    assert len(page.context["members"]) == 21


def test_home_shows_clearances_with_their_end(client: Client) -> None:
    user = make_user(full_name="Ada Lovelace")
    organization = make_organization(user, name="Analytical Engines")
    own = make_clearance(user=user, tier=1, days=30)
    make_clearance(organization=organization, tier=2)
    services.revoke_clearance(actor=None, clearance=own, reason="It was a mistake.")
    client.force_login(user)
    page = client.get(reverse("account_home")).content.decode()
    assert "Ada Lovelace" in page
    assert "1, Identified" in page
    assert "2, Vetted" in page
    assert "Revoked" in page
    assert "Analytical Engines" in page


def test_the_profile_is_saved(client: Client) -> None:
    user = make_user(full_name="Ada Byron")
    client.force_login(user)
    answer = client.post(reverse("account_profile"), {"full_name": " Ada  Lovelace"}, follow=True)
    assert "Your profile was saved" in answer.content.decode()
    user.refresh_from_db()
    assert user.full_name == "Ada Lovelace"


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 151, "x" * 1_000_000, "a\x00b", "a\u202eb", "\x07"]
)
def test_a_wrong_name_is_explained_and_nothing_is_saved(client: Client, name: str) -> None:
    user = make_user(full_name="Ada")
    client.force_login(user)
    page = client.post(reverse("account_profile"), {"full_name": name})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert User.objects.get(pk=user.pk).full_name == "Ada"


def test_markup_in_a_name_is_shown_as_text(client: Client) -> None:
    user = make_user(full_name="<img src=x onerror=alert(1)>")
    client.force_login(user)
    assert "<img src=x" not in client.get(reverse("account_home")).content.decode()


def test_a_form_without_its_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    user = make_user(full_name="Ada")
    client.force_login(user)
    assert client.post(reverse("account_profile"), {"full_name": "Eve"}).status_code == 403
    assert User.objects.get(pk=user.pk).full_name == "Ada"


# The operator's admin


@pytest.mark.parametrize("kind", ["user", "organization"])
def test_the_operator_looks_things_up_and_changes_nothing(client: Client, kind: str) -> None:
    user = make_user(full_name="Ada Lovelace", password="something secret")
    organization = make_organization(user, name="Analytical Engines")
    row = {"user": user, "organization": organization}[kind]
    for person in (make_operator(), make_operator(is_superuser=True)):
        client.force_login(person)
        listing = client.get(reverse(f"admin:accounts_{kind}_changelist"), {"q": "a"})
        assert listing.status_code == 200
        url = reverse(f"admin:accounts_{kind}_change", args=[row.pk])
        page = client.get(url)
        assert page.status_code == 200
        assert user.password not in page.content.decode()
        assert client.post(url, {"full_name": "Eve", "name": "Eve"}).status_code == 403
        assert client.get(reverse(f"admin:accounts_{kind}_add")).status_code == 403
        delete = reverse(f"admin:accounts_{kind}_delete", args=[row.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 403
    row.refresh_from_db()
    assert str(row) in {"Ada Lovelace", "Analytical Engines"}


def test_the_admin_is_closed_to_everybody_else(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 302
