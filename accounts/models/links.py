"""What was asked of a mailbox by a secret link: to join, or to show that it can be read."""

import uuid

from django.db import models
from django.db.models.functions import Lower

from accounts.models.organizations import Membership, Organization
from accounts.models.people import User

# Neither used nor taken back; past its time it is of no use, and makes room for another.
_OPEN_INVITATION = models.Q(accepted_at__isnull=True, revoked_at__isnull=True)
_OPEN_CHECK = models.Q(used_at__isnull=True, replaced_at__isnull=True)


class Invitation(models.Model):
    """Asks somebody, who may have no account yet, into an organisation. For one use.

    Only the digest of the link's secret is kept. The address is blanked once the invitation has
    ended: then the membership says who came.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="invitations")
    address = models.EmailField(max_length=254, blank=True)
    role = models.CharField(max_length=20, choices=Membership.Role.choices)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                "organization",
                Lower("address"),
                condition=_OPEN_INVITATION & ~models.Q(address=""),
                name="accounts_invitation_one_open",
            ),
            models.CheckConstraint(
                name="accounts_invitation_role_known",
                condition=models.Q(role__in=["owner", "custodian", "signing_official", "member"]),
            ),
            models.CheckConstraint(
                name="accounts_invitation_accepted_by_somebody",
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="accounts_invitation_one_end",
                condition=models.Q(accepted_at__isnull=True) | models.Q(revoked_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"Invitation to {self.organization}"


class MailboxCheck(models.Model):
    """A link sent to an address at an organisation's domain. For one use.

    Without `membership` it asks whether the domain is the organisation's; with one, whether the
    member still belongs there. The address is blanked once the check has ended.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="mailbox_checks")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="mailbox_checks"
    )
    address = models.EmailField(max_length=254, blank=True)
    domain = models.CharField(max_length=253)
    digest = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=_OPEN_CHECK,
                nulls_distinct=False,
                name="accounts_mailboxcheck_one_open",
            ),
            models.CheckConstraint(
                name="accounts_mailboxcheck_one_end",
                condition=models.Q(used_at__isnull=True) | models.Q(replaced_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"Check of {self.domain} for {self.organization}"
