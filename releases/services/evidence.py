"""Adding evidence to a release: read from a tool's file as it is, or told by a person."""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from common.documents import document_name
from common.errors import Refused
from common.queue import enqueue
from releases.actions import Action
from releases.choices import EvidenceType, ReleaseState, Right
from releases.evidence import EvidenceProblem, Report, draw_samples, read_report
from releases.evidence.entry import Checked, Entry, EntryProblem, check_entry
from releases.evidence.record import record_bytes, record_digest
from releases.models import Document, Evidence, Release
from releases.services.checks import guard_right, lock_release
from releases.services.documents import GONE, keep_bytes, keep_row

SAMPLES = 5


class EvidenceRefused(Refused):
    """Evidence that is not taken; `field` says which entry is wrong, "" for none in particular."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class _Imported:
    """What was read from a file before any row is locked."""

    report: Report
    seed: int
    samples: list[dict[str, Any]]
    name: str
    size: int
    sha256: str
    media_type: str


def import_evidence(
    *, actor: User, release: Release, path: Path, name: str, entry: Entry, bound_to: str
) -> Evidence:
    """Read the log of an evaluation and keep it with what it says.

    `bound_to` is the digest of the release that the person says was measured; it must be this
    one's, and a file that names another is refused. The file decides when it ran. Reading takes
    under a second and 200 MB (releases.evidence). Raises EvidenceRefused.
    """
    guard_right(actor, Right.MANAGE_RELEASE, release.model)
    _guard_bound(release, bound_to)
    entry = replace(entry, type=EvidenceType.EVALUATION)
    size = path.stat().st_size
    if size > settings.EVIDENCE_MOST_BYTES:
        most = settings.EVIDENCE_MOST_BYTES // 1_000_000
        raise EvidenceRefused(
            _("The file is larger than the %(most)d MB that are taken.") % {"most": most}, "file"
        )
    seed = secrets.randbits(48)
    try:
        report = read_report(path, release_digest=bound_to)
        samples = draw_samples(path, seed=seed, count=SAMPLES)
    except EvidenceProblem as problem:
        raise EvidenceRefused(problem.sentence, "file") from None
    if not entry.title.strip():
        entry = replace(entry, title=f"{report.task} ({report.tool})"[:200])
    checked = _checked(entry, ran_at=report.ran_at)
    drawn = [asdict(each) for each in samples]
    with path.open("rb") as file, transaction.atomic():
        media_type = "application/zip" if file.read(2) == b"PK" else "application/json"
        sha256 = keep_bytes(file)
        found = _Imported(report, seed, drawn, document_name(name), size, sha256, media_type)
        return _add(actor=actor, release=release, entry=checked, bound_to=bound_to, imported=found)


def add_evidence(
    *,
    actor: User,
    release: Release,
    entry: Entry,
    bound_to: str,
    document: Document | None = None,
) -> Evidence:
    """Keep evidence of a plain type, with its document where there is one.

    Raises EvidenceRefused.
    """
    guard_right(actor, Right.MANAGE_RELEASE, release.model)
    if entry.type == EvidenceType.EVALUATION:
        raise EvidenceRefused(_("The log of an evaluation is imported from its file."), "type")
    return _add(
        actor=actor, release=release, entry=_checked(entry), bound_to=bound_to, document=document
    )


def _checked(entry: Entry, *, ran_at: datetime | None = None) -> Checked:
    try:
        return check_entry(entry, now=timezone.now(), ran_at=ran_at)
    except EntryProblem as problem:
        raise EvidenceRefused(str(problem), problem.field) from None


def _guard_bound(release: Release, bound_to: str) -> None:
    if release.state != ReleaseState.SEALED:
        raise EvidenceRefused(
            _("%(release)s is %(state)s; evidence is about a sealed release.")
            % {"release": release, "state": release.get_state_display().lower()}
        )
    if bound_to != release.digest:
        raise EvidenceRefused(
            _("Confirm that it is about this release: the one with the digest %(digest)s.")
            % {"digest": release.digest},
            "bound_to",
        )


@transaction.atomic
def _add(
    *,
    actor: User,
    release: Release,
    entry: Checked,
    bound_to: str,
    imported: _Imported | None = None,
    document: Document | None = None,
) -> Evidence:
    release = lock_release(release.pk)
    guard_right(actor, Right.MANAGE_RELEASE, release.model)
    _guard_bound(release, bound_to)
    if document is not None and document.release_id != release.pk:
        raise EvidenceRefused(_("The file belongs to another release."), "file")
    if document is not None and not Document.objects.filter(pk=document.pk).exists():
        raise EvidenceRefused(str(GONE), "file")
    if imported is not None:
        document = keep_row(
            actor=actor,
            release=release,
            name=imported.name,
            sha256=imported.sha256,
            size=imported.size,
            media_type=imported.media_type,
        )
    evidence = Evidence(
        release=release,
        release_digest=bound_to,
        file=document,
        added_by=actor,
        **(_told(entry) | (_read(imported) if imported else {})),
    )
    stated = _record(evidence, actor)
    evidence.record = record_bytes(stated).decode()
    evidence.digest = record_digest(stated)
    evidence.save(force_insert=True)
    record(
        actor=actor,
        action=Action.EVIDENCE_ADDED,
        target=evidence,
        also=(release, release.model),
        data={
            "type": evidence.type,
            "title": evidence.title,
            "digest": evidence.digest,
            "release_digest": bound_to,
            "flags": [flag["code"] for flag in evidence.flags],
        },
    )
    enqueue("releases.check_conditions", release.pk)
    return evidence


def _told(entry: Checked) -> dict[str, Any]:
    """Return the columns that a person filled in; a score is the measurement they told of."""
    told = {name: getattr(entry, name) for name in entry.__dataclass_fields__ if name != "scores"}
    return {**told, "scores": [asdict(score) for score in entry.scores]}


def _read(imported: _Imported) -> dict[str, Any]:
    """Return the columns that were read from the file."""
    report = asdict(imported.report)
    scores, flags = report.pop("scores"), report.pop("flags")
    # When it ran has a column of its own.
    report.pop("ran_at")
    return {
        "report": report,
        "scores": list(scores),
        "flags": list(flags),
        "seed": imported.seed,
        "samples": imported.samples,
    }


def _record(evidence: Evidence, actor: User) -> dict[str, Any]:
    """Return all that is stated. People stand in it by pseudonym."""
    file = evidence.file
    return {
        "evidence": str(evidence.public_id),
        "release": {"name": str(evidence.release), "digest": evidence.release_digest},
        "file": file
        and {
            "sha256": file.sha256,
            "size": file.size,
            "name": file.name,
            "media_type": file.media_type,
        },
        "ran_at": evidence.ran_at.isoformat(),
        "expires_at": evidence.expires_at.isoformat(),
        "added_at": evidence.added_at.isoformat(),
        "added_by": str(actor.pseudonym),
        **{name: getattr(evidence, name) for name in _STATED},
    }


_STATED = (
    "type",
    "title",
    "summary",
    "report",
    "scores",
    "flags",
    "seed",
    "samples",
    "details",
    "elicitation",
    "run_by",
    "independent",
    "independence_basis",
)
