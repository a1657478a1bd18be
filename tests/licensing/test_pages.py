"""The pages of licensing: the ways through them, who gets in, what they cost, hostile input."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import services as accounts
from accounts.models import User
from boards.models import Seat
from licensing import selectors, services
from licensing.checklists import DEPLOYER
from licensing.models import Acceptance, Application, Grant, TermsVersion
from licensing.paging import text_of
from licensing.questions import SECTIONS, Question, Section, Track
from licensing.referees import PARTS
from licensing.selectors.asked import sections_now
from tests.factories import make_clearance, make_organization, make_token, make_user
from tests.licensing.factories import (
    accept_all,
    answers,
    decline,
    make_all_terms,
    make_application,
    make_draft,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_terms,
    put_at,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


@pytest.fixture
def model() -> Any:
    make_all_terms()
    model = make_model(caps={"gated": 2})
    make_release(model, "gated")
    make_release(model, "trusted")
    return model


def browser(user: User | None = None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def page(client: Client, name: str, *args: Any, query: str = "", status: int = 200) -> str:
    """Read a page; twice, as what is cached for good costs nothing later."""
    url = reverse(name, args=args) + query
    response = client.get(url)
    assert response.status_code == status, (url, response.status_code, response.content[:2000])
    if status == 200:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        # What is known beside these comes from many tables, whatever there is of it.
        most = MOST_QUERIES + {"review_detail": 5, "grant_detail": 2}.get(name, 0)
        assert len(queries) <= most, (url, [each["sql"] for each in queries])
    return response.content.decode()


def post(client: Client, name: str, *args: Any, query: str = "", **data: Any) -> Any:
    return client.post(reverse(name, args=args) + query, data)


def shown(client: Client, *args: Any, query: str = "") -> str:
    """Open the page on which terms are accepted; return what it signed into its form."""
    body = client.get(reverse("terms_accept", args=args) + query).content.decode()
    found = re.search(r'name="shown" value="([^"]+)"', body)
    assert found, body[:4000]
    return found[1]


def answer(client: Client, slug: str, *, query: str = "", **data: Any) -> Any:
    """Read the page of some terms and answer it, by accepting unless told otherwise."""
    given = {"shown": shown(client, slug, query=query), "typed_name": "Ada Lovelace", **data}
    return post(client, "terms_accept", slug, query=query, **given)


def typed(section: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return one section's answers as a browser sends them."""
    data: dict[str, Any] = {}
    for question in section.questions:
        value = given[question.key]
        if question.kind == "referees":
            data |= {
                f"{question.key}_{row}_{part}": text
                for row, referee in enumerate(value)
                for part, text in referee.items()
            }
            continue
        if question.kind == "emails":
            value = "\n".join(value)
        if question.kind == "files":
            continue
        if question.kind == "tick":
            value = "on"
        data[question.key] = value
    return data


def names_of(question: Question) -> list[str]:
    """Return the names of a question's fields."""
    if question.kind == "referees":
        return [f"referees_{row}_{part}" for row in range(3) for part in PARTS]
    return [question.key]


def test_an_applicant_goes_from_the_model_to_a_sent_application(model: Any) -> None:
    user = make_user()
    client = browser(user)
    query = f"?model={model}"
    assert "Apply for" in page(client, "application_new", query=query)
    begun = post(client, "application_new", query=query, holder="self", track="researcher")
    application = Application.objects.get()
    assert begun.url == reverse("application_edit", args=[application.public_id])
    page(client, "application_edit", application.public_id)
    given = answers()
    sections = sections_now(application)
    for section in sections:
        page(client, "application_section", application.public_id, section.key)
        done = post(
            client,
            "application_section",
            application.public_id,
            section.key,
            **typed(section, given),
        )
        assert done.status_code == 302, (section.key, done.content.decode()[:6000])
    assert "Check your answers" in page(client, "application_check", application.public_id)
    sent = post(client, "application_check", application.public_id)
    assert sent.url.endswith("?sent=1")
    body = page(client, "application_detail", application.public_id, query="?sent=1")
    assert "Your application is sent" in body
    application.refresh_from_db()
    assert application.state == "submitted"
    asked = {question.key for section in sections for question in section.questions}
    assert {"alternative_evidence", "referees"} < asked
    assert not {"product", "official_name", "safety_target", "ethics_status"} & asked
    assert selectors.answers_of(application) == {
        key: value for key, value in given.items() if value not in ("", []) and key in asked
    }
    page(client, "application_edit", application.public_id, status=409)
    assert str(model) in page(client, "application_list")


