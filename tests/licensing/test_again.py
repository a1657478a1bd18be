"""Copies of former applications, changes of live grants, and what differs between submissions."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services as accounts
from accounts.models import Notification
from common.errors import Refused
from licensing import selectors, services
from licensing.models import Application, Grant
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    SCOPE,
    approve,
    decline,
    make_all_terms,
    make_application,
    make_draft,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
)

pytestmark = pytest.mark.django_db
WHY = "We found that one use was missing."


@pytest.fixture
def model() -> Any:
    make_all_terms()
    model = make_model(caps={"trusted": 1})
    make_release(model, "trusted")
    return model


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def refused(words: str) -> Any:
    return pytest.raises(Refused, match=words)


# Copies


def test_a_copy_has_the_answers_but_neither_statements_nor_files(model: Any) -> None:
    former = decline(make_in_review(make_application(model)))
    copy = services.copy_application(actor=former.applicant, application=former)
    answers = selectors.answers_of(copy)
    assert copy.state == "draft"
    assert answers["legal_name"] == "Ada Lovelace"
    assert answers["uses"] == ["research", "safety_research"]
    assert not {"truth_statement", "export_statement", "documents"} & set(answers)
    with refused("Statements"):
        services.submit_application(actor=copy.applicant, application=copy)


def test_what_is_open_is_not_copied_and_nothing_is_written_over(model: Any) -> None:
    former = make_application(model)
    applicant = former.applicant
    with refused("still open"):
        services.copy_application(actor=applicant, application=former)
    former = services.withdraw_application(actor=applicant, application=former)
    draft = make_draft(model, applicant, purpose="A new purpose, which nobody has read so far.")
    with refused("application for this model open"):
        services.copy_application(actor=applicant, application=former)
    draft.refresh_from_db()
    assert draft.answers["purpose"].startswith("A new purpose")
    with refused("Only the applicant"):
        services.copy_application(actor=make_user(), application=former)


def test_a_copy_is_made_on_the_page(model: Any) -> None:
    former = decline(make_in_review(make_application(model)))
    client = browser(former.applicant)
    page = client.get(reverse("application_detail", args=[former.public_id])).content.decode()
    assert "Copy as a new application" in page
    made = client.post(reverse("application_copy", args=[former.public_id]))
    copy = Application.objects.exclude(pk=former.pk).get()
    assert made.headers["Location"] == reverse("application_edit", args=[copy.public_id])
    assert "Saved" in client.get(made.headers["Location"]).content.decode()


# Changes of a grant


def amend(grant: Grant, actor: Any, **changes: Any) -> Application:
    application = services.start_amendment(actor=actor, grant=grant)
    given = {"amendment_reason": WHY, **changes}
    services.save_draft(actor=actor, application=application, answers=given)
    return services.submit_application(actor=actor, application=application)


def test_a_change_asks_for_scope_and_why_and_begins_with_what_is_granted(model: Any) -> None:
    user = make_user()
    grant = make_grant(model, user, modes=["api"])
    application = services.start_amendment(actor=user, grant=grant)
    answers = selectors.answers_of(application)
    assert {key: answers[key] for key in SCOPE} == SCOPE
    assert answers["modes"] == ["api"]
    assert not {"legal_name", "referees", "purpose"} & set(answers)
    assert services.start_amendment(actor=user, grant=grant) == application
    with refused("What changes, and why"):
        services.submit_application(actor=user, application=application)


def test_an_approved_change_replaces_the_grant_and_keeps_its_places_and_people(
    model: Any,
) -> None:
    owner, colleague = make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    grant = make_grant(model, owner, organization, modes=["api"])
    services.add_named_user(actor=owner, grant=grant, user=colleague)
    admitted = grant.admissions.get()
    assert admitted.state == "admitted"
    application = make_in_review(amend(grant, owner, uses=["research", "education"]))
    newer = approve(application, scope={**SCOPE, "uses": ["research", "education"]})
    grant.refresh_from_db()
    assert grant.state == "superseded"
    assert newer.scope["uses"] == ["research", "education"]
    assert newer.admissions.get() == admitted
    assert {row.user for row in newer.named_users.all()} == {owner, colleague}
    assert newer.state == "active"


def test_a_change_gives_no_more_than_it_asked_for(model: Any) -> None:
    user = make_user()
    grant = make_grant(model, user, modes=["api"])
    application = make_in_review(amend(grant, user, uses=["research", "education"]))
    with refused("no more than was asked"):
        approve(application, scope={**SCOPE, "uses": ["product"]})
    with refused("mode was not asked"):
        approve(application, modes=["weights"])


def test_a_grant_that_ended_meanwhile_is_not_brought_back_by_a_change(model: Any) -> None:
    user = make_user()
    grant = make_grant(model, user, modes=["api"])
    application = make_in_review(amend(grant, user))
    services.revoke_grant(actor=make_reviewer(model), grant=grant, reason="Weights were resold.")
    with refused("has ended"):
        approve(application)
    assert Grant.objects.count() == 1


def test_only_who_keeps_a_live_and_reviewed_grant_asks_for_a_change_of_it(model: Any) -> None:
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    grant = make_grant(model, owner, organization, modes=["api"])
    for stranger in (member, make_user(), make_reviewer(model)):
        with refused("Only the holder"):
            services.start_amendment(actor=stranger, grant=grant)
    services.suspend_grant(actor=make_reviewer(model), grant=grant, reason="A look.")
    with refused("suspended"):
        services.start_amendment(actor=owner, grant=grant)
    services.revoke_grant(actor=make_reviewer(model), grant=grant, reason="Over.")
    with refused("has ended"):
        services.start_amendment(actor=owner, grant=grant)


def test_a_change_goes_through_the_pages_of_both_sides(model: Any) -> None:
    user = make_user()
    grant = make_grant(model, user, modes=["api"])
    client = browser(user)
    page = client.get(reverse("grant_detail", args=[grant.public_id])).content.decode()
    assert "Ask for a change" in page
    begun = client.post(reverse("grant_amend", args=[grant.public_id]))
    page = client.get(begun.headers["Location"]).content.decode()
    assert "What changes, and why" in page
    assert "Referees" not in page
    application = Application.objects.get(amends=grant)
    for section in ("amendment", "scope", "changes"):
        address = reverse("application_section", args=[application.public_id, section])
        assert client.get(address).status_code == 200
    services.save_draft(actor=user, application=application, answers={"amendment_reason": WHY})
    client.post(reverse("application_check", args=[application.public_id]))
    staff = browser(make_reviewer(model))
    review = reverse("review_detail", args=[application.public_id])
    body = staff.get(review).content.decode()
    assert "another scope of a live grant" in body
    assert WHY in body


def test_the_grantee_reads_what_is_allowed_on_the_page_in_the_mail_and_as_json(
    model: Any,
) -> None:
    user = make_user()
    grant = make_grant(model, user, modes=["api"])
    client = browser(user)
    page = client.get(reverse("grant_detail", args=[grant.public_id])).content.decode()
    told = Notification.objects.get(kind="licensing.application_approved").body
    address = reverse("grant_summary", args=[grant.public_id])
    response = client.get(address)
    data = response.json()
    assert response["X-Content-Type-Options"] == "nosniff"
    for sentence in data["sentences"]:
        assert sentence in page
        assert sentence in told
    assert data["scope"] == SCOPE
    assert browser(make_user()).get(address).status_code == 404


# What was sent, one beside another


def resend(application: Application, **changes: Any) -> Application:
    """Return an application to its applicant, who changes answers and sends it again."""
    application = make_in_review(application)
    assert application.reviewer is not None
    services.return_application(
        actor=application.reviewer, application=application, message="Which rack?"
    )
    user = application.applicant
    services.save_draft(actor=user, application=application, answers=changes)
    return services.submit_application(actor=user, application=application)


def changes_of(application: Application, person: Any, query: str = "") -> Any:
    address = reverse("application_changes", args=[application.public_id])
    return browser(person).get(address + query)


def test_both_sides_see_word_for_word_what_changed(model: Any) -> None:
    application = make_application(model)
    assert changes_of(application, application.applicant).status_code == 404
    resend(application, security="Three people have keys; every access is logged.")
    for person in (application.applicant, make_reviewer(model)):
        body = changes_of(application, person).content.decode()
        assert "<del>Two</del>" in body
        assert "<ins>Three</ins>" in body
        assert "How the weights or the API key are protected" in body
        assert "What you want to do with the model" not in body
    for stranger in (make_user(), make_reviewer(make_model())):
        assert changes_of(application, stranger).status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?before=1&after=1", "Nothing differs"),
        ("?before=2&after=1", "<del>Rack</del>"),
        ("?before=9&after=1", "There is a problem"),
        ("?before=x", "There is a problem"),
    ],
)
def test_any_two_can_be_chosen_and_a_wrong_choice_is_said(
    model: Any, query: str, words: str
) -> None:
    application = resend(make_application(model), hosting_place="Rack 7, Berlin")
    response = changes_of(application, application.applicant, query)
    assert response.status_code == 200
    assert words in response.content.decode()


def test_erased_answers_are_compared_without_an_error(model: Any) -> None:
    application = resend(make_application(model), legal_name="Ada King")
    user = application.applicant
    accounts.erase_person(actor=user, user=user, reason="Asked for it.")
    body = changes_of(application, make_reviewer(model)).content.decode()
    assert "Ada King" not in body
