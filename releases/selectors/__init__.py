"""Reading models, releases, ladders, transitions and holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from audit.selectors import ref
from boards.models import OPEN_STATES, Motion
from releases.choices import OPEN_TRANSITIONS, HoldState
from releases.models import (
    Artifact,
    CohortCap,
    FormatOverride,
    Hold,
    Ladder,
    Model,
    Release,
    ReleaseSignature,
    Stage,
    StageEntry,
    Transition,
)
from releases.selectors.gates import blockers_told
from releases.selectors.watch import full_review_told, next_review


def all_models() -> QuerySet[Model]:
    """Return every model with its board and ladder. Whether somebody may see it is not judged."""
    return Model.objects.select_related("board", "ladder")


def model_by_name(namespace: str, name: str) -> Model | None:
    """Find a model. A name with NUL, which PostgreSQL cannot even compare, is nobody's."""
    if "\x00" in namespace + name:
        return None
    return all_models().filter(namespace=namespace, name=name).first()


def model_for_page(namespace: str, name: str) -> Model | None:
    """Find the same with the number of its ladder's newest version (`newest_version`)."""
    if "\x00" in namespace + name:
        return None
    versions = Ladder.objects.filter(name=OuterRef("ladder__name")).order_by("-version")
    models = all_models().annotate(newest_version=Subquery(versions.values("version")[:1]))
    return models.filter(namespace=namespace, name=name).first()


def releases_of(model: Model) -> QuerySet[Release]:
    """Return the releases of a model with their stages, the newest first."""
    return (
        Release.objects.filter(model=model)
        .select_related("stage", "model", "model__ladder")
        .order_by("-id")
    )


def release_by_name(namespace: str, name: str, version: str) -> Release | None:
    """Find the release of a version; a refused one only where no other took its version."""
    return _named(Release.objects.all(), namespace, name, version)


def release_for_page(namespace: str, name: str, version: str) -> Release | None:
    """Find the same with all that its page shows.

    That is: its override, the key that signed it, open blockers, when it is to be judged again
    (`review_due_at`), and what is said of an emergency decision (`full_review_told`).
    """
    rows = Release.objects.select_related("override__given_by", "signature__key").annotate(
        blockers_told=blockers_told(),
        review_due_at=next_review(),
        full_review_told=full_review_told(),
    )
    return _named(with_own_cap(rows.defer("signature__bundle")), namespace, name, version)


def _named(rows: QuerySet[Release], namespace: str, name: str, version: str) -> Release | None:
    if "\x00" in namespace + name + version:
        return None
    found = rows.filter(
        model__namespace=namespace, model__name=name, version=version
    ).select_related("stage", "model", "model__board", "model__ladder", "created_by")
    return found.exclude(state="refused").first() or found.order_by("-id").first()


def format_override(model: Model, version: str) -> FormatOverride | None:
    """Return the latest leave to take pickles into a version."""
    return (
        FormatOverride.objects.filter(model=model, version=version)
        .select_related("given_by")
        .order_by("-id")
        .first()
    )


def signature_of(release: Release) -> ReleaseSignature | None:
    """Return the instance's signature of a release, with its key."""
    return ReleaseSignature.objects.filter(release=release).select_related("key").first()


def holds_in_force(release: Release) -> list[Hold]:
    """Return the holds on the release and on its model, the strictest first."""
    return holds_of([release]).get(release.pk, [])


def holds_of(releases: Iterable[Release]) -> dict[int, list[Hold]]:
    """Return the holds in force on each release, its model's among them, in one query."""
    wanted = list(releases)
    holds = list(
        Hold.objects.exclude(state=HoldState.LIFTED)
        .filter(model__in={release.model_id for release in wanted})
        .select_related("placed_by")
        .order_by("id")
    )
    found: dict[int, list[Hold]] = {}
    for release in wanted:
        own = [
            hold
            for hold in holds
            if hold.model_id == release.model_id and hold.release_id in (None, release.pk)
        ]
        found[release.pk] = sorted(own, key=lambda hold: hold.kind != Hold.Kind.ALL)
    return found


def holds_on_model(model: Model) -> QuerySet[Hold]:
    """Return every hold of a model and of its releases, the newest first."""
    return Hold.objects.filter(model=model).select_related("release", "placed_by", "lifted_by")


def hold_by_public_id(public_id: UUID | str) -> Hold | None:
    """Find a hold."""
    return (
        Hold.objects.select_related("model", "model__board", "release", "release__stage")
        .filter(public_id=public_id)
        .first()
    )


def stage_history(release: Release) -> list[StageEntry]:
    """Return how the release came to each of its stages, the newest first."""
    return list(
        StageEntry.objects.filter(release=release)
        .select_related("stage", "motion__executive_override")
        .order_by("-id")
    )


def stage_entries(release_ids: Iterable[int], limit: int) -> list[StageEntry]:
    """Return the newest arrivals of several releases at their stages."""
    entries = StageEntry.objects.filter(release__in=list(release_ids)).select_related("stage")
    return list(entries.order_by("-id")[:limit])


def ladder_stages(ladder: Ladder) -> list[Stage]:
    """Return the stages from the narrowest up."""
    return list(Stage.objects.filter(ladder=ladder).order_by("position"))


def ladder_by_name(name: str, version: int) -> Ladder | None:
    """Find one version of a ladder."""
    return Ladder.objects.filter(name=name, version=version).first()


def ladder_versions(name: str) -> list[Ladder]:
    """Return every version of a ladder, the newest first, without its text."""
    return list(Ladder.objects.filter(name=name).defer("source").order_by("-version"))


