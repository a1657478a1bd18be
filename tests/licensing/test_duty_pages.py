"""The pages of duties: performing, correcting, waiving, answering, and the form of an agreement."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from audit.models import Subject
from boards.models import Board, Seat
from licensing import services, tasks
from licensing.models import DutyStatement, Grant, OwedDuty, TermsDraft
from licensing.services import duties
from tests.factories import make_user
from tests.licensing.factories import make_brake, make_reviewer, make_terms
from tests.licensing.owing import answers, duty, make_bound_grant
from tests.releases.comparables import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant() -> Grant:
    return make_bound_grant(duty("certify_destruction"), duty("attest_use"))


def ended(grant: Grant) -> OwedDuty:
    """Give the grant up, which is what asks for a certificate."""
    services.relinquish_grant(actor=holder(grant), grant=grant)
    duties.settle_duties(grant_id=grant.pk)
    return OwedDuty.objects.get(kind="certify_destruction")


def holder(grant: Grant) -> User:
    assert grant.person is not None
    return grant.person


def shown(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_holder_certifies_corrects_and_fetches_file_and_receipt(
    client: Client, grant: Grant, settings: Settings
) -> None:
    row = ended(grant)
    url = reverse("duty_detail", args=[row.public_id])
    client.force_login(holder(grant))
    for place in ("dashboard", "duty_list"):
        assert url in shown(client, reverse(place))
    assert url in shown(client, reverse("grant_detail", args=[grant.public_id]))
    # What is missing is said at its question, and nothing that was typed is lost.
    given = answers("certify_destruction") | {"typed_name": "Ada Lovelace"}
    response = client.post(url, given | {"how": "", "typed_name": "A"})
    body = response.content.decode()
    assert "Answer this." in body
    assert "Two copies" in body
    assert not DutyStatement.objects.exists()
    bad = SimpleUploadedFile("tool.exe", b"MZ\x90\x00")
    response = client.post(url, given | {"file": bad})
    assert (response.status_code, DutyStatement.objects.count()) == (409, 0)
    good = SimpleUploadedFile("log.txt", b"All of it is gone.")
    assert client.post(url, given | {"file": good}).status_code == 302
    row.refresh_from_db()
    assert row.state == "done"
    client.post(url, given | {"how": "Burnt, and the ashes scattered."})
    assert DutyStatement.objects.count() == 2
    body = shown(client, url)
    assert "Burnt, and the ashes scattered." in body
    assert "Corrected statement" in body
    first = DutyStatement.objects.get(previous=None)
    file = client.get(reverse("duty_file", args=[first.public_id]))
    assert file.content == b"All of it is gone."
    assert "attachment" in file["Content-Disposition"]
    if hasattr(first, "receipt"):
        receipt = client.get(reverse("duty_receipt", args=[first.public_id]))
        assert receipt.json()["payloadType"] == "application/vnd.in-toto+json"
    # Whoever has nothing to do with it learns nothing; staff of the model read it.
    client.force_login(make_user())
    for name in ("duty_receipt", "duty_file"):
        assert client.get(reverse(name, args=[first.public_id])).status_code == 404
    assert client.get(url).status_code == 404
    client.force_login(make_reviewer(grant.model))
    assert "Burnt" in shown(client, url)
    Subject.objects.filter(pk=holder(grant).pseudonym).delete()
    assert "Erased with the person." in shown(client, url)
    assert client.get(reverse("duty_file", args=[first.public_id])).status_code == 404


def test_a_lead_finds_the_overdue_answers_and_waives(client: Client, grant: Grant) -> None:
    with at(timezone.now() + timedelta(days=2)):
        tasks.sweep_duties()
    OwedDuty.objects.update(due_at=timezone.now() - timedelta(days=1))
    tasks.tell_of_duties()
    row = OwedDuty.objects.get()
    url = reverse("duty_detail", args=[row.public_id])
    listed = reverse("model_duties", args=[grant.model.namespace, grant.model.name])
    lead = make_brake(grant.model)
    client.force_login(lead)
    assert url in shown(client, reverse("dashboard"))
    assert url in shown(client, f"{listed}?show=calls")
    assert url not in shown(client, f"{listed}?show=done")
    assert url not in shown(client, f"{listed}?show=overdue&kind=apply_updates")
    assert "No duty fits" in shown(client, f"{listed}?after=9999999999999999-1")
    answer = reverse("duty_answer", args=[row.public_id])
    assert client.post(answer, {"answer": ""}).status_code == 200
    client.post(answer, {"answer": "We wrote to them."})
    assert url not in shown(client, reverse("dashboard"))
    assert "We wrote to them." in shown(client, url)
    # A reviewer reads it, and may neither answer nor waive.
    client.force_login(make_reviewer(grant.model))
    assert "Waive it" not in shown(client, url)
    assert client.get(reverse("duty_waive", args=[row.public_id])).status_code == 404
    # The holder never reads what staff say among themselves.
    client.force_login(holder(grant))
    assert "We wrote to them." not in shown(client, url)


def test_the_legal_seat_declares_duties_and_sees_whom_they_would_bind(
    client: Client, grant: Grant
) -> None:
    counsel = make_user()
    board = Board.objects.create(name="Legal", slug="legal")
    Seat.objects.create(board=board, role="legal", holder=counsel)
    client.force_login(counsel)
    new = reverse("terms_draft_new") + "?slug=weights-terms"
    body = shown(client, new)
    assert "## Recurring duties" not in body
    given = {
        "slug": "weights-terms",
        "title": "Weights",
        "text": "# Weights\n\nBe careful.",
        "change": "material",
        "grace_days": "10",
        "attest_use_number": "1",
        "attest_use_performer": "keeper",
        "attest_use_consequence": "stop",
        "apply_updates_number": "14",
        "apply_updates_performer": "keeper",
        "apply_updates_consequence": "stop",
    }
    assert client.post(new, given | {"attest_use_number": "61"}).status_code == 200
    assert not TermsDraft.objects.exists()
    assert client.post(new, given).status_code == 302
    draft = TermsDraft.objects.get()
    assert [each["kind"] for each in draft.duties] == ["attest_use", "apply_updates"]
    body = shown(client, reverse("terms_draft", args=[draft.pk]))
    assert "Within 14 days of a newer version" in body
    body = shown(client, reverse("terms_draft_publish", args=[draft.pk]))
    # What every version had already is not counted as new.
    assert "“Attest the use”" not in body
    assert "1 grant in use" in body
    assert "Access of each of these stops" in body


def test_the_schema_of_receipts_is_published(client: Client) -> None:
    assert client.get("/predicates/duty-statement/v1").json()["title"] == "A statement on a duty"


def test_an_agreement_without_duties_asks_for_none(client: Client) -> None:
    make_terms("weights-terms")
    client.force_login(make_user())
    assert "No duties" in shown(client, reverse("duty_list"))
