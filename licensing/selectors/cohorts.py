"""Places in the cohorts of releases: who holds one, and who waits for one."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, F, Q, QuerySet

from licensing.facts import as_wide_or_wider
from licensing.models import (
    LIVE_GRANT_STATES,
    Admission,
    GrantState,
)
from licensing.selectors.bans import banned_holder
from licensing.selectors.suspensions import not_suspended
from releases.models import Release, Stage

USING_STATES = (GrantState.QUEUED, GrantState.ACTIVE)
_HOLDING = Q(state=Admission.State.ADMITTED, grant__state__in=LIVE_GRANT_STATES)
_WAITING = Q(state=Admission.State.QUEUED, grant__state__in=USING_STATES)


def places_taken(release: Release, stage: Stage) -> QuerySet[Admission]:
    """Return the admissions of live grants that count against the cap at this stage.

    Also those from a wider stage that the release came down from. Each grant has a holder of
    its own, so that grants are holders.
    """
    return Admission.objects.filter(
        _HOLDING, release=release, stage__access_mode__in=as_wide_or_wider(stage.access_mode)
    )


class Cohort(NamedTuple):
    """How many holders have a place at a release's present stage, and how many wait for one."""

    admitted: int = 0
    waiting: int = 0


def cohorts_of(releases: Iterable[Release]) -> dict[int, Cohort]:
    """Return the cohort of each release that has one, in one query."""
    by_mode: dict[str, list[int]] = defaultdict(list)
    for release in releases:
        if release.stage is not None:
            by_mode[release.stage.access_mode].append(release.pk)
    if not by_mode:
        return {}
    counted = Q()
    for mode, ids in by_mode.items():
        counted |= Q(release__in=ids, stage__access_mode__in=as_wide_or_wider(mode))
    rows = (
        Admission.objects.filter(release__in=[pk for ids in by_mode.values() for pk in ids])
        .values("release_id")
        .order_by()
        .annotate(
            admitted=Count("grant", distinct=True, filter=_HOLDING & counted),
            waiting=Count(
                "grant", distinct=True, filter=_WAITING & Q(stage__slug=F("release__stage__slug"))
            ),
        )
    )
    return {row["release_id"]: Cohort(row["admitted"], row["waiting"]) for row in rows}


def cohort_size(release: Release) -> int:
    """Return how many holders have a place at the release's present stage."""
    return cohorts_of([release]).get(release.pk, Cohort()).admitted


def queue_length(release: Release) -> int:
    """Return how many holders wait for a place at the release's present stage."""
    return cohorts_of([release]).get(release.pk, Cohort()).waiting


def waiting_in_line(release: Release, stage: Stage) -> QuerySet[Admission]:
    """Return who waits for a place, first come first.

    A stage keeps its slug from one version of the ladder to the next, and the line its order.
    Who is banned, or among those suspended, keeps their number in it, and holds up nobody.
    """
    line = Admission.objects.filter(
        ~banned_holder("grant__"), _WAITING, release=release, stage__slug=stage.slug
    )
    return not_suspended(line, stage.access_mode, "grant__").order_by("pk")
