"""Reading what is watched after decisions: conditions, full reviews, and judging again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, JSONObject

from audit.selectors import ref
from boards.dossier import CONDITIONS
from boards.models import OPEN_STATES, Motion
from boards.selectors import overdue_reviews, unconfirmed
from releases.choices import (
    OPEN_TRANSITIONS,
    EntryCause,
    EvidenceState,
    ReleaseState,
    TransitionState,
)
from releases.conditions import Watched
from releases.models import (
    Blocker,
    ConditionFired,
    EvidenceEnd,
    Hold,
    Release,
    ReviewCall,
    StageEntry,
    StageReview,
    Transition,
)
from releases.selectors.evidence import evidence_facts, evidence_of


@dataclass(frozen=True)
class Watch:
    """One condition of a decision: watched, or what it came to."""

    motion: Motion
    number: int
    sentence: str
    rule: dict[str, Any]
    fired: ConditionFired | None


def watches_of(release: Release) -> list[Watch]:
    """Return the conditions of the decisions by which a release stands where it does.

    Those are: the newest move to its present stage, the reviews that let it stay since, and a move
    that is approved and cools off.
    """
    motions = [motion for motion in _motions(release) if motion.dossier.get(CONDITIONS)]
    fired = {
        (each.motion_id, each.number): each
        for each in ConditionFired.objects.filter(motion__in=motions).select_related("hold")
    }
    return [
        Watch(
            motion=motion,
            number=number,
            sentence=entry["sentence"],
            rule=entry["rule"],
            fired=fired.get((motion.pk, number)),
        )
        for motion in motions
        for number, entry in enumerate(motion.dossier[CONDITIONS])
    ]


def _motions(release: Release) -> list[Motion]:
    if release.stage is None:
        return []
    slug = release.stage.slug
    entries = StageEntry.objects.filter(
        release=release, stage__slug=slug, cause=EntryCause.TRANSITION, motion__isnull=False
    )
    entry = entries.select_related("motion").order_by("-id").first()
    found = [entry.motion] if entry is not None and entry.motion is not None else []
    since = entry.entered_at if entry is not None else release.staged_at
    reviews = StageReview.objects.filter(release=release, stage__slug=slug)
    if since is not None:
        reviews = reviews.filter(reviewed_at__gte=since)
    found += [each.motion for each in reviews.select_related("motion").order_by("id")]
    cooling = Transition.objects.filter(release=release, state=TransitionState.APPROVED)
    return found + [each.motion for each in cooling.select_related("motion")]


def watched_since(release: Release, since: datetime) -> Watched:
    """Return what the rules of a decision made at `since` are held against."""
    evidence = evidence_of(release)
    ends = EvidenceEnd.objects.filter(evidence__release=release, state=EvidenceState.SUPERSEDED)
    pairs = ends.values_list("evidence__public_id", "superseded_by__public_id")
    blockers = Blocker.objects.filter(release=release).filter(
        Q(opened_at__gt=since) | Q(closed_at__isnull=True)
    )
    return Watched(
        evidence=evidence_facts(release, evidence),
        successors={str(old): str(new) for old, new in pairs},
        blockers=tuple(blockers.order_by("id").values_list("title", flat=True)),
    )


def watched_releases() -> list[int]:
    """Return the ids of sealed releases on whose decisions some condition stands, in one query."""
    has = f"motion__dossier__{CONDITIONS}__0__isnull"
    told = Q(pk__in=StageEntry.objects.filter(**{has: False}).values("release"))
    told |= Q(pk__in=StageReview.objects.filter(**{has: False}).values("release"))
    told |= Q(
        pk__in=Transition.objects.filter(**{has: False}, state=TransitionState.APPROVED).values(
            "release"
        )
    )
    found = Release.objects.filter(told, state=ReleaseState.SEALED)
    return list(found.order_by("id").values_list("pk", flat=True))


# Emergency decisions


_REVIEW = JSONObject(
    public_id="motion__public_id",
    title="motion__title",
    proposer="motion__proposer",
    due_at="motion__full_review_due_at",
    result="motion__full_review_result",
)


def unconfirmed_decision(release: Release) -> Motion | None:
    """Return the emergency decision of a release that no full review has confirmed, if any.

    It is the one by which the release stands where it does, or by which it moves next.
    """
    return _decision(_moves_by(unconfirmed()).filter(release=release))


def fallen_decision(release: Release) -> Motion | None:
    """Return the same where its review is overdue, or did not confirm it."""
    return _decision(_moves_by(overdue_reviews()).filter(release=release))


def kept_by(hold: Hold) -> Motion | None:
    """Return the fallen decision that keeps a hold in force: one on a release's admissions."""
    if hold.release is None or hold.kind != Hold.Kind.ADMISSIONS:
        return None
    return fallen_decision(hold.release)


