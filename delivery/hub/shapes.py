"""Models, files and directories in the Hub's JSON. Reads nothing.

Every file is shown as one of Git LFS, named by its SHA-256, so that no file needs a second hash;
`oid` is what Git would name its pointer. There are no Xet hashes: they would send clients to a
service that is not here.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from delivery.hub.repos import MAIN, Repo, commit_of
from releases.choices import AccessMode, ReleaseState
from releases.models import Artifact, Release

Data = dict[str, Any]


def instant(moment: datetime | None) -> str | None:
    """Return a time as the Hub writes it: ISO 8601 in UTC, with milliseconds and Z."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def model(repo: Repo, release: Release) -> Data:
    """Return a model at one of its releases."""
    stage = release.stage
    mode = stage.access_mode if stage else AccessMode.NONE
    return {
        "id": str(repo.model),
        "modelId": str(repo.model),
        "author": repo.model.namespace,
        "sha": commit_of(release),
        # For everybody, accepting the terms is asked at least.
        "gated": "auto" if mode == AccessMode.WEIGHTS_OPEN else "manual",
        "private": mode == AccessMode.NONE,
        "disabled": release.state == ReleaseState.WITHDRAWN,
        "tags": [],
        "createdAt": instant(repo.model.created_at),
        "lastModified": instant(release.sealed_at),
    }


def siblings(artifacts: Iterable[Artifact], *, blobs: bool) -> list[Data]:
    """Return the files of a model, with sizes and hashes if asked for."""
    return [{"rfilename": each.path, **(_blob(each) if blobs else {})} for each in artifacts]


def _blob(artifact: Artifact) -> Data:
    pointer = _pointer(artifact)
    return {
        "size": artifact.size,
        "blobId": _git_blob(pointer),
        "lfs": {
            "sha256": artifact.sha256,
            "size": artifact.size,
            "pointerSize": len(pointer),
        },
    }


def file(artifact: Artifact, last_commit: Data | None = None) -> Data:
    """Return a file as trees show it."""
    pointer = _pointer(artifact)
    entry = {
        "type": "file",
        "path": artifact.path,
        "size": artifact.size,
        "oid": _git_blob(pointer),
        "lfs": {"oid": artifact.sha256, "size": artifact.size, "pointerSize": len(pointer)},
    }
    return {**entry, "lastCommit": last_commit} if last_commit else entry


def directory(release: Release, path: str, last_commit: Data | None = None) -> Data:
    """Return a directory as trees show it. Its oid only tells it from others."""
    oid = hashlib.sha256(f"{release.digest}:{path}".encode()).hexdigest()[:40]
    entry = {"type": "directory", "path": path, "size": 0, "oid": oid}
    return {**entry, "lastCommit": last_commit} if last_commit else entry


def last_commit(release: Release) -> Data:
    """Return the commit that every file of a release is from."""
    return {
        "id": commit_of(release),
        "title": release.version,
        "date": instant(release.sealed_at),
    }


def commit(release: Release) -> Data:
    """Return a release as a commit."""
    return {**last_commit(release), "message": "", "authors": []}


def references(repo: Repo) -> Data:
    """Return main, and each release as a tag."""
    tags = [
        {
            "name": release.version,
            "ref": f"refs/tags/{release.version}",
            "targetCommit": commit_of(release),
        }
        for release in repo.releases
    ]
    main = {"name": MAIN, "ref": f"refs/heads/{MAIN}", "targetCommit": commit_of(repo.main)}
    return {"branches": [main], "tags": tags, "converts": [], "pullRequests": []}


def _pointer(artifact: Artifact) -> bytes:
    """Return the pointer file that Git LFS would keep for a file."""
    return (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{artifact.sha256}\n"
        f"size {artifact.size}\n"
    ).encode()


def _git_blob(content: bytes) -> str:
    """Return Git's name for some content; nothing is trusted to it."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()
