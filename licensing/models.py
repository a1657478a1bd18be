"""Terms and their acceptance, applications, grants and admissions."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from licensing.volume import MOST_DAYS, Volume
from releases.models import Model, Release, Stage


class Terms(models.Model):
    """An agreement, known to stages by its slug. Its texts are its versions."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("slug",)
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.title


class TermsVersion(models.Model):
    """One published text. Inserted only: the highest number is the one in force."""

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField(help_text=_("Markdown"))
    html = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text=_("Empty: by the operator")
    )
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("terms", "-number")
        constraints = (
            models.UniqueConstraint(
                fields=["terms", "number"], name="licensing_termsversion_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.terms}, version {self.number}"


class Acceptance(models.Model):
    """The evidence that one person agreed to one text. Inserted only.

    `organization` is set when the acceptance counts for the person's use under that
    organisation's grant. The sealed fields are encrypted under the person's key (audit.personal).
    The hashes are repeated here so that the row alone says what was agreed to.
    """

    class Capacity(models.TextChoices):
        SELF = "self", _("For myself")
        ORGANIZATION = "organization", _("As a user within my organisation")

    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(User, models.PROTECT, related_name="acceptances")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="acceptances"
    )
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    consent = models.TextField(help_text=_("The sentence and button label that were shown"))
    text_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    sealed_name = models.BinaryField()
    sealed_address = models.BinaryField()
    sealed_agent = models.BinaryField()
    request_id = models.CharField(max_length=32)
    accepted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["version", "user", "organization"],
                nulls_distinct=False,
                name="licensing_acceptance_once",
            ),
            models.CheckConstraint(
                name="licensing_acceptance_capacity",
                condition=models.Q(capacity="self", organization__isnull=True)
                | models.Q(capacity="organization", organization__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"Acceptance {self.pk} of {self.version}"


class Mode(models.TextChoices):
    """What a grant is for."""

    API = "api", _("Hosted API")
    WEIGHTS = "weights", _("Weights")


class ApplicationState(models.TextChoices):
    """`draft -> submitted -> in_review -> returned -> submitted`; ends see below."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned to you")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN_APPLICATION_STATES = ("draft", "submitted", "in_review", "returned")
# Decided by a reviewer; who withdraws decides nothing.
REVIEWED_APPLICATION_STATES = ("approved", "declined")


class Application(models.Model):
    """A person's request, for an organisation or for themselves, to get access to a model.

    `answers` is the working copy of the structured form (licensing.application_form), without
    the personal ones, which `sealed_answers` holds under the applicant's key (audit.personal).
    What was submitted is frozen in a Submission each time. `message` is what the applicant last
    was told.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="applications")
    applicant = models.ForeignKey(User, models.PROTECT, related_name="applications")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="applications"
    )
    answers = models.JSONField(default=dict)
    sealed_answers = models.BinaryField(null=True)
    state = models.CharField(
        max_length=10, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    reviewer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="licensing_application_state_known",
                condition=models.Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "in_review",
                        "returned",
                        "approved",
                        "declined",
                        "withdrawn",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="licensing_application_review_has_reviewer",
                condition=~models.Q(state__in=["in_review", "approved", "declined"])
                | models.Q(reviewer__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_application_decided_has_time",
                condition=~models.Q(state__in=["approved", "declined", "withdrawn"])
                | models.Q(decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["model", "applicant", "organization"],
                condition=models.Q(state__in=["draft", "submitted", "in_review", "returned"]),
                nulls_distinct=False,
                name="licensing_application_one_open",
            ),
        )
        indexes = (
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(state__in=["submitted", "in_review"]),
                name="licensing_application_queue",
            ),
        )

    def __str__(self) -> str:
        return f"Application of {self.applicant} for {self.model}"


class Submission(models.Model):
    """The answers as they were submitted, frozen; the personal ones sealed. Inserted only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField()
    answers = models.JSONField()
    sealed_answers = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=["application", "number"], name="licensing_submission_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"Submission {self.number} of {self.application}"


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
