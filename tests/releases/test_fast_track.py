"""Moving a release on the fast track: what it shortens, and what it never does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from boards import services as boards
from boards.models import Motion
from common.errors import Refused
from releases import services
from releases.models import Model, Release, Transition
from tests.factories import make_user
from tests.releases.emergencies import (
    FAST_TRACK,
    FULL_REVIEW,
    URGENT,
    cooling_off,
    fall_due,
    make_fast_model,
    moved,
    propose,
    review,
)
from tests.releases.factories import (
    DOSSIER,
    make_hold,
    make_ladder,
    make_model,
    make_release,
    put_at,
)
from tests.releases.test_pages import signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user()


@pytest.fixture
def model(manager: User) -> Model:
    return make_fast_model(manager)


@pytest.fixture
def release(model: Model) -> Release:
    return make_release(model, version="v1", stage="trusted-api")


def vote(motion: Motion, role: str, choice: str) -> None:
    motion = Motion.objects.get(pk=motion.pk)
    seat = motion.board.seats.select_related("holder").get(role=role)
    boards.cast_vote(
        actor=seat.holder,
        motion=motion,
        choice=choice,
        reason="Because.",
        dossier_digest=motion.dossier_digest,
    )


def test_one_seat_of_three_decides_in_a_day_and_a_full_review_is_owed(
    release: Release, manager: User
) -> None:
    transition = propose(release, manager)
    motion = transition.motion
    assert motion.voting_seconds == 86400
    assert motion.dossier["urgency"] == URGENT["urgency"]
    assert Event.objects.get(action="motion.proposed").data["emergency"] is True
    services.open_transition_vote(actor=manager, transition=transition)
    vote(motion, "chair", "approve")
    Motion.objects.filter(pk=motion.pk).update(voting_closes_at=timezone.now())
    motion = boards.close_voting(actor=None, motion=motion)
    assert motion.state == "approved"
    assert motion.decided_at is not None
    assert motion.full_review_due_at == motion.decided_at + FULL_REVIEW


def test_the_usual_track_is_as_long_as_ever(release: Release, manager: User) -> None:
    motion = propose(release, manager, emergency=False).motion
    assert motion.voting_seconds == 30 * 86400
    assert motion.emergency is None
    assert motion.rule["required_present"] == ["independent"]


def test_the_soak_is_not_shortened(release: Release, manager: User) -> None:
    transition = propose(put_at(release, "trusted-api", timedelta(0)), manager)
    with pytest.raises(Refused, match="5 seconds at Trusted API are needed"):
        services.open_transition_vote(actor=manager, transition=transition)


def test_the_cool_off_is_not_shortened(release: Release, manager: User) -> None:
    motion = cooling_off(release, manager)
    transition = Transition.objects.get(motion=motion)
    assert motion.decided_at is not None
    assert transition.state == "approved"
    assert transition.effective_after == motion.decided_at + timedelta(seconds=5)


def test_a_hold_stops_it_as_it_stops_every_move(release: Release, manager: User) -> None:
    transition = propose(release, manager)
    make_hold(release.model, release)
    with pytest.raises(Refused, match="A hold on the release is in force"):
        services.open_transition_vote(actor=manager, transition=transition)


def test_there_is_none_where_the_ladder_has_none(manager: User) -> None:
    release = make_release(make_model(manager=manager), stage="trusted-api")
    with pytest.raises(Refused, match="no fast track to Public API"):
        propose(release, manager)
    assert not Motion.objects.exists()


@pytest.mark.parametrize("stage", ["public-api", "gated-weights"])
def test_there_is_none_to_where_weights_leave(release: Release, manager: User, stage: str) -> None:
    with pytest.raises(Refused, match="could not be taken back"):
        propose(put_at(release, stage), manager)
    assert not Motion.objects.exists()


def test_there_is_none_to_a_stage_that_cannot_be_undone(manager: User) -> None:
    ladder = make_ladder(hold_review=FAST_TRACK, irreversible="true")
    release = make_release(make_model(manager=manager, ladder=ladder), stage="trusted-api")
    with pytest.raises(Refused, match="could not be taken back"):
        propose(release, manager)


def test_the_rule_of_a_usual_move_names_the_fast_track_only_where_there_is_one(
    release: Release, manager: User
) -> None:
    assert "emergency" in propose(release, manager, emergency=False).motion.rule
    other = make_release(release.model, stage="public-api")
    to_weights = other.model.ladder.stages.get(slug="gated-weights")
    assert "emergency" not in to_weights.move_rule
    assert "emergency" not in to_weights.decision_rule


def test_why_it_cannot_wait_is_said_and_only_on_the_fast_track(
    release: Release, manager: User
) -> None:
    with pytest.raises(Refused, match="urgency"):
        propose(release, manager, urgency=" ")
    with pytest.raises(Refused, match="no part called 'urgency'"):
        propose(release, manager, emergency=False, urgency="Soon, please.")
    assert not Motion.objects.exists()


def test_a_changed_dossier_stays_on_its_track(release: Release, manager: User) -> None:
    transition = propose(release, manager)
    with pytest.raises(Refused, match="urgency"):
        services.revise_transition(
            actor=manager, transition=transition, dossier={**DOSSIER, "rationale": "Better."}
        )
    services.revise_transition(
        actor=manager, transition=transition, dossier={**URGENT, "urgency": "From Sunday."}
    )
    motion = Motion.objects.get()
    assert motion.emergency is not None
    assert motion.dossier["urgency"] == "From Sunday."


def test_a_track_that_the_ladder_lost_opens_no_vote(release: Release, manager: User) -> None:
    transition = propose(release, manager)
    source = release.model.ladder.source.replace("version: 1", "version: 2", 1)
    lines = [line for line in source.splitlines() if not line.startswith("emergency:")]
    services.load_ladder(actor=None, source_text="\n".join(lines))
    motion = Motion.objects.get()
    assert motion.binding_rule.required_present == ("independent",)
    transition = Transition.objects.get(pk=transition.pk)
    with pytest.raises(Refused, match="no fast track for this move any more"):
        services.open_transition_vote(actor=manager, transition=transition)


# What follows


def test_no_further_move_before_a_full_review_has_confirmed_the_decision(
    manager: User, model: Model
) -> None:
    release = make_release(model, stage="internal")
    motion = moved(release, manager)
    assert release.stage is not None
    assert release.stage.slug == "trusted-api"
    put_at(release, "trusted-api")
    for emergency in (True, False):
        with pytest.raises(Refused, match="once a full review has confirmed"):
            propose(release, manager, emergency=emergency)
    review(motion, "reject")
    with pytest.raises(Refused, match="once a full review has confirmed"):
        propose(release, manager)
    motion.refresh_from_db()
    review(motion)
    assert propose(release, manager, emergency=False).state == "proposed"


def test_a_move_that_came_to_nothing_owes_no_review(release: Release, manager: User) -> None:
    motion = cooling_off(release, manager)
    assert motion.full_review_due_at is not None
    lead = make_user()
    services.grant_right(actor=None, user=lead, right="place_hold", model=release.model)
    internal = release.model.ladder.stages.get(slug="internal")
    services.demote_release(actor=lead, release=release, to_stage=internal, reason="A leak.")
    motion.refresh_from_db()
    assert motion.full_review_due_at is None
    event = Event.objects.get(action="motion.full_review_dropped")
    assert "A leak." in event.data["reason"]


def test_a_move_that_took_effect_owes_its_review_also_after_a_demotion(
    manager: User, model: Model
) -> None:
    release = make_release(model, stage="trusted-api")
    motion = moved(release, manager)
    lead = make_user()
    services.grant_right(actor=None, user=lead, right="place_hold", model=model)
    internal = model.ladder.stages.get(slug="internal")
    services.demote_release(actor=lead, release=release, to_stage=internal, reason="A leak.")
    fall_due(motion)
    assert services.hold_unconfirmed() == 0
    motion.refresh_from_db()
    assert motion.full_review_due_at is not None


def test_a_full_review_under_way_is_bound_by_a_ladder_that_was_tightened(
    manager: User, model: Model
) -> None:
    motion = moved(make_release(model, stage="internal"), manager)
    asked = boards.propose_full_review(
        actor=manager, motion=motion, dossier={"rationale": "All of it again."}
    )
    boards.open_vote(actor=manager, motion=asked)
    source = model.ladder.source.replace("version: 1", "version: 2", 1)
    services.load_ladder(
        actor=None,
        source_text=source.replace(
            "required_present: [independent]", "required_present: [independent, chair]"
        ),
    )
    asked.refresh_from_db()
    assert asked.binding_rule.required_present == ("independent", "chair")
    assert asked.binding_rule.quorum.strict


# Pages


def url(name: str, release: Release) -> str:
    return reverse(name, args=[release.model.namespace, release.model.name, release.version])


def test_the_page_says_what_differs_and_takes_the_choice(release: Release, manager: User) -> None:
    client, proposing = signed_in(manager), url("transition_propose", release)
    page = text(client.get(proposing))
    assert "On the fast track: 1 day for voting by a rule of its own" in page
    assert "9 days after the approval" in page
    assert "at least a third of the seats must take part" in page
    assert "Requirements, soak and cool-off stay as they are." in page
    urgent = {**URGENT, "track": "fast"}
    for change, words in (
        ({"urgency": ""}, "Say why it cannot wait"),
        ({"track": "usual"}, "Choose the fast track above, or leave this empty."),
        ({"track": ""}, "Choose how the board is to decide."),
        ({"track": "faster"}, "Select a valid choice."),
        ({"urgency": "a\u202eb"}, "cannot be seen"),
    ):
        response = client.post(proposing, {**urgent, **change})
        assert response.status_code == 200
        assert words in text(response)
        assert URGENT["rationale"] in text(response)
    assert not Motion.objects.exists()
    response = client.post(proposing, urgent)
    motion = Motion.objects.get()
    opening = reverse("transition_open", args=[motion.public_id])
    assert response.headers["Location"] == opening
    assert motion.emergency is not None
    assert "the board owes a full review within 9 days" in text(client.get(opening))
    revising = reverse("transition_revise", args=[motion.public_id])
    assert URGENT["urgency"] in text(client.get(revising))
    assert "Write at least a sentence." in text(client.post(revising, {**URGENT, "urgency": ""}))
    assert client.post(revising, {**URGENT, "urgency": "Sooner."}).status_code == 302
    seen = text(client.get(reverse("motion_detail", args=[motion.public_id])))
    assert "with 1 day for voting instead of 30 days" in seen
    assert "Why it cannot wait" in seen


def test_the_usual_track_is_taken_on_the_same_page(release: Release, manager: User) -> None:
    client = signed_in(manager)
    sent = {**DOSSIER, "track": "usual", "urgency": ""}
    assert client.post(url("transition_propose", release), sent).status_code == 302
    motion = Motion.objects.get()
    assert motion.emergency is None
    assert "urgency" not in motion.dossier


def test_where_there_is_no_fast_track_the_page_offers_none(release: Release, manager: User) -> None:
    put_at(release, "public-api")
    client, proposing = signed_in(manager), url("transition_propose", release)
    page = text(client.get(proposing))
    assert "fast track" not in page
    assert "Why it cannot wait" not in page
    sent = {**URGENT, "track": "fast", "no_comparable": "We asked three registries."}
    client.post(proposing, {**sent, "comparison": "none"})
    assert not Motion.objects.filter(emergency__isnull=False).exists()


def test_the_page_refuses_a_further_move_while_a_review_is_owed(
    manager: User, model: Model
) -> None:
    release = make_release(model, stage="internal")
    moved(release, manager)
    response = signed_in(manager).get(url("transition_propose", release))
    assert response.status_code == 409
    assert "A full review is owed first" in text(response)


def test_the_ladder_says_where_the_fast_track_leads(release: Release) -> None:
    ladder = release.model.ladder
    page = text(signed_in(make_user()).get(ladder.get_absolute_url()))
    assert "never to a stage at which weights leave" in page
