"""The quota of a grant: judged before the first byte, where two requests cannot both slip past."""

from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.templatetags.ui import bytes_size
from delivery import notifications
from delivery.models import QuotaNotice
from delivery.selectors import used_by_grant, when_it_fits
from licensing.facts import Check, Outcome, Verdict
from licensing.models import Grant
from licensing.volume import Volume

# The part of a quota from which its users are told, in percent.
NOTICE_AT = 80


def within_quota(verdict: Verdict, wanted: int, now: datetime) -> Verdict:
    """Return the verdict for the first of its grants whose quota leaves `wanted` bytes.

    Denied where none does. Until the commit no other download under these quotas is counted.
    Tells the grant's users once when most of the quota is used.
    """
    if not _is_limited(verdict):
        return verdict
    with connection.cursor() as cursor:
        # The grant's own row is share-locked by every download, so it cannot be waited for.
        cursor.execute(_LOCK, [sorted(verdict.volumes)])
    used = _used(verdict, now)
    verdict = _chosen(verdict, used, wanted, now)
    volume = verdict.volumes.get(verdict.grant_id or 0)
    if verdict.allowed and verdict.grant_id is not None and volume is not None:
        total = used[verdict.grant_id] + wanted
        if total * 100 >= volume.bytes * NOTICE_AT:
            _tell_once(verdict.grant_id, volume, total, now)
    return verdict


def foreseen(verdict: Verdict, wanted: int, now: datetime) -> Verdict:
    """Return what `within_quota` would say now, without a lock and at the cost of one query.

    For answers that hand out no byte: another download may still come in between.
    """
    if not _is_limited(verdict):
        return verdict
    return _chosen(verdict, _used(verdict, now), wanted, now)


def foreseen_any(verdict: Verdict, now: datetime) -> Verdict:
    """Return the verdict as it stands for the next byte, whichever file it is of."""
    return foreseen(verdict, 1, now)


def _is_limited(verdict: Verdict) -> bool:
    """Tell whether a quota has to be looked at: not where the first grant has none."""
    return verdict.allowed and verdict.grant_id in verdict.volumes


def _used(verdict: Verdict, now: datetime) -> dict[int, int]:
    return used_by_grant(
        {grant_id: now - volume.period for grant_id, volume in verdict.volumes.items()}
    )


def _chosen(verdict: Verdict, used: dict[int, int], wanted: int, now: datetime) -> Verdict:
    for grant_id in verdict.grant_ids:
        volume = verdict.volumes.get(grant_id)
        if volume is None or used[grant_id] + wanted <= volume.bytes:
            return replace(verdict, grant_id=grant_id)
    first = verdict.grant_ids[0]
    check = _denial(first, verdict.volumes[first], used[first], wanted, now)
    return replace(verdict, checks=(*verdict.checks, check))


def _denial(grant_id: int, volume: Volume, used: int, wanted: int, now: datetime) -> Check:
    grant = Grant.objects.get(pk=grant_id)
    sentence = _(
        "The grant allows downloads of %(volume)s; %(used)s are used, and this needs %(wanted)s."
    )
    if used >= volume.bytes:
        sentence = _("The grant allows downloads of %(volume)s; %(used)s are used: none is left.")
    sentence %= {"volume": volume, "used": bytes_size(used), "wanted": bytes_size(wanted)}
    free_at = when_it_fits(grant_id, volume, wanted, now)
    if free_at is None:
        remedy = _(
            "It is more than the whole quota: ask the reviewers of the model for a wider one."
        )
    else:
        moment = date_format(timezone.localtime(free_at), "j M Y, H:i e")
        remedy = _("It fits again from %(moment)s.") % {"moment": moment}
    url = reverse("grant_detail", args=[grant.public_id])
    return Check("quota", Outcome.WAITING, sentence, remedy, url)


def _tell_once(grant_id: int, volume: Volume, used: int, now: datetime) -> None:
    """Tell the grant's users, once for this quota within its window."""
    known = QuotaNotice.objects.filter(grant=grant_id).first()
    if (
        known is not None
        and (known.volume_bytes, known.volume_days) == (volume.bytes, volume.days)
        and known.noticed_at > now - volume.period
    ):
        return
    QuotaNotice.objects.update_or_create(
        grant_id=grant_id,
        defaults={
            "volume_bytes": volume.bytes,
            "volume_days": volume.days,
            "noticed_at": now,
        },
    )
    grant = Grant.objects.select_related("model").get(pk=grant_id)
    notifications.quota_nearly_used(grant, volume, used)


_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('delivery.quota', id))
FROM unnest(%s::bigint[]) WITH ORDINALITY AS grants (id, place) ORDER BY place
"""
