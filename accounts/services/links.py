"""Ending what secret links asked: the row stays, the address goes."""

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Invitation, MailboxCheck


def end_checks(checks: QuerySet[MailboxCheck]) -> None:
    """Make the open ones among these checks useless."""
    checks.filter(used_at__isnull=True, replaced_at__isnull=True).update(
        replaced_at=timezone.now(), address=""
    )


def end_invitations(invitations: QuerySet[Invitation]) -> None:
    """Make the open ones among these invitations useless."""
    invitations.filter(accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), address=""
    )
