"""What licensing has screened, and what people's word on a likeness does to approval and access."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import services as accounts
from accounts.models import Notification, ScreeningHit, User, WatchReason
from accounts.services import screening as lists
from accounts.services.screening import running
from common.errors import Refused
from licensing import services
from licensing.facts import VerdictAction
from licensing.models import Application, Grant, SuspensionRequest
from licensing.permissions import asked_of, visible_hits
from licensing.selectors.screening import standing_of
from licensing.services import screening
from licensing.signals import screening_signal
from licensing.verdict import decide
from releases.choices import Right
from tests.accounts.screening.making import in_force, plain, upload
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    approve,
    give_right,
    make_all_terms,
    make_application,
    make_brake,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
)
from tests.licensing.test_ban_pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_documents(settings: Settings, tmp_path: Path) -> None:
    settings.DOCUMENTS_STORAGE = tmp_path / "documents"
    running._loaded.clear()


def ivanov() -> User:
    return make_user(full_name="Sergey Ivanov")


def world(*entries: str, user: User | None = None) -> Application:
    make_all_terms()
    model = make_model()
    make_release(model)
    application = make_in_review(make_application(model, user or ivanov()))
    in_force(*(entries or ("1,Sergei Ivanoff,,person,,",)))
    return application


def reviewer_of(application: Application) -> User:
    assert application.reviewer is not None
    return application.reviewer


def hit_of(application: Application) -> ScreeningHit:
    return ScreeningHit.objects.get(watch__user=application.applicant)


def test_a_sent_application_has_its_parties_screened_until_it_is_decided() -> None:
    application = world()
    reasons = WatchReason.objects.filter(
        source="licensing.application", source_id=application.pk, ended_at__isnull=True
    )
    assert reasons.filter(watch__user=application.applicant).exists()
    services.decline_application(
        actor=reviewer_of(application), application=application, reason="Not now."
    )
    assert not reasons.exists()


def test_nothing_is_approved_while_a_likeness_is_open_or_confirmed() -> None:
    application = world()
    with pytest.raises(Refused, match="nobody has decided"):
        approve(application)
    hit = hit_of(application)
    screening.decide_hit(
        actor=reviewer_of(application), hit=hit, decision="them", reason="Same passport."
    )
    with pytest.raises(Refused, match="on a list of restricted parties"):
        approve(application)
    assert not Grant.objects.exists()
    other = make_user()
    give_right(other, Right.REVIEW_APPLICATION, application.model)
    screening.decide_hit(actor=other, hit=hit, decision="not_them", reason="Another birth year.")
    assert approve(application).pk


def test_approval_screens_whom_no_worker_came_to() -> None:
    application = world("9,Nobody Atall,,person,,")
    lists.import_list(snapshot_id=upload(plain("1,Ivanov Sergey,,person,,"), title="Other").pk)
    assert not ScreeningHit.objects.exists()
    with pytest.raises(Refused, match="nobody has decided"):
        approve(application)


def test_without_a_list_approval_goes_on() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    application = make_in_review(make_application(model, ivanov()))
    assert screening_signal(standing_of(application)).state == "na"
    assert approve(application).pk


def test_the_signal_says_how_it_stands() -> None:
    application = world()
    assert "not decided" in screening_signal(standing_of(application)).reason
    hit = hit_of(application)
    screening.decide_hit(
        actor=reviewer_of(application), hit=hit, decision="not_them", reason="Another man."
    )
    assert screening_signal(standing_of(application)).state == "yes"
    screening.decide_hit(
        actor=reviewer_of(application), hit=hit, decision="them", reason="No, him."
    )
    assert "listed one" in screening_signal(standing_of(application)).reason


def test_the_listed_one_is_shut_out_at_the_next_check_and_told_nothing_of_lists() -> None:
    make_all_terms()
    model = make_model()
    release = make_release(model)
    user = ivanov()
    grant = make_grant(model, user)
    in_force("1,Sergei Ivanoff,,person,,")
    assert decide(user, release, VerdictAction.DOWNLOAD).allowed
    hit = ScreeningHit.objects.get()
    screening.decide_hit(
        actor=make_reviewer(model), hit=hit, decision="them", reason="Same passport."
    )
    verdict = decide(user, release, VerdictAction.DOWNLOAD)
    assert [denial.rule for denial in verdict.denials] == ["screening"]
    client = Client()
    client.force_login(user)
    for address in (
        f"/licensing/explain/{model}/{release.version}/",
        f"/licensing/grants/{grant.public_id}/",
        "/dashboard/",
        "/account/notifications/",
    ):
        text = client.get(address).content.decode().lower()
        assert "restricted" not in text
        assert "ivanoff" not in text


def test_leads_are_asked_once_about_an_exact_name_and_nothing_is_suspended() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    lead = make_brake(model)
    grant = make_grant(model, ivanov())
    in_force("1,IVANOV Sergey,,person,,")
    assert screening.ask_for_suspensions() == 1
    assert screening.ask_for_suspensions() == 0
    grant.refresh_from_db()
    assert grant.state == "active"
    (request,) = asked_of(lead, [model.pk])
    assert request.grant == grant
    message = Notification.objects.get(recipient=lead, kind="licensing.suspension_asked")
    assert "Ivanov" not in message.subject + message.body
    client = Client()
    client.force_login(lead)
    assert "be suspended?" in client.get("/dashboard/").content.decode()
    services.suspend_grant(actor=lead, grant=grant, reason="Until it is clear.")
    assert asked_of(lead, [model.pk]) == []


def test_a_likeness_that_is_not_exact_asks_nobody() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    make_brake(model)
    make_grant(model, ivanov())
    in_force("1,Sergei Ivanoff,,person,,")
    assert screening.ask_for_suspensions() == 0
    assert not SuspensionRequest.objects.exists()


def test_the_sweep_watches_what_a_missed_step_left_out_and_ends_what_is_over() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    grant = make_grant(model, ivanov())
    WatchReason.objects.filter(source="licensing.grant").delete()
    assert screening.sweep_watches() >= 1
    live = WatchReason.objects.filter(source="licensing.grant", ended_at__isnull=True)
    assert live.filter(watch__user=grant.person).count() == 1
    Grant.objects.filter(pk=grant.pk).update(state="revoked")
    screening.sweep_watches()
    assert live.count() == 0
    assert screening.sweep_watches() == 0


def test_a_legal_name_that_is_another_is_screened_too() -> None:
    make_all_terms()
    model = make_model()
    make_release(model)
    application = make_application(model, make_user(), legal_name="Ada King")
    parties = screening.parties_of(application)
    given = {party.role for party in parties if party.name}
    assert "legal_name" in given
    assert all(
        party.sealed_for == application.applicant.pseudonym for party in parties if party.name
    )


def test_who_may_know_of_a_hit() -> None:
    application = world()
    hit = hit_of(application)
    elsewhere = make_reviewer(make_model())
    assert list(visible_hits(reviewer_of(application))) == [hit]
    assert not visible_hits(elsewhere).exists()
    assert not visible_hits(application.applicant).exists()
    assert not visible_hits(make_user(is_staff=True, is_superuser=True)).exists()
    with pytest.raises(Refused, match="no right"):
        screening.decide_hit(actor=elsewhere, hit=hit, decision="not_them", reason="Mine.")


def test_nobody_knows_of_hits_of_their_own_organisation() -> None:
    user = ivanov()
    application = world(user=user)
    make_organization(user, members=(reviewer_of(application),))
    assert not visible_hits(reviewer_of(application)).exists()


def test_a_person_decides_on_the_page() -> None:
    application = world()
    hit = hit_of(application)
    client = signed_in(reviewer_of(application))
    queue = client.get("/licensing/screening/").content.decode()
    assert "Sergey Ivanov" in queue
    assert "Sergei Ivanoff" in queue
    page = client.get(f"/licensing/screening/{hit.public_id}/").content.decode()
    assert "Side by side" in page
    place = f"/licensing/screening/{hit.public_id}/decide/"
    missing = client.post(place, {"reason": "Looked."}).content.decode()
    assert "Choose one of the two" in missing
    assert client.post(place, {"decision": "them"}).status_code == 200
    assert ScreeningHit.objects.get().decision == ""
    done = client.post(place, {"decision": "not_them", "reason": "Another birth year."})
    assert done["Location"] == f"/licensing/screening/{hit.public_id}/"
    assert "Another birth year." in client.get(done["Location"]).content.decode()
    assert "Sergey" not in client.get("/licensing/screening/").content.decode()
    assert "Sergey" in client.get("/licensing/screening/?show=decided").content.decode()
    again = client.post(place, {"decision": "not_them", "reason": "Once more."})
    assert again.status_code == 409


def test_a_decision_asks_for_the_password_again() -> None:
    application = world()
    client = signed_in(reviewer_of(application), lately=False)
    place = f"/licensing/screening/{hit_of(application).public_id}/decide/"
    assert client.get(place).status_code == 302
    client.post(place, {"decision": "not_them", "reason": "Looked."})
    assert ScreeningHit.objects.get().decision == ""


def test_the_queue_takes_a_bounded_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    application = world()
    for _ in range(30):
        accounts.create_user(actor=None, email=f"{_}@x.example", full_name="Sergey Ivanov")
    users = User.objects.filter(full_name="Sergey Ivanov")
    for user in users:
        lists.watch(
            source="licensing.application",
            source_id=application.pk * 1000 + user.pk,
            parties=[lists.Party(user)],
        )
        lists.watch(source="accounts.clearance", source_id=user.pk, parties=[lists.Party(user)])
    lists.screen_due()
    client = Client()
    client.force_login(reviewer_of(application))
    client.get("/licensing/screening/")
    with django_assert_max_num_queries(15):
        page = client.get("/licensing/screening/").content.decode()
    assert page.count("Sergei Ivanoff") == 25
    assert 'rel="next"' in page
