"""Entries of files that are long out of force go; the files, their hashes and counts stay."""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actions import Action
from accounts.models import ListEntry, ListSnapshot
from accounts.selectors import screening
from audit.services import record

BATCH = 2000
BUDGET = timedelta(seconds=20)


def sweep_former_entries(*, budget: timedelta = BUDGET) -> int:
    """Remove the entries of files that left force before the retention; tell how many.

    What an open hit refers to stays until it is decided. For about `budget`; the next sweep goes
    on from the rows.
    """
    cutoff = timezone.now() - timedelta(days=settings.SCREENING_KEEP_DAYS)
    until = time.monotonic() + budget.total_seconds()
    removed = 0
    for snapshot in screening.snapshots_to_empty(cutoff):
        while time.monotonic() < until:
            count = _remove_some(snapshot)
            removed += count
            if count < BATCH:
                break
    return removed


@transaction.atomic
def _remove_some(snapshot: ListSnapshot) -> int:
    # A decision on a hit waits for no sweep: what is decided meanwhile goes the next time.
    ids = list(
        screening.entries_not_needed(snapshot).order_by("pk").values_list("pk", flat=True)[:BATCH]
    )
    if not ids:
        return 0
    ListEntry.objects.filter(pk__in=ids).delete()
    if len(ids) < BATCH:
        record(
            actor=None,
            action=Action.LIST_EMPTIED,
            target=snapshot,
            also=(snapshot.on_list,),
            data={
                "list": snapshot.on_list.slug,
                "sha256": snapshot.sha256,
                "left": snapshot.entries.count(),
            },
        )
    return len(ids)