def test_a_reviewer_returns_then_approves_and_the_applicant_accepts(model: Any) -> None:
    user = make_user()
    organization = make_organization(user)
    application = make_application(model, user, organization)
    reviewer = make_reviewer(model)
    staff, applicant = browser(reviewer), browser(user)
    key = application.public_id
    assert str(user) in page(staff, "review_queue")
    page(staff, "review_detail", key)
    assert post(staff, "review_claim", key).status_code == 302
    assert "Return with questions" in page(staff, "review_detail", key)
    page(staff, "review_return", key)
    assert post(staff, "review_return", key, message="Which <b>rack</b>?").status_code == 302
    body = page(applicant, "application_edit", key)
    assert "Which &lt;b&gt;rack&lt;/b&gt;?" in body
    section = next(each for each in SECTIONS if each.key == "hosting")
    given = typed(section, answers(hosting_place="Rack 7, Berlin"))
    post(applicant, "application_section", key, "hosting", **given)
    post(applicant, "application_check", key)
    assert reverse("review_claim", args=[key]) in page(staff, "review_detail", key)
    post(staff, "review_claim", key)
    body = page(staff, "review_detail", key)
    assert "Our own rack in Berlin" in body
    assert "Rack 7, Berlin" in body
    page(staff, "review_approve", key)
    checked = post(staff, "review_checklist", key, done=[each.key for each in DEPLOYER.items])
    assert checked.status_code == 302
    approved = post(
        staff,
        "review_approve",
        key,
        modes=["weights"],
        uses=["research"],
        environments=["isolated"],
        sectors=["science"],
        regions=["eea"],
        redistribution="none",
        served="named",
        usage="small",
        ends_on=answers()["end_date"],
        named_users=[str(user.pk)],
        tier="2",
    )
    assert approved.status_code == 302, approved.content.decode()[:6000]
    grant = Grant.objects.get()
    assert grant.state == "pending_terms"
    page(staff, "grant_detail", grant.public_id)
    body = page(applicant, "grant_detail", grant.public_id)
    assert "/accept/" in body
    query = f"?model={model}&organization={organization.pk}"
    for slug in ("api-terms", "weights-terms"):
        body = page(applicant, "terms_accept", slug, query=query)
        assert f"as a user within {organization.name}" in body
        assert "Be careful, edition" in body
        signed = answer(applicant, slug, query=query)
        assert signed.status_code == 302
    grant.refresh_from_db()
    assert grant.state == "pending_terms"
    for slug in ("api-terms", "weights-terms"):
        body = page(applicant, "terms_accept", slug, query=f"{query}&as=official")
        assert f"authorised to bind {organization.name}" in body
        official = f"{query}&as=official"
        assert answer(applicant, slug, query=official).status_code == 200
        signed = answer(applicant, slug, query=official, authority="on")
        assert signed.status_code == 302
    grant.refresh_from_db()
    assert grant.state == "active"
    assert signed.url == reverse("grant_detail", args=[grant.public_id])
    assert "You may download" in page(applicant, "grant_detail", grant.public_id)
    assert "You may" in page(applicant, "grant_list")


def test_a_decline_shows_the_applicant_the_reason_and_the_next_step(model: Any) -> None:
    application = make_in_review(make_application(model))
    staff = browser(application.reviewer)
    page(staff, "review_decline", application.public_id)
    done = post(staff, "review_decline", application.public_id, reason="No measures are named.")
    assert done.status_code == 302
    body = page(browser(application.applicant), "application_detail", application.public_id)
    assert "No measures are named." in body
    assert "Apply again" in body


