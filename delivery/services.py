"""The gate before the first byte."""

from django.db import connection, transaction

from accounts.models import User
from audit.services import record
from delivery.actions import Action
from delivery.ranges import ByteRange
from licensing.facts import Verdict, VerdictAction
from licensing.models import LIVE_GRANT_STATES, Grant
from licensing.verdict import Context, Subject, decide
from releases.models import Artifact, Model, Release


@transaction.atomic(durable=True)
def authorise_download(
    *, actor: Subject, artifact: Artifact, wanted: ByteRange | None, context: Context
) -> Verdict:
    """Decide whether these bytes may leave now and, if so, write it down.

    The event is committed when this returns; if it cannot be written this raises, and nothing
    may be sent. A revocation or a hold is either before this decision, and refuses it, or after
    the event: the rows that they change are locked (shared among downloads) from the decision
    to the commit.
    """
    release = artifact.release
    grants = _grants_of(release.model, actor)
    _lock_against_tightening(release, grants)
    verdict = decide(actor, release, VerdictAction.DOWNLOAD, context)
    if not verdict.allowed or not isinstance(actor, User):
        return verdict
    record(
        actor=actor,
        action=Action.DOWNLOAD_AUTHORISED,
        target=artifact,
        # Not the release: its timeline would drown in ranges.
        also=tuple(grant for grant in grants if grant.pk == verdict.grant_id),
        data={
            "release": str(release),
            "path": artifact.path,
            "sha256": artifact.sha256,
            "range": wanted.content_range if wanted else f"bytes */{artifact.size}",
            "bytes": wanted.length if wanted else artifact.size,
            "token": context.token.pk if context.token else None,
        },
    )
    return verdict


def _grants_of(model: Model, actor: Subject) -> list[Grant]:
    if not isinstance(actor, User):
        return []
    return list(
        Grant.objects.filter(
            model=model,
            state__in=LIVE_GRANT_STATES,
            named_users__user=actor,
            named_users__ended_at__isnull=True,
        ).distinct()
    )


def _lock_against_tightening(release: Release, grants: list[Grant]) -> None:
    """Share-lock the rows that a hold, a demotion or a revocation must lock first."""
    statements = (
        (Model, [release.model_id]),
        (Grant, [grant.pk for grant in grants]),
    )
    with connection.cursor() as cursor:
        for table, ids in statements:
            if ids:
                cursor.execute(
                    f"SELECT 1 FROM {table._meta.db_table} WHERE id = ANY(%s) "  # noqa: S608
                    "ORDER BY id FOR SHARE",
                    [ids],
                )
