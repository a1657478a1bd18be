"""Signing the receipts for acceptances."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction

from audit.services import has_signing_key, record, sign
from common.intoto import PAYLOAD_TYPE, file_of, moment
from licensing.actions import Action
from licensing.models import Acceptance, Receipt
from licensing.receipt import statement

logger = logging.getLogger(__name__)

CHUNK = 200


def issue(acceptance: Acceptance) -> Receipt | None:
    """Sign the receipt in the transaction of its acceptance; without a key it stays owed."""
    if not has_signing_key():
        return None
    payload = statement(told(acceptance), base_url=settings.BASE_URL)
    key, envelope = sign(payload_type=PAYLOAD_TYPE, payload=payload)
    file, digest = file_of(envelope, key.fingerprint)
    receipt = Receipt.objects.create(acceptance=acceptance, file=file, digest=digest, key=key)
    record(
        actor=None,
        action=Action.RECEIPT_SIGNED,
        target=acceptance,
        data={"digest": digest, "key": key.fingerprint},
    )
    return receipt


def told(acceptance: Acceptance) -> dict[str, Any]:
    """Return what the receipt says: nothing personal, so that it may outlive the person."""
    version = acceptance.version
    return {
        "acceptance": str(acceptance.public_id),
        "terms": {
            "slug": version.terms.slug,
            "title": version.title or version.terms.title,
            "number": version.number,
            "text_sha256": acceptance.text_sha256,
            "html_sha256": acceptance.html_sha256,
            "in_force": moment(version.in_force_at),
        },
        "by": str(acceptance.user.pseudonym),
        "capacity": str(acceptance.capacity),
        "organization": acceptance.organization.name if acceptance.organization else None,
        "authority": acceptance.authority,
        "name_commitment": acceptance.name_commitment,
        "consent": {"text": acceptance.consent, "sha256": acceptance.consent_sha256},
        "ticks": acceptance.ticks,
        "covers": acceptance.covers,
        "displayed": moment(acceptance.displayed_at),
        "accepted": moment(acceptance.accepted_at),
        "browser": acceptance.browser,
        "locale": acceptance.locale,
        "host": acceptance.host,
        "request": acceptance.request_id,
        "second_factor": acceptance.second_factor,
        "previous": str(acceptance.previous.public_id) if acceptance.previous else None,
        "diff_sha256": acceptance.diff_sha256 or None,
    }


def issue_owed_receipts() -> int:
    """Sign the receipts that are owed, a few at a time; return how many were.

    One that fails does not hold up the others; it stays owed.
    """
    if not has_signing_key():
        return 0
    signed = 0
    owed = Acceptance.objects.filter(receipt__isnull=True).order_by("pk")
    for acceptance_id in owed.values_list("pk", flat=True)[:CHUNK]:
        try:
            signed += _issue_one(acceptance_id)
        except Exception:
            logger.exception("The receipt for acceptance %s could not be signed.", acceptance_id)
    return signed


@transaction.atomic
def _issue_one(acceptance_id: int) -> int:
    # Locked, so that two workers do not sign it twice.
    acceptance = (
        Acceptance.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version__terms", "user", "organization", "previous")
        .get(pk=acceptance_id)
    )
    if Receipt.objects.filter(acceptance=acceptance).exists():
        return 0
    return int(issue(acceptance) is not None)
