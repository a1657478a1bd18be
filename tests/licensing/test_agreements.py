"""The life of an agreement: drafted, scheduled, published, superseded, withdrawn, retired."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Notification, User
from audit.models import Event
from common.errors import Refused
from licensing import services, tasks
from licensing.models import Acceptance, Decline, Terms, TermsDraft, TermsNotice, TermsVersion
from licensing.selectors import agreements
from licensing.verdict import Context
from licensing.witness import Witness
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    WITNESS,
    accept,
    accept_all,
    make_all_terms,
    make_grant,
    make_model,
    make_release,
    make_terms,
    sign,
)
from tests.licensing.test_terms import legal_counsel

pytestmark = pytest.mark.django_db


@pytest.fixture
def counsel() -> Any:
    return legal_counsel()


def draft_of(counsel: User, **changes: Any) -> TermsDraft:
    given: dict[str, Any] = {
        "slug": "api-terms",
        "title": "API terms",
        "text": "# Use {use}\n\nBe good.",
        "change": "material",
        "grace_days": 0,
        "organization_signs": True,
    }
    return services.save_terms_draft(actor=counsel, **{**given, **changes})


def test_a_draft_becomes_a_version_once(counsel: User) -> None:
    draft = draft_of(counsel)
    version = services.publish_terms_draft(actor=counsel, draft=draft)
    assert (version.number, version.title, version.published_by) == (1, "API terms", counsel)
    assert version.clauses[0]["tags"] == ["use"]
    for act in (services.publish_terms_draft, services.discard_terms_draft):
        with pytest.raises(Refused, match="already"):
            act(actor=counsel, draft=draft)
    assert TermsVersion.objects.count() == 1


def test_an_agreement_has_one_draft_at_a_time(counsel: User) -> None:
    draft = draft_of(counsel)
    with pytest.raises(Refused, match="a draft of “api-terms” already"):
        draft_of(counsel)
    saved = draft_of(counsel, draft=draft, title="Terms for the API")
    assert saved.pk == draft.pk
    services.discard_terms_draft(actor=counsel, draft=draft)
    assert draft_of(counsel).pk != draft.pk


def test_only_a_legal_seat_writes_withdraws_and_retires(counsel: User) -> None:
    draft = draft_of(counsel)
    version = make_terms("weights-terms", in_force_at=timezone.now() + timedelta(days=1))
    stranger = make_user(is_superuser=True)
    with pytest.raises(Refused, match="legal seat"):
        draft_of(stranger, slug="other-terms")
    acts: list[Any] = [
        lambda: services.discard_terms_draft(actor=stranger, draft=draft),
        lambda: services.publish_terms_draft(actor=stranger, draft=draft),
        lambda: services.withdraw_terms_version(actor=stranger, version=version, reason="No."),
        lambda: services.retire_terms(actor=stranger, terms=version.terms, reason="No."),
    ]
    for act in acts:
        with pytest.raises(Refused, match="legal seat"):
            act()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"change": "cosmetic"}, "material or editorial"),
        ({"grace_days": 181}, "0 to 180"),
        ({"grace_days": -1}, "0 to 180"),
        ({"change": "editorial", "grace_days": 3}, "no grace period"),
        ({"text": "## Use {abuse}"}, "tagged “abuse”"),
        ({"slug": "Not a slug"}, "short name"),
    ],
)
def test_a_wrong_draft_is_refused_and_nothing_is_kept(
    counsel: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        draft_of(counsel, **changes)
    assert not TermsDraft.objects.exists()


@pytest.mark.parametrize(
    ("delay", "words"), [(timedelta(hours=-1), "in the past"), (timedelta(days=800), "two years")]
)
def test_a_date_is_ahead_and_not_too_far(delay: timedelta, words: str) -> None:
    with pytest.raises(Refused, match=words):
        make_terms(in_force_at=timezone.now() + delay)


def test_a_scheduled_version_is_followed_at_its_date_and_can_be_withdrawn_until_then(
    counsel: User,
) -> None:
    make_terms(text="Old.")
    begins = timezone.now() + timedelta(days=3)
    version = make_terms(text="New.", in_force_at=begins)
    with pytest.raises(Refused, match="Version 2 is scheduled"):
        make_terms(text="Newer.")
    with pytest.raises(Refused, match="newer version, 1"):
        accept(make_user(), TermsVersion.objects.get(number=2))
    services.withdraw_terms_version(actor=counsel, version=version, reason="A slip.")
    with pytest.raises(Refused, match="withdrawn already"):
        services.withdraw_terms_version(actor=counsel, version=version, reason="A slip.")
    assert make_terms(text="Newer.").number == 3
    current = agreements.version_in_force(version.terms, begins + timedelta(days=1))
    assert current is not None
    assert current.number == 3


def _elapse(version: TermsVersion, by: timedelta) -> None:
    """Let time pass for a version, in a way that nobody can in life."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE licensing_termsversion DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE licensing_termsversion SET published_at = published_at - i, "
            "in_force_at = in_force_at - i, binds_at = binds_at - i "
            "FROM (SELECT make_interval(secs => %s) AS i) AS t WHERE id = %s",
            [by.total_seconds(), version.pk],
        )
        cursor.execute("ALTER TABLE licensing_termsversion ENABLE TRIGGER USER")


