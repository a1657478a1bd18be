"""Of releases as they come in, and of stored bytes that are damaged."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.notifications import notify
from releases.choices import Right
from releases.models import Artifact, Release
from releases.permissions import users_with_right


def release_sealed(release: Release) -> None:
    """Tell whoever began the ingest."""
    if release.created_by is None:
        return
    notify(
        recipient=release.created_by,
        kind="release_sealed",
        about=release,
        subject=_("%(release)s is sealed") % {"release": release},
        body=_(
            "Every file of %(release)s was read and verified. It is named by the digest "
            "%(digest)s and stands at the stage %(stage)s."
        )
        % {"release": release, "digest": release.digest, "stage": release.stage},
        url=release.get_absolute_url(),
    )


def release_refused(release: Release, url: str) -> None:
    """Tell whoever began the ingest, and why."""
    if release.created_by is None:
        return
    notify(
        recipient=release.created_by,
        kind="release_refused",
        about=release,
        subject=_("%(release)s was refused") % {"release": release},
        body=_("%(refusal)s Nothing of it was kept. Mend the directory and ingest it again.")
        % {"refusal": release.refusal},
        url=url,
    )


def artifact_damaged(artifact: Artifact, problem: str) -> None:
    """Sound the alarm to the operators and the managers."""
    release = artifact.release
    people = {
        *users_with_right(Right.MANAGE_RELEASE, release.model),
        *User.objects.filter(is_staff=True, is_active=True),
    }
    for person in sorted(people, key=lambda each: each.pk):
        notify(
            recipient=person,
            kind="artifact_damaged",
            about=release,
            subject=(_("A stored file of %(release)s is damaged") % {"release": release})[:200],
            body=_(
                "%(path)s of %(release)s is not in the store as it was sealed: %(problem)s\n\n"
                "It is not served until it is whole again. Restore the object %(sha256)s from a "
                "backup, or ingest the same bytes once more; it is then looked at within an hour. "
                "Check the disk: other files may follow, which the operator's page lists."
            )
            % {
                "path": artifact.path,
                "release": release,
                "problem": problem,
                "sha256": artifact.sha256,
            },
            url=release.get_absolute_url(),
        )