def test_an_unfinished_section_keeps_what_was_typed_and_says_what_is_missing(model: Any) -> None:
    draft = make_draft(model)
    client = browser(draft.applicant)
    shown = post(client, "application_section", draft.public_id, "purpose", purpose="Short")
    body = shown.content.decode()
    assert "at least 40 characters" in body
    assert "There is a problem" in body
    draft.refresh_from_db()
    assert draft.answers["purpose"] == "Short"
    later = post(
        client, "application_section", draft.public_id, "purpose", purpose="Less", later="1"
    )
    assert later.status_code == 302


def test_autosave_answers_with_a_fragment(model: Any) -> None:
    draft = make_draft(model)
    response = browser(draft.applicant).post(
        reverse("application_section", args=[draft.public_id, "purpose"]),
        {"purpose": "Half a sentence"},
        headers={"HX-Request": "true"},
    )
    assert response.content.decode().startswith("Saved at")
    draft.refresh_from_db()
    assert draft.answers["purpose"] == "Half a sentence"


HOSTILE = ["", "x" * 100_000, "\x00", "<script>alert(1)</script>", "\u202egnp", "-1", "9" * 400]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_no_hostile_value_breaks_a_section(model: Any, section: Section) -> None:
    make_terms("safety-research")
    applicant = make_user()
    affiliated = section.affiliated or Track.DEPLOYER in section.tracks
    organization = make_organization(applicant) if affiliated else None
    track = next(iter(section.tracks), None)
    draft = make_draft(model, applicant, organization, track=track)
    client = browser(applicant)
    names = [name for question in section.questions for name in names_of(question)]
    for value in HOSTILE:
        data = dict.fromkeys(names, value)
        response = post(client, "application_section", draft.public_id, section.key, **data)
        body = response.content.decode()
        # A tick is a tick whatever its value, and four hundred digits are a text.
        assert response.status_code in (200, 302)
        assert response.status_code == 302 or "There is a problem" in body
        assert "<script>alert" not in body


@pytest.mark.parametrize("value", HOSTILE)
def test_no_hostile_value_breaks_a_review(model: Any, value: str) -> None:
    application = make_in_review(make_application(model))
    staff = browser(application.reviewer)
    for name in ("review_return", "review_decline"):
        response = post(staff, name, application.public_id, message=value, reason=value)
        assert response.status_code in (200, 302)
        assert "<script>alert" not in response.content.decode()
        application.refresh_from_db()
        if response.status_code == 302:
            type(application).objects.filter(pk=application.pk).update(
                state="in_review", decided_at=None
            )
    fields = (
        "modes uses environments sectors regions redistribution served usage ends_on named_users "
        "tier"
    )
    data = dict.fromkeys(fields.split(), value)
    response = post(staff, "review_approve", application.public_id, **data)
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()
    assert not Grant.objects.exists()


def test_no_hostile_value_breaks_the_acts_on_a_grant(model: Any) -> None:
    user = make_user()
    grant = make_grant(model, user, make_organization(user))
    staff, holder = browser(make_reviewer(model)), browser(user)
    for value in [*HOSTILE, "wrong/model"]:
        for client, name in ((staff, "grant_revoke"), (holder, "grant_relinquish")):
            response = post(client, name, grant.public_id, reason=value, typed=value)
            assert response.status_code == 200
            assert "There is a problem" in response.content.decode()
        response = post(holder, "grant_user_add", grant.public_id, email=value)
        assert response.status_code == 409
    grant.refresh_from_db()
    assert grant.state == "active"


@pytest.mark.parametrize("value", HOSTILE)
def test_no_hostile_value_breaks_the_terms(model: Any, value: str) -> None:
    user = make_user()
    Seat.objects.create(board=model.board, role="legal", holder=user)
    client = browser(user)
    versions = TermsVersion.objects.count()
    response = post(
        client,
        "terms_accept",
        "api-terms",
        shown=value,
        typed_name=value,
        scrolled=value,
        dwell=value,
        decision=value,
    )
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()
    response = post(client, "terms_draft_new", slug=value, title=value, text=value, change=value)
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()
    assert not Acceptance.objects.exists()
    assert TermsVersion.objects.count() == versions


