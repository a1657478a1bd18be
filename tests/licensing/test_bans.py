"""Bans: one person places one at once, for every model; only the board lifts it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import services as accounts
from accounts.models import Organization, User
from audit.models import Event
from boards import services as boards
from boards.gathering import record_of
from boards.models import Ballot, Motion, Seat
from common import dsse
from common.errors import Refused
from licensing import services, vetting
from licensing.facts import VerdictAction
from licensing.models import Admission, Application, Ban, Grant
from licensing.services.bans import describe_lift
from licensing.verdict import decide
from releases.choices import Right
from releases.models import Model
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    WITNESS,
    accept_all,
    approve,
    give_right,
    make_all_terms,
    make_application,
    make_ban,
    make_brake,
    make_draft,
    make_grant,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
)
from tests.releases.factories import decide as decide_motion

pytestmark = pytest.mark.django_db

LIFT = {"rationale": "It was a mistake.", "remedy": "The weights were never theirs."}


def may_download(user: User, release: Any) -> bool:
    return decide(user, release, VerdictAction.DOWNLOAD).allowed


def test_a_banned_person_gets_nothing_of_any_model_whichever_it_was_placed_through() -> None:
    make_all_terms()
    releases = [make_release(make_model()), make_release(make_model())]
    person = make_user()
    for release in releases:
        make_grant(release.model, person)
        assert may_download(person, release)
    ban = make_ban(person, releases[0].model)
    assert not any(may_download(person, release) for release in releases)
    event = Event.objects.get(action="ban.placed")
    assert event.data["reason"] == ban.reason
    assert f"licensing.grant:{Grant.objects.first().pk}" in event.refs  # type: ignore[union-attr]


def test_a_banned_organisation_reaches_its_members_and_leaves_what_is_their_own() -> None:
    make_all_terms()
    shared, own = make_release(make_model()), make_release(make_model())
    person = make_user()
    organization = make_organization(person)
    make_grant(shared.model, person, organization)
    make_grant(own.model, person)
    make_ban(organization)
    assert not may_download(person, shared)
    assert may_download(person, own)


def test_a_banned_person_keeps_nobody_else_of_the_organisation_out() -> None:
    make_all_terms()
    release = make_release(make_model())
    person, colleague = make_user(), make_user()
    organization = make_organization(person)
    accounts.add_member(actor=None, organization=organization, user=colleague, role="member")
    grant = make_grant(release.model, person, organization)
    services.add_named_user(actor=person, grant=grant, user=colleague)
    accept_all(colleague, organization=organization)
    make_ban(colleague)
    assert may_download(person, release)
    assert not may_download(colleague, release)


def test_it_takes_the_brake_of_the_model_and_a_reason() -> None:
    model = make_model()
    brake, person = make_brake(model), make_user()
    for actor in (make_user(), make_user(is_superuser=True), make_reviewer(model)):
        with pytest.raises(Refused, match="may place holds"):
            services.place_ban(actor=actor, holder=person, model=model, reason="A leak.")
    with pytest.raises(Refused, match="may place holds"):
        services.place_ban(actor=brake, holder=person, model=make_model(), reason="A leak.")
    with pytest.raises(Refused, match="Reason"):
        services.place_ban(actor=brake, holder=person, model=model, reason="  ")
    with pytest.raises(Refused, match="yourself"):
        services.place_ban(actor=brake, holder=brake, model=model, reason="A leak.")
    User.objects.filter(pk=brake.pk).update(is_active=False)
    with pytest.raises(Refused, match="may place holds"):
        services.place_ban(actor=brake, holder=person, model=model, reason="A leak.")
    assert not Ban.objects.exists()


def test_a_holder_is_banned_once() -> None:
    person = make_user()
    make_ban(person)
    with pytest.raises(Refused, match="banned already"):
        make_ban(person)


@pytest.mark.parametrize("of_organization", [False, True])
def test_who_is_banned_applies_accepts_and_is_named_no_more(of_organization: bool) -> None:
    versions = make_all_terms()
    model = make_model()
    make_release(model)
    person, owner = make_user(), make_user()
    organization = make_organization(owner)
    accounts.add_member(actor=None, organization=organization, user=person, role="member")
    grant = make_grant(model, owner, organization)
    other = make_model()
    make_release(other)
    for_whom = organization if of_organization else None
    draft = make_draft(other, person, for_whom)
    make_ban(organization if of_organization else person)
    acts: list[Callable[[], object]] = [
        lambda: services.start_application(actor=person, model=model, organization=for_whom),
        lambda: services.submit_application(actor=person, application=draft),
        lambda: services.accept_terms(
            actor=person,
            version=versions[0],
            organization=for_whom,
            typed_name="Ada Lovelace",
            consent="I agree",
            witness=WITNESS,
        ),
        lambda: services.create_self_service_grant(
            actor=person, model=model, organization=for_whom
        ),
        lambda: services.add_named_user(actor=owner, grant=grant, user=person),
    ]
    for act in acts:
        with pytest.raises(Refused, match="is banned: Weights were resold"):
            act()


@pytest.mark.parametrize("of_organization", [False, True])
def test_what_was_applied_for_before_is_not_approved(of_organization: bool) -> None:
    model = make_model()
    make_release(model)
    person = make_user()
    organization = make_organization(person)
    application = make_in_review(make_application(model, person, organization))
    make_ban(organization if of_organization else person)
    with pytest.raises(Refused, match="is banned"):
        approve(application)
    assert not Grant.objects.exists()
    assert application.reviewer is not None
    services.decline_application(
        actor=application.reviewer, application=application, reason="Banned."
    )


def test_who_is_banned_is_not_admitted_and_holds_up_nobody_in_line() -> None:
    make_all_terms()
    model = make_model(caps={"gated": 1})
    release = make_release(model)
    first = make_grant(model)
    banned, next_one = make_user(), make_user()
    waits = make_grant(model, banned)
    last = make_grant(model, next_one)
    ban = make_ban(banned, model)
    services.revoke_grant(actor=make_reviewer(model), grant=first, reason="It is over.")
    services.sweep_admissions()
    admitted = Admission.objects.filter(release=release, state="admitted")
    assert set(admitted.values_list("grant", flat=True)) == {first.pk, last.pk}
    lift(ban)
    services.revoke_grant(actor=make_reviewer(model), grant=last, reason="It is over.")
    services.sweep_admissions()
    assert admitted.filter(grant=waits).exists()


def propose(ban: Ban, actor: User | None = None) -> Motion:
    if actor is None:
        actor = make_user()
        model = Model.objects.get(board=ban.board)
        give_right(actor, Right.MANAGE_RELEASE, model)
    return services.propose_lift_ban(actor=actor, ban=ban, dossier=LIFT)


def lift(ban: Ban, choice: str = "approve") -> Motion:
    if not ban.board.seats.exists():
        make_seats(Model.objects.get(board=ban.board))
    motion = propose(ban)
    decide_motion(motion, choice)
    services.apply_decided_motions()
    ban.refresh_from_db()
    return Motion.objects.get(pk=motion.pk)


def test_the_board_lifts_it_by_its_own_rule_and_access_is_back() -> None:
    make_all_terms()
    release = make_release(make_model())
    person = make_user()
    make_grant(release.model, person)
    ban = make_ban(person, release.model)
    motion = lift(ban)
    assert motion.rule == ban.board.rule
    assert (ban.lifted_by, motion.applied_at is not None) == (motion, True)
    assert may_download(person, release)
    assert services.apply_decided_motions() == 0
    assert Event.objects.filter(action="ban.lifted").count() == 1
    assert person.notifications.filter(kind="licensing.ban_lifted").count() == 1
    make_ban(person, release.model)


@pytest.mark.parametrize(("choice", "outcome"), [("reject", "approved"), ("approve", "rejected")])
def test_an_executive_s_override_is_what_lifts_it_or_not(
    choice: str, outcome: str, settings: Settings
) -> None:
    settings.SIGNING_KEY = dsse.derived_private_key("tests")
    model = make_model()
    seats = make_seats(model)
    model.board.rule |= {"executive": ["safety"]}
    model.board.save()
    ban = make_ban(make_user(), model)
    motion = decide_motion(propose(ban), choice)
    boards.override_result(
        actor=seats["safety"], motion=motion, outcome=outcome, reason="The board was misled."
    )
    services.apply_decided_motions()
    ban.refresh_from_db()
    motion.refresh_from_db()
    assert motion.applied_at is not None
    assert (ban.lifted_at is not None) == (outcome == "approved")


def test_what_is_signed_and_kept_of_it_names_no_person() -> None:
    model = make_model()
    make_seats(model)
    person = make_user(full_name="Grace Hopper")
    motion = decide_motion(propose(make_ban(person, model)))
    assert "Hopper" not in json.dumps(record_of(motion))
    assert str(person.pseudonym)[:8] in motion.title
    assert ("Whom it keeps out", "Grace Hopper") in describe_lift(motion)


def test_a_board_that_rejects_or_never_answers_leaves_it_in_force() -> None:
    person = make_user()
    ban = make_ban(person)
    for choice in ("reject", "abstain"):
        motion = lift(ban, choice)
        assert motion.applied_at is not None
        assert ban.lifted_at is None
    assert services.apply_decided_motions() == 0


def test_who_is_kept_out_neither_proposes_nor_votes() -> None:
    model = make_model()
    seats = make_seats(model)
    Seat.objects.create(board=model.board, role="legal", holder=make_user())
    ban = make_ban(seats["chair"], model)
    with pytest.raises(Refused, match="keeps you out yourself"):
        propose(ban, seats["chair"])
    with pytest.raises(Refused, match="proposed by a seat"):
        propose(ban, make_user())
    motion = propose(ban, seats["safety"])
    excluded = Ballot.objects.filter(motion=motion).exclude(excluded="")
    assert {ballot.holder for ballot in excluded} == {seats["chair"], seats["safety"]}


def test_a_seat_that_joins_the_banned_organisation_loses_its_vote() -> None:
    model = make_model()
    seats = make_seats(model)
    Seat.objects.create(board=model.board, role="legal", holder=make_user())
    organization = make_organization()
    motion = propose(make_ban(organization, model))
    accounts.add_member(actor=None, organization=organization, user=seats["safety"], role="member")
    assert services.exclude_conflicted_voters() == 1
    assert services.exclude_conflicted_voters() == 0
    ballot = Ballot.objects.get(motion=motion, holder=seats["safety"])
    assert "belongs to the organisation" in ballot.excluded


def test_a_decision_that_was_cancelled_lifts_nothing() -> None:
    model = make_model()
    seats = make_seats(model)
    ban = make_ban(make_user(), model)
    motion = decide_motion(propose(ban))
    boards.cancel_motion(actor=seats["safety"], motion=motion, reason="Not yet.")
    services.apply_decided_motions()
    ban.refresh_from_db()
    assert ban.lifted_at is None


def test_those_concerned_and_the_board_are_told_with_the_way_to_object() -> None:
    model = make_model()
    seats = make_seats(model)
    owner, member, named = make_user(), make_user(), make_user()
    organization = make_organization(owner)
    for user in (member, named):
        accounts.add_member(actor=None, organization=organization, user=user, role="member")
    make_release(model)
    services.add_named_user(actor=owner, grant=make_grant(model, owner, organization), user=named)
    ban = make_ban(organization, model)
    for user in (owner, named):
        (told,) = user.notifications.filter(kind="licensing.ban_placed")
        assert ban.reason in told.body
        assert told.url == f"/licensing/bans/{ban.public_id}/"
    assert not member.notifications.filter(kind="licensing.ban_placed").exists()
    for seat in seats.values():
        assert seat.notifications.filter(kind="licensing.ban_noted").count() == 1


def test_whose_term_of_office_has_ended_is_told_nothing() -> None:
    model = make_model()
    seats = make_seats(model)
    Seat.objects.filter(holder=seats["safety"]).update(term_ends_at=timezone.now())
    person = make_user()
    services.object_to_ban(actor=person, ban=make_ban(person, model), text="It was not me.")
    assert not seats["safety"].notifications.exists()
    assert seats["chair"].notifications.count() == 2


def test_each_of_those_concerned_objects_once_and_the_board_reads_it() -> None:
    model = make_model()
    seats = make_seats(model)
    person = make_user()
    ban = make_ban(person, model)
    services.object_to_ban(actor=person, ban=ban, text="It was not me.")
    with pytest.raises(Refused, match="objected already"):
        services.object_to_ban(actor=person, ban=ban, text="Really.")
    with pytest.raises(Refused, match="Only those whom"):
        services.object_to_ban(actor=make_user(), ban=ban, text="Poor them.")
    for told in (*seats.values(), ban.placed_by):
        assert told.notifications.filter(kind="licensing.ban_objected").count() == 1
    motion = propose(ban)
    assert motion.dossier["objections"] == "It was not me."
    assert motion.dossier["ban"] == ban.reason


FORBIDDEN: list[tuple[str, type[Exception]]] = [
    ("UPDATE licensing_ban SET reason = 'Another'", DatabaseError),
    ("UPDATE licensing_ban SET lifted_at = now()", DatabaseError),
    ("UPDATE licensing_ban SET lifted_at = now(), lifted_by_id = {motion}", DatabaseError),
    ("DELETE FROM licensing_ban", DatabaseError),
    ("UPDATE licensing_objection SET text = 'Another'", DatabaseError),
    ("DELETE FROM licensing_objection", DatabaseError),
]


@pytest.mark.parametrize(("statement", "error"), FORBIDDEN)
def test_the_database_knows_no_other_way_out_of_a_ban(
    statement: str, error: type[Exception]
) -> None:
    person, model = make_user(), make_model()
    make_seats(model)
    ban = make_ban(person, model)
    services.object_to_ban(actor=person, ban=ban, text="It was not me.")
    # One that the board rejects, and one of another ban that it approved.
    rejected = lift(ban, "reject")
    approved = lift(make_ban(make_user(), model))
    for motion in (rejected, approved):
        with pytest.raises(error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(motion=motion.pk))


def test_one_ban_of_a_holder_is_in_force_and_each_is_on_one_holder() -> None:
    person, model = make_user(), make_model()
    row = make_ban(person, model)
    organization = make_organization()
    common: dict[str, Any] = {"board": model.board, "reason": "A leak.", "placed_by": person}
    for wrong in (
        {"person": person},
        {},
        {"person": make_user(), "organization": organization},
        {"person": make_user(), "reason": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Ban.objects.create(**{**common, **wrong})
    assert Ban.objects.get() == row


def test_an_open_application_of_somebody_banned_can_be_withdrawn() -> None:
    model = make_model()
    make_release(model)
    application = make_application(model)
    make_ban(application.applicant)
    services.withdraw_application(actor=application.applicant, application=application)
    assert Application.objects.get().state == "withdrawn"


def test_whoever_left_a_banned_organisation_is_shown_to_the_reviewer() -> None:
    model = make_model()
    make_release(model)
    owner, person = make_user(), make_user()
    organization = make_organization(owner)
    membership = accounts.add_member(
        actor=None, organization=organization, user=person, role="member"
    )
    make_ban(organization, model)
    accounts.end_membership(actor=person, membership=membership, reason="I leave.")
    application = make_application(model, person)
    signal = vetting.signals(application, {}, [])["bans"]
    assert (signal.state, str(organization) in signal.reason) == ("no", True)


@pytest.mark.parametrize("by", ["organisation", "mailbox"])
def test_the_domain_of_a_banned_organisation_is_shown_to_the_reviewer(by: str) -> None:
    model = make_model()
    make_release(model)
    banned = make_organization()
    Organization.objects.filter(pk=banned.pk).update(domain="resale.example")
    make_ban(banned, model)
    person = make_user("ada@resale.example" if by == "mailbox" else "")
    anew = make_organization(person, name="Another Name") if by == "organisation" else None
    if anew is not None:
        anew.domain = "resale.example"
        anew.save()
    application = make_application(model, person, anew)
    signal = vetting.signals(application, {}, [])["bans"]
    assert (signal.state, str(banned) in signal.reason) == ("no", True)


def test_a_mailbox_that_anyone_can_have_says_nothing_of_a_ban() -> None:
    model = make_model()
    make_release(model)
    Organization.objects.filter(pk=(banned := make_organization()).pk).update(domain="gmail.com")
    make_ban(banned, model)
    # Nor does the ban of some other person on one who applies without an organisation.
    make_ban(make_user(), model)
    application = make_application(model, make_user("ada@gmail.com"))
    signal = vetting.signals(application, {}, [])["bans"]
    assert signal.state == "na"