def newest_ladders() -> list[Ladder]:
    """Return the newest version of every ladder."""
    return list(Ladder.objects.order_by("name", "-version").distinct("name"))


def next_stage(release: Release) -> Stage | None:
    """Return the stage one step up, or None at the top and before sealing."""
    if release.stage is None:
        return None
    above = Stage.objects.filter(
        ladder_id=release.stage.ladder_id, position=release.stage.position + 1
    )
    return above.select_related("ladder").first()


def lower_stages(release: Release) -> QuerySet[Stage]:
    """Return the stages below the release's own, the nearest first."""
    if release.stage is None:
        return Stage.objects.none()
    return Stage.objects.filter(
        ladder_id=release.stage.ladder_id, position__lt=release.stage.position
    ).order_by("-position")


def with_own_cap(releases: QuerySet[Release]) -> QuerySet[Release]:
    """Let each release bring the newest cap of its own, so that `cohort_caps` asks no more."""
    own = CohortCap.objects.filter(release=OuterRef("pk"), stage=OuterRef("stage"))
    return releases.annotate(own_cap=Subquery(own.order_by("-id").values("cap")[:1]))


def cohort_caps(releases: Iterable[Release]) -> dict[int, int | None]:
    """Return, by release, how many organisations its stage admits, None for no cap; one query.

    The newest cap of the release itself counts, else the ladder's. Releases at no stage are
    left out.
    """
    staged = [(release, release.stage) for release in releases if release.stage is not None]
    unasked = [(release, stage) for release, stage in staged if not hasattr(release, "own_cap")]
    caps = {
        release.pk: release.own_cap for release, _stage in staged if hasattr(release, "own_cap")
    }
    if unasked:
        own = CohortCap.objects.filter(
            release__in=[release.pk for release, _stage in unasked],
            stage__in={stage.pk for _release, stage in unasked},
        )
        newest = own.order_by("release_id", "stage_id", "-id").distinct("release_id", "stage_id")
        found = {(cap.release_id, cap.stage_id): cap.cap for cap in newest}
        caps |= {release.pk: found.get((release.pk, stage.pk)) for release, stage in unasked}
    return {
        release.pk: caps[release.pk] if caps[release.pk] is not None else stage.cohort_cap
        for release, stage in staged
    }


def cohort_cap(release: Release) -> int | None:
    """Return how many organisations the release's stage admits, None for no cap or no stage."""
    return cohort_caps([release]).get(release.pk)


def open_transition(release: Release) -> Transition | None:
    """Return the transition that is proposed or cooling off."""
    return (
        Transition.objects.filter(release=release, state__in=OPEN_TRANSITIONS)
        .select_related("from_stage", "to_stage", "motion__executive_override")
        .first()
    )


def transitions_of(release: Release) -> QuerySet[Transition]:
    """Return every transition of the release, the newest first."""
    return Transition.objects.filter(release=release).select_related(
        "from_stage", "to_stage", "motion__executive_override", "motion__proposer"
    )


def transition_by_motion(public_id: UUID | str) -> Transition | None:
    """Find a transition by the public id of its motion."""
    return (
        Transition.objects.select_related(
            "release", "release__stage", "release__model", "release__model__board",
            "from_stage", "to_stage", "motion__board", "motion__proposer",
            "motion__executive_override",
        )
        .filter(motion__public_id=public_id)
        .first()
    )  # fmt: skip


def due_transitions(now: datetime) -> QuerySet[Transition]:
    """Return the approved transitions whose cool-off is over."""
    return Transition.objects.filter(state="approved", effective_after__lte=now).order_by("id")


def open_lift(hold: Hold) -> Motion | None:
    """Return the motion to lift the hold that is before the board."""
    return Motion.objects.filter(
        kind="lift_hold", subject_ref=ref(hold), state__in=OPEN_STATES
    ).first()


@dataclass(frozen=True)
class IngestProgress:
    """How far reading and verifying have come."""

    files: int
    read_files: int
    verified_files: int
    size: int
    read_size: int
    verified_size: int
    # What the job told of itself last: see `releases.services.jobs.Life`.
    file: str
    rate: int
    note: str

    @property
    def done(self) -> int:
        """Bytes done of `total`: each byte is read once and verified once."""
        return self.read_size + self.verified_size

    @property
    def seconds_left(self) -> int | None:
        """How long the rest takes if it goes on as fast; None where nobody knows."""
        return (self.total - self.done) // self.rate if self.rate else None

    @property
    def total(self) -> int:
        """Bytes to read and to verify."""
        return 2 * self.size


def ingest_progress(release: Release) -> IngestProgress:
    """Return how far the ingest has come, in one query; files under way count by their bytes."""
    read = ~Q(sha256="")
    verified = Q(verified_at__isnull=False)
    row = Artifact.objects.filter(release=release).aggregate(
        files=Count("id"),
        read_files=Count("id", filter=read),
        verified_files=Count("id", filter=verified),
        read_size=Sum("size", filter=read, default=0),
        verified_size=Sum("size", filter=verified, default=0),
        all_size=Sum("size", default=0),
    )
    row["size"] = row.pop("all_size")
    for state, size in (("ingesting", "read_size"), ("verifying", "verified_size")):
        if release.state == state:
            row[size] = min(row["size"], row[size] + release.job_bytes)
    return IngestProgress(
        **row, file=release.job_file, rate=release.job_rate, note=release.job_note
    )


def artifacts_of(release: Release, *, facts: bool = False) -> list[Artifact]:
    """Return the files of a release by path; what was seen in them, which may be much, if asked."""
    rows = Artifact.objects.filter(release=release).order_by("path")
    return list(rows if facts else rows.defer("facts"))
