"""Finding the file that an address names."""

from releases.models import Artifact, Release


def artifact_by_path(release: Release, path: str) -> Artifact | None:
    """Return the artifact of a release at exactly this path."""
    if "\x00" in path:
        # PostgreSQL cannot even compare such a text.
        return None
    artifact = Artifact.objects.filter(release=release, path=path).first()
    if artifact is not None:
        # The release at hand carries its model and stage already.
        artifact.release = release
    return artifact


def checksum_lines(release: Release) -> str:
    """Return the release's files in the form that `sha256sum --check` reads."""
    rows = Artifact.objects.filter(release=release).order_by("path").values_list("sha256", "path")
    return "".join(f"{sha256}  {path}\n" for sha256, path in rows)
