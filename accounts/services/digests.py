"""Daily summaries: one a day at most, of what waited on the person's own morning.

A row a day and person keeps it at one; what it sums up is marked with it in the same transaction,
and its mail is owed as every mail is. A worker that dies between leaves nothing half done.
"""

import time
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import notifications
from accounts.digest_times import last_due, zone_of
from accounts.models import Digest, User
from accounts.selectors import messages as selectors

# So many are named in the mail; of the rest it says how many there are.
LISTED = 50
_BUDGET_SECONDS = 30


def make_due_digests(*, now: datetime | None = None) -> int:
    """Owe the summaries that are due, for a bounded time; return how many were made."""
    now = now or timezone.now()
    until = time.monotonic() + _BUDGET_SECONDS
    made = 0
    for name in selectors.zones_of_waiting():
        day, before = last_due(now, zone_of(name, settings.TIME_ZONE), settings.DIGEST_HOUR)
        for user_id in selectors.owed_a_digest(name, day, before).iterator():
            if user_id is not None:
                made += make_digest(user_id=user_id, day=day, before=before)
            if time.monotonic() > until:
                return made
    return made


@transaction.atomic
def make_digest(*, user_id: int, day: date, before: datetime) -> bool:
    """Sum up what waited for one person before a moment; tell whether there was anything to do."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None or Digest.objects.filter(recipient=user, day=day).exists():
        return False
    waiting = selectors.waiting_for_digest().filter(recipient=user, created_at__lt=before)
    ids = list(waiting.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    if not ids:
        return False
    listed = list(waiting.filter(pk__in=ids).order_by("group", "id")[:LISTED])
    mail = notifications.day_summed_up(user, listed, len(ids))
    digest = Digest.objects.create(recipient=user, day=day, mail=mail)
    waiting.filter(pk__in=ids).order_by().update(digest=digest)
    return True
