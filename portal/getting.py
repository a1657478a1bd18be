"""How the person who looks gets a release's files: commands, or the one next step."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonalToken, User
from accounts.selectors import tokens_of
from delivery.commands import File, commands
from delivery.panels import downloads_panel
from delivery.permissions import can_read_grant
from delivery.refusals import absolute
from licensing.facts import Verdict
from licensing.models import Grant
from portal import access, showing
from releases.choices import WEIGHTS_MODES
from releases.models import Artifact, Release


def get_card(
    user: User | AnonymousUser, release: Release, verdict: Verdict, artifacts: Sequence[Artifact]
) -> dict[str, Any] | None:
    """Return the card “Get the files”; None where weights do not leave at the release's stage.

    `verdict` is the one on downloading.
    """
    if release.stage is None or release.stage.access_mode not in WEIGHTS_MODES or not artifacts:
        return None
    if not verdict.allowed or verdict.grant_id is None or not isinstance(user, User):
        return {"sentence": verdict.sentence, "step": access.step_of(verdict)}
    files = [File(each.path, each.size, each.sha256) for each in artifacts]
    usable = tokens_of(user).filter(
        rights__contains=[PersonalToken.Right.WEIGHTS], expires_at__gt=timezone.now()
    )
    grant = Grant.objects.annotate(has_token=Exists(usable)).get(pk=verdict.grant_id)
    reads = grant.volume is not None and can_read_grant(user, grant)
    return {
        "quota": downloads_panel(grant, reads_all=reads) if grant.volume else None,
        "commands": commands(
            base=absolute("/").rstrip("/"),
            model=str(release.model),
            version=release.version,
            files=files,
        ),
        "has_token": grant.has_token,
        "tokens_url": reverse("account_tokens"),
        "token_create_url": reverse("account_token_create"),
        "links_url": reverse("release_links", args=showing.release_args(release)),
    }
