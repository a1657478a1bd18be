"""The pages of agreements: writing them, comparing them, answering them, the receipt."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from licensing.models import Acceptance, Decline, TermsDraft, TermsVersion
from tests.factories import make_organization, make_user
from tests.licensing.factories import accept, make_model, make_release, make_terms
from tests.licensing.test_pages import answer, browser, page, post, shown
from tests.licensing.test_terms import legal_counsel

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def counsel() -> Any:
    """A browser in which the holder of a legal seat has just given their password."""
    user: User = legal_counsel()
    user.set_password(PASSWORD)
    user.save()
    client = browser(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


WRITTEN = {
    "slug": "api-terms",
    "title": "API terms",
    "text": "# Use {use, risky}\n\nBe kind.",
    "change": "material",
    "grace_days": "14",
    "organization_signs": "on",
}


def write(client: Client, **changes: str) -> TermsDraft:
    done = post(client, "terms_draft_new", **{**WRITTEN, **changes})
    assert done.status_code == 302, done.content.decode()[:4000]
    return TermsDraft.objects.get(ended_at__isnull=True)


def test_the_legal_seat_writes_looks_and_publishes(counsel: Client) -> None:
    make_terms(text="Be good.")
    page(browser(make_user()), "terms_draft_new", status=403)
    assert "Be good." in page(counsel, "terms_draft_new", query="?slug=api-terms")
    draft = write(counsel)
    body = page(counsel, "terms_draft", draft.pk)
    assert "What changes from version 1" in body
    assert "Has to be ticked by itself" in body
    page(browser(make_user()), "terms_draft", draft.pk, status=403)
    again = counsel.get(reverse("terms_draft_new") + "?slug=api-terms")
    assert again.status_code == 302
    body = page(counsel, "terms_draft_publish", draft.pk)
    assert "For 14 days from then on they keep their access" in body
    assert "Version 1 was accepted by 0 people and signed for 0 organisations." in body
    assert post(counsel, "terms_draft_publish", draft.pk, typed="other").status_code == 200
    done = post(counsel, "terms_draft_publish", draft.pk, typed="api-terms")
    assert done.url == reverse("terms_version", args=["api-terms", 2])
    assert "Be kind." in page(browser(), "terms_detail", "api-terms")
    assert "superseded by version 2" in page(browser(), "terms_version", "api-terms", 1)
    page(browser(), "terms_list")
    for number in (99, 10**15):
        page(browser(), "terms_version", "api-terms", number, status=404)
    page(browser(), "terms_detail", "no-such", status=404)


def test_publishing_asks_for_the_password_anew() -> None:
    user: User = legal_counsel()
    user.set_password(PASSWORD)
    user.save()
    client = browser(user)
    draft = write(client)
    response = client.get(reverse("terms_draft_publish", args=[draft.pk]))
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]


def test_what_is_scheduled_is_seen_by_the_legal_seat_alone_and_can_be_withdrawn(
    counsel: Client,
) -> None:
    make_terms(text="Be good.")
    draft = write(counsel)
    begins = timezone.localtime() + timedelta(days=3)
    given = {"typed": "api-terms", "in_force_at": begins.strftime("%Y-%m-%dT%H:%M")}
    assert post(counsel, "terms_draft_publish", draft.pk, **given).status_code == 302
    assert "not in force yet" in page(counsel, "terms_version", "api-terms", 2)
    page(browser(make_user()), "terms_version", "api-terms", 2, status=404)
    page(browser(), "terms_compare", "api-terms", query="?from=1&to=2", status=404)
    assert "Be good." in page(browser(), "terms_detail", "api-terms")
    page(counsel, "terms_withdraw", "api-terms", 2)
    assert post(counsel, "terms_withdraw", "api-terms", 2, reason="").status_code == 200
    assert post(counsel, "terms_withdraw", "api-terms", 2, reason="A slip.").status_code == 302
    assert TermsVersion.objects.get(number=2).withdrawn_at is not None
    assert post(counsel, "terms_withdraw", "api-terms", 2, reason="Again.").status_code == 409


def test_a_refused_draft_keeps_what_was_typed(counsel: Client) -> None:
    response = post(counsel, "terms_draft_new", **{**WRITTEN, "text": "# Use {abuse}\n\nKept."})
    assert response.status_code == 200
    assert "tagged “abuse”" in response.content.decode()
    assert "Kept." in response.content.decode()
    assert 'href="#id_text"' in response.content.decode()
    past = {"typed": "api-terms", "in_force_at": "2020-01-01T00:00"}
    draft = write(counsel)
    assert post(counsel, "terms_draft_publish", draft.pk, **past).status_code == 409
    assert "Put the draft of" in page(counsel, "terms_draft_discard", draft.pk)
    assert post(counsel, "terms_draft_discard", draft.pk).status_code == 302
    assert post(counsel, "terms_draft_discard", draft.pk).status_code == 404


def test_an_agreement_that_a_stage_names_is_not_retired_on_its_page(counsel: Client) -> None:
    make_terms()
    make_release(make_model(), "trusted")
    page(counsel, "terms_retire", "api-terms")
    response = post(counsel, "terms_retire", "api-terms", reason="Old.")
    assert response.status_code == 409
    assert "asks for it" in response.content.decode()
    make_terms("loose-terms")
    assert post(counsel, "terms_retire", "loose-terms", reason="Unused.").status_code == 302
    assert "retired" in page(browser(), "terms_detail", "loose-terms")
    page(browser(make_user()), "terms_accept", "loose-terms", status=404)


def test_the_changes_between_two_versions_are_told_in_words_and_signs() -> None:
    make_terms(text="You keep the weights.\n\nFor good.")
    make_terms(text="You keep all weights.\n\nFor good.")
    body = page(browser(), "terms_compare", "api-terms")
    assert "<del>the</del>" in body
    assert "<ins>all</ins>" in body
    assert "Removed:" in body
    for query in ("?from=x", "?from=9&to=1", "?to=" + "9" * 12, "?from=1&to=99"):
        page(browser(), "terms_compare", "api-terms", query=query, status=404)
    assert browser().get(reverse("terms_compare", args=["api-terms"]) + "?to=1").status_code == 302


def test_whoever_let_the_grace_period_pass_reads_when_it_ended() -> None:
    user = make_user()
    accept(user, make_terms(text="Keep the weights."))
    make_terms(text="Keep all weights.")
    make_terms(text="Keep all of the weights.", grace_days=30)
    body = page(browser(user), "terms_accept", "api-terms")
    assert "That was enough until" in body
    assert "that is enough" not in body


def test_whoever_accepted_before_sees_what_changed_and_it_is_kept_in_the_evidence() -> None:
    user = make_user()
    client = browser(user)
    accept(user, make_terms(text="Keep the weights."))
    make_terms(text="Keep all weights.", grace_days=30)
    body = page(client, "terms_accept", "api-terms")
    assert "What changed from version 1 to version 2" in body
    assert "<ins>all</ins>" in body
    assert "that is enough" in body
    assert answer(client, "api-terms", scrolled="4", dwell="9").status_code == 302
    accepted = Acceptance.objects.get(version__number=2)
    assert len(accepted.diff_sha256) == 64
    assert accepted.browser == {"scrolled_to_end_after": 4, "dwell": 9}
    assert accepted.displayed_at is not None
    assert accepted.host == "testserver"
    assert len(accepted.session_sha256) == 64
    body = page(client, "acceptance_detail", accepted.public_id)
    assert "after 4 seconds, as the browser said" in body
    assert "Ada Lovelace" in body
    assert "The api-terms" in page(client, "acceptance_list")


def test_risky_clauses_are_ticked_one_by_one() -> None:
    make_terms(text="# Recall {recall, risky}\n\nGive it back.\n\n# Audit {audit, risky}\n\nYes.")
    client = browser(make_user())
    response = answer(client, "api-terms", **{"tick_clause-1": "on"})
    assert response.status_code == 200
    assert "Tick this clause, or decline the terms." in response.content.decode()
    ticks = {"tick_clause-1": "on", "tick_clause-2": "on"}
    assert answer(client, "api-terms", **ticks).status_code == 302
    assert len(Acceptance.objects.get().ticks) == 2


def test_a_decline_needs_neither_name_nor_tick_and_is_kept() -> None:
    make_terms(text="# Recall {recall, risky}\n\nGive it back.")
    client = browser(make_user())
    done = answer(client, "api-terms", decision="decline", typed_name="")
    assert done.url == reverse("terms_detail", args=["api-terms"])
    assert Decline.objects.get().displayed_at is not None
    response = post(client, "terms_accept", "api-terms", decision="decline", shown="forged")
    assert "stood open for too long" in response.content.decode()
    assert Decline.objects.count() == 1


def test_a_page_that_was_shown_to_somebody_else_signs_nothing() -> None:
    make_terms()
    first, second = browser(make_user()), browser(owner := make_user())
    organization = make_organization(owner)
    foreign = shown(first, "api-terms")
    response = answer(second, "api-terms", shown=foreign)
    assert "shown to somebody else" in response.content.decode()
    query = f"?organization={organization.pk}"
    response = answer(second, "api-terms", query=query, shown=shown(second, "api-terms"))
    assert "for another holder" in response.content.decode()
    assert not Acceptance.objects.exists()


def test_only_who_may_sign_sees_the_page_to_sign_on() -> None:
    make_terms()
    owner, member = make_user(), make_user()
    organization = make_organization(owner, members=(member,))
    query = f"?organization={organization.pk}&as=official"
    page(browser(member), "terms_accept", "api-terms", query=query, status=404)
    page(browser(owner), "terms_accept", "api-terms", query="?as=official", status=404)
    body = page(browser(owner), "terms_accept", "api-terms", query=query)
    assert "you bind" in body
    assert "I sign for the organisation" in body
