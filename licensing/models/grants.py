"""Grants, who is named on them, and their places in cohorts."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from licensing.models.applications import Application
from licensing.volume import MOST_DAYS, Volume
from releases.models import Model, Release, Stage


class Mode(models.TextChoices):
    """What a grant is for."""

    API = "api", _("Hosted API")
    WEIGHTS = "weights", _("Weights")


class GrantState(models.TextChoices):
    """`pending_terms -> queued -> active <-> suspended`; four ends from every live state."""

    PENDING_TERMS = "pending_terms", _("Waiting for your terms")
    QUEUED = "queued", _("Queued, cohort full")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    REVOKED = "revoked", _("Revoked")
    EXPIRED = "expired", _("Expired")
    RELINQUISHED = "relinquished", _("Given up")
    SUPERSEDED = "superseded", _("Superseded")


LIVE_GRANT_STATES = ("pending_terms", "queued", "active", "suspended")


class Grant(models.Model):
    """The licence to one model, held by an organisation or by an unaffiliated person.

    `public_modes` are those of its `modes` that came by accepting the terms at a public stage,
    without a review: where a stage names its people they do not count.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="grants")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="grants"
    )
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="own_grants"
    )
    application = models.OneToOneField(
        Application, models.PROTECT, null=True, blank=True, related_name="grant"
    )
    modes = ArrayField(models.CharField(max_length=10, choices=Mode.choices))
    public_modes = ArrayField(models.CharField(max_length=10, choices=Mode.choices), default=list)
    scope = models.JSONField(default=dict)
    state = models.CharField(
        max_length=14, choices=GrantState.choices, default=GrantState.PENDING_TERMS
    )
    state_reason = models.TextField(blank=True)
    suspended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    volume_bytes = models.BigIntegerField(
        null=True, blank=True, help_text=_("Download quota in bytes; empty: none")
    )
    volume_days = models.PositiveSmallIntegerField(null=True, blank=True)
    volume_set_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_grant_volume",
                condition=models.Q(volume_bytes__isnull=True, volume_days__isnull=True)
                | models.Q(
                    volume_bytes__gt=0,
                    volume_days__gt=0,
                    volume_days__lte=MOST_DAYS,
                    volume_set_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="licensing_grant_one_holder",
                condition=models.Q(organization__isnull=False, person__isnull=True)
                | models.Q(organization__isnull=True, person__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_grant_state_known",
                condition=models.Q(state__in=GrantState.values),
            ),
            models.CheckConstraint(
                name="licensing_grant_modes_known",
                condition=models.Q(modes__contained_by=["api", "weights"])
                & models.Q(modes__len__gt=0),
            ),
            models.CheckConstraint(
                name="licensing_grant_public_modes_among_modes",
                condition=models.Q(public_modes__contained_by=models.F("modes")),
            ),
            models.CheckConstraint(
                name="licensing_grant_unreviewed_is_public",
                condition=models.Q(application__isnull=False)
                | models.Q(modes__contained_by=models.F("public_modes")),
            ),
            models.CheckConstraint(
                name="licensing_grant_suspended_by_someone",
                condition=~models.Q(state="suspended") | models.Q(suspended_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["model", "organization"],
                condition=models.Q(
                    state__in=["pending_terms", "queued", "active", "suspended"],
                    organization__isnull=False,
                ),
                name="licensing_grant_one_live_per_organization",
            ),
            models.UniqueConstraint(
                fields=["model", "person"],
                condition=models.Q(
                    state__in=["pending_terms", "queued", "active", "suspended"],
                    person__isnull=False,
                ),
                name="licensing_grant_one_live_per_person",
            ),
        )
        indexes = (
            models.Index(fields=["model", "-id"], name="licensing_grant_of_model"),
            models.Index(fields=["model", "state", "-id"], name="licensing_grant_by_state"),
            models.Index(
                fields=["model", "-id"],
                condition=models.Q(modes__contains=["api"]),
                name="licensing_grant_with_api",
            ),
            models.Index(
                fields=["model", "-id"],
                condition=models.Q(modes__contains=["weights"]),
                name="licensing_grant_with_weights",
            ),
            models.Index(
                fields=["ends_at"],
                condition=models.Q(state__in=["pending_terms", "queued", "active", "suspended"]),
                name="licensing_grant_to_expire",
            ),
        )

    def __str__(self) -> str:
        return f"Grant of {self.model} to {self.organization or self.person}"

    @property
    def volume(self) -> Volume | None:
        """Return the download quota."""
        if self.volume_bytes is None or self.volume_days is None:
            return None
        return Volume(self.volume_bytes, self.volume_days)


class GrantUser(models.Model):
    """A person named on a grant, who may use it. Ended, never deleted."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="named_users")
    user = models.ForeignKey(User, models.PROTECT, related_name="named_on")
    added_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["grant", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="licensing_grantuser_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} on {self.grant}"


class Admission(models.Model):
    """A grant's place in the cohort of one release at one stage."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        ADMITTED = "admitted", _("Admitted")

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="admissions")
    release = models.ForeignKey(Release, models.PROTECT, related_name="admissions")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    admitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["grant", "release", "stage"], name="licensing_admission_once"
            ),
            models.CheckConstraint(
                name="licensing_admission_state_known",
                condition=models.Q(state="queued", admitted_at__isnull=True)
                | models.Q(state="admitted", admitted_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=["release", "state", "id"], name="licensing_admission_line"),
        )

    def __str__(self) -> str:
        return f"{self.grant} for {self.release}: {self.state}"
