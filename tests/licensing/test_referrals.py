"""An application that the reviewer puts before the board."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import services as accounts
from accounts.models import User
from audit.models import Event
from audit.selectors import timeline
from boards import services as boards
from boards.models import Ballot, Motion, Seat
from boards.selectors import opened_standing
from common.errors import Refused
from licensing import services
from licensing.facts import VerdictAction
from licensing.models import Application, Grant
from licensing.services import deciding, referrals
from licensing.verdict import decide
from releases.choices import Right
from tests.factories import make_organization, make_user
from tests.licensing.factories import (
    answers,
    approve,
    give_right,
    make_application,
    make_ban,
    make_in_review,
    make_model,
    make_release,
    make_reviewer,
    make_seats,
)
from tests.releases.factories import decide as decide_motion

pytestmark = pytest.mark.django_db

ASKED: dict[str, Any] = {
    "question": "Is this sector acceptable?",
    "summary": "Solid, but a sensitive sector.",
}


class World:
    """An application of an organisation in review, and a board with four seats."""

    def __init__(self) -> None:
        self.model = make_model()
        self.release = make_release(self.model)
        self.seats = make_seats(self.model)
        self.legal = make_user()
        Seat.objects.create(board=self.model.board, role="legal", holder=self.legal)
        self.applicant = make_user(full_name="Grace Hopper")
        self.organization = make_organization(self.applicant, name="Naval Research")
        self.reviewer = make_reviewer(self.model)
        self.application = make_in_review(
            make_application(self.model, self.applicant, self.organization), self.reviewer
        )

    def refer(self) -> Motion:
        self.application = services.refer_application(
            actor=self.reviewer, application=self.application, **ASKED
        )
        assert self.application.referral is not None
        return self.application.referral

    def answer(self, choice: str) -> Motion:
        motion = decide_motion(self.refer(), choice)
        services.apply_decided_motions()
        self.application.refresh_from_db()
        return motion


@pytest.fixture
def world() -> World:
    return World()


def test_the_board_is_asked_by_its_own_rule_and_votes_at_once(world: World) -> None:
    motion = world.refer()
    assert (motion.state, motion.kind) == ("voting", "referred_application")
    assert motion.rule == world.model.board.rule
    assert world.application.state == "referred"
    assert Event.objects.filter(action="application.referred").count() == 1
    for seat in world.seats.values():
        assert seat.notifications.exists()


def test_the_board_reads_what_is_asked_and_not_who_asks(world: World) -> None:
    motion = world.refer()
    told = str(motion.dossier) + motion.title + motion.subject_label + str(motion.params)
    assert "Naval Research" in told
    assert answers()["purpose"] in told
    assert ASKED["question"] in told
    assert "tier 0" in told
    for secret in ("Grace", "Ada Lovelace", world.applicant.email, answers()["incident_email"]):
        assert secret not in told
    (exhibit,) = motion.dossier["exhibits"]
    assert len(exhibit["digest"]) == 64


def test_another_submission_has_another_digest(world: World) -> None:
    first = world.refer().dossier["exhibits"][0]["digest"]
    boards.lapse_motion(actor=None, motion=Motion.objects.get(), reason="No quorum.")
    services.apply_decided_motions()
    world.application.refresh_from_db()
    services.return_application(
        actor=world.reviewer, application=world.application, message="Say more."
    )
    services.save_draft(
        actor=world.applicant,
        application=world.application,
        answers={"purpose": "We want to measure something else, and then publish that."},
    )
    services.submit_application(actor=world.applicant, application=world.application)
    services.claim_application(actor=world.reviewer, application=world.application)
    assert world.refer().dossier["exhibits"][0]["digest"] != first


def test_approved_it_comes_back_and_the_reviewer_approves_it(world: World) -> None:
    world.answer("approve")
    assert world.application.state == "in_review"
    assert world.application.board_approved_at is not None
    with pytest.raises(Refused, match="binds you"):
        services.decline_application(
            actor=world.reviewer, application=world.application, reason="I disagree."
        )
    grant = approve(world.application)
    assert grant.organization == world.organization
    assert world.reviewer.notifications.filter(kind="licensing.referral_answered").count() == 1


def test_the_board_s_word_is_on_what_was_submitted_and_ends_with_a_return(world: World) -> None:
    world.answer("approve")
    returned = services.return_application(
        actor=world.reviewer, application=world.application, message="One more thing."
    )
    assert returned.board_approved_at is None


def test_another_reviewer_who_takes_it_over_is_bound_as_well(world: World) -> None:
    world.answer("approve")
    other = make_reviewer(world.model)
    services.release_claim(actor=other, application=world.application)
    services.claim_application(actor=other, application=world.application)
    with pytest.raises(Refused, match="binds you"):
        services.decline_application(
            actor=other, application=world.application, reason="I disagree."
        )


def test_one_who_was_banned_meanwhile_is_declined_all_the_same(world: World) -> None:
    world.answer("approve")
    make_ban(world.organization)
    declined = services.decline_application(
        actor=world.reviewer, application=world.application, reason="Banned."
    )
    assert declined.state == "declined"


def test_rejected_it_is_declined_and_the_applicant_is_told(world: World) -> None:
    world.answer("reject")
    assert world.application.state == "declined"
    assert "the board did not approve" in world.application.message
    assert not Grant.objects.exists()
    told = world.applicant.notifications.get(kind="licensing.application_declined")
    assert "Because." not in told.body


def test_a_motion_that_lapses_gives_it_back_unmarked(world: World) -> None:
    motion = world.refer()
    boards.lapse_motion(actor=None, motion=motion, reason="No quorum.")
    services.apply_decided_motions()
    world.application.refresh_from_db()
    assert (world.application.state, world.application.board_approved_at) == ("in_review", None)
    services.decline_application(
        actor=world.reviewer, application=world.application, reason="Too vague."
    )


@pytest.mark.parametrize("end", ["withdrawn", "cancelled"])
def test_a_motion_that_was_taken_back_gives_it_back_unmarked(world: World, end: str) -> None:
    motion = world.refer()
    if end == "withdrawn":
        boards.withdraw_motion(actor=world.reviewer, motion=motion, reason="I know now.")
    else:
        motion = decide_motion(motion)
        boards.cancel_motion(actor=world.legal, motion=motion, reason="Wait.")
    services.apply_decided_motions()
    world.application.refresh_from_db()
    assert (world.application.state, world.application.board_approved_at) == ("in_review", None)
    # The applicant reads the application's timeline, and nothing of what passed in the board.
    assert not {entry.reason for entry in timeline(world.application)} & {"I know now.", "Wait."}


def test_while_the_board_has_it_nobody_decides(world: World) -> None:
    world.refer()
    given: dict[str, Any] = {"actor": world.reviewer, "application": world.application}
    for act in (
        lambda: approve(world.application),
        lambda: services.decline_application(**given, reason="No."),
        lambda: services.return_application(**given, message="What?"),
        lambda: services.release_claim(**given),
        lambda: services.claim_application(**given),
        lambda: services.refer_application(**given, **ASKED),
    ):
        with pytest.raises(Refused, match="not in review: Referred to the board"):
            act()


def test_the_applicant_is_told_and_may_withdraw_which_ends_the_motion(world: World) -> None:
    motion = world.refer()
    assert world.applicant.notifications.filter(kind="licensing.application_referred").count() == 1
    (check,) = (
        each
        for each in decide(world.applicant, world.release, VerdictAction.DOWNLOAD).denials
        if each.rule == "grant"
    )
    assert "with the board" in check.sentence
    assert not decide(world.applicant, world.release, VerdictAction.APPLY).allowed
    services.withdraw_application(actor=world.applicant, application=world.application)
    motion.refresh_from_db()
    assert (motion.state, motion.applied_at is not None) == ("lapsed", True)
    assert services.apply_decided_motions() == 0
    assert Application.objects.get().state == "withdrawn"


def test_nobody_of_the_applicant_s_nor_whoever_referred_or_manages_votes(world: World) -> None:
    accounts.add_member(
        actor=None, organization=world.organization, user=world.seats["chair"], role="member"
    )
    give_right(world.legal, Right.MANAGE_RELEASE, world.model)
    Seat.objects.create(board=world.model.board, role="security", holder=world.reviewer)
    motion = world.refer()
    excluded = Ballot.objects.filter(motion=motion).exclude(excluded="")
    assert {ballot.holder for ballot in excluded} == {
        world.seats["chair"],
        world.legal,
        world.reviewer,
    }


def test_a_seat_that_joins_the_applicant_s_organisation_loses_its_vote(world: World) -> None:
    motion = world.refer()
    safety = world.seats["safety"]
    boards.cast_vote(
        actor=safety,
        motion=motion,
        choice="approve",
        reason="Fine.",
        dossier_digest=motion.dossier_digest,
    )
    accounts.add_member(actor=None, organization=world.organization, user=safety, role="member")
    assert services.exclude_conflicted_voters() == 1
    standing = opened_standing(Motion.objects.get(pk=motion.pk))
    assert standing.count(motion).approve == 0


def test_who_comes_to_manage_the_model_during_the_vote_loses_theirs(world: World) -> None:
    motion = world.refer()
    give_right(world.seats["safety"], Right.MANAGE_RELEASE, world.model)
    assert services.exclude_conflicted_voters() == 1
    ballot = Ballot.objects.get(motion=motion, holder=world.seats["safety"])
    assert "Manages releases" in ballot.excluded


def test_a_vote_that_cannot_be_taken_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = World()
    for each in (world, other):
        each.refer()
        give_right(each.seats["safety"], Right.MANAGE_RELEASE, each.model)
    exclude = referrals.exclude_conflicted

    def fail_first(*, application_id: int) -> int:
        if application_id == world.application.pk:
            raise RuntimeError
        return exclude(application_id=application_id)

    monkeypatch.setattr(deciding, "exclude_conflicted", fail_first)
    assert services.exclude_conflicted_voters() == 1


def test_it_takes_the_reviewer_who_has_it_and_both_texts(world: World) -> None:
    with pytest.raises(Refused, match="Somebody else has"):
        services.refer_application(
            actor=make_reviewer(world.model), application=world.application, **ASKED
        )
    with pytest.raises(Refused, match="no right to review"):
        services.refer_application(actor=make_user(), application=world.application, **ASKED)
    for key in ASKED:
        with pytest.raises(Refused, match=key.capitalize()):
            services.refer_application(
                actor=world.reviewer, application=world.application, **{**ASKED, key: " "}
            )
    assert not Motion.objects.exists()


def test_a_board_that_could_not_decide_is_not_asked(world: World) -> None:
    Seat.objects.filter(board=world.model.board).update(holder=None)
    with pytest.raises(Refused, match="Voting cannot open"):
        world.refer()
    assert Application.objects.get().state == "in_review"


def test_the_database_refuses_a_referral_without_a_motion(world: World) -> None:
    for change in ({"state": "referred"}, {"board_approved_at": world.application.created_at}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=world.application.pk).update(**change)


def test_an_erased_applicant_is_told_nothing_and_breaks_nothing(world: World) -> None:
    motion = world.refer()
    User.objects.filter(pk=world.applicant.pk).update(is_active=False)
    decide_motion(motion, "reject")
    assert services.apply_decided_motions() == 1


def test_a_question_can_be_put_better_and_is_voted_on_anew(world: World) -> None:
    motion = world.refer()
    former = dict(motion.dossier)
    boards.revise_texts(
        actor=world.reviewer, motion=motion, texts={**ASKED, "question": "And in this region?"}
    )
    motion.refresh_from_db()
    assert motion.state == "in_review"
    assert motion.dossier == {**former, "question": "And in this region?"}
    with pytest.raises(Refused, match="no part called 'purpose'"):
        boards.revise_texts(actor=world.reviewer, motion=motion, texts={"purpose": "Else."})
    world.application.refresh_from_db()
    assert world.application.state == "referred"
    accounts.add_member(
        actor=None, organization=world.organization, user=world.legal, role="member"
    )
    boards.open_vote(actor=world.reviewer, motion=motion)
    assert "belongs to" in motion.ballots.get(round=2, role="legal").excluded
    decide_motion(motion)
    services.apply_decided_motions()
    world.application.refresh_from_db()
    assert (world.application.state, world.application.referral) == ("in_review", motion)
