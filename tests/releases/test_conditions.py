"""Conditions of a decision: what they say, when they come true, and what follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from common.errors import Refused
from releases import selectors, services
from releases.choices import Right
from releases.conditions import MOST, Watched, condition, conditions, fired
from releases.evidence.facts import EvidenceFacts
from releases.evidence.told import FLAGS, Flag, Score
from releases.models import ConditionFired, Hold, Release, Transition
from releases.selectors.watch import watches_of
from tests.factories import make_user
from tests.releases.evidence_files import make_evidence
from tests.releases.factories import (
    DOSSIER,
    LIFT_DOSSIER,
    decide,
    end_cool_off,
    make_hold,
    make_ladder_asking,
    make_model,
    make_release,
    make_transition,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
METRIC = {
    "kind": "metric",
    "task": "bio",
    "metric": "accuracy",
    "filter": "none",
    "unsafe": "above",
    "bound": "0.4",
    "confidence": "0.95",
}
EXPIRES = {"kind": "evidence_expires", "evidence": ONE, "title": "Bio run"}
BLOCKER = {"kind": "blocker_appears"}


def item(value: float = 0.1, stderr: float | None = 0.01, **also: Any) -> EvidenceFacts:
    told: dict[str, Any] = {
        "public_id": ONE,
        "type": "evaluation",
        "title": "Bio run",
        "ran_at": NOW - DAY,
        "expires_at": NOW + DAY,
        "scores": (Score("bio", "accuracy", "none", value, stderr, 200, None),),
    }
    return EvidenceFacts(**(told | also))


# What they say


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (METRIC, "accuracy on bio (none) can no longer be said to lie below 0.4 (95 %)."),
        (
            {**METRIC, "unsafe": "below", "confidence": "0.99", "elicitation": "fine_tuned"},
            (
                "accuracy on bio (none), after an attack by fine-tuning can no longer be said to "
                "lie above 0.4 (99 %)."
            ),
        ),
        (EXPIRES, "“Bio run” expires or is withdrawn."),
        (BLOCKER, "A blocker is opened on the release."),
    ],
)
def test_the_sentence_is_made_from_the_rule(rule: dict[str, Any], sentence: str) -> None:
    assert condition(rule) == {"sentence": sentence, "rule": rule}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "watches a metric"),
        ({"kind": "mood"}, "watches a metric"),
        ({"kind": ["metric"]}, "watches a metric"),
        ({**METRIC, "bound": "lots"}, "bound"),
        ({**METRIC, "min_samples": 5}, "has no min_samples"),
        ({**BLOCKER, "task": "x"}, "has no task"),
        ({**EXPIRES, "evidence": "7"}, "which evidence"),
        ({**EXPIRES, "evidence": None}, "which evidence"),
        ({**EXPIRES, "title": ""}, "what the evidence is called"),
    ],
)
def test_what_no_machine_could_watch_is_refused(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        condition(rule)
    assert "cannot be read any more" in fired(rule, Watched(), NOW)


def test_a_condition_is_named_once_and_there_are_not_too_many() -> None:
    with pytest.raises(ValueError, match="named twice"):
        conditions([BLOCKER, METRIC, BLOCKER])
    many = [{**METRIC, "bound": str(number)} for number in range(MOST + 1)]
    assert len(conditions(many[:MOST])) == MOST
    with pytest.raises(ValueError, match="at most 20"):
        conditions(many)


# When they come true


@pytest.mark.parametrize(
    ("evidence", "is_true"),
    [
        ((), False),
        ((item(0.1),), False),
        ((item(0.39),), True),  # its upper edge is above
        ((item(0.9),), True),
        ((item(0.1, None),), False),
        ((item(0.4, None),), True),
        ((item(0.9, expires_at=NOW),), False),
        ((item(0.9, withdrawn=True),), False),
        ((item(0.9, superseded=True),), False),
        ((item(0.9, digest_bound=False),), False),
        ((item(0.1), item(0.9)), True),
        ((item(0.9, flags=(Flag("incomplete", FLAGS["incomplete"]),)),), True),
        ((item(0.9, scores=()),), False),
    ],
)
def test_a_bound_is_crossed_by_any_score_that_stands(
    evidence: tuple[EvidenceFacts, ...], is_true: bool
) -> None:
    assert bool(fired(METRIC, Watched(evidence), NOW)) == is_true


def test_a_bound_for_a_model_pressed_in_one_way_is_not_crossed_in_another() -> None:
    rule = {**METRIC, "elicitation": "fully_elicited"}
    mild, hard = item(0.9, elicitation="mitigations_on"), item(0.9, elicitation="fully_elicited")
    assert fired(rule, Watched((mild,)), NOW) == ""
    assert "accuracy on bio is 0.9" in fired(rule, Watched((hard,)), NOW)


@pytest.mark.parametrize(
    ("evidence", "successors", "words"),
    [
        ((item(),), {}, ""),
        ((item(expires_at=NOW + timedelta(seconds=1)),), {}, ""),
        ((item(expires_at=NOW),), {}, "expired on 1 Jun 2026"),
        ((item(withdrawn=True),), {}, "was withdrawn"),
        ((item(digest_bound=False),), {}, "does not stand for this release"),
        ((), {}, "is not there any more"),
        ((item(superseded=True), item(public_id=TWO)), {ONE: TWO}, ""),
        ((item(superseded=True), item(public_id=TWO, expires_at=NOW)), {ONE: TWO}, "expired"),
        ((item(superseded=True), item(public_id=TWO, withdrawn=True)), {ONE: TWO}, "withdrawn"),
        ((item(superseded=True),), {ONE: TWO}, "is not there any more"),
    ],
)
def test_evidence_ends_unless_what_took_its_place_stands(
    evidence: tuple[EvidenceFacts, ...], successors: dict[str, str], words: str
) -> None:
    what = fired(EXPIRES, Watched(evidence, successors), NOW)
    assert words in what
    assert bool(what) == bool(words)


def test_a_ring_of_successors_ends() -> None:
    ring = Watched((item(superseded=True),), {ONE: TWO, TWO: ONE})
    assert fired(EXPIRES, ring, NOW)


def test_a_blocker_appears() -> None:
    assert fired(BLOCKER, Watched(), NOW) == ""
    assert fired(BLOCKER, Watched(blockers=("A leak.",)), NOW) == "A blocker was opened: A leak."
    assert replace(Watched(), blockers=()) == Watched()


# What follows


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def release(manager: User) -> Release:
    return make_release(make_model(manager=manager), version="v1")


def move(
    release: Release, manager: User, *rules: dict[str, Any], effect: bool = True
) -> Transition:
    """Move a release up by a decision that rests on the conditions."""
    to_stage = selectors.next_stage(release)
    assert to_stage is not None
    transition = services.propose_transition(
        actor=manager, release=release, to_stage=to_stage, dossier=DOSSIER, conditions=rules
    )
    services.open_transition_vote(actor=manager, transition=transition)
    decide(transition.motion)
    services.apply_decided_motions()
    if effect:
        end_cool_off(transition)
        services.apply_decided_motions()
        release.refresh_from_db()
    return transition


def block(release: Release) -> None:
    holder = make_user()
    services.grant_right(actor=None, user=holder, right=Right.PLACE_HOLD, model=release.model)
    services.open_blocker(actor=holder, release=release, title="A leak", reason="Seen.")


@pytest.mark.django_db
def test_one_that_comes_true_holds_admissions_calls_the_board_and_does_so_once(
    release: Release, manager: User
) -> None:
    transition = move(release, manager, BLOCKER)
    assert services.sweep_conditions() == 0
    # The task that the blocker hands over does it at once; the sweep finds nothing left to do.
    block(release)
    services.check_conditions(release_id=release.pk)
    assert services.sweep_conditions() == 0
    row = ConditionFired.objects.get()
    assert (row.motion, row.number, row.what) == (
        transition.motion, 0, "A blocker was opened: A leak.",
    )  # fmt: skip
    hold = Hold.objects.get()
    assert (hold.kind, hold.cause, hold.state, hold.placed_by, hold.release) == (
        "admissions", "condition", "review_due", None, release,
    )  # fmt: skip
    assert hold.reason.startswith("A condition on which the board's decision rests came true")
    event = Event.objects.get(action="condition.fired")
    assert event.actor is None
    assert event.data["rule"] == BLOCKER
    assert manager.notifications.filter(kind="condition_fired").count() == 1
    seats = User.objects.filter(seats__board=release.model.board_id)
    assert all(seat.notifications.filter(kind="condition_fired").count() == 1 for seat in seats)
    assert release.stage is not None
    assert release.stage.slug == "trusted-api"


@pytest.mark.django_db
def test_what_came_true_is_told_to_the_staff_and_to_nobody_else(
    release: Release, manager: User, client: Client
) -> None:
    move(release, manager, BLOCKER)
    block(release)
    services.sweep_conditions()
    page = client.get(release.get_absolute_url())
    assert page.status_code == 200
    assert "rests came true" in page.content.decode()
    assert "A leak" not in page.content.decode()
    client.force_login(manager)
    watched = reverse(
        "release_watch", args=[release.model.namespace, release.model.name, release.version]
    )
    assert watched in client.get(release.get_absolute_url()).content.decode()
    assert "A leak" in client.get(watched).content.decode()


@pytest.mark.django_db
def test_it_does_not_fire_again_when_the_board_has_lifted_the_hold(
    release: Release, manager: User
) -> None:
    move(release, manager, BLOCKER)
    block(release)
    services.sweep_conditions()
    Hold.objects.update(state="lifted", lifted_at=NOW, lifted_by=Transition.objects.get().motion)
    assert services.sweep_conditions() == 0
    assert selectors.holds_in_force(release) == []


@pytest.mark.django_db
def test_a_hold_on_admissions_that_is_in_force_is_enough(release: Release, manager: User) -> None:
    move(release, manager, BLOCKER)
    hold = make_hold(release.model, release, kind="admissions")
    block(release)
    services.sweep_conditions()
    hold.refresh_from_db()
    assert hold.state == "review_due"
    assert ConditionFired.objects.get().hold == hold


@pytest.mark.django_db
def test_a_condition_that_comes_true_while_a_lift_is_voted_on_outlasts_the_lift(
    release: Release, manager: User
) -> None:
    """The board was asked before, and about another cause."""
    move(release, manager, BLOCKER)
    hold = make_hold(release.model, release, kind="admissions")
    motion = services.propose_lift(actor=manager, hold=hold, dossier=LIFT_DOSSIER)
    block(release)
    services.sweep_conditions()
    decide(motion)
    services.apply_decided_motions()
    hold.refresh_from_db()
    assert hold.state == "lifted"
    [kept] = selectors.holds_in_force(release)
    assert (kept.cause, kept.state) == ("condition", "review_due")
    assert services.sweep_conditions() == 0


@pytest.mark.django_db
def test_a_condition_that_comes_true_in_the_cool_off_keeps_the_move_from_taking_effect(
    release: Release, manager: User
) -> None:
    transition = move(release, manager, BLOCKER, effect=False)
    block(release)
    services.sweep_conditions()
    end_cool_off(transition)
    services.apply_decided_motions()
    transition.refresh_from_db()
    assert transition.state == "approved"
    assert "A hold on the release is in force" in transition.waiting_for


@pytest.mark.django_db
def test_a_later_decision_takes_the_place_of_an_earlier_ones_conditions(
    release: Release, manager: User
) -> None:
    move(release, manager, BLOCKER)
    Release.objects.filter(pk=release.pk).update(staged_at=NOW - 400 * DAY)
    release.refresh_from_db()
    later = move(release, manager)
    assert watches_of(release) == []
    services.demote_release(
        actor=hold_right(release), release=release, to_stage=later.from_stage, reason="Odd."
    )
    release.refresh_from_db()
    assert [watch.sentence for watch in watches_of(release)] == [
        "A blocker is opened on the release."
    ]


@pytest.mark.django_db
def test_evidence_that_crosses_a_bound_or_is_withdrawn_fires_as_it_comes_in(
    release: Release, manager: User, django_capture_on_commit_callbacks: Any
) -> None:
    good = make_evidence(release, type="measurement", details=measured(0.1))
    metric = {key: value for key, value in METRIC.items() if key != "filter"}
    expires = {"kind": "evidence_expires", "evidence": str(good.public_id), "title": good.title}
    move(release, manager, metric, expires)
    assert services.sweep_conditions() == 0
    with django_capture_on_commit_callbacks(execute=True):
        make_evidence(release, type="measurement", details=measured(0.5))
    row = ConditionFired.objects.get()
    assert row.number == 0
    assert "accuracy on bio is 0.5" in row.what
    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw_evidence(actor=manager, evidence=good, reason="Odd.")
    assert "was withdrawn" in ConditionFired.objects.get(number=1).what
    assert Hold.objects.count() == 1


@pytest.mark.django_db
def test_a_bound_of_the_ladder_keeps_the_vote_from_opening_until_evidence_meets_it(
    manager: User,
) -> None:
    gate = """[{key: bio, kind: metric, name: Bio, task: bio, metric: accuracy, \
unsafe: above, bound: "0.4"}]"""
    ladder = make_ladder_asking("trusted-api", requirements=gate)
    release = make_release(make_model(manager=manager, ladder=ladder))
    transition = make_transition(release, manager)
    bad = make_evidence(release, type="measurement", details=measured(0.39))
    with pytest.raises(Refused, match=r"not below 0\.4"):
        services.open_transition_vote(actor=manager, transition=transition)
    good = make_evidence(release, type="measurement", details=measured(0.1))
    with pytest.raises(Refused, match="the worst counts"):
        services.open_transition_vote(actor=manager, transition=transition)
    services.supersede_evidence(actor=manager, evidence=bad, by=good, reason="Run again.")
    motion = services.open_transition_vote(actor=manager, transition=transition)
    assert motion.state == "voting"


def measured(value: float) -> dict[str, Any]:
    ends = {"low": value - 0.03, "high": value + 0.03, "level": 95, "samples": 200}
    return {"task": "bio", "metric": "accuracy", "value": value, **ends}


def hold_right(release: Release) -> User:
    person = make_user()
    services.grant_right(actor=None, user=person, right=Right.PLACE_HOLD, model=release.model)
    return person


@pytest.mark.django_db
def test_what_has_come_true_already_is_no_condition(release: Release, manager: User) -> None:
    block(release)
    with pytest.raises(Refused, match="has come true already"):
        move(release, manager, BLOCKER)
    with pytest.raises(Refused, match="is not there any more"):
        move(release, manager, EXPIRES)
    with pytest.raises(Refused, match="watches a metric"):
        move(release, manager, {"kind": "mood"})


@pytest.mark.django_db
def test_conditions_are_part_of_what_votes_bind_to_and_outlast_other_changes(
    release: Release, manager: User
) -> None:
    to_stage = selectors.next_stage(release)
    assert to_stage is not None
    transition = services.propose_transition(
        actor=manager, release=release, to_stage=to_stage, dossier=DOSSIER
    )
    plain = transition.motion.dossier_digest
    services.open_transition_vote(actor=manager, transition=transition)
    motion = services.change_conditions(
        actor=manager, motion=transition.motion, conditions=[BLOCKER]
    )
    assert motion.dossier_digest != plain
    assert motion.state == "in_review"
    services.revise_transition(
        actor=manager, transition=transition, dossier={**DOSSIER, "rationale": "Better."}
    )
    transition.motion.refresh_from_db()
    assert transition.motion.dossier["conditions"] == [condition(BLOCKER)]
    services.change_conditions(actor=manager, motion=transition.motion, conditions=[])
    transition.motion.refresh_from_db()
    assert "conditions" not in transition.motion.dossier


@pytest.mark.django_db
def test_rows_are_inserted_only(release: Release, manager: User) -> None:
    move(release, manager, BLOCKER)
    block(release)
    services.sweep_conditions()
    with pytest.raises(DatabaseError, match="added to, never edited"), transaction.atomic():
        ConditionFired.objects.all().delete()


# Pages


@pytest.mark.django_db
def test_conditions_are_chosen_and_read_on_pages(release: Release, manager: User) -> None:
    to_stage = selectors.next_stage(release)
    assert to_stage is not None
    transition = services.propose_transition(
        actor=manager, release=release, to_stage=to_stage, dossier=DOSSIER
    )
    client = Client()
    client.force_login(manager)
    url = reverse("motion_conditions", args=[transition.motion.public_id])
    assert "Nothing yet." in client.get(url).content.decode()
    page = client.post(url, {"bound": "0.4", "blocker": "on"}).content.decode()
    assert "Choose the score that the bound is for." in page
    assert client.post(url, {"blocker": "on"}).status_code == 302
    assert "<li>A blocker is opened on the release.</li>" in client.get(url).content.decode()
    response = client.post(url, {"blocker": "on"})
    assert response.status_code == 409
    other = Client()
    other.force_login(hold_right(release))
    assert other.get(url).status_code == 403
    services.open_transition_vote(actor=manager, transition=transition)
    decide(transition.motion)
    services.apply_decided_motions()
    watched = reverse(
        "release_watch", args=[release.model.namespace, release.model.name, release.version]
    )
    assert "A blocker is opened on the release." in client.get(watched).content.decode()
    block(release)
    services.sweep_conditions()
    page = client.get(watched).content.decode()
    assert "Came true" in page
    assert "A blocker was opened: A leak." in page
    assert client.get(url).status_code == 409