@pytest.mark.parametrize(
    "query",
    [
        "?model=",
        "?model=%00",
        "?model=a/b",
        "?model=" + "x" * 3000,
        "?model=a/b/c/d",
        "?model=%F0%9F%A6%89/x",
    ],
)
def test_no_hostile_query_opens_an_application(model: Any, query: str) -> None:
    page(browser(make_user()), "application_new", query=query, status=404)


@pytest.mark.parametrize(
    "query", ["?organization=1e5", "?organization=9999999999999999999999", "?organization=x"]
)
def test_no_hostile_query_accepts_for_a_stranger(model: Any, query: str) -> None:
    page(browser(make_user()), "terms_accept", "api-terms", query=query, status=404)


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=-1", "?after=" + "9" * 50, "?show=all&model=x", "?model=%00"]
)
def test_no_hostile_query_breaks_the_queue(model: Any, query: str) -> None:
    make_application(model)
    page(browser(make_reviewer(model)), "review_queue", query=query)
    page(browser(make_user()), "grant_list", query=query.replace("after", "before"))
    page(browser(make_user()), "application_list", query=query.replace("after", "before"))


def test_what_changed_while_one_read_must_be_read_again(model: Any) -> None:
    user = make_user()
    client = browser(user)
    read = shown(client, "api-terms")
    make_terms("api-terms", text="# Stricter\n\nBe very careful.")
    response = answer(client, "api-terms", shown=read)
    body = response.content.decode()
    assert "The terms changed while you read" in body
    assert "Be very careful." in body
    assert not Acceptance.objects.exists()
    response = answer(client, "api-terms")
    assert response.status_code == 302
    consent = Acceptance.objects.get().consent
    assert "version 2" in consent
    assert "[I agree]" in consent


def test_at_a_public_stage_accepting_the_terms_leads_to_a_working_grant() -> None:
    make_all_terms()
    release = make_release(stage="public")
    user = make_user()
    client = browser(user)
    response = answer(client, "api-terms", query=f"?model={release.model}")
    grant = Grant.objects.get(person=user)
    assert response.url == reverse("grant_detail", args=[grant.public_id])
    assert "through the hosted API" in page(client, "grant_detail", grant.public_id)


def test_staff_suspend_lift_and_revoke_on_pages(model: Any) -> None:
    grant = make_grant(model, make_user())
    first, second = browser(make_reviewer(model)), browser(make_reviewer(model))
    key = grant.public_id
    page(first, "grant_suspend", key)
    assert post(first, "grant_suspend", key, reason="An odd pattern.").status_code == 302
    page(first, "grant_lift", key, status=409)
    assert "An odd pattern." in page(browser(grant.person), "grant_detail", key)
    assert "An odd pattern." in page(browser(grant.person), "grant_list")
    page(second, "grant_lift", key)
    assert post(second, "grant_lift", key, reason="It was nothing.").status_code == 302
    page(first, "grant_revoke", key)
    assert post(first, "grant_revoke", key, reason="It was.", typed=str(model)).status_code == 302
    grant.refresh_from_db()
    assert grant.state == "revoked"
    assert str(grant.person) in page(first, "model_grants", model.namespace, model.name)
    page(first, "model_grants", model.namespace, model.name, query="?state=revoked")
    page(first, "model_grants", model.namespace, model.name, query="?state=%00&before=x")


def test_the_holder_names_users_and_gives_up_on_pages(model: Any) -> None:
    user, colleague = make_user(), make_user()
    organization = make_organization(user, members=(colleague,))
    grant = make_grant(model, user, organization)
    client, key = browser(user), grant.public_id
    assert post(client, "grant_user_add", key, email=colleague.email).status_code == 302
    assert colleague.full_name in page(client, "grant_detail", key)
    assert post(client, "grant_user_add", key, email="nobody@example.org").status_code == 409
    assert post(client, "grant_user_end", key, colleague.pseudonym).status_code == 302
    assert post(client, "grant_user_end", key, uuid4()).status_code == 404
    page(client, "grant_relinquish", key)
    assert post(client, "grant_relinquish", key, typed=str(model)).status_code == 302
    grant.refresh_from_db()
    assert grant.state == "relinquished"
    page(client, "grant_detail", key)


