"""What delivery counts before a hold, a demotion or a ban: downloads of a day, and live links."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from delivery.models import Download, Link
from licensing.selectors.bans import Holder
from releases.dry_run import Effect
from releases.models import Release

LATELY = timedelta(hours=24)


def count_downloads(releases: Sequence[Release], losing: Sequence[set[int]]) -> list[list[Effect]]:
    """Return how many downloads of the last day would have been refused, and which links end.

    Once for each way to tighten; `losing` are the ids of the grants that it keeps from
    downloading.
    """
    ids = [release.pk for release in releases]
    downloads = _lately(Download.objects.filter(release__in=ids))
    links = _alive(Link.objects.filter(artifact__release__in=ids))
    by_grant = _by_grant(downloads), _by_grant(links)
    return [_effects(*(_parted(counts, lost) for counts in by_grant)) for lost in losing]


def _lately(downloads: QuerySet[Download]) -> QuerySet[Download]:
    return downloads.filter(started_at__gt=timezone.now() - LATELY)


def _alive(links: QuerySet[Link]) -> QuerySet[Link]:
    return links.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


def _by_grant(rows: QuerySet[Download] | QuerySet[Link]) -> dict[int, int]:
    counted = rows.order_by().values("grant").annotate(count=Count("pk"))
    return {row["grant"]: row["count"] for row in counted}


def _parted(counts: dict[int, int], lost: set[int]) -> tuple[int, int]:
    stops = sum(count for grant, count in counts.items() if grant in lost)
    return stops, sum(counts.values()) - stops


def _effects(downloads: tuple[int, int], links: tuple[int, int]) -> list[Effect]:
    return [
        Effect(
            _("Downloads in the last 24 hours"),
            *downloads,
            help=_("Each range of a file counts. What has begun to flow may end."),
        ),
        Effect(_("Links to files that work now"), *links),
    ]


def count_banned(holder: Holder) -> list[Effect]:
    """Return what a ban of a person or an organisation would have refused, and would end."""
    by_user = Q(user=holder) if isinstance(holder, User) else Q(grant__organization=holder)
    return _effects(
        (_lately(Download.objects.filter(by_user)).count(), 0),
        (_alive(Link.objects.filter(by_user)).count(), 0),
    )
