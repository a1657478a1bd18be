"""Signing the receipts for statements on duties."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction

from audit.services import has_signing_key, record, sign
from common.intoto import PAYLOAD_TYPE, file_of, moment
from licensing.actions import Action
from licensing.duty_receipt import statement
from licensing.models import DutyReceipt, DutyStatement

logger = logging.getLogger(__name__)

CHUNK = 200


def issue(stated: DutyStatement) -> DutyReceipt | None:
    """Sign the receipt in the transaction of its statement; without a key it stays owed."""
    if not has_signing_key():
        return None
    payload = statement(told(stated), base_url=settings.BASE_URL)
    key, envelope = sign(payload_type=PAYLOAD_TYPE, payload=payload)
    file, digest = file_of(envelope, key.fingerprint)
    receipt = DutyReceipt.objects.create(statement=stated, file=file, digest=digest, key=key)
    record(
        actor=None,
        action=Action.DUTY_RECEIPT_SIGNED,
        target=stated.duty,
        data={
            "statement": str(stated.public_id),
            "digest": digest,
            "key": key.fingerprint,
        },
    )
    return receipt


def told(stated: DutyStatement) -> dict[str, Any]:
    """Return what the receipt says: nothing personal, so that it may outlive the person."""
    duty, version = stated.duty, stated.duty.version
    organization = duty.grant.organization
    return {
        "statement": str(stated.public_id),
        "duty": {
            "id": str(duty.public_id),
            "kind": duty.kind,
            "due": moment(duty.due_at),
            "late": stated.stated_at >= duty.due_at,
        },
        "grant": str(duty.grant.public_id),
        "model": str(duty.model),
        "release": str(duty.release) if duty.release else None,
        "terms": {
            "slug": version.terms.slug,
            "number": version.number,
            "text_sha256": version.text_sha256,
        },
        "by": str(stated.user.pseudonym),
        "capacity": stated.capacity,
        "organization": organization.name if organization else None,
        "text": {"text": stated.text, "sha256": stated.text_sha256},
        "name_commitment": stated.name_commitment,
        "answers_commitment": stated.answers_commitment,
        "file_commitment": stated.file_sha256 or None,
        "previous": str(stated.previous.public_id) if stated.previous else None,
        "stated": moment(stated.stated_at),
        "request": stated.request_id,
        "second_factor": stated.second_factor,
    }


def issue_owed_duty_receipts() -> int:
    """Sign the receipts that are owed, a few at a time; return how many were."""
    if not has_signing_key():
        return 0
    signed = 0
    owed = DutyStatement.objects.filter(receipt__isnull=True).order_by("pk")
    for statement_id in owed.values_list("pk", flat=True)[:CHUNK]:
        try:
            signed += _issue_one(statement_id)
        except Exception:
            logger.exception("The receipt for statement %s could not be signed.", statement_id)
    return signed


@transaction.atomic
def _issue_one(statement_id: int) -> int:
    # Locked, so that two workers do not sign it twice.
    stated = (
        DutyStatement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("duty__grant__organization", "duty__version__terms", "user", "previous")
        .get(pk=statement_id)
    )
    if DutyReceipt.objects.filter(statement=stated).exists():
        return 0
    return int(issue(stated) is not None)