def test_an_applicant_withdraws_on_a_page(model: Any) -> None:
    application = make_in_review(make_application(model))
    client = browser(application.applicant)
    page(client, "application_withdraw", application.public_id)
    assert post(client, "application_withdraw", application.public_id).status_code == 302
    page(client, "application_withdraw", application.public_id, status=409)
    page(browser(application.reviewer), "review_detail", application.public_id)


# Who gets in


def test_others_know_nothing_of_an_application(model: Any) -> None:
    application = make_in_review(make_application(model))
    key = application.public_id
    other_reviewer = make_reviewer(make_model())
    strangers = [make_user(), other_reviewer, make_user(is_superuser=True, is_staff=True)]
    names = ["application_detail", "application_edit", "application_check", "application_withdraw"]
    names += ["review_detail", "review_return", "review_approve", "review_decline"]
    for stranger in strangers:
        client = browser(stranger)
        for name in names:
            page(client, name, key, status=404)
        for name in ("review_claim", "review_release"):
            assert post(client, name, key).status_code == 404
    for name in names[:4]:
        page(browser(application.reviewer), name, key, status=404)
    for name in names[4:]:
        page(browser(application.applicant), name, key, status=404)


def test_a_draft_is_nobody_s_business_but_the_applicant_s(model: Any) -> None:
    draft = make_draft(model)
    page(browser(make_reviewer(model)), "review_detail", draft.public_id, status=404)


def test_others_know_nothing_of_a_grant(model: Any) -> None:
    user = make_user()
    grant = make_grant(model, user, make_organization(user))
    key = grant.public_id
    strangers = [
        make_user(),
        make_reviewer(make_model()),
        make_user(is_superuser=True, is_staff=True),
    ]
    names = ["grant_detail", "grant_suspend", "grant_lift", "grant_revoke", "grant_relinquish"]
    for stranger in strangers:
        client = browser(stranger)
        for name in names:
            page(client, name, key, status=404)
        page(client, "model_grants", model.namespace, model.name, status=404)
        assert post(client, "grant_user_add", key, email="a@b.example").status_code == 404
    for name in names[1:4]:
        page(browser(user), name, key, status=404)
    page(browser(make_reviewer(model)), "grant_relinquish", key, status=404)


def test_nobody_reviews_their_own_organisation_on_a_page(model: Any) -> None:
    reviewer = make_reviewer(model)
    organization = make_organization(reviewer)
    user = make_user()
    accounts.add_member(actor=reviewer, organization=organization, user=user, role="member")
    application = make_application(model, user, organization)
    client = browser(reviewer)
    assert "your own organisation" in page(client, "review_queue")
    assert "own organisation" in page(client, "review_detail", application.public_id)
    assert post(client, "review_claim", application.public_id).status_code == 409
    page(client, "review_approve", application.public_id, status=409)


def test_whoever_is_not_signed_in_is_asked_to(model: Any) -> None:
    for name in ("application_list", "grant_list", "review_queue", "terms_draft_new"):
        assert "/accounts/login/" in browser().get(reverse(name)).headers["Location"]


def test_a_reading_page_takes_no_post(model: Any) -> None:
    client = browser(make_user())
    for name in ("application_list", "grant_list", "review_queue", "terms_list"):
        assert post(client, name).status_code == 405
    assert client.get(reverse("review_claim", args=[uuid4()])).status_code == 405


# Explain


def test_explain_shows_every_rule_to_a_visitor_and_to_a_grantee(model: Any) -> None:
    release = model.releases.get(stage__slug="gated")
    args = (model.namespace, model.name, release.version)
    body = page(browser(), "explain", *args)
    assert "You are not signed in." in body
    user = make_user()
    make_grant(model, user)
    body = page(browser(user), "explain", *args)
    assert "You may download this release." in body, body
    assert "You have a place in the cohort." in body


