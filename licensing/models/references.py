"""What referees and signing officials are asked about an application, and what they answer."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Clearance, User
from licensing.models.applications import Application


class ReferenceRequest(models.Model):
    """Asks one referee, or the signing official, by a secret link. For one answer.

    Only the digest of the link's secret is kept, a fresh one each time it is sent. `contact`
    holds name, address and relation or position, sealed under the applicant's key. One that the
    applicant replaced, or whose application ended, opens nothing any more.
    """

    class Kind(models.TextChoices):
        REFEREE = "referee", _("Referee")
        OFFICIAL = "official", _("Signing official")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="references")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # Which of the referees, from 0; the official has 0.
    place = models.PositiveSmallIntegerField(default=0)
    contact = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField()
    times_sent = models.PositiveSmallIntegerField(default=1)
    # The last reminder: days after it was asked.
    reminded = models.PositiveSmallIntegerField(null=True, blank=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("kind", "place", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["application", "kind", "place"],
                condition=models.Q(replaced_at__isnull=True),
                name="licensing_reference_one_in_place",
            ),
            models.CheckConstraint(
                name="licensing_reference_kind_known",
                condition=models.Q(kind__in=["referee", "official"]),
            ),
        )
        indexes = (
            models.Index(
                fields=["created_at"],
                condition=models.Q(answered_at__isnull=True, replaced_at__isnull=True),
                name="licensing_reference_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.place} of {self.application}"


class ReferenceAnswer(models.Model):
    """What a referee or an official answered. Inserted only.

    `vouches` is their answer to the one question that counts: can they vouch, does the official
    stand for the organisation. The rest is sealed under the applicant's key.
    """

    request = models.OneToOneField(ReferenceRequest, models.PROTECT, related_name="answer")
    vouches = models.BooleanField()
    sealed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"Answer to {self.request}"


class Renewal(models.Model):
    """A person's word that nothing changed, for them or their organisation; a reviewer judges it.

    `note` is sealed under the key of whoever asks. At tier 3 a second reviewer confirms.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a reviewer")
        AWAITING_SECOND = "awaiting_second", _("Waits for a second reviewer")
        APPROVED = "approved", _("Renewed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    clearance = models.ForeignKey(Clearance, models.PROTECT, related_name="renewals")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed = models.BooleanField()
    note = models.BinaryField()
    state = models.CharField(max_length=15, choices=State.choices, default=State.ASKED)
    first_reviewer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)
    renewed = models.ForeignKey(Clearance, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_renewal_state_known",
                condition=models.Q(
                    state__in=["asked", "awaiting_second", "approved", "declined", "withdrawn"]
                ),
            ),
            models.CheckConstraint(
                name="licensing_renewal_second_is_another",
                condition=models.Q(first_reviewer__isnull=True)
                | models.Q(reviewer__isnull=True)
                | ~models.Q(first_reviewer=models.F("reviewer")),
            ),
            models.CheckConstraint(
                name="licensing_renewal_approved_by_somebody",
                condition=~models.Q(state="approved")
                | models.Q(reviewer__isnull=False, renewed__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_renewal_decided_has_time",
                condition=models.Q(state__in=["asked", "awaiting_second"], decided_at__isnull=True)
                | models.Q(
                    state__in=["approved", "declined", "withdrawn"], decided_at__isnull=False
                ),
            ),
            models.UniqueConstraint(
                fields=["clearance"],
                condition=models.Q(state__in=["asked", "awaiting_second"]),
                name="licensing_renewal_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"Renewal of {self.clearance}"


class KnownAnswers(models.Model):
    """The sections of an application that vetting knew already, taken over from `source`.

    Somebody who changes one answers it anew: its key leaves `sections`.
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="known")
    source = models.ForeignKey(Application, models.PROTECT, related_name="+")
    sections = models.JSONField()
    valid_until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "known answers"

    def __str__(self) -> str:
        return f"Known in {self.application}"
