"""Reading blockers and overrides of requirements.

Pages that have read releases and moves anyway read these along with them, in the same query:
`blockers_told` and `overrides_told` are what such a query is annotated with.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse

from boards.models import Motion
from common.intoto import moment
from releases.models import Blocker, Release, RequirementOverride, Transition
from releases.requirements import BlockerFacts, OverrideFacts

_BLOCKER = JSONObject(title="title", public_id="public_id")
_OVERRIDE = JSONObject(key="key", role="role", reason="reason", dossier_digest="dossier_digest")


def blockers_told() -> ArraySubquery:
    """Return what a query for releases can be annotated with, for `blocker_facts` to read."""
    return ArraySubquery(_open().filter(release=OuterRef("pk")).values(told=_BLOCKER))


def blocker_facts(told: Iterable[Mapping[str, str]]) -> tuple[BlockerFacts, ...]:
    """Return open blockers as the requirements take them, the oldest first."""
    return tuple(
        BlockerFacts(each["title"], reverse("blocker_detail", args=[each["public_id"]]))
        for each in told
    )


def open_blockers(release: Release) -> tuple[BlockerFacts, ...]:
    """Return what forbids forward moves of the release, the oldest first."""
    return blocker_facts(_open().filter(release=release).values_list(_BLOCKER, flat=True))


def _open() -> QuerySet[Blocker]:
    return Blocker.objects.filter(closed_at__isnull=True).order_by("id")


def blocker_by_public_id(public_id: UUID | str) -> Blocker | None:
    """Find a blocker."""
    return (
        Blocker.objects.select_related(
            "release__model__board", "release__stage", "opened_by", "closed_by"
        )
        .filter(public_id=public_id)
        .first()
    )


def overrides_told() -> ArraySubquery:
    """Return what a query for moves can be annotated with, for `override_facts` to read."""
    rows = RequirementOverride.objects.filter(transition=OuterRef("pk")).order_by("id")
    return ArraySubquery(rows.values(told=_OVERRIDE))


def override_facts(told: Iterable[Mapping[str, str]], motion: Motion) -> tuple[OverrideFacts, ...]:
    """Return the overrides of a move as the requirements take them."""
    return tuple(
        OverrideFacts(
            key=each["key"],
            role=each["role"],
            reason=each["reason"],
            stands=each["dossier_digest"] == motion.dossier_digest,
        )
        for each in told
    )


def overrides_in(transition: Transition) -> tuple[OverrideFacts, ...]:
    """Return what was overridden in a move, for whichever of its dossiers, in order."""
    rows = RequirementOverride.objects.filter(transition=transition).order_by("id")
    return override_facts(rows.values_list(_OVERRIDE, flat=True), transition.motion)


def overrides_of(motion: Motion) -> list[RequirementOverride]:
    """Return the overrides in the record of a motion: those for the dossier it was decided on."""
    return list(
        RequirementOverride.objects.filter(
            transition__motion=motion, dossier_digest=motion.dossier_digest
        )
        .select_related("overridden_by")
        .order_by("id")
    )


def overrides_in_record(motion: Motion) -> list[dict[str, str]]:
    """Return the same as the record of the motion's decision tells it: roles and pseudonyms."""
    return [
        {
            "what": row.name,
            "sentence": row.sentence,
            "role": row.role,
            "by": str(row.overridden_by.pseudonym),
            "reason": row.reason,
            "at": moment(row.overridden_at) or "",
        }
        for row in overrides_of(motion)
    ]
