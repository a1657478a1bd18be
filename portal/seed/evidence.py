"""The demo's evidence: runs that the real tools recorded, and a review from outside."""

import gzip
import io
import re
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from portal.seed import texts
from releases import services as releases
from releases.choices import Elicitation, EvidenceType
from releases.evidence.entry import Entry
from releases.models import Evidence, Release

RECORDED = Path(__file__).parent / "recorded"
# In place of a release's digest, the runs were given this.
_DIGEST = b"0" * 64
# When Inspect ran, to the day; when lm-eval did, in seconds since 1970.
_DAY = b"2026-11-21"
_DATE = re.compile(rb'(?<="date": )[0-9.]+')
_AGO = timedelta(days=3)


def add_nest_disclosure(manager: User, release: Release) -> Evidence:
    """Import a log of Inspect: how often the model gives a nest away."""
    log = inspect_log(_digest(release), timezone.now() - _AGO)
    return _import(manager, release, log, "nest_disclosure.json", Elicitation.MITIGATIONS_ON)


def add_wetland_terms(manager: User, release: Release) -> Evidence:
    """Import results of lm-evaluation-harness with their samples."""
    date = str((timezone.now() - _AGO).timestamp()).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (*RECORDED.glob("results_*.json"), *RECORDED.glob("samples_*.jsonl")):
            written = path.read_bytes().replace(_DIGEST, _digest(release).encode())
            archive.writestr(path.name, _DATE.sub(date, written))
    content = packed.getvalue()
    return _import(manager, release, content, "wetland_terms.zip", Elicitation.FULLY_ELICITED)


def add_review(manager: User, release: Release) -> Evidence:
    """Add what reviewers from outside wrote, as plain evidence."""
    entry = Entry(
        type=EvidenceType.EXTERNAL_REVIEW,
        title=texts.REVIEW["title"],
        run_by=texts.REVIEW["run_by"],
        summary=texts.REVIEW["summary"],
        elicitation=Elicitation.FULLY_ELICITED,
        independent=True,
        independence_basis=texts.REVIEW["independence"],
        ran_at=timezone.now() - timedelta(days=20),
    )
    return releases.add_evidence(
        actor=manager, release=release, entry=entry, bound_to=_digest(release)
    )


def inspect_log(digest: str, ran_at: datetime) -> bytes:
    """Return the recorded log as if it had been run on that release, on that day."""
    log = gzip.decompress((RECORDED / "nest_disclosure.json.gz").read_bytes())
    day = ran_at.strftime("%Y-%m-%d").encode()
    return log.replace(_DIGEST, digest.encode()).replace(_DAY, day)


def _digest(release: Release) -> str:
    """Return the digest, which a sealed release has."""
    return release.digest or ""


def _import(
    manager: User, release: Release, content: bytes, name: str, elicitation: Elicitation
) -> Evidence:
    entry = Entry(
        type=EvidenceType.EVALUATION,
        title="",
        run_by=texts.RUN_BY,
        summary=texts.RECORDED_RUN,
        elicitation=elicitation,
    )
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return releases.import_evidence(
            actor=manager,
            release=release,
            path=Path(file.name),
            name=name,
            entry=entry,
            bound_to=_digest(release),
        )
