"""The demo's board, ladder, terms and models, moved up by real votes on evidence."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from boards import services as boards
from boards.models import Board, SeatRole
from licensing.selectors.asked import CRITERIA
from licensing.services import publish_terms
from portal.seed import evidence, texts
from portal.seed.people import People
from portal.seed.transformer import Shape, write_model
from releases import services as releases
from releases.choices import WEIGHTS_MODES, ReleaseState, Right
from releases.models import (
    Comparable,
    Evidence,
    Ladder,
    Model,
    Release,
    Stage,
    Transition,
)
from releases.selectors import ladder_stages

LADDER_FILE = Path(settings.BASE_DIR) / "deploy" / "ladder-demo.yaml"
BUDGET_SECONDS = 600.0

# About 58 MB in float16.
HERON = Shape(hidden=512, intermediate=1408, layers=9, heads=8, shards=2, seed=1)
HERON_NEXT = Shape(hidden=128, intermediate=344, layers=4, heads=4, shards=2, seed=2)
KESTREL = Shape(hidden=64, intermediate=172, layers=2, heads=4, shards=1, seed=3)


def found_board(people: People) -> Board:
    """Found the board. The legal seat is vacant, as it may be in life."""
    return boards.found_board(
        actor=None,
        name="Release Board",
        slug="release-board",
        description=texts.BOARD,
        seats=[
            (SeatRole.CHAIR, people["lead"]),
            (SeatRole.SAFETY, people["lead2"]),
            (SeatRole.INDEPENDENT, people["lead3"]),
            (SeatRole.LEGAL, None),
        ],
    )


def load_ladder_and_terms() -> Ladder:
    """Load the demo's ladder, and publish every agreement that its stages name."""
    ladder = releases.load_ladder(actor=None, source_text=LADDER_FILE.read_text()).ladder
    slugs = {CRITERIA, *(slug for stage in ladder_stages(ladder) for slug in stage.terms)}
    for slug in sorted(slugs):
        title, text = texts.terms(slug)
        publish_terms(
            actor=None, slug=slug, title=title, text=text, duties=texts.DUTIES.get(slug, ())
        )
    return ladder


def make_models(people: People, board: Board, ladder: Ladder) -> tuple[Model, Model]:
    """Make the two models and give the staff their rights on them."""
    heron = releases.create_model(
        actor=None, namespace="demo", name="heron", board=board, ladder=ladder, **texts.HERON
    )
    kestrel = releases.create_model(
        actor=None, namespace="demo", name="kestrel", board=board, ladder=ladder, **texts.KESTREL
    )
    rights = {
        "lead": [Right.MANAGE_RELEASE, Right.PLACE_HOLD, Right.LEAD_REVIEW],
        "lead2": [Right.PLACE_HOLD],
        "lead3": [Right.PLACE_HOLD],
        "manager": [Right.MANAGE_RELEASE],
        "reviewer": [Right.REVIEW_APPLICATION],
        "reviewer2": [Right.REVIEW_APPLICATION],
    }
    for model in (heron, kestrel):
        for name, granted in rights.items():
            for right in granted:
                releases.grant_right(actor=None, user=people[name], right=right, model=model)
    return heron, kestrel


@dataclass(frozen=True)
class Shown:
    """What the dossier of a move refers to."""

    evidence: Sequence[Evidence]
    comparables: Sequence[Comparable]


def make_releases(
    people: People, heron: Model, kestrel: Model, comparables: Sequence[Comparable], shape: Shape
) -> None:
    """Ingest three releases, and have the board move two of them to their stages."""
    stages = ladder_stages(heron.ladder)
    manager = people["manager"]
    first = ingest(heron, "v1.0", shape)
    log = evidence.add_nest_disclosure(manager, first)
    results = evidence.add_wetland_terms(manager, first)
    review = evidence.add_review(manager, first)
    shown = Shown([log, results, review], comparables)
    for stage in stages[1:]:
        first = promote(people, first, stage, shown)
        if stage.access_mode == "weights_gated":
            break
    publish(people, first)
    second = ingest(heron, "v1.1", HERON_NEXT)
    shown = Shown([evidence.add_nest_disclosure(manager, second)], comparables)
    promote(people, second, stages[1], shown)
    _soak(second, stages[2])
    open_vote(people, second, stages[2], shown)
    ingest(kestrel, "v0.9", KESTREL)


def ingest(model: Model, version: str, shape: Shape) -> Release:
    """Make the model's files and take them in, as the operator would at the command line."""
    with _directory() as directory:
        write_model(directory, shape, texts.model_card(model, version))
        release = releases.start_ingest(
            actor=None, model=model, version=version, directory=directory, hand_over=False
        )
        releases.continue_ingest(
            release_id=release.pk, budget_seconds=BUDGET_SECONDS, hand_over=False
        )
    releases.verify_release(release_id=release.pk, budget_seconds=BUDGET_SECONDS, hand_over=False)
    release.refresh_from_db()
    if release.state != ReleaseState.SEALED:
        raise RuntimeError(f"{release} was not sealed: {release.refusal}")
    return release


@contextmanager
def _directory() -> Iterator[Path]:
    parent = Path(settings.DATA_DIR)
    parent.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="seed-", dir=parent))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def promote(people: People, release: Release, stage: Stage, shown: Shown) -> Release:
    """Have the board vote a release up one stage, and the move take effect."""
    _soak(release, stage)
    transition = open_vote(people, release, stage, shown)
    motion = transition.motion
    for name, reason in texts.VOTES.items():
        boards.cast_vote(
            actor=people[name],
            motion=motion,
            choice="approve",
            reason=reason,
            dossier_digest=motion.dossier_digest,
        )
    boards.close_voting(actor=people["lead"], motion=motion)
    releases.take_effect(transition_id=transition.pk)
    # The seed waits for no cool-off: it moves its end to a moment ago.
    Transition.objects.filter(pk=transition.pk).update(effective_after=timezone.now())
    releases.take_effect(transition_id=transition.pk)
    moved = Release.objects.get(pk=release.pk)
    if moved.stage_id != stage.pk:
        raise RuntimeError(f"{release} did not reach {stage}.")
    return moved


def open_vote(people: People, release: Release, stage: Stage, shown: Shown) -> Transition:
    """Propose a move and open the vote on it."""
    weights = stage.access_mode in WEIGHTS_MODES
    transition = releases.propose_transition(
        actor=people["lead"],
        release=release,
        to_stage=stage,
        dossier=texts.dossier(release, stage),
        conditions=texts.WATCHED,
        evidence=shown.evidence,
        # Beside the form on comparable models, which is asked for where weights leave.
        comparables=shown.comparables if weights else (),
    )
    transition.motion = releases.open_transition_vote(actor=people["lead"], transition=transition)
    return transition


def publish(people: People, release: Release) -> None:
    """Have the chair say what was controverted, and release a summary for the public."""
    chair = people["lead"]
    [transition] = Transition.objects.filter(release=release, to_stage=release.stage)
    boards.add_summary(actor=chair, motion=transition.motion, text=texts.ISSUES)
    summary = boards.draft_public_summary(actor=chair, motion=transition.motion, text=texts.SUMMARY)
    boards.release_summary(actor=chair, summary=summary)


def _soak(release: Release, stage: Stage) -> None:
    """Backdate a release's arrival at its stage by the seconds that the next one asks for.

    The one thing of the demo, beside the cool-off, that did not come about as it would in life.
    """
    soaked = timezone.now() - stage.minimum_soak - timedelta(seconds=1)
    Release.objects.filter(pk=release.pk).update(staged_at=soaked)
