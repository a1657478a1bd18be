"""Telling those whom a decision about countries stops or lets in: each once, by the workers."""

import logging
import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from common.queue import enqueue
from licensing import notifications
from licensing.models import CountryTelling, CountryVersion, ExportLicence
from licensing.selectors import country_tellings

logger = logging.getLogger(__name__)

# So many grants are gone through in one transaction; the next chunk goes on where it ended.
CHUNK = 200
Cause = CountryTelling.Cause


def owe_word_of_table(version: CountryVersion) -> None:
    """Note that a version is to be told of, in the transaction that makes it."""
    _owe(CountryTelling(cause=Cause.TABLE, version=version, starts_at=version.in_force_at))


def owe_word_of_licence(licence: ExportLicence, cause: Cause, starts_at: datetime) -> None:
    """Note that something about a licence is to be told of, in the transaction that does it."""
    _owe(CountryTelling(cause=cause, licence=licence, starts_at=starts_at))


def _owe(telling: CountryTelling) -> None:
    telling.save(force_insert=True)
    enqueue("licensing.tell_of_countries", telling.pk)


def note_ending_licences() -> int:
    """Owe a word of every licence that ends soon, once; return how many those are."""
    found = list(country_tellings.licences_ending(timezone.now()))
    for licence in found:
        CountryTelling.objects.get_or_create(
            licence=licence, cause=Cause.LICENCE_ENDING, defaults={"starts_at": licence.ends_at}
        )
    return len(found)


@transaction.atomic
def _tell_chunk(telling_id: int) -> int:
    """Go through the next grants in line; tell whomever the decision concerns."""
    telling = (
        CountryTelling.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__board", "version__table", "licence__model__board")
        .get(pk=telling_id)
    )
    if telling.done_at is not None:
        return 0
    void = country_tellings.is_void(telling)
    grants = [] if void else country_tellings.next_grants(telling, CHUNK)
    if grants:
        for each in country_tellings.concerned(telling, grants):
            notifications.country_stopped(telling, each)
            notifications.country_served(telling, each)
        telling.told_to = grants[-1].pk
    # Grants that come before it counts are told too.
    now = timezone.now()
    if len(grants) < CHUNK and (
        void or now >= telling.starts_at or country_tellings.never_counts(telling)
    ):
        telling.done_at = now
    telling.save(update_fields=["told_to", "done_at"])
    return len(grants)


def tell_of_countries(*, telling_id: int, budget_seconds: float = 30) -> int:
    """Tell of one decision, chunk by chunk, for a bounded time; return how many grants it saw."""
    until = time.monotonic() + budget_seconds
    seen = 0
    while seen_now := _tell_chunk(telling_id):
        seen += seen_now
        if seen_now < CHUNK or time.monotonic() > until:
            break
    return seen


def tell_of_all_countries(*, budget_seconds: float = 40) -> int:
    """Tell of every decision of which somebody is still to be told; return how many grants."""
    until = time.monotonic() + budget_seconds
    seen = 0
    for telling_id in country_tellings.tellings_owed().values_list("pk", flat=True):
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            seen += tell_of_countries(telling_id=telling_id, budget_seconds=left)
        except Exception:
            logger.exception("Those concerned by decision %d were not told.", telling_id)
    return seen