def test_what_came_into_force_by_its_date_is_recorded_once(counsel: User) -> None:
    make_terms(text="Old.")
    version = make_terms(text="New.", in_force_at=timezone.now() + timedelta(days=3))
    tasks.sweep_terms()
    assert not Event.objects.filter(action="terms.in_force").exists()
    _elapse(version, timedelta(days=4))
    for _ in range(2):
        tasks.sweep_terms()
    assert Event.objects.filter(action="terms.in_force").count() == 1
    with pytest.raises(Refused, match="is in force"):
        services.withdraw_terms_version(
            actor=counsel, version=TermsVersion.objects.get(number=2), reason="Too late."
        )


@pytest.mark.parametrize(
    "change",
    [
        "text = 'x'",
        "in_force_at = in_force_at + interval '1 day'",
        "withdrawn_at = now(), withdrawn_by_id = published_by_id",
        "withdrawn_at = now(), text = 'x'",
    ],
)
def test_the_database_lets_nobody_change_or_withdraw_what_is_in_force(change: str) -> None:
    make_terms()
    with (
        pytest.raises(DatabaseError, match="never edited"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE licensing_termsversion SET {change}")  # noqa: S608 - given above


def test_an_editorial_version_asks_for_nothing_new() -> None:
    make_terms(text="# Use\n\nBe good.")
    with pytest.raises(Refused, match="organisation signs"):
        make_terms(text="Be good!", change="editorial", organization_signs=False)
    with pytest.raises(Refused, match="clause to tick"):
        make_terms(text="# Use {use, risky}\n\nBe good.", change="editorial")
    version = make_terms(text="# Use {use}\n\nBe good.", change="editorial")
    assert (version.number, version.binds_at) == (2, None)


def test_the_first_version_is_material_whatever_was_said() -> None:
    version = make_terms(change="editorial")
    assert version.change == "material"
    assert version.binds_at == version.in_force_at


def test_an_agreement_that_a_stage_names_is_not_retired(counsel: User) -> None:
    make_all_terms()
    make_release(make_model(), "gated")
    loose = make_terms("loose-terms")
    with pytest.raises(Refused, match="asks for it"):
        services.retire_terms(
            actor=counsel, terms=Terms.objects.get(slug="api-terms"), reason="Old."
        )
    services.retire_terms(actor=counsel, terms=loose.terms, reason="Unused.")
    with pytest.raises(Refused, match="retired already"):
        services.retire_terms(actor=counsel, terms=loose.terms, reason="Unused.")
    with pytest.raises(Refused, match="retired"):
        make_terms("loose-terms", text="Again.")
    with pytest.raises(Refused, match="not in force"):
        accept(make_user(), loose)


# Acceptance


def test_a_risky_clause_is_ticked_or_nothing_is_accepted() -> None:
    version = make_terms(text="# Use {use}\n\n# Recall {recall, risky}\n\nGive it back.")
    with pytest.raises(Refused, match="Tick the clause “Recall”"):
        accept(make_user(), version, ticks=())
    acceptance = accept(make_user(), version)
    assert acceptance.ticks == [{"anchor": "clause-2", "title": "Recall"}]


def test_the_evidence_is_what_the_portal_saw_and_what_the_browser_said() -> None:
    make_all_terms()
    release = make_release(model := make_model(), "gated")
    version = agreements.versions_in_force(["api-terms"])["api-terms"]
    seen = timezone.now() - timedelta(minutes=2)
    witness = Witness(
        address="192.0.2.7",
        agent="Firefox",
        host="sluice.example",
        locale="en",
        displayed_at=seen,
        session_sha256="ab" * 32,
        second_factor={"type": "totp", "age_seconds": 40},
        browser={"dwell": 120},
    )
    acceptance = accept(make_user(), version, model=model, witness=witness)
    acceptance.refresh_from_db()
    assert acceptance.displayed_at == seen
    assert acceptance.covers == [
        {"release": str(release), "digest": release.digest, "stage": "gated"}
    ]
    assert (acceptance.locale, acceptance.host) == ("en", "sluice.example")
    assert acceptance.second_factor == {"type": "totp", "age_seconds": 40}
    assert acceptance.browser == {"dwell": 120}
    assert len(acceptance.consent_sha256) == len(acceptance.name_commitment) == 64


def test_a_later_acceptance_names_the_former_and_the_changes_that_were_shown() -> None:
    user = make_user()
    first = accept(user, make_terms())
    second = accept(user, make_terms(), witness=Witness(diff_shown=True))
    assert second.previous == first
    assert len(second.diff_sha256) == 64
    assert accept(make_user(), second.version).previous is None


def test_who_signs_for_an_organisation_has_the_role_and_states_the_authority() -> None:
    version, owner, member = make_terms(), make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    with pytest.raises(Refused, match="Only a signing official or an owner"):
        sign(member, version, organization)
    with pytest.raises(Refused, match="Statement of authority"):
        accept(owner, version, organization, official=True)
    with pytest.raises(Refused, match="Only a signing official"):
        accept(owner, version, official=True, authority="I may.")
    signature = sign(owner, version, organization)
    assert (signature.capacity, signature.organization) == ("signatory", organization)
    # Binding the organisation is not yet agreeing to it oneself.
    assert accept(owner, version, organization) != signature
    assert Acceptance.objects.count() == 2


def test_a_decline_is_kept_and_bars_nothing() -> None:
    version, user = make_terms(), make_user()
    decline = services.decline_terms(actor=user, version=version, witness=WITNESS)
    assert (decline.version, decline.capacity) == (version, "self")
    assert Event.objects.filter(action="terms.declined").count() == 1
    accept(user, version)
    with pytest.raises(Refused, match="accepted this version already"):
        services.decline_terms(actor=user, version=version, witness=WITNESS)
    assert Decline.objects.count() == 1


# Telling


def _told(user: User) -> list[str]:
    found = Notification.objects.filter(recipient=user, kind="licensing.terms_changed")
    return list(found.order_by("pk").values_list("subject", flat=True))


def test_whoever_accepted_before_is_told_at_publication_and_a_week_and_a_day_before() -> None:
    make_all_terms()
    make_release(model := make_model(), "gated")
    user, stranger = make_user(), make_user()
    make_grant(model, user)
    accept(stranger, agreements.versions_in_force(["api-terms"])["api-terms"])
    version = make_terms("api-terms", grace_days=30)
    assert version.binds_at is not None

    def sweep(at: datetime) -> None:
        for _ in range(2):
            services.tell_of_terms(now=at)

    sweep(timezone.now())
    sweep(version.binds_at - timedelta(days=6))
    sweep(version.binds_at - timedelta(hours=6))
    sweep(version.binds_at)
    assert len(_told(user)) == 4
    assert _told(user)[0] == "“The api-terms” has changed: accept version 2"
    assert "Last day" in _told(user)[2]
    assert _told(stranger) == []


def test_nobody_is_told_of_what_they_accepted_or_need_not_accept() -> None:
    make_all_terms()
    make_release(model := make_model(), "gated")
    user = make_user()
    make_grant(model, user)
    make_terms("weights-terms", change="editorial")
    accept(user, make_terms("api-terms", grace_days=30))
    tasks.sweep_terms()
    assert _told(user) == []


def test_who_may_sign_is_told_that_the_organisation_has_to() -> None:
    make_all_terms()
    make_release(model := make_model(), "gated")
    user, official = make_user(), make_user()
    organization = make_organization(user)
    accounts.add_member(
        actor=None, organization=organization, user=official, role="signing_official"
    )
    make_grant(model, user, organization)
    make_terms("api-terms", grace_days=30)
    tasks.sweep_terms()
    (notice,) = Notification.objects.filter(recipient=official, kind="licensing.terms_changed")
    assert "as=official" in notice.url
    assert str(organization) in notice.body
    assert TermsNotice.objects.filter(user=user).count() == 2


def test_the_verdict_and_the_pages_agree_on_a_context_in_the_future() -> None:
    version = make_terms(in_force_at=timezone.now() + timedelta(days=2))
    later = Context(now=version.in_force_at)
    assert agreements.version_in_force(version.terms, later.now) == version
    assert agreements.version_in_force(version.terms) is None


def test_accepting_anew_after_the_change_keeps_the_grant_working() -> None:
    make_all_terms()
    make_release(model := make_model(), "gated")
    user = make_user()
    grant = make_grant(model, user)
    make_terms("api-terms")
    accept_all(user, model)
    grant.refresh_from_db()
    assert grant.state == "active"
