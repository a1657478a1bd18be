"""Who is told that a country table or the end of a licence stops or gives back their access."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Notification, Organization, User
from licensing import services
from licensing.models import CountryTelling, Grant
from licensing.selectors import country_tellings
from licensing.services.country_tellings import owe_word_of_table
from licensing.tasks import sweep_countries
from releases.models import Model
from tests.factories import make_clearance, make_organization, make_user
from tests.licensing.countries import in_force, make_licence, table_text
from tests.licensing.factories import (
    accept_all,
    make_all_terms,
    make_brake,
    make_grant,
    make_model,
    make_release,
    make_seats,
)
from tests.releases.factories import decide as decide_motion

pytestmark = pytest.mark.django_db

NO_GERMANY = table_text(countries={"DE": "deny"})
STOPPED, SERVED = "licensing.country_stopped", "licensing.country_served"
TEXTS = {"rationale": "The rule was withdrawn.", "legal": "Counsel's letter of 1 November."}


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "gated")
    return model


def told(kind: str) -> list[User]:
    rows = Notification.objects.filter(kind=kind).select_related("recipient").order_by("pk")
    return [row.recipient for row in rows if row.recipient is not None]


def last(kind: str) -> Notification:
    return Notification.objects.filter(kind=kind).latest("pk")


def tell() -> int:
    return services.tell_of_all_countries()


def loosen(model: Model, text: str, **more: Any) -> None:
    if not model.board.seats.exists():
        make_seats(model)
    motion = services.propose_countries(
        actor=make_brake(model), board=model.board, text=text, dossier=TEXTS, **more
    )
    decide_motion(motion)
    services.apply_decided_motions()


def put_forward(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


# Tables


def test_whoever_is_stopped_is_told_which_model_and_modes_from_when_why_and_what_to_do(
    model: Model, settings: Any
) -> None:
    settings.SCREENING_CONTACT = "reviewers@example.org"
    user, french = make_user(), make_user()
    grant = make_grant(model, user)
    other = make_grant(model, french)
    application = other.application
    assert application is not None
    application.answers |= {"country": "FR", "hosting_country": "FR"}
    application.save()
    version = in_force(model, NO_GERMANY)
    # The request does not write to everybody; the workers do.
    assert told(STOPPED) == []
    assert tell() == 2
    assert told(STOPPED) == [user]
    message = last(STOPPED)
    assert message.subject == f"Your access to {model} has stopped: a country"
    assert message.about == str(model)
    assert message.url.endswith(f"{grant.public_id}/")
    for words in (
        "another country table counts for the models of",
        "Weights, at stages of the kind “Weights, vetted recipients”, from ",
        "serve Germany (the country that the person works in, the country in which the model will",
        "If the country is wrong, have it corrected; else write to reviewers@example.org.",
        "Your grant is not revoked.",
    ):
        assert words in message.body
    assert version.reason not in message.body


def test_a_date_to_come_is_told_when_it_is_decided_and_once_only(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, late = make_user(), make_user()
    make_grant(model, user)
    day = timezone.now() + timedelta(days=40)
    in_force(model, NO_GERMANY, in_force_at=day)
    tell()
    assert told(STOPPED) == [user]
    assert last(STOPPED).subject == f"Your access to {model} will stop: a country"
    assert timezone.localtime(day).strftime("%Y, %H:%M") in last(STOPPED).body
    # Whoever gets a grant before that day is told too.
    make_grant(model, late)
    assert tell() == 1
    assert tell() == 0
    put_forward(monkeypatch, day + timedelta(minutes=1))
    tell()
    assert told(STOPPED) == [user, late]
    assert not country_tellings.tellings_owed().exists()


def test_of_two_tables_for_one_day_everybody_hears_once(
    model: Model,
) -> None:
    make_grant(model, make_user())
    day = timezone.now() + timedelta(days=40)
    first = in_force(model, NO_GERMANY, in_force_at=day)
    in_force(model, table_text(countries={"DE": "deny", "CU": "deny"}), in_force_at=day)
    tell()
    assert len(told(STOPPED)) == 1
    late = make_user()
    make_grant(model, late)
    tell()
    assert told(STOPPED)[1:] == [late]
    first.telling.refresh_from_db()
    assert first.telling.done_at is not None


def test_grants_that_end_before_it_counts_and_other_boards_are_left_alone(model: Model) -> None:
    ending = make_grant(model, make_user())
    Grant.objects.filter(pk=ending.pk).update(ends_at=timezone.now() + timedelta(days=10))
    other = make_model()
    make_release(other, "gated")
    make_grant(other, make_user())
    in_force(model, NO_GERMANY, in_force_at=timezone.now() + timedelta(days=40))
    assert tell() == 0
    assert told(STOPPED) == []


def test_a_colleague_is_told_of_their_own_country_alone(model: Model) -> None:
    owner, colleague = make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    make_grant(model, owner, organization, named_users=[owner, colleague])
    accept_all(colleague, organization=organization)
    make_clearance(user=colleague, country="CU")
    in_force(model, table_text(countries={"CU": "deny"}))
    tell()
    assert told(STOPPED) == [colleague]
    assert "Cuba" in last(STOPPED).body
    in_force(model, table_text(countries={"CU": "deny", "DE": "deny"}))
    tell()
    # Who was stopped already hears nothing new.
    assert told(STOPPED) == [colleague, owner]


def test_what_goes_on_is_told_apart_from_what_stops(model: Model) -> None:
    make_release(model, "trusted")
    user = make_user()
    make_grant(model, user, modes=["api", "weights"])
    in_force(model, table_text(countries={"DE": "deny"}, at=["api_named"]))
    tell()
    message = last(STOPPED)
    assert message.subject == f"A part of your access to {model} has stopped: a country"
    assert "Hosted API, at stages of the kind “Hosted API, named deployers”" in message.body
    assert "Weights" not in message.body
    assert "Whatever else it allows goes on." in message.body


def test_what_asks_for_a_second_reviewer_or_a_licence_on_record_stops_nobody(
    model: Model,
) -> None:
    user = make_user()
    organization = make_organization(user)
    make_grant(model, user, organization)
    make_licence(model, organization, None)
    in_force(model, table_text(countries={"DE": "review"}))
    in_force(model, table_text(countries={"DE": "licence"}))
    tell()
    assert told(STOPPED) == told(SERVED) == []


def test_a_looser_table_tells_those_whom_it_gives_access_back(model: Model) -> None:
    user, french = make_user(), make_user()
    make_grant(model, user)
    in_force(model, NO_GERMANY)
    tell()
    day = timezone.now() + timedelta(days=3)
    loosen(model, table_text(), in_force_at=day)
    tell()
    assert told(SERVED) == [user]
    message = last(SERVED)
    assert message.subject == f"No country stops your access to {model} any more"
    assert timezone.localtime(day).strftime("%Y, %H:%M") in message.body
    assert "says whether anything else is left to do" in message.body
    assert french not in told(STOPPED)
    assert tell() == 0


def test_who_was_told_of_a_stop_to_come_is_told_that_it_does_not_come(model: Model) -> None:
    user = make_user()
    make_grant(model, user)
    in_force(model, NO_GERMANY, in_force_at=timezone.now() + timedelta(days=40))
    tell()
    assert told(STOPPED) == [user]
    loosen(model, table_text(countries={"CU": "deny"}))
    tell()
    assert told(SERVED) == [user]


def test_many_are_told_in_chunks_each_once_whatever_fails_between(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licensing.services.country_tellings.CHUNK", 2)
    users = [make_user() for _each in range(5)]
    for user in users:
        make_grant(model, user)
    version = in_force(model, NO_GERMANY)
    assert services.tell_of_countries(telling_id=version.telling.pk, budget_seconds=0) == 2
    with monkeypatch.context() as broken:
        broken.setattr("licensing.notifications.country_served", lambda *_each: 1 / 0)
        assert tell() == 0
    assert told(STOPPED) == users[:2]
    assert tell() == 3
    assert tell() == 0
    assert told(STOPPED) == users
    with pytest.raises(IntegrityError), transaction.atomic():
        owe_word_of_table(version)


def test_a_chunk_takes_as_many_queries_however_many_grants_are_not_concerned(
    model: Model, django_assert_max_num_queries: Any
) -> None:
    for _each in range(4):
        make_grant(model, make_user())
    version = in_force(model, table_text(countries={"CU": "deny"}))
    with django_assert_max_num_queries(12):
        services.tell_of_countries(telling_id=version.telling.pk)


# Licences


@pytest.fixture
def licensed(model: Model) -> tuple[User, Organization]:
    user = make_user()
    organization = make_organization(user)
    make_grant(model, user, organization)
    in_force(model, table_text(countries={"DE": "licence"}))
    tell()
    assert told(STOPPED) == [user]
    assert "this stage needs an export licence" in last(STOPPED).body
    assert "Send its number and the document to" in last(STOPPED).body
    return user, organization


def test_a_licence_gives_access_back_and_its_withdrawal_takes_it(
    model: Model, licensed: tuple[User, Organization]
) -> None:
    user, organization = licensed
    lead = make_brake(model)
    licence = make_licence(model, organization, lead)
    tell()
    assert told(SERVED) == [user]
    assert "An export licence was put on record" in last(SERVED).body
    services.withdraw_licence(actor=lead, licence=licence, reason="Known to staff alone.")
    tell()
    assert told(STOPPED) == [user, user]
    assert "The export licence on record counts no more" in last(STOPPED).body
    assert "Known to staff alone" not in last(STOPPED).body
    assert not country_tellings.tellings_owed().exists()


def test_the_end_of_a_licence_is_told_a_month_before_it_and_once(
    model: Model, licensed: tuple[User, Organization], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, organization = licensed
    ends = timezone.now() + timedelta(days=60)
    make_licence(model, organization, None, ends_at=ends)
    Grant.objects.update(ends_at=ends + timedelta(days=100))
    sweep_countries()
    assert told(STOPPED) == [user]
    put_forward(monkeypatch, ends - timedelta(days=29))
    sweep_countries()
    sweep_countries()
    assert told(STOPPED) == [user, user]
    assert last(STOPPED).subject == f"Your access to {model} will stop: a country"
    assert "The export licence on record ends on" in last(STOPPED).body
    put_forward(monkeypatch, ends + timedelta(minutes=1))
    sweep_countries()
    assert told(STOPPED) == [user, user]


def test_a_licence_that_another_one_follows_in_time_stops_nobody(
    model: Model, licensed: tuple[User, Organization], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, organization = licensed
    ends = timezone.now() + timedelta(days=60)
    make_licence(model, organization, None, ends_at=ends)
    make_licence(model, organization, None, number="A-next")
    put_forward(monkeypatch, ends - timedelta(days=1))
    sweep_countries()
    assert told(STOPPED) == [user]
    assert told(SERVED) == [user]


def test_who_was_told_of_its_end_is_told_that_another_one_follows(
    model: Model, licensed: tuple[User, Organization]
) -> None:
    user, organization = licensed
    make_licence(model, organization, None, ends_at=timezone.now() + timedelta(days=10))
    sweep_countries()
    assert told(STOPPED) == [user, user]
    make_licence(model, organization, None, number="A-next")
    sweep_countries()
    assert told(SERVED) == [user, user]
    assert CountryTelling.objects.filter(cause="ending").count() == 1


def test_the_end_of_a_licence_withdrawn_before_is_told_to_nobody(
    model: Model, licensed: tuple[User, Organization]
) -> None:
    _user, organization = licensed
    lead = make_brake(model)
    licence = make_licence(model, organization, lead, ends_at=timezone.now() + timedelta(days=10))
    services.note_ending_licences()
    services.withdraw_licence(actor=lead, licence=licence, reason="Revoked.")
    sweep_countries()
    bodies = Notification.objects.filter(kind=STOPPED).values_list("body", flat=True)
    assert not any("ends on" in body for body in bodies)
    assert not country_tellings.tellings_owed().exists()


def test_a_table_that_asks_for_a_licence_whose_end_was_told_tells_of_that_end(
    model: Model,
) -> None:
    user = make_user()
    organization = make_organization(user)
    make_grant(model, user, organization)
    ends = timezone.now() + timedelta(days=10)
    make_licence(model, organization, None, ends_at=ends)
    sweep_countries()
    assert told(STOPPED) == []
    in_force(model, table_text(countries={"DE": "licence"}))
    sweep_countries()
    assert told(STOPPED) == [user]
    assert timezone.localtime(ends).strftime("%Y, %H:%M") in last(STOPPED).body
    loosen(model, table_text(countries={"DE": "review"}))
    sweep_countries()
    assert told(SERVED) == [user]
