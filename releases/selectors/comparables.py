"""Reading the register of other developers' models. Whether one may is not judged here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from releases.comparables import record
from releases.comparables.entry import ReferenceEntry, ResultEntry
from releases.comparables.standing import REMIND_AHEAD, VALID, Standing, judge
from releases.models import (
    Comparable,
    ComparableReminder,
    ComparableResult,
    ComparableStatement,
    ComparableVerification,
)

_CHUNK = 200


@dataclass(frozen=True)
class Reference:
    """A model of the register with what stands of it, and where it stands itself."""

    comparable: Comparable
    statement: ComparableStatement
    results: list[ComparableResult]
    verification: ComparableVerification | None
    standing: Standing
    content: dict[str, Any]

    @cached_property
    def digest(self) -> str:
        """Return the digest of what is stated, which a verification is for."""
        return record.content_digest(self.content)

    @property
    def enterers(self) -> set[int]:
        """Return who entered something that stands."""
        return {self.statement.entered_by_id, *(each.entered_by_id for each in self.results)}


def entry_of(statement: ComparableStatement) -> ReferenceEntry:
    """Return a statement as the rules take it."""
    return ReferenceEntry(
        developer=statement.developer,
        name=statement.name,
        level=statement.level,
        licence=statement.licence,
        licence_url=statement.licence_url,
        links=tuple(statement.links),
        visibility=statement.visibility,
        visibility_note=statement.visibility_note,
    )


def result_entry_of(result: ComparableResult) -> ResultEntry:
    """Return a result as the rules take it."""
    return ResultEntry(
        task=result.task,
        metric=result.metric,
        value=result.value,
        stderr=result.stderr,
        higher_is_better=result.higher_is_better,
        source_url=result.source_url,
        measured_on=result.measured_on,
    )


def references_of(comparables: Iterable[Comparable], now: datetime) -> list[Reference]:
    """Return what stands of each, in three queries for all."""
    wanted = {each.pk: each for each in comparables}
    if not wanted:
        return []
    statements = {
        each.comparable_id: each
        for each in ComparableStatement.objects.filter(
            comparable__in=list(wanted), successor=None
        ).select_related("entered_by")
    }
    results: dict[int, list[ComparableResult]] = {}
    for each in standing_results().filter(comparable__in=list(wanted)):
        results.setdefault(each.comparable_id, []).append(each)
    newest = (
        ComparableVerification.objects.filter(comparable__in=list(wanted))
        .order_by("comparable_id", "-id")
        .distinct("comparable_id")
        .select_related("verified_by")
        .defer("record")
    )
    verifications = {each.comparable_id: each for each in newest}
    return [
        _reference(each, statements[pk], results.get(pk, []), verifications.get(pk), now)
        for pk, each in wanted.items()
    ]


def _reference(
    comparable: Comparable,
    statement: ComparableStatement,
    results: list[ComparableResult],
    verification: ComparableVerification | None,
    now: datetime,
) -> Reference:
    content = record.content(
        str(comparable.public_id),
        entry_of(statement),
        [result_entry_of(each) for each in results],
    )
    standing = judge(
        content_digest=record.content_digest(content),
        verified_digest=verification.content_digest if verification else "",
        verified_at=verification.verified_at if verification else None,
        now=now,
    )
    return Reference(comparable, statement, results, verification, standing, content)


def standing_results() -> QuerySet[ComparableResult]:
    """Return the results that nothing supersedes and nobody withdrew."""
    return (
        ComparableResult.objects.filter(successor=None, withdrawn=False)
        .select_related("entered_by")
        .order_by("comparable_id", "task", "metric", "source_url")
    )


def comparable_by_public_id(public_id: UUID | str) -> Comparable | None:
    """Find a model of the register."""
    return Comparable.objects.filter(public_id=public_id).first()


def result_by_public_id(public_id: UUID | str) -> ComparableResult | None:
    """Find a result that stands, with its model."""
    return (
        ComparableResult.objects.filter(public_id=public_id, successor=None, withdrawn=False)
        .select_related("comparable")
        .first()
    )


def verification_by_public_id(public_id: UUID | str) -> ComparableVerification | None:
    """Find a verification with the record that it is for."""
    return ComparableVerification.objects.filter(public_id=public_id).first()


def register(*, level: str = "", text: str = "", after: str = "") -> QuerySet[Comparable]:
    """Return the models by developer and name; `after` is the primary key of the last one shown."""
    found = Comparable.objects.order_by("key")
    if level:
        found = found.filter(
            Exists(
                ComparableStatement.objects.filter(
                    comparable=OuterRef("pk"), successor=None, level=level
                )
            )
        )
    if text:
        found = found.filter(Q(developer__icontains=text) | Q(name__icontains=text))
    if after.isascii() and after.isdigit() and len(after) < 19:
        last = Comparable.objects.filter(pk=int(after)).values("key")
        found = found.filter(key__gt=Subquery(last))
    return found


def whole_register(now: datetime) -> Iterator[Reference]:
    """Yield every reference, some at a time."""
    rows = Comparable.objects.order_by("key").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        yield from references_of(chunk, now)


def former_statements(comparable: Comparable) -> list[ComparableStatement]:
    """Return what was stated before, the newest first."""
    found = ComparableStatement.objects.filter(comparable=comparable, successor__isnull=False)
    return list(found.select_related("entered_by").order_by("-id"))


def former_results(comparable: Comparable) -> list[ComparableResult]:
    """Return the results that stand no more with what superseded each, the newest first."""
    found = ComparableResult.objects.filter(
        comparable=comparable, successor__isnull=False, withdrawn=False
    )
    return list(found.select_related("entered_by", "successor__entered_by").order_by("-id"))


def verifications_of(comparable: Comparable) -> list[ComparableVerification]:
    """Return every verification, the newest first."""
    found = ComparableVerification.objects.filter(comparable=comparable)
    return list(found.select_related("verified_by").defer("record").order_by("-id"))


def offered(now: datetime, *, most: int) -> list[Reference]:
    """Return the references that were verified at some time, those that stand first."""
    verified = ComparableVerification.objects.filter(comparable=OuterRef("pk"))
    rows = Comparable.objects.filter(Exists(verified)).annotate(
        last_verified=Subquery(verified.order_by("-id").values("verified_at")[:1])
    )
    found = references_of(rows.order_by("-last_verified")[:most], now)
    return sorted(found, key=lambda each: (not each.standing.is_live, each.comparable.key))


def about_to_lapse(now: datetime) -> QuerySet[ComparableVerification]:
    """Return the last verifications that lapse within a month, or have, and nobody was told of."""
    newer = ComparableVerification.objects.filter(
        comparable=OuterRef("comparable"), pk__gt=OuterRef("pk")
    )
    told = ComparableReminder.objects.filter(verification=OuterRef("pk"))
    return ComparableVerification.objects.filter(
        ~Exists(newer), ~Exists(told), verified_at__lte=now - VALID + REMIND_AHEAD
    ).order_by("id")


def exhibit_of(reference: Reference) -> dict[str, str]:
    """Return a verified reference as the exhibit of a dossier."""
    verification = reference.verification
    assert verification is not None  # noqa: S101 - the caller took only references that stand
    return {
        "type": _("Comparable model"),
        "title": str(reference.comparable),
        "digest": verification.digest,
        "url": reference.comparable.get_absolute_url(),
        "note": _("%(level)s. %(visibility)s. Verified on %(day)s.")
        % {
            "level": reference.statement.get_level_display(),
            "visibility": reference.statement.get_visibility_display(),
            "day": verification.verified_at.date().isoformat(),
        },
    }
