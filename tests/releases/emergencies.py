"""Emergency decisions for tests, made by the services that make them in life."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from boards import services as boards
from boards.models import Motion
from boards.tasks import sweep_decisions
from releases import selectors, services
from releases.models import Model, Release, Transition
from tests.releases.factories import DOSSIER, decide, end_cool_off, make_ladder, make_model

FULL_REVIEW = timedelta(days=9)
# What stands in the place of the ladder's `hold_review` line.
FAST_TRACK = (
    '14d\nemergency: {rule: {quorum: {at_least: "1/3"}, approval: {more_than: "1/2"}}, '
    "voting_period: 1d, full_review: 9d}"
)
URGENT = {**DOSSIER, "urgency": "A hospital depends on it from Monday."}


def make_fast_model(manager: User, holder: User | None = None) -> Model:
    """Make a model whose ladder has a fast track."""
    return make_model(manager=manager, holder=holder, ladder=make_ladder(hold_review=FAST_TRACK))


def propose(release: Release, manager: User, *, emergency: bool = True, **texts: str) -> Transition:
    """Propose the move of a release to its next stage, by default on the fast track."""
    to_stage = selectors.next_stage(release)
    assert to_stage is not None
    return services.propose_transition(
        actor=manager,
        release=release,
        to_stage=to_stage,
        dossier={**(URGENT if emergency else DOSSIER), **texts},
        emergency=emergency,
    )


def cooling_off(release: Release, manager: User) -> Motion:
    """Have the move approved on the fast track; it waits for the end of its cool-off."""
    transition = propose(release, manager)
    services.open_transition_vote(actor=manager, transition=transition)
    decide(transition.motion)
    services.apply_decided_motions()
    return Motion.objects.get(pk=transition.motion_id)


def moved(release: Release, manager: User) -> Motion:
    """Have the release moved on the fast track; return the decision."""
    motion = cooling_off(release, manager)
    end_cool_off(Transition.objects.get(motion=motion))
    services.apply_decided_motions()
    release.refresh_from_db()
    return Motion.objects.get(pk=motion.pk)


def fall_due(motion: Motion) -> None:
    """Let the time for the full review be over."""
    past = timezone.now() - timedelta(seconds=1)
    Motion.objects.filter(pk=motion.pk).update(full_review_due_at=past)


def review(motion: Motion, choice: str = "approve") -> Motion:
    """Have the full review asked for, decided and applied."""
    asked = boards.propose_full_review(
        actor=motion.proposer, motion=motion, dossier={"rationale": "All of it again."}
    )
    boards.open_vote(actor=motion.proposer, motion=asked)
    decide(asked, choice)
    sweep_decisions()
    return Motion.objects.get(pk=asked.pk)
