"""What models, versions and ladders may be called."""

import re

_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9])?")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# Clients use these words for a moving revision, which a version is not.
_TAKEN = {"main", "head", "latest", "refs"}


def check_model_name(full_name: str) -> tuple[str, str]:
    """Split `namespace/name`. Raises ValueError with a sentence for anything else."""
    namespace, slash, name = full_name.partition("/")
    if not slash or "/" in name:
        raise ValueError("Name the model as namespace/name, for example acme/heron.")
    if not _NAMESPACE.fullmatch(namespace):
        raise ValueError(
            "The namespace holds lower-case letters, digits and inner hyphens only, 60 at most."
        )
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(
            "The name holds letters, digits, and inner '.', '_' and '-' only, 96 at most."
        )
    return namespace, name


def check_version(version: str) -> str:
    """Return the version. Raises ValueError with a sentence where it cannot be one."""
    if not _VERSION.fullmatch(version) or ".." in version:
        raise ValueError(
            "A version holds letters, digits, and inner '.', '_', '+' and '-' only, 64 at most; "
            "for example v1.0."
        )
    if version.lower() in _TAKEN:
        raise ValueError(f"{version!r} means a moving revision to clients; choose another version.")
    if _COMMIT.fullmatch(version):
        raise ValueError("A version must not look like a digest; for example v1.0.")
    return version
