"""Places in cohorts. The cap counts holders; each release is locked while a place is given.

Locks are taken in one order everywhere: application, holder, grant, model, release. The model's
is shared: it keeps holds and moves waiting, which take it whole, and no other admission.
"""

import logging

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Organization, User
from audit.services import record
from licensing import notifications, selectors
from licensing.actions import Action
from licensing.models import Admission, Grant, GrantState
from licensing.selectors import agreements, cohorts
from licensing.selectors.bans import banned_holder
from licensing.selectors.suspensions import criteria_of, not_suspended, suspensions_of
from licensing.services.guards import share_model
from releases.models import AccessMode, Release, Stage
from releases.selectors import cohort_cap

logger = logging.getLogger(__name__)

# So that one run of the sweep stays short; the next one goes on.
CHUNK = 200


@transaction.atomic
def activate_grant(*, actor: User | None, grant: Grant) -> Grant:
    """Bring a grant to where it belongs: from pending terms to the queue or to active.

    Level-triggered: it looks at what is there and may be called at any time. `actor` is whoever
    occasioned it.
    """
    grant = Grant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    if grant.state == GrantState.SUSPENDED or grant.ended_at or grant.ends_at <= timezone.now():
        return grant
    # Asked under the lock, which a ban takes too.
    if Grant.objects.filter(banned_holder(), pk=grant.pk).exists():
        return grant
    share_model(grant.model_id)
    # Asked under this lock, which a suspension of a selection takes whole.
    stopped = [criteria_of(suspension) for suspension in suspensions_of(grant)]
    served = [
        release
        for release in selectors.outward_releases(grant.model)
        if release.stage
        and set(selectors.modes_served(release.stage)) & set(grant.modes)
        and not any(each.counts_at(release.stage.access_mode) for each in stopped)
    ]
    if grant.state == GrantState.PENDING_TERMS and not any(
        _is_ready(grant, release) for release in served
    ):
        return grant
    held = selectors.held_releases(grant.model)
    usable = False
    for release in sorted(served, key=lambda each: each.pk):
        usable |= _place_on(grant, release, held=release.pk in held)
    _settle_state(actor, grant, usable=usable)
    return grant


def _is_ready(grant: Grant, release: Release) -> bool:
    own = Grant.objects.filter(pk=grant.pk)
    return release.stage is not None and agreements.somebody_accepted(own, release.stage).exists()


def _settle_state(actor: User | None, grant: Grant, *, usable: bool) -> None:
    # An active grant stays so when a cohort shrinks: what waits is its place, not the grant.
    if grant.state == GrantState.ACTIVE:
        return
    state = GrantState.ACTIVE if usable else GrantState.QUEUED
    if grant.state == state:
        return
    grant.state = state
    grant.save(update_fields=["state"])
    action = Action.GRANT_ACTIVATED if usable else Action.GRANT_QUEUED
    record(actor=actor, action=action, target=grant, also=(grant.model,))
    if usable:
        notifications.grant_active(grant)
    else:
        notifications.grant_queued(grant)


def _place_on(grant: Grant, release: Release, *, held: bool) -> bool:
    """Give the grant a place on the release, or one in the line. Tell whether it can be used."""
    named = selectors.mode_with_cohort(release.stage) if release.stage else None
    reviewed = set(grant.modes) - set(grant.public_modes)
    free_for_all = set(selectors.modes_served(release.stage)) - {named} if release.stage else set()
    usable = bool(free_for_all & set(grant.modes)) and not held
    if named in reviewed:
        usable |= _admit(grant, release, held=held)
    return usable


