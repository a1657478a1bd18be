"""Moving a release up: proposing, requirements, voting, cool-off, effect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from boards import services as boards
from boards.models import Ballot, Motion
from common.errors import Refused
from releases import selectors, services
from releases.models import Release, StageEntry, Transition
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.factories import (
    DOSSIER,
    decide,
    end_cool_off,
    make_approved,
    make_hold,
    make_ladder,
    make_model,
    make_release,
    make_transition,
    put_at,
    stage_of,
)

pytestmark = pytest.mark.django_db


def now_at(release: Release) -> str:
    stage = Release.objects.select_related("stage").get(pk=release.pk).stage
    assert stage is not None
    return stage.slug


def test_an_approved_transition_takes_effect_after_its_cool_off_and_once() -> None:
    release = make_release()
    transition = make_approved(release)

    assert services.apply_decided_motions() == 1
    transition.refresh_from_db()
    assert transition.state == "approved"
    decided_at = transition.motion.decided_at
    assert decided_at is not None
    assert transition.effective_after == decided_at + timedelta(seconds=5)
    assert now_at(release) == "internal"

    assert services.apply_decided_motions() == 0
    end_cool_off(transition)
    assert services.apply_decided_motions() == 1
    assert services.apply_decided_motions() == 0

    transition.refresh_from_db()
    assert transition.state == "effective"
    assert now_at(release) == "trusted-api"
    assert Motion.objects.get(pk=transition.motion_id).applied_at is not None
    assert [entry.cause for entry in selectors.stage_history(release)] == ["transition", "sealed"]
    assert Event.objects.filter(action="transition.effective").count() == 1


def test_the_soak_starts_again_at_the_new_stage() -> None:
    release = make_release()
    transition = make_approved(release)
    services.apply_decided_motions()
    end_cool_off(transition)
    services.apply_decided_motions()
    release.refresh_from_db()
    assert release.staged_at is not None
    assert timezone.now() - release.staged_at < timedelta(minutes=1)


@pytest.mark.parametrize("choice", ["reject", "abstain"])
def test_a_rejected_motion_ends_the_transition_without_effect(choice: str) -> None:
    release = make_release()
    transition = make_transition(release)
    services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    decide(transition.motion, choice)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "rejected"
    assert now_at(release) == "internal"
    assert make_transition(release, transition.motion.proposer).state == "proposed"


def test_a_withdrawn_motion_ends_the_transition() -> None:
    transition = make_transition(make_release())
    boards.withdraw_motion(
        actor=transition.motion.proposer, motion=transition.motion, reason="Too early."
    )
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "withdrawn"


def test_a_decision_cancelled_during_cool_off_has_no_effect() -> None:
    chair = make_user()
    board = make_board(("chair", chair), ("safety", make_user()), ("independent", make_user()))
    release = make_release(make_model(board=board))
    transition = make_approved(release)
    services.apply_decided_motions()
    boards.cancel_motion(actor=chair, motion=transition.motion, reason="New facts.")
    end_cool_off(transition)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "cancelled"
    assert now_at(release) == "internal"


def test_a_hold_restarts_the_cool_off_and_keeps_the_effect_from_happening() -> None:
    release = make_release()
    transition = make_approved(release)
    services.apply_decided_motions()
    end_cool_off(transition)
    hold = make_hold(release.model, release)
    transition.refresh_from_db()
    assert transition.effective_after == hold.placed_at + timedelta(seconds=5)

    end_cool_off(transition)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "approved"
    assert "A filter fails." in transition.waiting_for
    assert now_at(release) == "internal"


def test_a_hold_on_the_model_placed_before_the_decision_is_applied_restarts_it_too() -> None:
    release = make_release()
    transition = make_approved(release)
    hold = make_hold(release.model)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.effective_after == hold.placed_at + timedelta(seconds=5)


def test_a_hold_on_another_release_restarts_nothing() -> None:
    release = make_release()
    other = make_release(release.model)
    transition = make_approved(release)
    services.apply_decided_motions()
    transition.refresh_from_db()
    before = transition.effective_after
    make_hold(release.model, other)
    transition.refresh_from_db()
    assert transition.effective_after == before


def test_what_fails_the_check_for_too_long_lapses() -> None:
    release = make_release()
    transition = make_approved(release)
    services.apply_decided_motions()
    make_hold(release.model, release)
    end_cool_off(transition)
    Transition.objects.update(expires_at=timezone.now())
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "lapsed"
    assert Motion.objects.get(pk=transition.motion_id).applied_at is not None
    proposer = transition.motion.proposer
    assert proposer.notifications.filter(kind="transition_lapsed").exists()


def test_one_that_cannot_be_applied_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = make_approved(make_release())
    whole = make_approved(make_release())
    real = services.decisions.take_effect

    def fail_for_one(*, transition_id: int) -> bool:
        if transition_id == broken.pk:
            raise RuntimeError
        return real(transition_id=transition_id)

    monkeypatch.setattr(services.applying, "take_effect", fail_for_one)
    assert services.apply_decided_motions() == 1
    whole.refresh_from_db()
    assert whole.state == "approved"


# Proposing


def test_proposing_needs_the_right_to_manage_releases() -> None:
    release = make_release()
    to_stage = stage_of(release.model, "trusted-api")
    for actor in (make_user(), make_user(is_superuser=True)):
        with pytest.raises(Refused, match="You need the right"):
            services.propose_transition(
                actor=actor, release=release, to_stage=to_stage, dossier=DOSSIER
            )
    assert not Motion.objects.exists()


def test_stages_are_not_skipped() -> None:
    manager = make_user()
    release = make_release(make_model(manager=manager))
    with pytest.raises(Refused, match="stages are not skipped"):
        services.propose_transition(
            actor=manager,
            release=release,
            to_stage=stage_of(release.model, "open-weights"),
            dossier=DOSSIER,
        )


def test_a_stage_of_another_ladder_is_refused() -> None:
    manager = make_user()
    release = make_release(make_model(manager=manager))
    other = make_ladder(cool_off="1h")
    with pytest.raises(Refused, match="stages are not skipped"):
        services.propose_transition(
            actor=manager, release=release, to_stage=other.stages.all()[1], dossier=DOSSIER
        )


def test_a_release_has_one_open_transition() -> None:
    manager = make_user()
    release = make_release(make_model(manager=manager))
    make_transition(release, manager)
    with pytest.raises(Refused, match="open already"):
        make_transition(release, manager)


def test_into_weights_a_statement_of_confidence_is_required() -> None:
    manager = make_user()
    release = make_release(make_model(manager=manager), stage="public-api")
    with pytest.raises(Refused, match="confidence"):
        make_transition(release, manager, confidence=" ")
    make_transition(release, manager)


def test_below_weights_it_may_be_left_out() -> None:
    transition = make_transition(make_release(), confidence="")
    assert "confidence" not in transition.motion.dossier


@pytest.mark.parametrize(
    ("part", "text", "sentence"),
    [
        ("rationale", "", "rationale"),
        ("preparation", "x" * 20_001, "20001 characters"),
        ("rationale", "a\x00b", "cannot be seen"),
        ("surprise", "x", "no part called 'surprise'"),
    ],
)
def test_a_wrong_dossier_is_refused_by_name(part: str, text: str, sentence: str) -> None:
    manager = make_user()
    release = make_release(make_model(manager=manager))
    with pytest.raises(Refused, match=sentence):
        make_transition(release, manager, **{part: text})


def test_the_motion_names_the_very_bytes() -> None:
    release = make_release()
    params = make_transition(release).motion.params
    assert params["release_digest"] == release.digest
    assert (params["from"], params["to"]) == ("internal", "trusted-api")


# Opening the vote


def test_the_proposer_and_managers_have_no_vote() -> None:
    chair, manager = make_user(), make_user()
    board = make_board(
        ("chair", chair),
        ("safety", make_user()),
        ("security", manager),
        ("independent", make_user()),
    )
    release = make_release(make_model(board=board, manager=manager))
    transition = make_transition(release, manager)
    services.open_transition_vote(actor=chair, transition=transition)
    excluded = Ballot.objects.get(motion=transition.motion, holder=manager).excluded
    assert excluded == "Proposed the motion."


def test_whoever_becomes_a_manager_during_the_vote_loses_theirs() -> None:
    member = make_user()
    board = make_board(
        ("chair", make_user()), ("safety", make_user()), ("legal", member),
        ("independent", make_user()),
    )  # fmt: skip
    release = make_release(make_model(board=board))
    transition = make_transition(release)
    services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    services.grant_right(actor=None, user=member, right="manage_release", model=release.model)
    assert Ballot.objects.get(motion=transition.motion, holder=member).excluded


def test_unmet_requirements_keep_the_vote_from_opening_and_say_why() -> None:
    release = make_release(stage="trusted-api", soaked=timedelta(seconds=1))
    transition = make_transition(release)
    make_hold(release.model, release, kind="admissions", reason="Odd answers.")
    with pytest.raises(Refused) as refusal:
        services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    assert "5 seconds at Trusted API are needed" in refusal.value.sentence
    assert "Odd answers." in refusal.value.sentence
    assert Motion.objects.get(pk=transition.motion_id).state == "in_review"


def test_others_than_the_proposer_and_the_chair_do_not_open_the_vote() -> None:
    transition = make_transition(make_release())
    with pytest.raises(Refused, match="opened by the proposer or by the chair"):
        services.open_transition_vote(actor=make_user(), transition=transition)


def test_a_changed_dossier_sends_the_motion_back_to_review() -> None:
    transition = make_transition(make_release())
    proposer = transition.motion.proposer
    services.open_transition_vote(actor=proposer, transition=transition)
    before = Motion.objects.get(pk=transition.motion_id).dossier_digest
    services.revise_transition(
        actor=proposer, transition=transition, dossier={**DOSSIER, "rationale": "Better words."}
    )
    motion = Motion.objects.get(pk=transition.motion_id)
    assert motion.state == "in_review"
    assert motion.dossier_digest != before
    services.open_transition_vote(actor=proposer, transition=transition)


def test_a_decided_dossier_cannot_change() -> None:
    transition = make_approved(make_release())
    proposer = transition.motion.proposer
    services.apply_decided_motions()
    with pytest.raises(Refused, match="the dossier cannot change any more"):
        services.revise_transition(actor=proposer, transition=transition, dossier=DOSSIER)


# Down and out


def test_a_move_whose_vote_nobody_opens_lapses_with_its_motion(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manager = make_user()
    transition = make_transition(make_release(make_model(manager=manager)), manager)
    monkeypatch.setattr("boards.services.motions.IDLE", timedelta(0))
    boards.lapse_idle(motion=transition.motion)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "lapsed"
    assert make_transition(transition.release, manager).state == "proposed"


def test_a_demotion_is_at_once_and_lapses_an_open_transition_and_its_motion() -> None:
    holder = make_user()
    release = make_release(make_model(holder=holder), stage="public-api")
    transition = make_transition(release)
    services.open_transition_vote(actor=transition.motion.proposer, transition=transition)
    services.demote_release(
        actor=holder,
        release=release,
        to_stage=stage_of(release.model, "internal"),
        reason="A leak.",
    )
    transition.refresh_from_db()
    assert now_at(release) == "internal"
    assert transition.state == "lapsed"
    assert Motion.objects.get(pk=transition.motion_id).state == "lapsed"
    assert StageEntry.objects.filter(release=release, cause="demotion", reason="A leak.").exists()


def test_a_demotion_ends_an_approved_transition_for_good() -> None:
    holder = make_user()
    release = make_release(make_model(holder=holder), stage="trusted-api")
    transition = make_approved(release)
    services.apply_decided_motions()
    services.demote_release(
        actor=holder, release=release, to_stage=stage_of(release.model, "internal"), reason="Why."
    )
    end_cool_off(transition)
    assert services.apply_decided_motions() == 0
    assert now_at(release) == "internal"


def test_a_demotion_goes_down_and_needs_the_right() -> None:
    holder = make_user()
    release = make_release(make_model(holder=holder), stage="trusted-api")
    for slug in ("trusted-api", "public-api"):
        with pytest.raises(Refused, match="is not below"):
            services.demote_release(
                actor=holder, release=release, to_stage=stage_of(release.model, slug), reason="x"
            )
    with pytest.raises(Refused, match="You need the right"):
        services.demote_release(
            actor=make_user(is_superuser=True),
            release=release,
            to_stage=stage_of(release.model, "internal"),
            reason="x",
        )
    with pytest.raises(Refused, match="The reason"):
        services.demote_release(
            actor=holder, release=release, to_stage=stage_of(release.model, "internal"), reason=" "
        )


def test_a_release_is_withdrawn_only_while_held() -> None:
    holder = make_user()
    release = make_release(make_model(holder=holder), stage="trusted-api")
    transition = make_transition(release)
    with pytest.raises(Refused, match="Place a hold"):
        services.withdraw_release(actor=holder, release=release, reason="Unsafe.")
    make_hold(release.model, release, actor=holder)
    services.withdraw_release(actor=holder, release=release, reason="Unsafe.")
    release.refresh_from_db()
    transition.refresh_from_db()
    assert release.state == "withdrawn"
    assert transition.state == "lapsed"
    with pytest.raises(Refused, match="withdrawn"):
        services.withdraw_release(actor=holder, release=release, reason="Again.")


def test_a_withdrawn_release_moves_no_more() -> None:
    holder = make_user()
    release = make_release(make_model(holder=holder))
    make_hold(release.model, actor=holder)
    services.withdraw_release(actor=holder, release=release, reason="Unsafe.")
    with pytest.raises(Refused, match="only a sealed release moves"):
        make_transition(release)


def test_the_last_stage_has_no_next_one() -> None:
    release = put_at(make_release(), "open-weights")
    assert selectors.next_stage(release) is None
