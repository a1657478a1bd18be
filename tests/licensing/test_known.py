"""A second model with a clearance already held: what vetting knows is not asked again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Clearance, User
from accounts.selectors import tier_of_user
from accounts.services import reopen_clearances
from licensing import services
from licensing.models import Application, KnownAnswers
from licensing.selectors import answers_of
from licensing.selectors.known import known_of
from releases.models import Model
from tests.factories import make_clearance, make_user
from tests.licensing.factories import (
    answers,
    approve,
    make_application,
    make_in_review,
    make_model,
    make_release,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    """Somebody who was vetted at tier 2 with a first application."""
    user = make_user(full_name="Ada Lovelace")
    approve(make_in_review(make_application(another(), user)), tier=2)
    return user


def another(tier: int = 2) -> Model:
    return make_release(make_model(tiers={"gated": tier})).model


def begin(user: User, model: Model) -> Application:
    return services.start_application(actor=user, model=model)


def test_a_second_model_takes_three_steps(client: Client, ada: User) -> None:
    model = another()
    client.force_login(ada)
    start = f"{reverse('application_new')}?model={model}"
    # One: begin.
    began = client.post(start, {"holder": "self", "track": "researcher"})
    application = Application.objects.get(model=model)
    short = reverse("application_short", args=[application.public_id])
    assert began.headers["Location"] == short
    page = client.get(short).content.decode()
    assert "Known from your application" in page
    assert "valid until" in page
    assert 'name="legal_name"' not in page
    assert 'name="purpose"' in page
    # Two: what is new.
    said = client.post(short, _as_form(answers()))
    assert said.headers["Location"] == reverse("application_check", args=[application.public_id])
    # Three: check and send.
    client.post(said.headers["Location"])
    application.refresh_from_db()
    assert application.state == "submitted"
    assert answers_of(application)["legal_name"] == "Ada Lovelace"
    assert not application.references.filter(kind="referee").exists()


def _as_form(given: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in given.items() if not isinstance(value, list)}
    for key, value in given.items():
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            plain[key] = "\n".join(value) if key == "end_users" else value
    return {key: ("on" if value is True else value) for key, value in plain.items()}


@pytest.mark.parametrize("way", ["tier", "reopened", "expired", "stranger", "declined"])
def test_nothing_is_known_without_a_settled_clearance_that_is_enough(ada: User, way: str) -> None:
    user, model = ada, another(tier=3 if way == "tier" else 2)
    if way == "reopened":
        reopen_clearances(actor=ada, change=Clearance.Change.NAME, user=ada)
    elif way == "expired":
        Clearance.objects.update(expires_at=timezone.now())
    elif way == "stranger":
        user = make_user()
        make_clearance(user=user)
    elif way == "declined":
        Application.objects.filter(applicant=ada).update(state="declined")
    assert known_of(begin(user, model)) is None


def test_what_somebody_changes_is_asked_anew(ada: User) -> None:
    application = begin(ada, another())
    assert "who" in KnownAnswers.objects.get().sections
    given = answers()
    services.save_draft(actor=ada, application=application, answers=given)
    assert "who" in KnownAnswers.objects.get().sections
    services.save_draft(actor=ada, application=application, answers={"legal_name": "Ada King"})
    assert "who" not in KnownAnswers.objects.get().sections
    services.submit_application(actor=ada, application=application)
    clearance = Clearance.objects.get(user=ada)
    assert clearance.reopened_for == "name"
    # Access that there is goes on for a grace.
    assert tier_of_user(ada, timezone.now()) == 2


def test_the_page_is_for_drafts_that_took_something_over(client: Client, ada: User) -> None:
    application = begin(ada, another())
    url = reverse("application_short", args=[application.public_id])
    client.force_login(ada)
    wrong = client.post(url, {"purpose": "Too short."})
    assert wrong.status_code == 200
    assert "There is a problem" in wrong.content.decode() or "error" in wrong.content.decode()
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    KnownAnswers.objects.all().delete()
    client.force_login(ada)
    assert client.get(url).status_code == 404