def _admit(grant: Grant, release: Release, *, held: bool) -> bool:
    """Admit the grant if a place is free and nobody waits before it. The grant is locked."""
    release = (
        Release.objects.select_for_update(no_key=True, of=("self",))
        .select_related("stage", "model")
        .get(pk=release.pk)
    )
    stage = release.stage
    if stage is None or selectors.mode_with_cohort(stage) is None:
        return False
    taken = cohorts.places_taken(release, stage)
    if taken.filter(grant=grant).exists():
        return True
    admission = cohorts.waiting_in_line(release, stage).filter(grant=grant).first()
    if admission is None:
        admission, _made = Admission.objects.get_or_create(
            grant=grant, release=release, stage=stage, defaults={"state": Admission.State.QUEUED}
        )
    if held or not _has_room(release, stage, admission):
        return False
    admission.stage = stage
    admission.state = Admission.State.ADMITTED
    admission.admitted_at = timezone.now()
    admission.save(update_fields=["stage", "state", "admitted_at"])
    record(
        actor=None,
        action=Action.GRANT_ADMITTED,
        target=grant,
        also=(release, release.model),
        data={"stage": stage.slug},
    )
    notifications.grant_admitted(grant, release)
    return True


def _has_room(release: Release, stage: Stage, admission: Admission) -> bool:
    cap = cohort_cap(release)
    if cap is None:
        return True
    taken = cohorts.places_taken(release, stage).values("grant").distinct().count()
    ahead = cohorts.waiting_in_line(release, stage).filter(pk__lt=admission.pk).count()
    return taken + ahead < cap


def settle_pending_grants_of(user: User | None, organization: Organization | None) -> None:
    """Activate what waited for this person's acceptance; without one, for the organisation's."""
    pending = Grant.objects.filter(organization=organization, state=GrantState.PENDING_TERMS)
    if user is not None:
        pending = pending.filter(named_users__user=user, named_users__ended_at__isnull=True)
    for grant in pending.order_by("pk"):
        activate_grant(actor=user, grant=grant)


def sweep_admissions() -> int:
    """Give every place that is owed: after a stage change, a freed place, a raised cap.

    Looks at the rows as they are, a bounded number of them, each in a transaction of its own; one
    that fails does not hold up the others. Returns how many grants it looked at.
    """
    owed: set[int] = set()
    outward = Release.objects.filter(state="sealed").exclude(stage__access_mode=AccessMode.NONE)
    for release in outward.select_related("stage", "model").order_by("pk"):
        if release.pk not in selectors.held_releases(release.model):
            owed |= _owed_on(release)
    for grant_id in sorted(owed):
        try:
            activate_grant(actor=None, grant=Grant(pk=grant_id))
        except Exception:
            logger.exception(
                "Grant %d could not be given its place; the next sweep tries.", grant_id
            )
    return len(owed)


def _owed_on(release: Release) -> set[int]:
    stage = release.stage
    if stage is None:
        return set()
    grants = not_suspended(
        Grant.objects.filter(~banned_holder(), model=release.model_id, ends_at__gt=timezone.now()),
        stage.access_mode,
    )
    served = selectors.modes_served(stage)
    named = selectors.mode_with_cohort(stage)
    open_modes = [mode for mode in served if mode != named]
    pending = grants.filter(state=GrantState.PENDING_TERMS, modes__overlap=served)
    owed = _ids(agreements.somebody_accepted(pending, stage))
    owed |= _ids(grants.filter(state=GrantState.QUEUED, modes__overlap=open_modes))
    if named is None:
        return owed
    admitted = cohorts.places_taken(release, stage).values("grant")
    lined_up = Admission.objects.filter(release=release, stage__slug=stage.slug).values("grant")
    owed |= _ids(
        grants.filter(
            ~Q(pk__in=admitted),
            ~Q(pk__in=lined_up),
            ~Q(public_modes__contains=[named]),
            state__in=cohorts.USING_STATES,
            modes__contains=[named],
        )
    )
    free = CHUNK
    cap = cohort_cap(release)
    if cap is not None:
        taken = cohorts.places_taken(release, stage).values("grant").distinct().count()
        free = max(0, min(CHUNK, cap - taken))
    line = cohorts.waiting_in_line(release, stage).filter(grant__ends_at__gt=timezone.now())
    return owed | set(line.values_list("grant", flat=True)[:free])


def _ids(grants: QuerySet[Grant]) -> set[int]:
    return set(grants.order_by("pk").values_list("pk", flat=True)[:CHUNK])
