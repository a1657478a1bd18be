"""Assigning, returning with a date, the checklist, notes, canned texts, who looked, conflicts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import services as accounts
from accounts.models import Membership, NetworkBlock, NetworkFile, Notification
from audit.models import Event
from common.errors import Refused
from licensing import permissions, services, signals, tasks, vetting
from licensing.checklists import BY_TRACK
from licensing.deadlines import after_working_days, working_days_between
from licensing.models import Application, Look, Note, Tick
from licensing.selectors import answers_of, reviews
from releases.choices import Right
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    answers,
    approve,
    give_right,
    granted,
    make_application,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    tick_all,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def model() -> Model:
    model = make_model()
    make_release(model)
    return model


@pytest.fixture
def application(model: Model) -> Application:
    return make_in_review(make_application(model))


def make_lead(model: Model) -> Any:
    lead = make_user()
    give_right(lead, Right.LEAD_REVIEW, model)
    return lead


# Dates


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (16, 1, 17),
        (20, 1, 23),
        (21, 1, 23),
        (16, 10, 30),
        (16, 0, 16),
    ],
)
def test_working_days_leave_weekends_out(start: int, days: int, end: int) -> None:
    begun, over = datetime(2026, 11, start, tzinfo=UTC), datetime(2026, 11, end, tzinfo=UTC)
    assert after_working_days(begun, days) == over
    assert working_days_between(begun, over) == days


def test_what_is_sent_is_promised_an_answer_by_the_model_s_own_rule(model: Model) -> None:
    services.set_review_rule(
        actor=make_lead(model),
        model=model,
        service_days=3,
        second_reviewer=False,
        reason="A small queue.",
    )
    sent = make_application(model)
    assert sent.submitted_at is not None
    assert sent.due_at == after_working_days(sent.submitted_at, 3)


# Assigning


def test_a_lead_assigns_and_takes_over_with_a_reason(model: Model) -> None:
    application, lead = make_application(model), make_lead(model)
    first, second = make_reviewer(model), make_reviewer(model)
    given = {"actor": lead, "application": application}
    assert services.assign_application(**given, reviewer=first).reviewer == first
    with pytest.raises(Refused, match="Reason"):
        services.assign_application(**given, reviewer=second)
    moved = services.assign_application(**given, reviewer=second, reason="Away until Monday.")
    assert (moved.state, moved.reviewer) == ("in_review", second)
    kinds = set(Notification.objects.filter(recipient=first).values_list("kind", flat=True))
    assert {"licensing.application_assigned", "licensing.application_taken_over"} <= kinds


def test_nobody_is_assigned_by_whoever_does_not_lead_or_without_the_right(model: Model) -> None:
    application, reviewer = make_application(model), make_reviewer(model)
    with pytest.raises(Refused, match="leads the reviews"):
        services.assign_application(actor=reviewer, application=application, reviewer=reviewer)
    with pytest.raises(Refused, match="no right"):
        services.assign_application(
            actor=make_lead(model), application=application, reviewer=make_user()
        )


# Returned, with a date


def test_a_returned_application_is_reminded_of_then_lapses(application: Application) -> None:
    assert application.reviewer is not None
    services.return_application(
        actor=application.reviewer, application=application, message="Which rack?", answer_days=10
    )
    tasks.sweep_returned()
    application.refresh_from_db()
    assert (application.state, application.answer_reminded_at) == ("returned", None)
    Application.objects.update(answer_by=timezone.now() + timedelta(days=6))
    tasks.sweep_returned()
    tasks.sweep_returned()
    assert Notification.objects.filter(kind="licensing.answer_due").count() == 1
    Application.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    tasks.sweep_returned()
    application.refresh_from_db()
    assert application.state == "lapsed"
    anew = services.start_application(actor=application.applicant, model=application.model)
    assert anew.state == "draft"


def test_answered_in_time_it_does_not_lapse(application: Application) -> None:
    assert application.reviewer is not None
    services.return_application(
        actor=application.reviewer, application=application, message="Which rack?"
    )
    services.submit_application(actor=application.applicant, application=application)
    tasks.sweep_returned()
    application.refresh_from_db()
    assert (application.state, application.answer_by) == ("submitted", None)


@pytest.mark.parametrize("days", [0, -1, 181])
def test_the_days_to_answer_are_bounded(application: Application, days: int) -> None:
    assert application.reviewer is not None
    with pytest.raises(Refused, match="between 1 and"):
        services.return_application(
            actor=application.reviewer, application=application, message="?", answer_days=days
        )


# The checklist


def test_nothing_is_approved_before_every_item_is_ticked(application: Application) -> None:
    reviewer = application.reviewer
    assert reviewer is not None
    tick_all(application)
    items = [item.key for item in reviews.checklist_of(application).items]
    services.tick_checklist(actor=reviewer, application=application, done=items[1:])
    with pytest.raises(Refused, match="Tick the checklist"):
        services.approve_application(
            actor=reviewer, application=application, **granted(application)
        )
    assert Tick.objects.filter(item=items[0]).count() == 2
    assert approve(application).application == application


def test_ticks_count_for_the_submission_that_they_were_made_on(application: Application) -> None:
    reviewer = application.reviewer
    assert reviewer is not None
    tick_all(application)
    services.return_application(actor=reviewer, application=application, message="Which rack?")
    services.submit_application(actor=application.applicant, application=application)
    services.claim_application(actor=reviewer, application=application)
    assert not reviews.ticks_of(application, reviews.submission_number(application))
    assert Tick.objects.exists()


def test_unknown_items_and_other_people_s_ticks_are_refused(application: Application) -> None:
    assert application.reviewer is not None
    with pytest.raises(Refused, match="has changed"):
        services.tick_checklist(
            actor=application.reviewer, application=application, done=["nonsense"]
        )
    with pytest.raises(Refused, match="Somebody else"):
        tick_all(application, make_reviewer(application.model))


def test_every_list_has_a_name_and_items_of_its_own() -> None:
    lists = list(BY_TRACK.values())
    assert len({each.key for each in lists}) == len(lists)
    for each in lists:
        assert len({item.key for item in each.items}) == len(each.items)


# Notes, and who looked


def test_a_note_is_for_the_reviewers_and_goes_with_the_person(application: Application) -> None:
    other = make_reviewer(application.model)
    services.add_note(actor=other, application=application, text="I know the lab.")
    assert [note.text for note in reviews.notes_of(application)] == ["I know the lab."]
    assert b"lab" not in bytes(Note.objects.get().sealed_text)
    assert "lab" not in str(Event.objects.get(action="application.noted").data)
    accounts.erase_person(actor=None, user=application.applicant, reason="They asked.")
    application.refresh_from_db()
    assert [note.text for note in reviews.notes_of(application)] == ["(erased)"]


def test_notes_and_ticks_are_never_changed(application: Application) -> None:
    assert application.reviewer is not None
    services.add_note(actor=application.reviewer, application=application, text="Mine.")
    tick_all(application)
    for rows in (Note.objects.all(), Tick.objects.all()):
        with pytest.raises(Exception, match="never edited"), transaction.atomic():
            rows.delete()


def test_who_looked_is_kept_once_a_day(application: Application) -> None:
    for reviewer in (application.reviewer, application.reviewer, make_reviewer(application.model)):
        assert reviewer is not None
        services.note_look(actor=reviewer, application=application)
    assert Look.objects.count() == 2
    assert Event.objects.filter(action="application.viewed").count() == 2


# Texts to begin from


def test_a_canned_text_is_edited_before_it_is_sent(application: Application) -> None:
    reviewer, lead = application.reviewer, make_lead(application.model)
    assert reviewer is not None
    canned = services.add_canned_text(
        actor=lead,
        title="Security",
        text="Say more of [the part that is missing], please.",
        kinds=["return", "decline"],
    )
    given: dict[str, Any] = {"actor": reviewer, "application": application}
    for unedited in (canned.text, canned.text.upper(), f"  {canned.text}\n"):
        with pytest.raises(Refused, match="as it stands"):
            services.return_application(**given, message=unedited)
    with pytest.raises(Refused, match="leaves open"):
        services.decline_application(**given, reason=f"Hello. {canned.text}")
    services.return_application(**given, message="Say more of who has keys, please.")


def test_a_retired_text_is_not_offered_and_binds_nobody(application: Application) -> None:
    lead = make_lead(application.model)
    given: dict[str, Any] = {"title": "Security", "text": "Say more.", "kinds": ["return"]}
    canned = services.add_canned_text(actor=lead, **given)
    with pytest.raises(Refused, match="already"):
        services.add_canned_text(actor=lead, **given)
    services.retire_canned_text(actor=lead, canned=canned)
    assert not reviews.canned_texts()
    assert services.add_canned_text(actor=lead, **given).pk != canned.pk
    with pytest.raises(Refused, match="leads the reviews"):
        services.add_canned_text(actor=make_reviewer(application.model), **given)


# Conflicts


def test_who_left_the_organisation_within_a_year_does_not_review_it(model: Model) -> None:
    owner, former = make_user(), make_reviewer(model)
    organization = make_organization(owner, members=(former,))
    membership = Membership.objects.get(user=former)
    accounts.end_membership(actor=former, membership=membership, reason="I leave.")
    application = make_application(model, owner, organization)
    assert "left within a year" in permissions.review_conflict(former, application)
    Membership.objects.filter(pk=membership.pk).update(
        ended_at=timezone.now() - timedelta(days=366)
    )
    assert not permissions.review_conflict(former, application)


def test_whoever_is_named_on_an_application_does_not_review_it(model: Model) -> None:
    reviewer = make_reviewer(model)
    application = make_application(model, end_users=["someone@example.org", reviewer.email.upper()])
    assert "names you" in permissions.review_conflict(reviewer, application)
    assert not permissions.review_conflict(make_reviewer(model), application)


def test_a_page_of_conflicts_takes_two_queries_and_the_key_s(model: Model) -> None:
    sent = [make_application(model) for _number in range(4)]
    rows = list(Application.objects.filter(pk__in=[each.pk for each in sent]).select_related())
    with CaptureQueriesContext(connection) as queries:
        permissions.review_conflicts(make_user(), rows)
    assert len([each for each in queries if "SELECT" in each["sql"]]) <= 12


# Signals


ADA, OTHER = "0000-0002-1825-0097", "0000-0002-1694-233X"


@pytest.mark.parametrize(
    ("given", "page", "linked", "state"),
    [
        ("", "", "", "na"),
        ("", "https://example.org/ada", "", "na"),
        (ADA, "", "", "na"),
        ("", f"https://orcid.org/{ADA}", "", "na"),
        (ADA, f"https://orcid.org/{ADA}", "", "na"),
        ("", f"https://orcid.org/{OTHER}", "", "na"),
        ("", "https://orcid.org/0000-0002-1825-0098", "", "no"),
        ("", "https://orcid.org/0000-0002-1825-00971", "", "no"),
        (ADA, "https://orcid.org/", "", "no"),
        (ADA, f"https://orcid.org/{OTHER}", "", "no"),
        ("", "", ADA, "yes"),
        (ADA, "", ADA, "yes"),
        (ADA, f"https://orcid.org/{ADA}", ADA, "yes"),
        (OTHER, "", ADA, "no"),
        (ADA, f"https://orcid.org/{OTHER}", ADA, "no"),
    ],
)
def test_an_orcid_id_is_judged_by_its_check_digit_and_by_a_sign_in_with_it(
    given: str, page: str, linked: str, state: str
) -> None:
    assert signals.orcid_signal(given, page, linked).state == state


def test_an_application_is_weighed_with_the_orcid_id_that_it_gives(model: Model) -> None:
    application = make_application(model, orcid=ADA, profile_url="")

    def told() -> signals.Signal:
        return vetting.signals(application, answers_of(application), [])["orcid"]

    assert told().state == "na"
    assert ADA in told().reason
    SocialAccount.objects.create(user=application.applicant, provider="orcid", uid=ADA)
    assert told().state == "yes"
    SocialAccount.objects.update(uid=OTHER)
    assert told().state == "no"


def test_two_people_from_one_network_are_flagged_in_the_queue(model: Model) -> None:
    first = make_application(model)
    Application.objects.filter(pk=first.pk).update(sent_from="192.0.2.0/24")
    draft = services.start_application(actor=make_user(), model=model)
    services.save_draft(actor=draft.applicant, application=draft, answers=answers())
    sent = services.submit_application(
        actor=draft.applicant, application=draft, address="192.0.2.77"
    )
    assert sent.sent_from == "192.0.2.0/24"
    assert "network" in sent.flags
    assert sent.country == "DE"


@pytest.mark.parametrize(
    ("registered", "declared", "state"),
    [
        ("", ["DE", ""], "na"),
        ("FR", ["", ""], "na"),
        ("DE", ["DE", "FR"], "yes"),
        ("FR", ["DE", "FR"], "yes"),
        ("BR", ["DE", "FR"], "no"),
    ],
)
def test_the_network_is_compared_with_the_countries_declared(
    registered: str, declared: list[str], state: str
) -> None:
    found = signals.network_country_signal("192.0.2.0/24", registered, declared)
    assert found.state == state
    if state == "no":
        assert found.reason == "192.0.2.0/24 is registered in Brazil; declared: Germany, France."


def test_an_application_from_a_network_of_another_country_is_flagged(model: Model) -> None:
    file = NetworkFile.objects.create(
        registry="lacnic", serial="1", sha256="0" * 64, blocks_count=1, loaded_at=timezone.now()
    )
    NetworkBlock.objects.create(file=file, first="192.0.2.0", last="192.0.2.255", country="BR")
    flags = []
    for address in ("192.0.2.77", "198.51.100.7"):
        draft = services.start_application(actor=make_user(), model=model)
        services.save_draft(actor=draft.applicant, application=draft, answers=answers())
        sent = services.submit_application(
            actor=draft.applicant, application=draft, address=address
        )
        flags.append("network_country" in sent.flags)
    assert flags == [True, False]
