"""What the rows say, in the form in which it can be compared with what the events tell."""

from django.db.models import QuerySet

from audit.selectors import ref
from boards.models import Board, Motion
from releases.models import Blocker, CohortCap, Hold, Release, Transition
from releases.models import Model as ReleaseModel
from tests.replay import Replay

Known = dict[str, dict[str, object]]


def as_rows(models: QuerySet[ReleaseModel], boards: QuerySet[Board]) -> Known:
    """Read where everything of these models, and before these boards, stands."""
    motions = Motion.objects.filter(board__in=boards).select_related("executive_override")
    moves = Transition.objects.filter(release__model__in=models)
    holds = Hold.objects.filter(model__in=models)
    caps = CohortCap.objects.filter(release__model__in=models)
    return {
        "motions": {
            ref(motion): (
                motion.state,
                str(motion.outcome),
                motion.dossier_digest,
                motion.tally,
                motion.full_review_result,
            )
            for motion in motions
        },
        "moves": {
            f"boards.motion:{move.motion_id}": (move.state, move.to_stage.slug)
            for move in moves.select_related("to_stage")
        },
        "releases": {
            ref(release): (release.state, release.stage.slug if release.stage else None)
            for release in Release.objects.filter(model__in=models).select_related("stage")
        },
        "holds": {
            ref(hold): (
                hold.kind,
                f"releases.model:{hold.model_id}",
                f"releases.release:{hold.release_id}" if hold.release_id else None,
                hold.state,
            )
            for hold in holds
        },
        "caps": {
            f"releases.release:{cap.release_id} at {cap.stage.slug}": cap.cap
            for cap in caps.select_related("stage").order_by("id")
        },
        "blockers": {
            ref(blocker): blocker.state
            for blocker in Blocker.objects.filter(release__model__in=models)
        },
    }


def as_told(replay: Replay) -> Known:
    """Return the same as the events told it."""
    return {
        "motions": {
            key: (motion.state, motion.outcome, motion.digest, motion.tally, motion.reviewed)
            for key, motion in replay.motions.items()
        },
        "moves": {key: (move.state, move.target) for key, move in replay.moves.items()},
        "releases": {key: (each.state, each.stage) for key, each in replay.releases.items()},
        "holds": {
            key: (hold.kind, hold.model, hold.release, hold.state)
            for key, hold in replay.holds.items()
        },
        "caps": {f"{release} at {stage}": cap for (release, stage), cap in replay.caps.items()},
        "blockers": {key: blocker.state for key, blocker in replay.blockers.items()},
    }