def test_explain_for_somebody_else_is_for_staff(model: Any) -> None:
    release = model.releases.get(stage__slug="gated")
    args = (model.namespace, model.name, release.version)
    user = make_user()
    query = f"?for={user.pseudonym}"
    body = page(browser(make_reviewer(model)), "explain", *args, query=query)
    assert user.full_name in body
    assert "Download the weights: no." in body
    for stranger in (make_user(), make_reviewer(make_model())):
        page(browser(stranger), "explain", *args, query=query, status=404)
    staff = browser(make_reviewer(model))
    for bad in ("x", str(uuid4()), "%00"):
        page(staff, "explain", *args, query=f"?for={bad}", status=404)


def test_what_one_may_not_see_is_not_explained(model: Any) -> None:
    release = put_at(make_release(model), "internal")
    args = (model.namespace, model.name, release.version)
    page(browser(make_user()), "explain", *args, status=404)
    page(browser(make_reviewer(model)), "explain", *args)
    page(browser(), "explain", model.namespace, model.name, "v\x00", status=404)


def test_the_api_explains_as_the_page_does(model: Any) -> None:
    release = model.releases.get(stage__slug="gated")
    url = f"/api/explain/{model.namespace}/{model.name}/{release.version}"
    assert browser().get(url).json()["model"] == str(model)
    user = make_user()
    make_grant(model, user)
    _token, secret = make_token(user, rights=("api",))
    response = Client().get(url, headers={"Authorization": f"Bearer {secret}"})
    actions = {each["action"]: each for each in response.json()["actions"]}
    assert actions["use_api"]["allowed"]
    denied = [rule["rule"] for rule in actions["download"]["rules"] if rule["state"] == "denied"]
    assert denied == ["token_right"]
    assert Client().get(url, headers={"Authorization": "Bearer no"}).status_code == 401
    assert browser().get(url + "x").status_code == 404


def test_explain_says_of_a_declined_application_where_its_reason_is(model: Any) -> None:
    release = model.releases.get(stage__slug="gated")
    user = make_user()
    application = decline(make_in_review(make_application(model, user)))
    args = (model.namespace, model.name, release.version)
    where = reverse("application_detail", args=[application.public_id])
    body = page(browser(user), "explain", *args)
    assert "Your application was declined." in body
    assert f'href="{where}"' in body
    answer = browser(user).get(f"/api/explain/{'/'.join(args)}").json()
    rules = [rule for each in answer["actions"] for rule in each["rules"]]
    assert {rule["url"] for rule in rules if "was declined" in rule["sentence"]} == {where}
    # There the reason stands, and the way to another application.
    body = page(browser(user), "application_detail", application.public_id)
    assert "No plan." in body
    assert "Apply again" in body


# Erasure


def test_erasing_people_leaves_every_page_working(model: Any) -> None:
    user, colleague = make_user(full_name="Vera Vanish"), make_user()
    organization = make_organization(colleague, members=(user,))
    grant = make_grant(model, user, organization)
    make_clearance(user=user)
    reviewer = grant.application.reviewer if grant.application else None
    own = make_grant(model, colleague, modes=["api"])
    assert reviewer is not None
    other_reviewer = make_reviewer(model)
    pending = make_application(model, person := make_user(full_name="Vera Vanish"))
    services.suspend_grant(actor=reviewer, grant=own, reason="A look.")
    for gone in (user, reviewer, person):
        accounts.erase_person(actor=gone, user=gone, reason="Asked for it.")
    staff = browser(other_reviewer)
    application = grant.application
    assert application is not None
    pages = [
        page(staff, "review_queue"),
        page(staff, "review_detail", application.public_id),
        page(staff, "review_detail", pending.public_id),
        page(staff, "grant_detail", grant.public_id),
        page(staff, "grant_detail", own.public_id),
        page(staff, "model_grants", model.namespace, model.name),
        page(browser(colleague), "grant_detail", grant.public_id),
        page(browser(colleague), "grant_list"),
    ]
    for body in pages:
        assert "Vera Vanish" not in body
    assert "an erased person" in pages[2]
    release = model.releases.get(stage__slug="gated")
    args = (model.namespace, model.name, release.version)
    page(staff, "explain", *args, query=f"?for={user.pseudonym}")


