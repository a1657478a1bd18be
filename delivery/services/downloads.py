"""The gate before the first byte, and the word on how many followed."""

import json
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from accounts.models import User
from audit import personal
from audit.models import Subject as AuditSubject
from audit.services import record
from common.request_id import current_request_id
from delivery.actions import Action
from delivery.choices import Outcome
from delivery.clients import client_name
from delivery.models import Download, Link
from delivery.origins import Origin
from delivery.ranges import ByteRange
from delivery.services.links import bound, ended
from delivery.services.quotas import within_quota
from licensing.facts import Verdict, VerdictAction
from licensing.models import LIVE_GRANT_STATES, Grant
from licensing.verdict import Context, Subject, decide
from releases.choices import AccessMode
from releases.models import Artifact, Release


@dataclass(frozen=True)
class Authorisation:
    """The verdict on a download and, where it is yes, the row that was written.

    `redirect`: the recipient may be sent where nobody checks again; the row is of the whole file.
    """

    verdict: Verdict
    download: Download | None = None
    redirect: bool = False


@transaction.atomic(durable=True)
def authorise_download(
    *,
    actor: Subject,
    artifact: Artifact,
    wanted: ByteRange | None,
    context: Context,
    origin: Origin,
    link: Link | None = None,
    redirects: bool = False,
) -> Authorisation:
    """Decide whether these bytes may leave now and, if so, write it down.

    With `redirects` the caller can send the recipient to an address that hands out the whole file
    and that nobody checks again; that is for Open weights only, and not under a quota.

    The event and the download's row are committed when this returns; if they cannot be written
    this raises, and nothing may be sent. A revocation or a hold is either before this decision,
    and refuses it, or after the event: the rows that they change are locked (shared among
    downloads) from the decision to the commit.
    """
    release = artifact.release
    _lock_against_tightening(release, actor)
    verdict = bound(decide(actor, release, VerdictAction.DOWNLOAD, context), link)
    if link is not None and not _is_alive(link):
        verdict = ended(verdict)
    redirect = redirects and not verdict.volumes and _stands_open(release)
    if redirect:
        wanted = None
    part = wanted or ByteRange(0, artifact.size, artifact.size)
    verdict = within_quota(verdict, part.length, timezone.now())
    if not verdict.allowed or verdict.grant_id is None or not isinstance(actor, User):
        return Authorisation(verdict)
    download = _write_down(actor, artifact, part, verdict.grant_id, context, origin, link)
    record(
        actor=actor,
        action=Action.DOWNLOAD_AUTHORISED,
        target=artifact,
        # Not the release: its timeline would drown in ranges.
        also=(Grant(pk=verdict.grant_id),),
        data={
            "release": str(release),
            "path": artifact.path,
            "sha256": artifact.sha256,
            "range": wanted.content_range if wanted else f"bytes */{artifact.size}",
            "bytes": part.length,
            "token": context.token.pk if context.token else None,
            **({"link": link.pk} if link else {}),
            **({"redirect": True} if redirect else {}),
        },
    )
    return Authorisation(verdict, download, redirect)


def _write_down(
    actor: User,
    artifact: Artifact,
    part: ByteRange,
    grant_id: int,
    context: Context,
    origin: Origin,
    link: Link | None,
) -> Download:
    return Download.objects.create(
        user=actor,
        grant_id=grant_id,
        release=artifact.release,
        artifact=artifact,
        token=context.token,
        link=link,
        start=part.start,
        stop=part.stop,
        way=origin.way,
        client=client_name(origin.agent),
        sealed_origin=_seal(actor, {"address": context.address, "agent": origin.agent}),
        request_id=current_request_id(),
        trace_id=origin.trace_id,
    )


def _stands_open(release: Release) -> bool:
    """Tell whether the release is at Open weights now, while its model's row is locked."""
    return Release.objects.filter(
        pk=release.pk, stage__access_mode=AccessMode.WEIGHTS_OPEN
    ).exists()


def note_sent(*, download_id: int, bytes_sent: int) -> None:
    """Note how many bytes of an authorised range were sent, once: the first word stands.

    Not a governed change, so no event.
    """
    length = F("stop") - F("start")
    sent = Greatest(Value(0), Least(Value(bytes_sent), length))
    Download.objects.filter(pk=download_id, outcome=Outcome.UNKNOWN).update(
        bytes_sent=sent,
        finished_at=timezone.now(),
        outcome=Case(
            When(stop__lte=F("start") + bytes_sent, then=Value(Outcome.COMPLETE)),
            default=Value(Outcome.CUT),
        ),
    )


@transaction.atomic
def record_export(*, actor: User, about: Release | Grant) -> None:
    """Write down that somebody took the record of other people's downloads with them."""
    record(actor=actor, action=Action.DOWNLOADS_EXPORTED, target=about)


def _seal(actor: User, origin: dict[str, str]) -> bytes:
    """Seal what is personal in an origin; nothing, where the person is erased in this moment."""
    try:
        return personal.seal(actor.pseudonym, json.dumps(origin))
    except AuditSubject.DoesNotExist:
        return b""


def _lock_against_tightening(release: Release, actor: Subject) -> None:
    """Share-lock the rows that a ban, a hold, a demotion, a revocation or a quota must lock first.

    The person comes first, as everywhere; an organisation's ban locks its grants.
    """
    with connection.cursor() as cursor:
        if isinstance(actor, User):
            cursor.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR SHARE", [actor.pk])
        cursor.execute("SELECT 1 FROM releases_model WHERE id = %s FOR SHARE", [release.model_id])
        if isinstance(actor, User):
            cursor.execute(_LOCK_GRANTS, [release.model_id, list(LIVE_GRANT_STATES), actor.pk])


def _is_alive(link: Link) -> bool:
    """Tell whether a link is not revoked, and keep it so until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_LINK, [link.pk])
        return cursor.fetchone() is not None


_LOCK_LINK = """
SELECT 1 FROM delivery_link l JOIN accounts_user u ON u.id = l.user_id
WHERE l.id = %s AND l.revoked_at IS NULL
AND (u.credentials_ended_at IS NULL OR u.credentials_ended_at < l.created_at)
FOR SHARE OF l
"""
_LOCK_GRANTS = """
SELECT 1 FROM licensing_grant g
WHERE g.model_id = %s AND g.state = ANY(%s) AND EXISTS (
    SELECT 1 FROM licensing_grantuser u
    WHERE u.grant_id = g.id AND u.user_id = %s AND u.ended_at IS NULL
)
ORDER BY g.id FOR SHARE OF g
"""
