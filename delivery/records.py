"""Reading the record of downloads: for pages, for files, and what is unusual in it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from audit import personal
from delivery.models import Download
from licensing.models import Grant
from licensing.selectors import holder_name, person_name
from releases.models import Artifact, Release

# Downloads of more than so many times the release within a week are pointed out.
UNUSUAL_TIMES = 3
WEEK = timedelta(days=7)
SHOWN_USERS = 50


def _with_names() -> QuerySet[Download]:
    return Download.objects.select_related(
        "user", "grant__organization", "grant__person", "artifact", "release__model", "token"
    )


def downloads_of_user(user: User) -> QuerySet[Download]:
    """Return a person's own downloads, newest first."""
    return _with_names().filter(user=user)


def downloads_of_release(release: Release) -> QuerySet[Download]:
    """Return everybody's downloads of a release, newest first."""
    return _with_names().filter(release=release)


def downloads_of_grant(grant: Grant) -> QuerySet[Download]:
    """Return everybody's downloads under a grant, newest first."""
    return _with_names().filter(grant=grant)


def releases_downloaded(user: User) -> list[Release]:
    """Return the releases of which a person downloaded something, newest first."""
    ids = Download.objects.filter(user=user).order_by().values("release").distinct()
    return list(Release.objects.filter(pk__in=ids).select_related("model").order_by("-pk"))


@dataclass(frozen=True)
class Origin:
    """Where a download came from, as far as it is still readable."""

    address: str
    agent: str


def origins(downloads: Iterable[Download]) -> list[Origin]:
    """Open the sealed origins of some downloads, in one query."""
    texts = personal.unseal_many((each.user.pseudonym, each.sealed_origin) for each in downloads)
    return [_origin(text) for text in texts]


def _origin(text: str) -> Origin:
    if text == personal.ERASED:
        return Origin("", "")
    data = json.loads(text)
    return Origin(data["address"], data["agent"])


@dataclass(frozen=True)
class Usage:
    """What one person downloaded of a release under one grant, counting what really left."""

    person: str
    pseudonym: str
    holder: str
    downloads: int
    in_week: int
    in_all: int
    last_at: datetime
    unusual: bool
    times: float


def usage_of_release(release: Release, now: datetime) -> list[Usage]:
    """Return who downloaded a release and how much, those with the most this week first."""
    counted = Coalesce(F("bytes_sent"), F("stop") - F("start"))
    rows = (
        Download.objects.filter(release=release)
        .order_by()
        .values("user", "grant")
        .annotate(
            downloads=Count("pk"),
            in_all=Sum(counted),
            in_week=Coalesce(Sum(counted, filter=Q(started_at__gt=now - WEEK)), 0),
            last_at=Max("started_at"),
        )
        .order_by("-in_week", "-in_all")[:SHOWN_USERS]
    )
    found: list[Any] = list(rows)
    users = User.objects.in_bulk({row["user"] for row in found})
    grants = Grant.objects.select_related("organization", "person").in_bulk(
        {row["grant"] for row in found}
    )
    whole = Artifact.objects.filter(release=release).aggregate(size=Sum("size"))["size"] or 0
    return [_usage(row, users[row["user"]], grants[row["grant"]], whole) for row in found]


def _usage(row: dict[str, Any], user: User, grant: Grant, whole: int) -> Usage:
    times = row["in_week"] / whole if whole else 0.0
    return Usage(
        person=person_name(user),
        pseudonym=str(user.pseudonym),
        holder=holder_name(grant),
        downloads=row["downloads"],
        in_week=row["in_week"],
        in_all=row["in_all"],
        last_at=row["last_at"],
        unusual=times > UNUSUAL_TIMES,
        times=times,
    )
