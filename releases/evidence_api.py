"""Evidence for programs: import the log of an evaluation where it was run."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from accounts.models import PersonalToken
from common.errors import Refused
from common.uploads import refused_files
from releases import permissions, selectors, services
from releases.api import IngestProblem, ReleaseToken
from releases.choices import Elicitation, EvidenceType
from releases.evidence.entry import Entry
from releases.models import Evidence, Release
from releases.views.uploads import as_path


class EvidenceTold(Schema):
    """What the file cannot say itself."""

    release_digest: str = Field(
        max_length=64, description="Of the release that was measured: it must be this one's"
    )
    run_by: str = Field(max_length=200, description="The organisation that ran it")
    title: str = Field("", max_length=200, description="Empty: the name of the task in the file")
    summary: str = Field("", max_length=20_000)
    elicitation: str = Field(
        Elicitation.NOT_APPLICABLE.value, description=f"One of {', '.join(Elicitation.values)}"
    )
    independent: bool = False
    independence_basis: str = Field("", max_length=5_000)
    ran_at: datetime | None = Field(None, description="Where the file does not say it")
    expires_at: datetime | None = Field(None, description="Within a year of the run")


class EvidenceScore(Schema):
    """One measured number."""

    task: str
    metric: str
    filter: str
    value: float
    stderr: float | None
    samples: int | None


class EvidenceFlag(Schema):
    """One doubt about the file."""

    code: str
    sentence: str


class EvidenceAdded(Schema):
    """What was kept. `digest` is what a dossier refers to."""

    id: str
    url: str
    digest: str
    sha256: str
    title: str
    ran_at: datetime
    expires_at: datetime
    scores: list[EvidenceScore]
    flags: list[EvidenceFlag]


router = Router(tags=["evidence"], auth=ReleaseToken())
_UNKNOWN = {"error": "There is no such release, or you may not know of it."}
_NO_RIGHT = {"error": "This token does not carry the right to add evidence."}


@router.post(
    "/models/{namespace}/{name}/releases/{version}/evidence",
    response={201: EvidenceAdded, **dict.fromkeys((401, 403, 404, 409), IngestProblem)},
    url_name="evidence_post",
)
def evidence_post(
    request: HttpRequest,
    namespace: str,
    name: str,
    version: str,
    told: Form[EvidenceTold],
    file: File[UploadedFile | None] = None,
) -> Status[dict[str, Any]]:
    """Import a log of Inspect (.eval, .json) or results of lm-eval (.json), as a file named `file`.

    It is read at once. What is doubtful in it comes back as flags; what is refused, as a sentence.
    """
    token: PersonalToken = request.auth  # type: ignore[attr-defined] # set by ninja
    if PersonalToken.Right.EVIDENCE not in token.rights:
        return Status(403, _NO_RIGHT)
    release = _release(token, namespace, name, version)
    if release is None:
        return Status(404, _UNKNOWN)
    if not permissions.can_manage(token.user, release.model):
        return Status(403, {"error": f"You need the right to manage releases of {release.model}."})
    if too_large := refused_files(request).get("file"):
        return Status(409, {"error": too_large[0]})
    if file is None:
        return Status(409, {"error": "Send the log as a file named `file`."})
    try:
        evidence = _import(token, release, file, told)
    except Refused as refused:
        return Status(409, {"error": refused.sentence})
    return Status(201, _added(evidence))


def _release(token: PersonalToken, namespace: str, name: str, version: str) -> Release | None:
    """Return a release of a model on whose staff the token's owner is."""
    release = selectors.release_by_name(namespace, name, version)
    if release is None or not permissions.is_staff_of(token.user, release.model):
        return None
    return release


def _import(
    token: PersonalToken, release: Release, file: UploadedFile, told: EvidenceTold
) -> Evidence:
    with as_path(file) as path:
        return services.import_evidence(
            actor=token.user,
            release=release,
            path=path,
            name=file.name or "",
            entry=Entry(
                type=EvidenceType.EVALUATION,
                title=told.title,
                run_by=told.run_by,
                summary=told.summary,
                elicitation=told.elicitation,
                independent=told.independent,
                independence_basis=told.independence_basis,
                ran_at=_aware(told.ran_at),
                expires_at=_aware(told.expires_at),
            ),
            bound_to=told.release_digest,
        )


def _aware(moment: datetime | None) -> datetime | None:
    """Take a time without a zone as UTC, which the portal speaks."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _added(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": str(evidence.public_id),
        "url": evidence.get_absolute_url(),
        "digest": evidence.digest,
        "sha256": evidence.file.sha256 if evidence.file else "",
        "title": evidence.title,
        "ran_at": evidence.ran_at,
        "expires_at": evidence.expires_at,
        "scores": evidence.scores,
        "flags": evidence.flags,
    }
