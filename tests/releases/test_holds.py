"""Holds: one person places them, only the board lifts them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Event
from boards.models import Ballot, Motion
from common.errors import Refused
from releases import notifications, selectors, services
from releases.models import Hold, Stage
from tests.boards.factories import make_board
from tests.factories import make_user
from tests.releases.factories import (
    LIFT_DOSSIER,
    decide,
    make_hold,
    make_model,
    make_release,
    stage_of,
)
from tests.releases.failing import fail_once

pytestmark = pytest.mark.django_db


def test_a_hold_is_in_force_at_once_on_the_release_and_on_none_other() -> None:
    release = make_release()
    other = make_release(release.model)
    hold = make_hold(release.model, release)
    assert selectors.holds_in_force(release) == [hold]
    assert selectors.holds_in_force(other) == []
    assert Event.objects.get(action="hold.placed").data["reason"] == "A filter fails."


def test_a_hold_on_the_model_covers_every_release_and_all_comes_first() -> None:
    release = make_release()
    mild = make_hold(release.model, release, kind="admissions")
    strict = make_hold(release.model, kind="all")
    assert selectors.holds_in_force(release) == [strict, mild]


def test_it_takes_the_right_a_kind_and_a_reason() -> None:
    holder = make_user()
    model = make_model(holder=holder)
    for actor in (make_user(), make_user(is_superuser=True)):
        with pytest.raises(Refused, match="You need the right"):
            make_hold(model, actor=actor)
    changes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"kind": "some"}, "choose one of the two"),
        ({"reason": " "}, "The reason"),
        ({"reason": "x" * 5001}, "5001 characters"),
        ({"reason": "a\x00b"}, "cannot be seen"),
    )
    for change, sentence in changes:
        with pytest.raises(Refused, match=sentence):
            make_hold(model, actor=holder, **change)
    assert not Hold.objects.exists()


def test_somebody_inactive_places_none() -> None:
    holder = make_user()
    model = make_model(holder=holder)
    holder.is_active = False
    holder.save()
    with pytest.raises(Refused, match="You need the right"):
        make_hold(model, actor=holder)


def test_the_same_hold_is_placed_once() -> None:
    holder = make_user()
    model = make_model(holder=holder)
    make_hold(model, actor=holder)
    with pytest.raises(Refused, match="in force already"):
        make_hold(model, actor=holder)


def test_a_release_of_another_model_is_not_held_by_this_right() -> None:
    holder = make_user()
    model = make_model(holder=holder)
    with pytest.raises(Refused, match="not one of this model's"):
        make_hold(model, make_release(), actor=holder)


def test_managers_and_seats_are_told() -> None:
    manager, chair = make_user(), make_user()
    board = make_board(("chair", chair), ("independent", make_user()))
    model = make_model(board=board, manager=manager)
    make_hold(model)
    for person in (manager, chair):
        assert person.notifications.filter(kind="hold_placed").count() == 1


def lift(hold: Hold, choice: str = "approve") -> Motion:
    proposer = make_user()
    services.grant_right(actor=None, user=proposer, right="place_hold", model=hold.model)
    motion = services.propose_lift(actor=proposer, hold=hold, dossier=LIFT_DOSSIER)
    assert motion.state == "voting"
    decide(motion, choice)
    services.apply_decided_motions()
    hold.refresh_from_db()
    return Motion.objects.get(pk=motion.pk)


def test_the_board_lifts_it_once() -> None:
    release = make_release()
    hold = make_hold(release.model, release)
    motion = lift(hold)
    assert hold.state == "lifted"
    assert hold.lifted_by == motion
    assert motion.applied_at is not None
    assert selectors.holds_in_force(release) == []
    assert services.apply_decided_motions() == 0
    assert Event.objects.filter(action="hold.lifted").count() == 1


@pytest.mark.parametrize("approved", [False, True], ids=["voted-on", "approved"])
def test_who_learns_of_more_while_a_lift_is_before_the_board_holds_again(approved: bool) -> None:
    release = make_release()
    hold = make_hold(release.model, release)
    with pytest.raises(Refused, match="in force already"):
        make_hold(release.model, release)
    proposer = make_user()
    services.grant_right(actor=None, user=proposer, right="place_hold", model=release.model)
    motion = services.propose_lift(actor=proposer, hold=hold, dossier=LIFT_DOSSIER)
    if approved:
        decide(motion)
    again = make_hold(release.model, release, reason="Another filter fails.")
    if not approved:
        decide(motion)
    services.apply_decided_motions()
    assert selectors.holds_in_force(release) == [again]
    with pytest.raises(Refused, match="in force already"):
        make_hold(release.model, release)


def test_a_board_that_rejects_leaves_it_in_force() -> None:
    release = make_release()
    hold = make_hold(release.model, release)
    motion = lift(hold, "reject")
    assert hold.state == "placed"
    assert motion.applied_at is not None
    assert lift(hold).state == "approved"


def test_the_rule_is_of_the_stage_or_for_a_model_of_the_last() -> None:
    release = make_release(stage="gated-weights")
    on_release = make_hold(release.model, release)
    on_model = make_hold(release.model)
    gated, last = stage_of(release.model, "gated-weights"), stage_of(release.model, "open-weights")
    assert lift(on_release).rule == gated.rule
    assert lift(on_model).rule == last.rule


def test_who_proposes_or_manages_does_not_vote_on_it() -> None:
    member, manager = make_user(), make_user()
    board = make_board(
        ("chair", make_user()), ("safety", make_user()), ("independent", make_user()),
        ("legal", member), ("security", manager),
    )  # fmt: skip
    model = make_model(board=board, manager=manager, holder=member)
    hold = make_hold(model)
    motion = services.propose_lift(actor=member, hold=hold, dossier=LIFT_DOSSIER)
    for person in (member, manager):
        assert Ballot.objects.get(motion=motion, holder=person).excluded


def test_proposing_to_lift_takes_a_right_a_dossier_and_a_hold_in_force() -> None:
    holder = make_user()
    model = make_model(holder=holder)
    hold = make_hold(model, actor=holder)
    with pytest.raises(Refused, match="is proposed by whoever"):
        services.propose_lift(actor=make_user(), hold=hold, dossier=LIFT_DOSSIER)
    with pytest.raises(Refused, match="remedy"):
        services.propose_lift(actor=holder, hold=hold, dossier={"rationale": "x"})
    services.propose_lift(actor=holder, hold=hold, dossier=LIFT_DOSSIER)
    with pytest.raises(Refused, match="open motion of this kind"):
        services.propose_lift(actor=holder, hold=hold, dossier=LIFT_DOSSIER)
    other = make_hold(model, actor=holder, kind="admissions")
    lift(other)
    with pytest.raises(Refused, match="lifted already"):
        services.propose_lift(actor=holder, hold=other, dossier=LIFT_DOSSIER)


def test_a_hold_whose_review_cannot_be_called_for_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = make_hold(make_release().model), make_hold(make_release().model)
    Hold.objects.update(review_at=timezone.now() - timedelta(seconds=1))
    fail_once(monkeypatch, notifications, "hold_review_due")
    assert services.call_for_review() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("placed", "review_due")
    assert services.call_for_review() == 1


def test_a_release_of_the_longest_name_can_be_held_and_the_hold_lifted() -> None:
    model = make_model(namespace="n" * 60, name="m" * 96, manager=make_user())
    release = make_release(model, version="v" * 64)
    hold = make_hold(model, release)
    lift(hold)
    assert hold.state == "lifted"


def test_a_review_is_called_for_and_the_hold_stays() -> None:
    manager = make_user()
    release = make_release(make_model(manager=manager))
    hold = make_hold(release.model, release)
    assert services.call_for_review() == 0
    Hold.objects.update(review_at=timezone.now() - timedelta(seconds=1))
    assert services.call_for_review() == 1
    assert services.call_for_review() == 0
    hold.refresh_from_db()
    assert hold.state == "review_due"
    assert selectors.holds_in_force(release) == [hold]
    assert manager.notifications.filter(kind="hold_review_due").count() == 1
    lift(hold)
    assert hold.state == "lifted"


def test_the_database_lifts_no_hold_without_a_motion() -> None:
    hold = make_hold(make_model())
    with pytest.raises(DatabaseError), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(state="lifted")


def test_the_database_keeps_ladders_and_the_history_of_stages() -> None:
    release = make_release()
    for change in (
        lambda: Stage.objects.update(cohort_cap=1000),
        release.model.ladder.delete,
        lambda: release.stage_entries.update(reason="Other."),
        lambda: release.stage_entries.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