def test_the_queue_pages_by_key_and_filters(model: Any) -> None:
    reviewer = make_reviewer(model)
    client = browser(reviewer)
    users = User.objects.bulk_create(
        User(email=f"queue{number}@example.org", full_name=f"Queue {number:02}")
        for number in range(30)
    )
    from django.utils import timezone

    Application.objects.bulk_create(
        Application(
            model=model,
            applicant=user,
            state="submitted",
            submitted_at=timezone.now(),
            due_at=timezone.now(),
        )
        for user in users
    )
    first = page(client, "review_queue")
    assert "Queue 00" in first
    assert "Queue 24" in first
    assert "Queue 25" not in first
    last = Application.objects.order_by("pk")[24]
    second = page(client, "review_queue", query=f"?after={text_of(last)}")
    assert "Queue 25" in second
    assert "Queue 24" not in second
    mine = Application.objects.order_by("pk").first()
    assert mine is not None
    services.claim_application(actor=reviewer, application=mine)
    body = page(client, "review_queue", query=f"?show=mine&model={model.pk}")
    assert "Queue 00" in body
    assert "Queue 01" not in body


def test_accept_all_for_a_model_of_which_one_may_not_know(model: Any) -> None:
    internal = make_model()
    make_release(internal, "internal")
    user = make_user()
    page(browser(user), "terms_accept", "api-terms", query=f"?model={internal}", status=404)
    accept_all(user, internal)
    assert not Grant.objects.exists()


def test_the_criteria_of_safety_research_are_public(model: Any) -> None:
    assert "No criteria are published yet" in page(Client(), "safety_research")
    make_terms("safety-research", text="# Criteria\n\nDoes it look for a danger that matters?")
    body = page(Client(), "safety_research")
    assert "Does it look for a danger that matters?" in body
    assert "30 business days at most" in body
    assert reverse("terms_version", args=["safety-research", 1]) in body


def test_a_track_that_does_not_fit_is_said_at_its_field(model: Any) -> None:
    query = f"?model={model}"
    client = browser(make_user())
    assert "Safety researcher" not in page(client, "application_new", query=query)
    body = post(client, "application_new", query=query, holder="self", track="deployer")
    assert "Deployers apply for an organisation" in body.content.decode()
    body = post(client, "application_new", query=query, holder="self")
    assert "Choose how you apply" in body.content.decode()
    assert not Application.objects.exists()


def test_an_answer_that_is_deleted_is_gone_from_the_draft(model: Any) -> None:
    draft = make_draft(model, prior_access="A year of it.")
    client = browser(draft.applicant)
    data = typed_of(draft, "background", prior_access="")
    post(client, "application_section", draft.public_id, "background", **data)
    draft.refresh_from_db()
    assert not draft.answers["prior_access"]


def typed_of(draft: Application, key: str, **changes: Any) -> dict[str, Any]:
    section = next(each for each in sections_now(draft) if each.key == key)
    return typed(section, answers(**changes))


def test_referees_are_asked_in_rows_and_what_is_wrong_is_said_at_its_field(model: Any) -> None:
    draft = make_draft(model)
    client = browser(draft.applicant)
    data = typed_of(draft, "referees") | {"referees_1_name": "Mary", "referees_1_email": "mary"}
    response = post(client, "application_section", draft.public_id, "referees", **data)
    body = response.content.decode()
    assert "#id_referees_1_email" in body
    assert "“mary” is not an e-mail address" in body
    kept = selectors.answers_of(Application.objects.get(pk=draft.pk))["referees"]
    assert [row["name"] for row in kept] == ["Charles Babbage", "Mary", ""]
