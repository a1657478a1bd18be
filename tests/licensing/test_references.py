"""Referees and signing officials answer by links, without an account."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification
from accounts.services import erase_person
from audit.models import Event
from common.errors import Refused
from licensing import services
from licensing.models import Application, ReferenceAnswer, ReferenceRequest
from licensing.reference_questions import clean_answer, wanted
from licensing.selectors import answers_of
from licensing.selectors.references import references_of
from licensing.vetting import signals
from tests.factories import mailed_secret, make_user
from tests.licensing.factories import (
    decline,
    make_application,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    name_references,
)

pytestmark = pytest.mark.django_db
KIND = "licensing.reference"
REFEREE = {"name": "Charles Babbage", "email": "charles@other.example", "relation": "Mentor"}
OFFICIAL = {
    "official_name": "Mary Somerville",
    "official_email": "mary@labs.example",
    "official_position": "Director",
}
SAID = {"known": "Ten years.", "concerns": "Works too much at night."}


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def asked(**answers: Any) -> tuple[Application, ReferenceRequest, str]:
    """Send an application that names a referee; return the secret that went to them."""
    model = make_release(make_model()).model
    application = make_application(model, make_user(full_name="Ada Lovelace"))
    name_references(application, **(answers or {"referees": [REFEREE]}))
    kind = "official" if answers else "referee"
    request = application.references.get(replaced_at=None, kind=kind)
    return application, request, mailed_secret(KIND)


def link(secret: str) -> str:
    return reverse("reference_open", args=[secret])


# Pure rules


@pytest.mark.parametrize(
    ("answers", "places"),
    [
        ({}, []),
        ({"referees": "(erased)"}, []),
        ({"referees": [REFEREE, {"email": ""}, "nonsense", REFEREE]}, [0, 3]),
    ],
)
def test_whoever_is_named_is_wanted(answers: dict[str, Any], places: list[int]) -> None:
    assert [place for _kind, place in wanted(answers)] == places
    assert ("official", 0) in wanted({**answers, **OFFICIAL})


@pytest.mark.parametrize(
    ("kind", "vouches", "said", "why"),
    [
        ("referee", True, {}, "write an answer"),
        ("referee", True, {"known": "x" * 1001}, "1001 characters"),
        ("referee", True, {"known": "a\u202eb"}, "cannot be seen"),
        ("referee", True, {"known": "Yes.", "other": "x"}, "no such question"),
        ("referee", True, {"known": ["x"]}, "Write text"),
        ("official", False, {"comment": " "}, "why you decline"),
    ],
)
def test_answers_that_do_not_hold_are_refused(
    kind: str, vouches: bool, said: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        clean_answer(kind, vouches=vouches, said=said)


# The link


def test_a_referee_answers_by_the_link_once(client: Client) -> None:
    application, request, secret = asked()
    page = client.get(link(secret)).content.decode()
    for words in ("Ada Lovelace", str(application.model), "Charles Babbage", "is used for"):
        assert words in page
    wrong = client.post(link(secret), {"vouches": "yes"})
    assert "Write an answer" in wrong.content.decode()
    done = client.post(link(secret), {"vouches": "yes", **SAID})
    assert "Your answer is with the reviewers" in done.content.decode()
    assert client.get(link(secret)).status_code == 404
    assert client.post(link(secret), {"vouches": "no", **SAID}).status_code == 404
    request.refresh_from_db()
    assert request.answered_at is not None
    assert ReferenceAnswer.objects.get().vouches
    event = Event.objects.filter(action="reference.answered").get()
    assert event.actor is None
    assert "night" not in json.dumps(event.data)


def test_an_official_sees_the_end_users_and_may_decline(client: Client) -> None:
    application, _request, secret = asked(**OFFICIAL)
    page = client.get(link(secret)).content.decode()
    assert "ada@example.org" in page
    assert "authority to bind" in page
    assert "Say why you decline" in client.post(link(secret), {"vouches": "no"}).content.decode()
    client.post(link(secret), {"vouches": "no", "comment": "She left us."})
    assert not ReferenceAnswer.objects.get().vouches
    signal = signals(application, {}, [])["official"]
    assert signal.state == "no"


def test_to_open_a_link_answers_nothing(client: Client) -> None:
    _application, _request, secret = asked()
    events = Event.objects.count()
    answer = client.get(link(secret))
    assert "no-store" in answer.headers["Cache-Control"]
    assert Event.objects.count() == events
    assert not ReferenceAnswer.objects.exists()


@pytest.mark.parametrize(
    "way", ["expired", "replaced", "resent", "withdrawn", "declined", "erased"]
)
def test_a_link_that_ended_opens_nothing(client: Client, way: str) -> None:
    application, request, secret = asked()
    applicant = application.applicant
    if way == "expired":
        ReferenceRequest.objects.update(expires_at=timezone.now())
    elif way == "replaced":
        services.replace_reference(
            actor=applicant, request=request, name="Mary", email="m@other.example", detail="Peer"
        )
    elif way == "resent":
        ReferenceRequest.objects.update(sent_at=timezone.now() - timedelta(hours=2))
        services.resend_reference(actor=applicant, request=request)
    elif way == "withdrawn":
        services.withdraw_application(actor=applicant, application=application)
    elif way == "declined":
        decline(make_in_review(application))
    else:
        erase_person(actor=None, user=applicant, reason="They asked.")
    assert client.get(link(secret)).status_code == 404
    with pytest.raises(Refused, match="used, was replaced"):
        services.answer_reference(secret=secret, vouches=True, said=SAID)
    assert not ReferenceAnswer.objects.exists()


def test_an_expired_link_says_so_and_how_to_get_another_and_tells_nothing_else(
    client: Client,
) -> None:
    application, request, secret = asked()
    ReferenceRequest.objects.update(
        expires_at=timezone.now(), sent_at=timezone.now() - timedelta(days=28)
    )
    answer = client.get(link(secret))
    page = answer.content.decode()
    assert answer.status_code == 404
    for words in ("its time is over", "ask the person whom the mail names", "send a new one"):
        assert words in page
    for told in ("Ada", "Lovelace", "Babbage", str(application.model), REFEREE["email"]):
        assert told not in page
    # Whoever named them sees that it ended, and sends another from there.
    client.force_login(application.applicant)
    own = reverse("application_references", args=[application.public_id])
    again = reverse("reference_resend", args=[request.public_id])
    for words in ("Expired", again):
        assert words in client.get(own).content.decode()
    client.post(again)
    client.logout()
    assert client.get(link(secret)).status_code == 404
    assert client.get(link(mailed_secret(KIND))).status_code == 200


def test_whoever_holds_an_expired_link_has_a_new_one_sent_to_the_same_mailbox(
    client: Client,
) -> None:
    _application, request, secret = asked()
    ReferenceRequest.objects.update(
        expires_at=timezone.now(), sent_at=timezone.now() - timedelta(days=28)
    )
    assert "Send a new link" in client.get(link(secret)).content.decode()
    before = Notification.objects.count()
    for _press in range(2):
        page = client.post(link(secret), {"again": "1"}).content.decode()
        assert "a new link is on its way" in page
    # The second press came with a link that opens nothing any more.
    assert Notification.objects.count() == before + 1
    assert Notification.objects.latest("pk").address == REFEREE["email"]
    assert client.get(link(mailed_secret(KIND))).status_code == 200
    request.refresh_from_db()
    assert request.times_sent == 2


@pytest.mark.parametrize("way", ["answered", "withdrawn", "often", "lately", "unknown"])
def test_no_link_is_sent_where_none_is_due_and_the_page_does_not_say_so(
    client: Client, way: str
) -> None:
    application, _request, secret = asked()
    long_ago = timezone.now() - timedelta(days=28)
    if way == "answered":
        services.answer_reference(secret=secret, vouches=True, said=SAID)
    elif way == "withdrawn":
        services.withdraw_application(actor=application.applicant, application=application)
    elif way == "unknown":
        secret = f"x{secret}"
    ReferenceRequest.objects.update(
        expires_at=timezone.now(),
        sent_at=timezone.now() if way == "lately" else long_ago,
        times_sent=5 if way == "often" else 1,
    )
    before = Notification.objects.count()
    page = client.post(link(secret), {"again": "1"}).content.decode()
    assert "a new link is on its way" in page
    assert Notification.objects.count() == before


def test_somebody_else_who_is_signed_in_does_not_answer_in_their_own_name(client: Client) -> None:
    application, request, secret = asked()
    other = make_user("passer.by@example.org", "Paul Passer")
    client.force_login(other)
    page = client.get(link(secret)).content.decode()
    assert "You are signed in as passer.by@example.org" in page
    assert "the answer of Charles Babbage" in page
    client.post(link(secret), {"vouches": "yes", **SAID})
    assert ReferenceAnswer.objects.get().request == request
    event = Event.objects.filter(action="reference.answered").get()
    assert event.actor is None
    for trace in (str(other.pseudonym), other.email, "Passer"):
        assert trace not in json.dumps(event.data)
    # It opens nothing for them either.
    for route, what in (("application_detail", application), ("reference_replace", request)):
        assert client.get(reverse(route, args=[what.public_id])).status_code == 404


def test_the_applicant_does_not_answer_about_themselves(client: Client) -> None:
    application, _request, secret = asked()
    client.force_login(application.applicant)
    page = client.post(link(secret), {"vouches": "yes", **SAID}).content.decode()
    assert "cannot answer about yourself" in page
    assert not ReferenceAnswer.objects.exists()
    client.logout()
    client.post(link(secret), {"vouches": "no", **SAID})
    assert not ReferenceAnswer.objects.get().vouches


@pytest.mark.parametrize("route", ["account_invitation_open", "account_mailbox_open"])
def test_a_link_of_one_purpose_opens_no_other(client: Client, route: str) -> None:
    _application, _request, secret = asked()
    assert client.get(reverse(route, args=[secret])).status_code == 404


# The applicant


def test_a_resubmission_asks_only_who_is_new() -> None:
    application, request, _secret = asked()
    count = application.references.count()
    name_references(application, referees=[REFEREE])
    assert application.references.count() == count
    other = {**REFEREE, "email": "other@other.example"}
    name_references(application, referees=[REFEREE, other])
    assert application.references.filter(replaced_at=None).count() == 2
    name_references(application, referees=[other])
    request.refresh_from_db()
    assert request.replaced_at is not None


def test_the_applicant_replaces_who_does_not_answer(client: Client) -> None:
    application, request, _secret = asked()
    client.force_login(application.applicant)
    page = client.get(reverse("application_references", args=[application.public_id]))
    assert "Charles Babbage" in page.content.decode()
    url = reverse("reference_replace", args=[request.public_id])
    wanted = {"name": "Mary", "email": application.applicant.email, "detail": "A peer"}
    assert "your own address" in client.post(url, wanted).content.decode()
    again = {**wanted, "email": REFEREE["email"]}
    assert "asked already" in client.post(url, again).content.decode()
    done = client.post(url, {**wanted, "email": "mary@other.example"}, follow=True)
    assert "mary@other.example" in done.content.decode()
    application.refresh_from_db()
    assert answers_of(application)["referees"][0]["email"] == "mary@other.example"
    assert client.get(url).status_code == 404
    assert Event.objects.filter(action="reference.replaced").count() == 1


def test_the_applicant_never_reads_what_was_said(client: Client) -> None:
    application, request, secret = asked()
    services.answer_reference(secret=secret, vouches=False, said=SAID)
    client.force_login(application.applicant)
    for route in ("application_references", "application_detail"):
        page = client.get(reverse(route, args=[application.public_id])).content.decode()
        assert "night" not in page
        assert "not vouch" not in page
    told = Notification.objects.filter(recipient=application.applicant).latest("pk")
    assert "answered" in told.subject
    assert "night" not in told.body
    assert client.get(reverse("review_references", args=[application.public_id])).status_code == 404
    with pytest.raises(Refused, match="answered already"):
        services.resend_reference(actor=application.applicant, request=request)


def test_links_are_sent_again_only_now_and_then() -> None:
    application, request, _secret = asked()
    applicant = application.applicant
    with pytest.raises(Refused, match="last hour"):
        services.resend_reference(actor=applicant, request=request)
    ReferenceRequest.objects.update(sent_at=timezone.now() - timedelta(hours=2), times_sent=5)
    with pytest.raises(Refused, match="often enough"):
        services.resend_reference(actor=applicant, request=request)


def test_nobody_else_replaces_or_resends(client: Client) -> None:
    _application, request, _secret = asked()
    other = make_user()
    with pytest.raises(Refused, match="Only the applicant"):
        services.resend_reference(actor=other, request=request)
    client.force_login(other)
    for route in ("reference_replace", "reference_resend"):
        assert client.post(reverse(route, args=[request.public_id])).status_code == 404


def test_reminders_go_after_one_week_and_after_two(client: Client) -> None:
    _application, _request, first = asked()
    told = []
    for days in (6, 7, 8, 14, 15, 27, 28):
        ReferenceRequest.objects.update(expires_at=timezone.now() + timedelta(days=28 - days))
        told.append(services.remind_of_references())
    assert told == [0, 1, 0, 1, 0, 0, 0]
    assert "Reminder" in Notification.objects.filter(kind=KIND).latest("pk").subject
    ReferenceRequest.objects.update(expires_at=timezone.now() + timedelta(days=5))
    assert client.get(link(first)).status_code == 404
    assert client.get(link(mailed_secret(KIND))).status_code == 200


# The reviewers


def test_reviewers_read_the_answers_and_others_do_not(client: Client) -> None:
    application, _request, secret = asked()
    services.answer_reference(secret=secret, vouches=True, said=SAID)
    reviewer = make_reviewer(application.model)
    client.force_login(reviewer)
    url = reverse("review_references", args=[application.public_id])
    page = client.get(url).content.decode()
    assert "Works too much at night." in page
    assert "Vouches" in page
    for other in (make_user(), make_reviewer(make_model())):
        client.force_login(other)
        assert client.get(url).status_code == 404
    signal = signals(application, {}, [])["referee"]
    assert (signal.state, "1 vouch" in signal.reason) == ("yes", True)


def test_answers_are_kept_sealed_and_go_with_the_applicant() -> None:
    application, request, secret = asked()
    services.answer_reference(secret=secret, vouches=True, said=SAID)
    answer = ReferenceAnswer.objects.get()
    assert b"night" not in bytes(answer.sealed)
    assert b"Babbage" not in bytes(request.contact)
    with pytest.raises(Exception, match="never edited"), transaction.atomic():
        ReferenceAnswer.objects.update(vouches=False)
    erase_person(actor=None, user=application.applicant, reason="They asked.")
    [reference] = references_of(application, with_answers=True)
    assert reference.contact.name == "(erased)"
    assert reference.said == [("", "(erased)")]
