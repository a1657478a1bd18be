"""Finding the file that an address names, the links that people made, and what was downloaded."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Case, F, Q, QuerySet, Sum, When, Window
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.token_secret import secret_digest
from common.prepared import Parameter, Prepared
from delivery.commands import File
from delivery.link_secret import is_well_formed
from delivery.models import Download, Link
from licensing.selectors import grants_of_holder
from licensing.volume import Volume
from releases.models import Artifact, Release


def artifact_at(namespace: str, name: str, version: str, path: str) -> Artifact | None:
    """Return the artifact that an address names, with its release, model and stage.

    Of several releases of a version, of which all but one were refused, the one that was not.
    """
    if "\x00" in namespace + name + version + path:
        # PostgreSQL cannot even compare such a text.
        return None
    found = _ARTIFACT.fetch(namespace=namespace, name=name, version=version, path=path)
    return found[0] if found else None


_ARTIFACT = Prepared(
    lambda: (
        Artifact.objects.filter(
            release__model__namespace=Parameter("namespace", "text"),
            release__model__name=Parameter("name", "text"),
            release__version=Parameter("version", "text"),
            path=Parameter("path", "text"),
        )
        .select_related("release__model", "release__stage")
        .order_by(Case(When(release__state="refused", then=1), default=0), "-release_id")
    )
)


def checksum_lines(release: Release) -> str:
    """Return the release's files in the form that `sha256sum --check` reads."""
    rows = Artifact.objects.filter(release=release).order_by("path").values_list("sha256", "path")
    return "".join(f"{sha256}  {path}\n" for sha256, path in rows)


def files_of(release: Release) -> list[File]:
    """Return the release's files as commands take them, by path."""
    rows = Artifact.objects.filter(release=release).order_by("path")
    return [File(*row) for row in rows.values_list("path", "size", "sha256")]


def link_by_secret(secret: str) -> Link | None:
    """Return the link that a secret opens, alive or not, with all that serving it needs."""
    if not is_well_formed(secret):
        return None
    return (
        Link.objects.select_related("user", "artifact__release__model", "artifact__release__stage")
        .filter(digest=secret_digest(secret))
        .first()
    )


def links_of(user: User, release: Release) -> QuerySet[Link]:
    """Return the person's links to files of a release, newest first."""
    links = Link.objects.filter(user=user, artifact__release=release)
    return links.select_related("artifact", "user")


# What a download counts for: the bytes authorised, until fewer are known to have been sent.
_COUNTED = Coalesce(F("bytes_sent"), F("stop") - F("start"))


def used_bytes(grant_id: int, since: datetime) -> int:
    """Return how many bytes the holder of a grant downloaded of its model since a moment.

    Under their former grants too, so that the count does not begin again with a new one.
    """
    return used_by_grant({grant_id: since})[grant_id]


def used_by_grant(since: Mapping[int, datetime]) -> dict[int, int]:
    """Return the same for several grants, each since a moment of its own, in one query."""
    of_grant = {
        grant_id: Q(grant__in=grants_of_holder(grant_id), started_at__gt=moment)
        for grant_id, moment in since.items()
    }
    rows = Download.objects.filter(reduce(or_, of_grant.values()))
    sums = {f"of_{each}": Sum(_COUNTED, filter=wanted) for each, wanted in of_grant.items()}
    found = rows.aggregate(**sums)
    return {grant_id: found[f"of_{grant_id}"] or 0 for grant_id in since}


def handed_out(user: User, artifact: Artifact) -> int:
    """Return how many bytes of a file the person was handed so far."""
    rows = Download.objects.filter(artifact=artifact, user=user)
    return rows.aggregate(bytes=Sum(_COUNTED))["bytes"] or 0


def when_it_fits(grant_id: int, volume: Volume, wanted: int, now: datetime) -> datetime | None:
    """Return when so many bytes fit into the quota, if nothing more is downloaded; None: never."""
    since = now - volume.period
    too_many = used_bytes(grant_id, since) + wanted - volume.bytes
    if wanted > volume.bytes:
        return None
    if too_many <= 0:
        return now
    freed = Window(Sum(_COUNTED), order_by=[F("started_at").asc(), F("pk").asc()])
    rows = Download.objects.filter(grant__in=grants_of_holder(grant_id), started_at__gt=since)
    enough = rows.annotate(freed=freed).filter(freed__gte=too_many)
    first = enough.order_by("started_at", "pk").values_list("started_at", flat=True).first()
    return first + volume.period if first else None
