"""Reading what is watched after decisions: conditions, and when releases are judged again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    DateTimeField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Coalesce, Greatest

from audit.selectors import ref
from boards.dossier import CONDITIONS
from boards.models import OPEN_STATES, Motion
from releases.choices import EntryCause, EvidenceState, ReleaseState, TransitionState
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


# When a release is judged again


def _due_at() -> ExpressionWrapper:
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
    rows = Release.objects.filter(pk=release.pk).annotate(due_at=_due_at())
    return rows.values_list("due_at", flat=True).first()


def reviews_due(now: datetime, *, within: timedelta = timedelta(0)) -> list[Release]:
    """Return the sealed releases that are to be judged again by then, the nearest due first."""
    rows = Release.objects.filter(state=ReleaseState.SEALED, stage__re_review__isnull=False)
    due = rows.annotate(due_at=_due_at()).filter(due_at__lte=now + within)
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


def admissions_hold(release: Release) -> Hold | None:
    """Return the hold on admissions of the release itself, if one is in force."""
    return (
        Hold.objects.filter(release=release, kind=Hold.Kind.ADMISSIONS)
        .exclude(state=Hold.State.LIFTED)
        .first()
    )
