"""Ingest for programs: begin one, and ask how far it has come."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.security import HttpBearer

from accounts.authentication import bearer_token
from accounts.models import PersonalToken
from common.errors import Refused
from releases import permissions, selectors, services
from releases.models import Model, Release


class ReleaseToken(HttpBearer):
    """A personal token in the Authorization header."""

    def authenticate(self, request: HttpRequest, _token: str) -> PersonalToken | None:
        """Return the token, or None, which answers 401."""
        return bearer_token(request)


class IngestRequest(Schema):
    """What becomes which version."""

    version: str = Field(max_length=64, examples=["v1.0"])
    source: str = Field(
        max_length=1000,
        description="A directory, or a prefix of a bucket, below what the operator allowed",
        examples=["s3://bucket/prefix"],
    )


class Finding(Schema):
    """Where a file does not fit the others."""

    path: str
    sentence: str


class IngestStatus(Schema):
    """How far an ingest has come. Sizes are in bytes, `rate` in bytes a second."""

    model: str
    version: str
    state: str
    digest: str | None
    refusal: str
    waiting_for: str
    files: int
    files_read: int
    files_verified: int
    bytes: int
    bytes_read: int
    bytes_verified: int
    rate: int
    seconds_left: int | None
    current_file: str
    findings: list[Finding]


class IngestProblem(Schema):
    """Why not."""

    error: str


router = Router(tags=["ingest"], auth=ReleaseToken())
_UNKNOWN = {"error": "There is no such model, or you may not know of it."}
_NO_RIGHT = {"error": "This token does not carry the right to ingest releases."}


@router.post(
    "/models/{namespace}/{name}/releases",
    response={
        202: IngestStatus,
        **dict.fromkeys((401, 403, 404, 409), IngestProblem),
    },
    url_name="ingest_start",
)
def ingest_start(
    request: HttpRequest, namespace: str, name: str, wanted: IngestRequest
) -> Status[dict[str, Any]]:
    """Begin to ingest a version; a worker reads it."""
    token: PersonalToken = request.auth  # type: ignore[attr-defined] # set by ninja
    if not _carries_right(token):
        return Status(403, _NO_RIGHT)
    model = _model(token, namespace, name)
    if model is None:
        return Status(404, _UNKNOWN)
    if not permissions.can_manage(token.user, model):
        return Status(403, {"error": f"You need the right to ingest releases of {model}."})
    try:
        release = services.start_ingest(
            actor=token.user, model=model, version=wanted.version, directory=wanted.source
        )
    except Refused as refused:
        return Status(409, {"error": refused.sentence})
    return Status(202, _status(release))


@router.get(
    "/models/{namespace}/{name}/releases/{version}/ingest",
    response={200: IngestStatus, **dict.fromkeys((401, 403, 404), IngestProblem)},
    url_name="ingest_status",
)
def ingest_status(
    request: HttpRequest, namespace: str, name: str, version: str
) -> Status[dict[str, Any]]:
    """Say how far the ingest of a version has come, or how it ended."""
    token: PersonalToken = request.auth  # type: ignore[attr-defined] # set by ninja
    if not _carries_right(token):
        return Status(403, _NO_RIGHT)
    model = _model(token, namespace, name)
    release = selectors.release_by_name(namespace, name, version) if model else None
    if release is None:
        return Status(404, _UNKNOWN)
    return Status(200, _status(release))


def _carries_right(token: PersonalToken) -> bool:
    return PersonalToken.Right.INGEST in token.rights


def _model(token: PersonalToken, namespace: str, name: str) -> Model | None:
    """Return a model on whose staff the token's owner is."""
    model = selectors.model_by_name(namespace, name)
    if model is None or not permissions.is_staff_of(token.user, model):
        return None
    return model


def _status(release: Release) -> dict[str, Any]:
    progress = selectors.ingest_progress(release)
    return {
        "model": str(release.model),
        "version": release.version,
        "state": release.state,
        "digest": release.digest,
        "refusal": release.refusal,
        "waiting_for": progress.note,
        "files": progress.files,
        "files_read": progress.read_files,
        "files_verified": progress.verified_files,
        "bytes": progress.size,
        "bytes_read": progress.read_size,
        "bytes_verified": progress.verified_size,
        "rate": progress.rate,
        "seconds_left": progress.seconds_left,
        "current_file": progress.file,
        "findings": release.findings,
    }
