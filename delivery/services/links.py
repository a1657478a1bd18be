"""Links to one file for programs without a token: made, checked, revoked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.token_secret import secret_digest
from audit.services import record
from common.errors import Refused
from delivery.actions import Action
from delivery.link_secret import new_secret
from delivery.models import Link
from delivery.services.quotas import foreseen
from licensing.facts import Check, Outcome, Verdict, VerdictAction
from licensing.models import Grant
from licensing.verdict import Context, decide
from releases.models import Artifact, Release

LIFETIMES = (1, 4, 12, 24)  # hours
MOST_FILES = 200
MOST_AN_HOUR = 400


@transaction.atomic
def create_links(
    *,
    actor: User,
    release: Release,
    artifacts: Sequence[Artifact],
    hours: int,
    context: Context,
) -> list[tuple[Link, str]]:
    """Make a link to each file for whoever may download them. The secrets are returned once."""
    if hours not in LIFETIMES:
        raise Refused(_("A link lives for 1, 4, 12 or 24 hours."))
    if not artifacts or any(artifact.release_id != release.pk for artifact in artifacts):
        raise Refused(_("Choose a file of this release."))
    if len(artifacts) > MOST_FILES:
        raise Refused(
            _("At most %(most)d links are made at once. Choose one file, or use a token.")
            % {"most": MOST_FILES}
        )
    verdict = decide(actor, release, VerdictAction.DOWNLOAD, context)
    if not verdict.allowed or verdict.grant_id is None:
        raise Refused(verdict.sentence)
    now = timezone.now()
    # Of several grants the first that has something left.
    grant_id = foreseen(verdict, 1, now).grant_id or verdict.grant_id
    # The person's row is locked so that the number of links stays true.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    lately = Link.objects.filter(user=actor, created_at__gt=now - timedelta(hours=1)).count()
    if lately + len(artifacts) > MOST_AN_HOUR:
        raise Refused(
            _("You made very many links within the hour. Wait a while, or use a token instead.")
        )
    made = []
    for artifact in artifacts:
        secret = new_secret()
        link = Link.objects.create(
            user=actor,
            grant_id=grant_id,
            artifact=artifact,
            digest=secret_digest(secret),
            expires_at=now + timedelta(hours=hours),
            second_factor_at=context.second_factor_at,
        )
        record(
            actor=actor,
            action=Action.LINK_CREATED,
            target=link,
            also=(artifact, Grant(pk=grant_id)),
            data={
                "release": str(release),
                "path": artifact.path,
                "expires_at": link.expires_at.isoformat(),
            },
        )
        made.append((link, secret))
    return made


@transaction.atomic
def revoke_links(*, actor: User, links: Sequence[Link]) -> int:
    """End links of one's own at once; return how many were still alive."""
    rows = Link.objects.select_for_update(no_key=True).filter(
        pk__in=[link.pk for link in links], revoked_at__isnull=True
    )
    ended = list(rows.order_by("pk"))
    if any(link.user_id != actor.pk for link in ended):
        raise Refused(_("Only whoever made a link can revoke it."))
    for link in ended:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        record(
            actor=actor,
            action=Action.LINK_REVOKED,
            target=link,
            also=(Artifact(pk=link.artifact_id), Grant(pk=link.grant_id)),
        )
    return len(ended)


def bound(verdict: Verdict, link: Link | None) -> Verdict:
    """Return the verdict narrowed to the link's own grant: no other grant keeps it alive."""
    if link is None or not verdict.allowed:
        return verdict
    if link.grant_id not in verdict.grant_ids:
        return ended(verdict)
    return replace(verdict, grant_id=link.grant_id, grant_ids=(link.grant_id,))


def ended(verdict: Verdict) -> Verdict:
    """Return the verdict with the denial that the link is over."""
    check = Check("link", Outcome.DENIED, _("This link has ended. Make another one."))
    return replace(verdict, checks=(*verdict.checks, check))
