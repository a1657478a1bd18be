"""Lists in force, for tests."""

import io
from collections.abc import Iterable

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import ListSnapshot, ScreeningHit, ScreeningList, User, Watch
from accounts.services import screening
from tests.factories import make_operator

HEADING = "id,name,aliases,kind,countries,born"


def plain(*rows: str) -> bytes:
    """Return a plain list: `1,Sergei Ivanoff,,person,RU,1970`."""
    return "\n".join([HEADING, *rows, ""]).encode()


def upload(
    data: bytes,
    *,
    title: str = "",
    on_list: ScreeningList | None = None,
    format_name: str = "plain",
    actor: User | None = None,
    may_shrink: bool = False,
) -> ListSnapshot:
    """Upload a file, without waiting for the job."""
    return screening.upload_list(
        actor=actor or make_operator(),
        file=io.BytesIO(data),
        file_name="list.csv",
        size=len(data),
        on_list=on_list,
        title=title or "Trial list",
        format_name=format_name,
        may_shrink=may_shrink,
    )


def in_force(*rows: str, on_list: ScreeningList | None = None) -> ListSnapshot:
    """Put a plain list in force, and screen whoever is watched."""
    snapshot = upload(plain(*rows), on_list=on_list, may_shrink=True)
    screening.import_list(snapshot_id=snapshot.pk)
    screening.screen_due()
    snapshot.refresh_from_db()
    assert snapshot.state == "current", snapshot.error
    return snapshot


def watched(*users: User) -> list[Watch]:
    """Watch people, and screen them."""
    found = [
        screening.watch(source="tests.reason", source_id=user.pk, parties=[screening.Party(user)])
        for user in users
    ]
    screening.screen_due()
    return [Watch.objects.get(pk=each.pk) for watches in found for each in watches]


def hits(watch: Watch) -> list[ScreeningHit]:
    """Return what is found of a subject."""
    return list(ScreeningHit.objects.filter(watch=watch).order_by("key"))


def uploaded(data: bytes, name: str = "list.csv") -> SimpleUploadedFile:
    """Return a file as a form sends it."""
    return SimpleUploadedFile(name, data, content_type="text/csv")


def names(rows: Iterable[ScreeningHit]) -> list[str]:
    """Return whom the hits are like."""
    return [hit.matched for hit in rows]