def with_fallen_decision() -> list[int]:
    """Return the ids of the sealed releases that have one, in one query."""
    moves = _moves_by(overdue_reviews()).filter(release__state=ReleaseState.SEALED)
    return sorted(moves.values_list("release", flat=True).distinct())


def full_review_told() -> ArraySubquery:
    """Return what a query for releases can be annotated with: what is unconfirmed, as JSON.

    A list of one or none, each with `public_id`, `title`, `proposer`, `due_at` and `result`.
    """
    moves = _moves_by(unconfirmed()).filter(release=OuterRef("pk"))
    return ArraySubquery(moves.order_by("-motion").values(told=_REVIEW)[:1])


def _moves_by(motions: QuerySet[Motion]) -> QuerySet[Transition]:
    """Return the moves that these decided, and by which releases stand where they do or move."""
    entries = StageEntry.objects.filter(
        release=OuterRef("release"),
        stage__slug=OuterRef("release__stage__slug"),
        cause=EntryCause.TRANSITION,
    )
    newest = Subquery(entries.order_by("-id").values("motion")[:1])
    stands = Q(state__in=OPEN_TRANSITIONS) | Q(motion=newest)
    return Transition.objects.filter(stands, motion__in=motions)


def _decision(moves: QuerySet[Transition]) -> Motion | None:
    move = moves.select_related("motion__proposer").order_by("-motion").first()
    return move.motion if move is not None else None


# When a release is judged again


def next_review() -> ExpressionWrapper:
    """Return what a query for releases can be annotated with; None where no review is asked for."""
    last = (
        StageReview.objects.filter(release=OuterRef("pk"), stage__slug=OuterRef("stage__slug"))
        .order_by("-reviewed_at")
        .values("reviewed_at")[:1]
    )
    since = Greatest(F("staged_at"), Coalesce(Subquery(last), F("staged_at")))
    return ExpressionWrapper(since + F("stage__re_review"), output_field=DateTimeField())


def review_due_at(release: Release) -> datetime | None:
    """Return when the release is to be judged again, or None."""
    rows = Release.objects.filter(pk=release.pk).annotate(due_at=next_review())
    return rows.values_list("due_at", flat=True).first()


def reviews_due(now: datetime, *, within: timedelta = timedelta(0)) -> list[Release]:
    """Return the sealed releases that are to be judged again by then, the nearest due first."""
    rows = Release.objects.filter(state=ReleaseState.SEALED, stage__re_review__isnull=False)
    due = rows.annotate(due_at=next_review()).filter(due_at__lte=now + within)
    return list(due.select_related("model", "model__board", "stage").order_by("due_at", "id"))


def calls_of(release: Release) -> list[ReviewCall]:
    """Return what was called for of a release, in order."""
    return list(ReviewCall.objects.filter(release=release).select_related("hold"))


def reviews_of(release: Release) -> list[StageReview]:
    """Return the reviews of a release, the newest first."""
    return list(StageReview.objects.filter(release=release).select_related("stage", "motion"))


def open_re_review(release: Release) -> Motion | None:
    """Return the motion on keeping the release where it is that is before the board."""
    return Motion.objects.filter(
        kind="re_review", subject_ref=ref(release), state__in=OPEN_STATES
    ).first()


# The kinds of motions whose dossiers have conditions that are watched.
WATCHED_KINDS = ("transition", "re_review")


def watched_motion(public_id: UUID) -> tuple[Motion, Release] | None:
    """Find a motion whose conditions can be chosen, and the release that it is about."""
    motions = Motion.objects.select_related("board", "proposer").filter(kind__in=WATCHED_KINDS)
    motion = motions.filter(public_id=public_id).first()
    if motion is None:
        return None
    about = int(motion.subject_ref.rpartition(":")[2])
    releases = Release.objects.select_related("model", "model__board", "stage")
    return motion, releases.get(pk=about)


def lasting(holds: QuerySet[Hold]) -> QuerySet[Hold]:
    """Return those in force whose lifting is neither before the board nor approved and due.

    The board was asked about their cause. Whatever comes up since needs a hold of its own, or
    it would be lifted along with them.
    """
    asked = Motion.objects.filter(
        kind="lift_hold",
        applied_at__isnull=True,
        subject_ref=Concat(Value(f"{Hold._meta.label_lower}:"), Cast(OuterRef("pk"), CharField())),
    )
    return holds.exclude(state=Hold.State.LIFTED).exclude(Exists(asked))


def admissions_hold(release: Release) -> Hold | None:
    """Return the hold on admissions of the release itself that lasts, if there is one."""
    return lasting(Hold.objects.filter(release=release, kind=Hold.Kind.ADMISSIONS)).first()
