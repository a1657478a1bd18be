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
from delivery.selectors import used_bytes, when_it_fits
from licensing.facts import Check, Outcome, Verdict
from licensing.models import Grant
from licensing.volume import Volume

# The part of a quota from which its users are told, in percent.
NOTICE_AT = 80


def within_quota(
    verdict: Verdict, grant_id: int, volume: Volume, wanted: int, now: datetime
) -> Verdict:
    """Return the verdict, denied where `wanted` bytes more would exceed the grant's volume.

    Until the commit no other download of this grant is counted. Tells the grant's users once
    when most of the quota is used.
    """
    with connection.cursor() as cursor:
        # The grant's own row is share-locked by every download, so it cannot be waited for.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('delivery.quota', %s))", [grant_id]
        )
    used = used_bytes(grant_id, now - volume.period)
    if used + wanted > volume.bytes:
        check = _denial(grant_id, volume, used, wanted, now)
        return replace(verdict, checks=(*verdict.checks, check))
    if (used + wanted) * 100 >= volume.bytes * NOTICE_AT:
        _tell_once(grant_id, volume, used + wanted, now)
    return verdict


def _denial(grant_id: int, volume: Volume, used: int, wanted: int, now: datetime) -> Check:
    grant = Grant.objects.get(pk=grant_id)
    sentence = _(
        "The grant allows downloads of %(volume)s; %(used)s are used, and this needs %(wanted)s."
    ) % {"volume": volume, "used": bytes_size(used), "wanted": bytes_size(wanted)}
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
