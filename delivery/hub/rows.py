"""The queries behind every address, two of them prepared: they run at every request."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least, Left

from accounts.models import User
from common.prepared import Parameter, Prepared
from licensing.models import GrantUser, Mode
from licensing.verdict import Subject
from releases.choices import ReleaseState
from releases.models import Artifact, Release

COMMIT_LENGTH = 40
# Those that have a digest, and so a commit.
_KNOWN_STATES = (ReleaseState.SEALED.value, ReleaseState.WITHDRAWN.value)

# An instance of a model with the attribute `access_ended`: when the last grant of the weights that
# names the person ended or will end, or their place on it; None where there never was one.
Row = Any


def known_releases() -> QuerySet[Release]:
    """Return the releases that have a commit, the newest first."""
    return (
        Release.objects.filter(state__in=_KNOWN_STATES)
        .select_related("model", "stage")
        .order_by("-pk")
    )


def releases_named(subject: Subject, namespace: str, name: str) -> list[Row]:
    """Return the releases of a model that have a commit, the newest first."""
    if "\x00" in namespace + name:
        # PostgreSQL cannot even compare such a text.
        return []
    return _RELEASES.fetch(user=_id(subject), namespace=namespace, name=name)


def file_at(subject: Subject, namespace: str, name: str, revision: str, path: str) -> Row | None:
    """Return a file of the release with this version, digest or commit."""
    if "\x00" in namespace + name + revision + path:
        return None
    found = _FILE.fetch(
        user=_id(subject), namespace=namespace, name=name, revision=revision, path=path
    )
    return found[0] if found else None


def _id(subject: Subject) -> int:
    return subject.pk if isinstance(subject, User) else 0


def _end_of_access(model: str) -> Subquery:
    ends = (
        GrantUser.objects.filter(
            user=_USER, grant__model=OuterRef(model), grant__modes__contains=[Mode.WEIGHTS.value]
        )
        # The database's LEAST leaves out what is empty.
        .annotate(end=Least("ended_at", "grant__ended_at", "grant__ends_at"))
        .order_by("-end")
        .values("end")
    )
    return Subquery(ends[:1])


_USER = Parameter("user", "bigint")
_NAMESPACE = Parameter("namespace", "text")
_NAME = Parameter("name", "text")
_REVISION = Parameter("revision", "text")

_RELEASES = Prepared(
    lambda: (
        known_releases()
        .filter(model__namespace=_NAMESPACE, model__name=_NAME)
        .annotate(access_ended=_end_of_access("model"))
    )
)
_FILE = Prepared(
    lambda: (
        Artifact.objects.alias(commit=Left("release__digest", COMMIT_LENGTH))
        # A version never looks like a digest, so that one release at most is meant.
        .filter(
            Q(release__version=_REVISION) | Q(release__digest=_REVISION) | Q(commit=_REVISION),
            path=Parameter("path", "text"),
            release__model__namespace=_NAMESPACE,
            release__model__name=_NAME,
            release__state__in=_KNOWN_STATES,
        )
        .select_related("release__model", "release__stage")
        .annotate(access_ended=_end_of_access("release__model"))
        .order_by("-release_id")
    )
)
