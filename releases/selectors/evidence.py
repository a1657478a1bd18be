"""Reading evidence and documents, and what of a dossier still stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from audit.selectors import ref
from boards.models import Dossier, Motion
from releases.choices import EvidenceState, ReleaseState
from releases.evidence.facts import EvidenceFacts
from releases.evidence.told import Flag, Score
from releases.models import Document, Evidence, EvidenceEnd, EvidenceReminder, Release


def evidence_of(release: Release) -> list[Evidence]:
    """Return a release's evidence with how it ended, the newest first, in one query.

    What only the item's own page shows is left in the database.
    """
    return evidence_of_all([release])[release.pk]


def evidence_of_all(releases: Iterable[Release]) -> dict[int, list[Evidence]]:
    """Return the same of several releases by their ids, in one query as well."""
    found: dict[int, list[Evidence]] = {release.pk: [] for release in releases}
    rows = Evidence.objects.filter(release__in=list(found)).select_related("end").order_by("-id")
    for evidence in rows.defer("report", "samples", "summary", "record"):
        found[evidence.release_id].append(evidence)
    return found


def evidence_by_public_id(public_id: UUID | str) -> Evidence | None:
    """Find a piece of evidence with all that its page shows."""
    return _whole().filter(public_id=public_id).first()


def _whole() -> QuerySet[Evidence]:
    return Evidence.objects.select_related(
        "release__model__board", "release__model__ladder", "release__stage", "file", "added_by",
        "end__superseded_by", "end__ended_by",
    ).defer("record")  # fmt: skip


def record_of(evidence: Evidence) -> str:
    """Return what it states, as it is digested."""
    return Evidence.objects.values_list("record", flat=True).get(pk=evidence.pk)


def document_by_public_id(public_id: UUID | str) -> Document | None:
    """Find a document with its release."""
    return (
        Document.objects.select_related("release__model__board").filter(public_id=public_id).first()
    )


def attachments_of(release: Release, ids: Iterable[str]) -> list[Document]:
    """Return the documents of the release that the public ids name, in the order of upload."""
    found = Document.objects.filter(release=release, public_id__in=list(ids))
    return list(found.order_by("id"))


def attachments_named(release: Release, dossier: Mapping[str, Any]) -> list[Document]:
    """Return the attachments of the release that a dossier refers to."""
    named = {exhibit.get("url") for exhibit in dossier.get("exhibits", [])}
    if not named:
        return []
    rows = Document.objects.filter(release=release).order_by("id")
    return [document for document in rows if document.get_absolute_url() in named]


def evidence_with_file(document: Document) -> list[Evidence]:
    """Return the evidence that the document is the file of."""
    return list(Evidence.objects.filter(file=document).only("public_id"))


def motions_naming(release: Release, urls: Iterable[str]) -> QuerySet[Motion]:
    """Return the motions about a release that have, or had, one of these exhibits."""
    named = reduce(or_, (Q(content__exhibits__contains=[{"url": url}]) for url in urls))
    dossiers = Dossier.objects.filter(named, motion=OuterRef("pk"))
    return Motion.objects.filter(Exists(dossiers), subject_ref=ref(release))


def end_of(evidence: Evidence) -> EvidenceEnd | None:
    """Return how it ended, if it did."""
    return getattr(evidence, "end", None)


def state_of(evidence: Evidence, now: datetime) -> EvidenceState:
    """Return where a piece of evidence stands."""
    end = end_of(evidence)
    if end is not None:
        return EvidenceState(end.state)
    return EvidenceState.EXPIRED if evidence.expires_at <= now else EvidenceState.CURRENT


def evidence_facts(release: Release, rows: Iterable[Evidence]) -> tuple[EvidenceFacts, ...]:
    """Return the rows, of this release, as the requirements take them."""
    return tuple(_facts(release, each) for each in rows)


def _facts(release: Release, evidence: Evidence) -> EvidenceFacts:
    end = end_of(evidence)
    return EvidenceFacts(
        public_id=str(evidence.public_id),
        type=evidence.type,
        title=evidence.title,
        scores=tuple(Score(**score) for score in evidence.scores),
        flags=tuple(Flag(**flag) for flag in evidence.flags),
        digest_bound=evidence.release_digest == release.digest,
        ran_at=evidence.ran_at,
        expires_at=evidence.expires_at,
        superseded=end is not None and end.state == EvidenceState.SUPERSEDED,
        withdrawn=end is not None and end.state == EvidenceState.WITHDRAWN,
        independent=evidence.independent,
        elicitation=evidence.elicitation,
        run_by=evidence.run_by,
        url=evidence.get_absolute_url(),
    )


def fallen_exhibits(
    dossier: Mapping[str, Any], facts: Iterable[EvidenceFacts], now: datetime
) -> tuple[tuple[str, str], ...]:
    """Return title and state of what a dossier refers to and no longer stands."""
    named = {exhibit.get("url") for exhibit in dossier.get("exhibits", [])}
    return tuple(
        (each.title, _fallen(each)) for each in facts if each.url in named and not each.stands(now)
    )


def _fallen(facts: EvidenceFacts) -> str:
    if facts.withdrawn:
        return EvidenceState.WITHDRAWN
    return EvidenceState.SUPERSEDED if facts.superseded else EvidenceState.EXPIRED


def about_to_expire(now: datetime, days: int) -> QuerySet[Evidence]:
    """Return what expires within so many days and whose managers were not told so yet.

    Told later of fewer days, they need not be told of more; what was so short from its first day
    on surprises nobody.
    """
    ahead = timedelta(days=days)
    told = EvidenceReminder.objects.filter(evidence=OuterRef("pk"), days__lte=days)
    return Evidence.objects.filter(
        ~Exists(told),
        end__isnull=True,
        release__state=ReleaseState.SEALED,
        expires_at__gt=now,
        expires_at__lte=now + ahead,
        added_at__lt=F("expires_at") - ahead,
    ).order_by("id")
