"""Who may read the record of downloads."""

from uuid import UUID

from django.http import Http404

from accounts.models import User
from licensing.models import Grant
from licensing.permissions import can_govern_grants, can_keep, get_grant_or_404
from releases.models import Model, Release
from releases.permissions import can_manage, get_release_or_404, require


def can_read_downloads(user: User, model: Model) -> bool:
    """Tell whether the person may read who downloaded a model's releases.

    Whoever manages the releases, and whoever governs the grants and may have to stop one.
    """
    return can_manage(user, model) or can_govern_grants(user, model)


def get_read_release_or_404(user: User, namespace: str, name: str, version: str) -> Release:
    """Return a release whose downloads the person may read; 403 to its other staff."""
    release = get_release_or_404(user, namespace, name, version)
    require(can_read_downloads(user, release.model))
    return release


def get_read_grant_or_404(user: User, public_id: UUID) -> Grant:
    """Return a grant all of whose downloads the person may read: its keepers and governors."""
    grant, _standing = get_grant_or_404(user, public_id)
    if not can_read_grant(user, grant):
        raise Http404
    return grant


def can_read_grant(user: User, grant: Grant) -> bool:
    """Tell whether the person may read everybody's downloads under a grant."""
    return can_keep(user, grant) or can_read_downloads(user, grant.model)
