"""Country tables in force: who may change one, what it stops, what the board decides."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Notification, Organization, User
from audit.models import Event
from boards.models import Ballot, Motion
from common.errors import Refused
from licensing import country_dry_run, services
from licensing.countries import parse_table
from licensing.facts import VerdictAction
from licensing.models import Application, CountryRow, CountryTable, CountryVersion
from licensing.selectors import countries
from licensing.services.countries import describe_change
from licensing.verdict import decide, decide_many
from releases.choices import Right
from releases.models import Model
from tests.factories import make_clearance, make_operator, make_organization, make_user
from tests.licensing.countries import in_force, make_licence, table_text
from tests.licensing.factories import (
    accept_all,
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
    make_seats,
    propose,
)
from tests.releases.factories import decide as decide_motion

pytestmark = pytest.mark.django_db

DOWNLOAD = VerdictAction.DOWNLOAD
NO_CUBA = table_text(countries={"CU": "deny"})
TEXTS = {"rationale": "The rule was withdrawn.", "legal": "Counsel's letter of 1 November."}


@pytest.fixture
def model() -> Model:
    make_all_terms()
    model = make_model()
    make_release(model, "gated")
    return model


def denied(user: User, model: Model) -> set[str]:
    verdict = decide(user, model.releases.get(), DOWNLOAD)
    return {check.rule for check in verdict.denials}


# Who changes it


def test_one_lead_or_the_operator_tightens_and_nobody_loosens_alone(model: Model) -> None:
    board, lead = model.board, make_brake(model)
    first = services.tighten_countries(actor=lead, board=board, text=NO_CUBA, reason="The law.")
    assert (first.number, first.loosens, first.made_by) == (1, False, lead)
    stricter = table_text(countries={"CU": "deny", "RU": "licence"})
    second = services.tighten_countries(
        actor=make_operator(), board=board, text=stricter, reason="The law."
    )
    assert countries.version_in_force(board) == second
    for actor, sentence in (
        (lead, "takes a motion.*Russia"),
        (make_reviewer(model), "by whoever may place holds"),
        (make_brake(make_model()), "by whoever may place holds"),
    ):
        with pytest.raises(Refused, match=sentence):
            services.tighten_countries(actor=actor, board=board, text=NO_CUBA, reason="Ease.")
    with pytest.raises(Refused, match="counts already"):
        services.tighten_countries(actor=lead, board=board, text=stricter, reason="Again.")
    with pytest.raises(Refused, match="line 1: title"):
        services.tighten_countries(actor=lead, board=board, text="title: []", reason="No.")
    event = Event.objects.filter(action="countries.changed").latest("pk")
    assert event.data["digest"] == second.table.digest
    assert {each["effect"] for each in event.data["changes"]} == {"tightens"}


def test_the_operator_s_command_tightens_and_never_loosens(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "countries.yaml"
    file.write_text(NO_CUBA)
    given = (model.board.slug, str(file), "--reason", "The law.")
    out = StringIO()
    call_command("load_countries", *given, stdout=out)
    assert "version 1" in out.getvalue()
    version = countries.version_in_force(model.board)
    assert version is not None
    assert version.made_by is None
    for text, sentence in (
        (table_text().encode(), "takes a motion"),
        (b"title: x", "'stages' is missing"),
        (b"\xff", "is not UTF-8"),
    ):
        file.write_bytes(text)
        with pytest.raises(CommandError, match=sentence):
            call_command("load_countries", *given)
    with pytest.raises(CommandError, match="There is no board"):
        call_command("load_countries", "nowhere", str(file), "--reason", "The law.")


def test_what_comes_later_may_not_loosen_what_would_count_by_then(model: Model) -> None:
    lead, tomorrow = make_brake(model), timezone.now() + timedelta(days=1)
    strict = table_text(countries={"CU": "deny", "IR": "deny"})
    scheduled = in_force(model, strict, in_force_at=tomorrow)
    assert countries.version_in_force(model.board) is None
    # It comes before the scheduled one, and would go on after it began.
    with pytest.raises(Refused, match=r"takes a motion.*Iran"):
        services.tighten_countries(actor=lead, board=model.board, text=NO_CUBA, reason="Less.")
    now = in_force(model, strict.replace("IR: deny", "IR: deny, KP: deny"))
    assert countries.version_in_force(model.board) == now
    assert countries.version_in_force(model.board, tomorrow) == now
    assert [each.number for each in countries.versions_of(model.board)] == [2, 1]
    assert scheduled.in_force_at == tomorrow
    with pytest.raises(Refused, match="a year at most"):
        in_force(model, strict, in_force_at=timezone.now() + timedelta(days=400))


@pytest.mark.parametrize(
    "forge",
    [
        lambda version: CountryVersion.objects.filter(pk=version.pk).update(loosens=True),
        lambda version: CountryTable.objects.filter(pk=version.table_id).update(text="{}"),
        lambda version: CountryRow.objects.filter(table=version.table_id).delete(),
        lambda version: CountryRow.objects.create(
            table=version.table,
            access_mode="api_named",
            covers="country",
            country="FR",
            effect="allow",
        ),
        lambda version: _again(version, loosens=True),
        lambda version: _again(version, motion=Motion.objects.get()),
        lambda version: _again(version, in_force_at=timezone.now() - timedelta(days=1)),
    ],
    ids=["version", "text", "row", "further row", "loosened", "other motion", "backdated"],
)
def test_the_database_keeps_what_came_in_force(
    model: Model, forge: Callable[[CountryVersion], Any]
) -> None:
    version = in_force(model, NO_CUBA)
    make_seats(model)
    services.propose_countries(
        actor=make_brake(model), board=model.board, text=table_text(), dossier=TEXTS
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        forge(version)


def _again(version: CountryVersion, **changes: Any) -> CountryVersion:
    now = timezone.now()
    given = {"loosens": False, "in_force_at": now, "made_at": now, "reason": "Forged."}
    return CountryVersion.objects.create(
        board=version.board, table=version.table, number=9, **{**given, **changes}
    )


# What the verdict makes of it


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (lambda grant: _organization(grant).update(country="CU"), "CU"),
        (lambda grant: _organization(grant).update(parent=_chain("FR", "CU")), "CU"),
        (lambda grant: _answer(grant, hosting_country="CU"), "CU"),
        (lambda grant: _answer(grant, country="CU"), "CU"),
        (lambda grant: make_clearance(user=grant.application.applicant, country="CU"), "CU"),
    ],
    ids=["organisation", "parent's parent", "hosting", "declared", "vetted"],
)
def test_every_country_that_is_stated_is_asked_about(
    model: Model, state: Callable[[Any], Any], code: str, django_assert_max_num_queries: Any
) -> None:
    user = make_user()
    grant = make_grant(model, user, make_organization(user))
    in_force(model, NO_CUBA)
    assert denied(user, model) == set()
    state(grant)
    release = model.releases.get()
    with django_assert_max_num_queries(3):
        verdict = decide_many(user, [release], DOWNLOAD)[release.pk]
    (denial,) = verdict.denials
    assert denial.rule == "country"
    assert "Cuba" in denial.sentence


def _organization(grant: Any) -> Any:
    return Organization.objects.filter(pk=grant.organization_id)


def _chain(*codes: str) -> Organization:
    found = None
    for code in reversed(codes):
        above = found
        found = make_organization()
        Organization.objects.filter(pk=found.pk).update(country=code, parent=above)
    assert found is not None
    return found


def _answer(grant: Any, **changes: str) -> None:
    application = grant.application
    Application.objects.filter(pk=application.pk).update(answers={**application.answers, **changes})


def test_a_colleague_s_country_is_not_asked_of_others_and_stages_are_told_apart(
    model: Model,
) -> None:
    owner, colleague = make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    make_grant(model, owner, organization, named_users=[owner, colleague])
    accept_all(colleague, organization=organization)
    make_clearance(user=colleague, country="CU")
    in_force(model, table_text(countries={"CU": "deny"}, at=["api_named"]))
    assert denied(colleague, model) == set()
    in_force(model, NO_CUBA)
    assert (denied(colleague, model), denied(owner, model)) == ({"country"}, set())


def test_who_stated_no_country_is_treated_as_the_table_says_of_them(model: Model) -> None:
    user = make_user()
    grant = make_grant(model, user)
    in_force(model, table_text(unknown="deny"))
    assert denied(user, model) == set()
    _answer(grant, country="")
    assert denied(user, model) == {"country"}


def test_a_licence_on_record_opens_its_countries_until_it_ends_or_is_withdrawn(
    model: Model,
) -> None:
    user = make_user()
    organization = make_organization(user)
    make_grant(model, user, organization)
    in_force(model, table_text(countries={"DE": "licence"}))
    lead = make_brake(model)
    assert denied(user, model) == {"country"}
    make_licence(model, organization, lead, countries=["FR"])
    make_licence(make_model(), organization, None)
    make_licence(model, make_organization(), lead)
    assert denied(user, model) == {"country"}
    licence = make_licence(model, organization, lead)
    assert denied(user, model) == set()
    with pytest.raises(Refused, match="on record already"):
        make_licence(model, organization, lead)
    later = timezone.now() + timedelta(days=400)
    assert not countries.live_licences(later).exists()
    services.withdraw_licence(actor=lead, licence=licence, reason="Revoked by the authority.")
    assert denied(user, model) == {"country"}
    with pytest.raises(Refused, match="withdrawn already"):
        services.withdraw_licence(actor=lead, licence=licence, reason="Again.")
    with pytest.raises(DatabaseError), transaction.atomic():
        type(licence).objects.filter(pk=licence.pk).update(withdrawn_at=None)


def test_a_licence_takes_a_lead_who_does_not_belong_there_and_a_document(model: Model) -> None:
    lead = make_brake(model)
    for actor, changes, sentence in (
        (make_reviewer(model), {}, "by whoever may place holds"),
        (lead, {"countries": ["ZZ"]}, "Name the countries"),
        (lead, {"ends_at": timezone.now()}, "ended already"),
        (lead, {"content": b"<html>"}, "letter.txt is HTML"),
        (lead, {"number": " "}, "Number"),
    ):
        with pytest.raises(Refused, match=sentence):
            make_licence(model, make_organization(), actor, **changes)
    with pytest.raises(Refused, match="your own organisation"):
        make_licence(model, make_organization(lead), lead)


# Approving


def test_what_the_stage_does_not_serve_is_not_approved(model: Model) -> None:
    user = make_user()
    organization = make_organization(user)
    application = make_in_review(make_application(model, user, organization))
    in_force(model, table_text(countries={"DE": "licence"}))
    for act in (approve, propose):
        with pytest.raises(Refused, match=r"Germany \(the organisation's country\).*licence"):
            act(application)
    lead = make_brake(model)
    make_licence(model, organization, lead)
    # With a licence it still takes two reviewers.
    proposed = propose(application)
    grant = services.confirm_approval(actor=make_reviewer(model), application=proposed)
    assert grant.state in ("pending_terms", "active")


def test_a_country_under_review_takes_a_second_reviewer_for_the_mode_it_is_for(
    model: Model,
) -> None:
    in_force(model, table_text(countries={"DE": "review"}, at=["weights_gated"]))
    application = make_in_review(make_application(model, modes=["api", "weights"]))
    with pytest.raises(Refused, match=r"second reviewer.*Germany, the country that the person"):
        approve(application)
    assert countries.outlooks([application])[application.pk].reviewed
    grant = approve(application, modes=["api"])
    assert grant.modes == ["api"]


def test_of_those_to_be_named_everybody_s_country_is_asked(model: Model) -> None:
    owner, colleague = make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    make_clearance(user=colleague, country="CU")
    in_force(model, NO_CUBA)
    application = make_in_review(
        make_application(model, owner, organization, end_users=[owner.email, colleague.email])
    )
    with pytest.raises(Refused, match=f"Cuba .*{colleague.full_name}"):
        approve(application)
    assert approve(application, named_users=[owner]).organization == organization


# The board


def ask(model: Model, text: str, actor: User | None = None, **more: Any) -> Motion:
    if not model.board.seats.exists():
        make_seats(model)
    if actor is None:
        actor = make_user()
        give_right(actor, Right.MANAGE_RELEASE, model)
    return services.propose_countries(
        actor=actor, board=model.board, text=text, dossier=TEXTS, **more
    )


def test_the_board_loosens_it_by_its_own_rule_and_access_is_back(model: Model) -> None:
    user = make_user()
    make_grant(model, user)
    in_force(model, table_text(countries={"DE": "deny"}))
    assert denied(user, model) == {"country"}
    motion = ask(model, table_text(countries={"DE": "review"}))
    assert motion.rule == model.board.rule
    assert "Germany: “Denied” becomes “Second reviewer”." in motion.dossier["changes"]
    assert "Grants that would gain a use: 1" in motion.dossier["affected"]
    assert user.full_name not in str(motion.dossier)
    assert ("Comes in force", "As soon as it is approved.") in describe_change(motion)
    with pytest.raises(Refused, match="before the board already"):
        ask(model, table_text())
    assert services.apply_decided_motions() == 0
    assert denied(user, model) == {"country"}
    decide_motion(motion)
    services.apply_decided_motions()
    version = countries.version_in_force(model.board)
    assert version is not None
    assert (version.number, version.loosens, version.motion) == (2, True, motion)
    assert denied(user, model) == set()
    assert services.apply_decided_motions() == 0
    assert Notification.objects.filter(kind="licensing.countries_changed").exists()


@pytest.mark.parametrize("choice", ["reject", "abstain"])
def test_a_board_that_does_not_approve_changes_nothing(model: Model, choice: str) -> None:
    first = in_force(model, NO_CUBA)
    motion = decide_motion(ask(model, table_text()), choice)
    services.apply_decided_motions()
    motion.refresh_from_db()
    assert motion.applied_at is not None
    assert countries.version_in_force(model.board) == first


def test_a_stricter_table_meanwhile_lapses_the_motion_and_voids_what_was_approved(
    model: Model,
) -> None:
    in_force(model, NO_CUBA)
    motion = ask(model, table_text())
    second = in_force(model, table_text(countries={"CU": "deny", "IR": "deny"}))
    motion.refresh_from_db()
    assert motion.state == "lapsed"
    approved = decide_motion(ask(model, table_text()))
    third = in_force(model, table_text(countries={"CU": "deny", "IR": "deny", "KP": "deny"}))
    assert services.apply_decided_motions() == 0
    assert countries.version_in_force(model.board) == third
    assert third.number == second.number + 1
    event = Event.objects.get(action="countries.unchanged")
    assert event.data["motion"] == str(approved.public_id)


def test_what_was_approved_for_a_day_to_come_waits_for_it(model: Model) -> None:
    first, day = in_force(model, NO_CUBA), timezone.now() + timedelta(days=3)
    decide_motion(ask(model, table_text(), in_force_at=day))
    services.apply_decided_motions()
    assert countries.version_in_force(model.board) == first
    later = countries.version_in_force(model.board, day)
    assert later is not None
    assert later.motion is not None


def test_who_would_be_let_in_holds_no_vote_and_outsiders_propose_nothing(model: Model) -> None:
    seats = make_seats(model)
    make_grant(model, seats["chair"])
    in_force(model, table_text(countries={"DE": "deny"}))
    with pytest.raises(Refused, match="proposed by a seat"):
        ask(model, table_text(), make_operator())
    motion = ask(model, table_text())
    excluded = Ballot.objects.filter(motion=motion).exclude(excluded="")
    assert [ballot.holder for ballot in excluded] == [seats["chair"]]


# Beforehand


def test_the_dry_run_counts_who_would_be_stopped_and_let_in(model: Model) -> None:
    german, owner, colleague = make_user(), make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    Organization.objects.filter(pk=organization.pk).update(country="FR")
    make_grant(model, german)
    make_grant(model, owner, organization, named_users=[owner, colleague])
    make_clearance(user=colleague, country="CU")
    in_force(model, table_text(countries={"DE": "deny"}))

    def counted(text: str) -> list[tuple[int, int]]:
        found = country_dry_run.count(model.board, parse_table(text), [model.pk])
        return [(each.stops, each.stays) for each in found]

    # The colleague's application and hosting are in Germany, so that their grant is stopped too.
    assert counted(table_text()) == [(0, 0), (0, 2), (0, 0), (0, 0)]
    assert counted(table_text(countries={"CU": "deny"}))[1] == (0, 2)
    in_force_all = table_text(countries={"DE": "deny", "FR": "deny"})
    assert counted(in_force_all) == [(0, 0)] * 4
    (_stopped, gains, *_rest) = country_dry_run.count(
        model.board, parse_table(table_text()), [model.pk]
    )
    assert f"{organization.name} (DE, FR)" in gains.names
    assert country_dry_run.count(model.board, parse_table(table_text()))[1].names == ()


def test_the_dry_run_counts_colleagues_whom_their_own_country_alone_stops(model: Model) -> None:
    owner, colleague = make_user(), make_user()
    organization = make_organization(owner, members=(colleague,))
    make_grant(model, owner, organization, named_users=[owner, colleague])
    make_clearance(user=colleague, country="CU")
    out = country_dry_run.count(model.board, parse_table(NO_CUBA))
    assert [each.stops for each in out] == [0, 0, 1, 0]
    in_force(model, NO_CUBA)
    back = country_dry_run.count(model.board, parse_table(table_text()))
    assert [each.stays for each in back] == [0, 0, 0, 1]
