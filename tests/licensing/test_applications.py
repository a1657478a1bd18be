"""Applications from the first answer to the decision, and everything that is refused on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification
from accounts.selectors import tier_of_organization, tier_of_user
from audit.models import Event
from common.errors import Refused
from licensing import selectors, services
from licensing.models import Application, Grant, Submission
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    SCOPE,
    accept_all,
    answers,
    approve,
    make_all_terms,
    make_application,
    make_draft,
    make_grant,
    make_hold,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_terms,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Any:
    model = make_model()
    make_release(model, "gated")
    return model


def refused(words: str) -> Any:
    return pytest.raises(Refused, match=words)


def test_the_way_from_the_first_answer_to_a_grant(model: Any) -> None:
    applicant, reviewer = make_user(), make_reviewer(model)
    draft = services.start_application(actor=applicant, model=model)
    services.save_draft(actor=applicant, application=draft, answers=answers(purpose="Too short"))
    with refused("Purpose"):
        services.submit_application(actor=applicant, application=draft)
    services.save_draft(actor=applicant, application=draft, answers=answers())
    services.submit_application(actor=applicant, application=draft)
    services.claim_application(actor=reviewer, application=draft)
    returned = services.return_application(
        actor=reviewer, application=draft, message="Which university?"
    )
    assert (returned.state, returned.message) == ("returned", "Which university?")
    services.save_draft(actor=applicant, application=draft, answers={"prior_access": "None."})
    services.submit_application(actor=applicant, application=draft)
    claimed = services.claim_application(actor=reviewer, application=draft)
    grant = approve(claimed)
    draft.refresh_from_db()
    assert draft.state == "approved"
    assert grant.scope == SCOPE
    assert grant.person == applicant
    assert [row.number for row in draft.submissions.all()] == [2, 1]
    assert list(
        Event.objects.filter(refs__contains=[f"licensing.application:{draft.pk}"])
        .exclude(action__startswith="reference.")
        .order_by("id")
        .values_list("action", flat=True)
    ) == [
        "application.started",
        "application.submitted",
        "application.claimed",
        "application.returned",
        "application.submitted",
        "application.claimed",
        "application.checked",
        "application.approved",
        "grant.created",
    ]


def test_personal_answers_are_sealed_in_the_application_and_in_the_frozen_submission(
    model: Any,
) -> None:
    application = make_application(model)
    submission = Submission.objects.get()
    for row in (application, submission):
        assert "legal_name" not in row.answers
        assert "Ada" not in str(row.answers)
        assert selectors.answers_of(row)["legal_name"] == "Ada Lovelace"
        assert row.answers["uses"] == ["research", "safety_research"]


def test_erasing_the_applicant_leaves_the_decision_and_takes_the_person(model: Any) -> None:
    application = make_in_review(make_application(model))
    user = application.applicant
    accounts.erase_person(actor=user, user=user, reason="Asked for it.")
    application = Application.objects.select_related("applicant").get(pk=application.pk)
    found = selectors.answers_of(application)
    assert found["legal_name"] == "(erased)"
    assert found["uses"]
    assert application.reviewer is not None
    services.decline_application(
        actor=application.reviewer, application=application, reason="The person is gone."
    )


def test_starting_twice_finds_the_same_application(model: Any) -> None:
    user = make_user()
    first = services.start_application(actor=user, model=model)
    assert services.start_application(actor=user, model=model) == first


def test_one_applies_only_where_the_verdict_says_so(model: Any) -> None:
    with refused("not confirmed"):
        services.start_application(actor=make_user(verified=False), model=model)
    with refused("do not belong"):
        services.start_application(actor=make_user(), model=model, organization=make_organization())
    with refused("takes no applications"):
        services.start_application(actor=make_user(), model=make_model())
    closed = make_user()
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    with refused("closed"):
        services.start_application(actor=closed, model=model)


def test_under_a_hold_nobody_applies() -> None:
    release = make_release()
    make_hold(release, "admissions")
    with refused("hold"):
        services.start_application(actor=make_user(), model=release.model)


def test_only_the_applicant_writes_sends_and_withdraws(model: Any) -> None:
    draft = make_draft(model)
    stranger = make_user()
    with refused("Only the applicant"):
        services.save_draft(actor=stranger, application=draft, answers={})
    with refused("Only the applicant"):
        services.submit_application(actor=stranger, application=draft)
    with refused("Only the applicant"):
        services.withdraw_application(actor=stranger, application=draft)


@pytest.mark.parametrize(
    "given", [{"root": "1"}, {"purpose": "x" * 100_000}, {"modes": "api"}, {"purpose": ["x"]}]
)
def test_a_hostile_draft_is_refused_and_nothing_of_it_kept(
    model: Any, given: dict[str, Any]
) -> None:
    draft = make_draft(model)
    with refused(r"no question|too long or of the wrong kind"):
        services.save_draft(
            actor=draft.applicant, application=draft, answers={"country": "FR", **given}
        )
    draft.refresh_from_db()
    assert draft.answers["country"] == "DE"


def test_what_was_sent_is_fixed(model: Any) -> None:
    application = make_application(model)
    with refused("fixed"):
        services.save_draft(
            actor=application.applicant, application=application, answers={"country": "FR"}
        )
    with refused("sent already"):
        services.submit_application(actor=application.applicant, application=application)


def test_whoever_left_the_organisation_sends_nothing_in_its_name(model: Any) -> None:
    owner, user = make_user(), make_user()
    organization = make_organization(owner, members=(user,))
    draft = make_draft(model, user, organization)
    accounts.end_membership(
        actor=owner, membership=user.memberships.get(), reason="Left the company."
    )
    with refused("do not belong"):
        services.submit_application(actor=user, application=draft)


def test_a_reviewer_reviews_their_own_models_only(model: Any) -> None:
    other = make_model()
    application = make_application(model)
    for actor in (make_reviewer(other), make_user(is_superuser=True), application.applicant):
        with refused("no right"):
            services.claim_application(actor=actor, application=application)


def test_nobody_reviews_themselves_or_their_own_organisation(model: Any) -> None:
    own, colleague = make_reviewer(model), make_reviewer(model)
    organization = make_organization(own, members=(colleague,))
    for_oneself = make_application(model, own)
    for_the_organization = make_application(model, make_user_in(organization), organization)
    beside = make_application(model, make_user_in(organization))
    with refused("own application"):
        services.claim_application(actor=own, application=for_oneself)
    for application in (for_the_organization, beside, for_oneself):
        with refused("own organisation"):
            services.claim_application(actor=colleague, application=application)


def make_user_in(organization: Any) -> Any:
    user = make_user()
    accounts.add_member(actor=None, organization=organization, user=user, role="member")
    return user


def test_a_reviewer_who_joins_the_organisation_after_the_claim_decides_nothing(model: Any) -> None:
    user = make_user()
    organization = make_organization(user)
    application = make_in_review(make_application(model, user, organization))
    reviewer = application.reviewer
    assert reviewer is not None
    accounts.add_member(actor=user, organization=organization, user=reviewer, role="member")
    with refused("own organisation"):
        approve(application)


def test_what_somebody_has_claimed_nobody_else_decides(model: Any) -> None:
    application = make_in_review(make_application(model))
    other = make_reviewer(model)
    with refused("Somebody else"):
        services.claim_application(actor=other, application=application)
    with refused("Somebody else"):
        services.decline_application(actor=other, application=application, reason="No.")
    services.release_claim(actor=other, application=application)
    assert services.claim_application(actor=other, application=application).reviewer == other


def test_a_right_withdrawn_after_the_claim_decides_nothing(model: Any) -> None:
    from releases.choices import Right
    from releases.permissions import unassign

    application = make_in_review(make_application(model))
    assert application.reviewer is not None
    unassign(application.reviewer, Right.REVIEW_APPLICATION, model)
    with refused("no right"):
        approve(application)


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001, "hidden\u202emark", "a\x00b"])
def test_a_return_and_a_decline_need_words(model: Any, text: str) -> None:
    application = make_in_review(make_application(model))
    reviewer = application.reviewer
    assert reviewer is not None
    with refused("Message"):
        services.return_application(actor=reviewer, application=application, message=text)
    with refused("Reason"):
        services.decline_application(actor=reviewer, application=application, reason=text)
    application.refresh_from_db()
    assert application.state == "in_review"


def test_a_decline_is_told_with_its_reason_and_one_may_apply_again(model: Any) -> None:
    application = make_in_review(make_application(model))
    reviewer = application.reviewer
    assert reviewer is not None
    services.decline_application(
        actor=reviewer, application=application, reason="No security measures are named."
    )
    told = Notification.objects.get(kind="licensing.application_declined")
    assert told.recipient == application.applicant
    assert "No security measures are named." in told.body
    services.start_application(actor=application.applicant, model=model)


BAD_GRANTS: list[tuple[dict[str, Any], str]] = [
    ({"modes": []}, "Choose the hosted API"),
    ({"modes": ["root"]}, "Choose the hosted API"),
    ({"scope": {**SCOPE, "uses": ["product"]}}, "no more than was asked"),
    ({"scope": {**SCOPE, "redistribution": "derivatives"}}, "wider"),
    ({"scope": {**SCOPE, "modification": ["distil"]}}, "no more than was asked"),
    ({"scope": {**SCOPE, "uses": []}}, "at least one"),
    ({"scope": {}}, "at least one"),
    ({"scope": {**SCOPE, "planet": ["mars"]}}, "no part"),
    ({"ends_at": timezone.now() - timedelta(days=1)}, "future"),
    ({"ends_at": timezone.now() + timedelta(days=2000)}, "three years"),
    ({"named_users": []}, "at least one person"),
    ({"tier": 9}, "tier"),
]


def test_a_wrong_approval_is_refused_and_writes_nothing(model: Any) -> None:
    application = make_in_review(make_application(model))
    for changes, words in BAD_GRANTS:
        with refused(words):
            approve(application, **changes)
    application.refresh_from_db()
    assert application.state == "in_review"
    assert not Grant.objects.exists()


def test_a_mode_that_was_not_asked_for_is_not_granted(model: Any) -> None:
    application = make_in_review(make_application(model, modes=["api"]))
    with refused("a mode was not asked for"):
        approve(application, modes=["weights"])


def test_a_stranger_cannot_be_named(model: Any) -> None:
    application = make_in_review(make_application(model))
    with refused("cannot be named"):
        approve(application, named_users=[application.applicant, make_user()])


def test_colleagues_whom_the_applicant_listed_are_named(model: Any) -> None:
    owner, colleague, unlisted = make_user(), make_user(), make_user()
    organization = make_organization(owner, members=(colleague, unlisted))
    application = make_application(
        model, owner, organization, end_users=[colleague.email.upper(), "nobody@example.org"]
    )
    grant = approve(make_in_review(application))
    assert {row.user for row in grant.named_users.all()} == {owner, colleague}


def test_vetting_yields_clearances_for_the_named_people_and_the_organisation(model: Any) -> None:
    user = make_user()
    organization = make_organization(user)
    approve(make_in_review(make_application(model, user, organization)), tier=2)
    now = timezone.now()
    assert tier_of_user(user, now) == tier_of_organization(organization, now) == 2


def test_an_approval_replaces_the_former_grant_and_keeps_place_and_public_modes() -> None:
    make_all_terms()
    model = make_model(caps={"trusted": 1})
    make_release(model, "public")
    named = make_release(model, "trusted")
    user = make_user()
    first = make_grant(model, user, modes=["api"])
    assert first.admissions.get().state == "admitted"
    second = approve(make_in_review(make_application(model, user)), modes=["weights"])
    first.refresh_from_db()
    assert first.state == "superseded"
    assert second.admissions.get().release == named
    assert second.public_modes == []
    third = make_user()
    accept_all(third, model)
    public = Grant.objects.get(person=third)
    assert public.public_modes == ["api"]
    reviewed = approve(make_in_review(make_application(model, third)), modes=["weights"])
    assert (reviewed.modes, reviewed.public_modes) == (["api", "weights"], ["api"])


def test_a_suspended_grant_is_not_replaced(model: Any) -> None:
    make_all_terms()
    user = make_user()
    first = make_grant(model, user, modes=["api"])
    application = make_in_review(make_application(model, user))
    services.suspend_grant(actor=make_reviewer(model), grant=first, reason="A look.")
    with refused("suspended"):
        approve(application)


@pytest.mark.parametrize("state", ["approved", "declined", "withdrawn"])
def test_what_is_decided_stays_decided(model: Any, state: str) -> None:
    application = make_in_review(make_application(model))
    reviewer = application.reviewer
    assert reviewer is not None
    if state == "approved":
        approve(application)
    elif state == "declined":
        services.decline_application(actor=reviewer, application=application, reason="No.")
    else:
        services.withdraw_application(actor=application.applicant, application=application)
    with refused("not in review"):
        approve(application)
    with refused("not in review"):
        services.claim_application(actor=reviewer, application=application)
    with refused("decided already"):
        services.withdraw_application(actor=application.applicant, application=application)


def test_reviewers_hear_of_an_application_and_those_in_conflict_do_not(model: Any) -> None:
    reviewer, colleague = make_reviewer(model), make_reviewer(model)
    organization = make_organization(colleague)
    make_application(model, make_user_in(organization), organization)
    kind = "licensing.application_submitted"
    assert [row.recipient for row in Notification.objects.filter(kind=kind)] == [reviewer]


def test_without_published_criteria_nobody_applies_as_a_safety_researcher(model: Any) -> None:
    with refused("has not published its criteria"):
        services.start_application(actor=make_user(), model=model, track="safety")


def test_a_deployer_needs_an_organisation(model: Any) -> None:
    with refused("apply for an organisation"):
        services.start_application(actor=make_user(), model=model, track="deployer")


def test_a_safety_researcher_is_judged_by_the_criteria_in_force_when_they_sent_it(
    model: Any,
) -> None:
    first = make_terms("safety-research")
    application = make_application(model, track="safety")
    make_terms("safety-research")
    assert application.submissions.get().criteria == first


def test_the_track_decides_what_must_be_answered(model: Any) -> None:
    make_terms("safety-research")
    draft = make_draft(model, track="safety", safety_target="")
    with refused("Safety research"):
        services.submit_application(actor=draft.applicant, application=draft)
    user = make_user()
    deployer = make_draft(model, user, make_organization(user), safety_target="", referees=[])
    services.submit_application(actor=user, application=deployer)


def test_referees_of_the_own_organisation_are_refused(model: Any) -> None:
    user = make_user()
    organization = accounts.create_organization(
        actor=user, name="Lab", domain="referee.example", country="DE"
    )
    draft = make_draft(model, user, organization)
    with refused("Referees"):
        services.submit_application(actor=user, application=draft)
