"""Agreements, the drafts of their texts and the texts themselves."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from licensing.duties import Duty, parse, without_section
from licensing.versions import Change, VersionFact


class Terms(models.Model):
    """An agreement, known to stages by its slug. Its texts are its versions.

    `told_number` is the version that whoever is concerned was last told of, and whose title this
    has: a sweep follows the version that is in force by time.
    """

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=160)
    created_at = models.DateTimeField(auto_now_add=True)
    told_number = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("slug",)
        verbose_name_plural = "terms"
        constraints = (
            models.CheckConstraint(
                name="licensing_terms_retired_by_someone",
                condition=models.Q(retired_at__isnull=True) | models.Q(retired_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title


class TermsDraft(models.Model):
    """A text that the legal seat works on. One at a time for an agreement; it ends as a version."""

    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=160)
    text = models.TextField(help_text=_("Markdown"))
    change = models.CharField(max_length=10, choices=Change.choices, default=Change.MATERIAL)
    grace_days = models.PositiveSmallIntegerField(default=0)
    organization_signs = models.BooleanField(default=True)
    duties = models.JSONField(default=list)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-saved_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(ended_at__isnull=True),
                name="licensing_termsdraft_one_open",
            ),
            models.CheckConstraint(
                name="licensing_termsdraft_change_known",
                condition=models.Q(change__in=Change.values),
            ),
        )

    def __str__(self) -> str:
        return f"Draft of {self.slug}"


class TermsVersion(models.Model):
    """One published text. Never changed; one that is not in force yet can be withdrawn, once.

    In force is the highest number that was not withdrawn and whose time has come. A material
    version binds from `binds_at` on, an editorial one asks for nothing (licensing.versions).
    `clauses` are derived from the text (licensing.clauses). `duties` are what its last section
    says in words (licensing.duties).
    """

    terms = models.ForeignKey(Terms, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160, blank=True)
    text = models.TextField(help_text=_("Markdown"))
    html = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    html_sha256 = models.CharField(max_length=64)
    clauses = models.JSONField(default=list)
    duties = models.JSONField(default=list)
    change = models.CharField(max_length=10, choices=Change.choices, default=Change.MATERIAL)
    organization_signs = models.BooleanField(
        default=True, help_text=_("Where a stage names its people, their organisation signs too")
    )
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text=_("Empty: by the operator")
    )
    published_at = models.DateTimeField(default=timezone.now)
    in_force_at = models.DateTimeField(default=timezone.now)
    binds_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("terms", "-number")
        indexes = (
            models.Index(
                fields=["terms"],
                condition=~models.Q(duties=[]),
                name="licensing_termsversion_duties",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["terms", "number"], name="licensing_termsversion_number_once"
            ),
            models.CheckConstraint(
                name="licensing_termsversion_in_force_later",
                condition=models.Q(in_force_at__gte=models.F("published_at")),
            ),
            models.CheckConstraint(
                name="licensing_termsversion_material_binds",
                condition=models.Q(change="editorial", binds_at__isnull=True)
                | models.Q(change="material", binds_at__gte=models.F("in_force_at")),
            ),
            models.CheckConstraint(
                name="licensing_termsversion_first_is_material",
                condition=~models.Q(number=1) | models.Q(change="material"),
            ),
            models.CheckConstraint(
                name="licensing_termsversion_withdrawn_before",
                condition=models.Q(withdrawn_at__isnull=True)
                | models.Q(withdrawn_at__lt=models.F("in_force_at"), withdrawn_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.terms}, version {self.number}"

    @property
    def fact(self) -> VersionFact:
        """Return what the rules look at."""
        return VersionFact(
            self.number, self.in_force_at, self.binds_at, self.pk, self.organization_signs
        )

    @property
    def declared(self) -> tuple[Duty, ...]:
        """Return the duties that the version declares."""
        return parse(self.duties)

    @property
    def own_text(self) -> str:
        """Return the text that was written, without the section of its duties."""
        return without_section(self.text, declared=bool(self.duties))

    @property
    def risky(self) -> list[dict[str, Any]]:
        """Return the clauses that have to be ticked one by one."""
        return [clause for clause in self.clauses if clause["risky"]]


class TermsNotice(models.Model):
    """That a person was told of a version, and how far it was by then. Inserted only.

    `organization` is set where they were asked to sign for it.
    """

    version = models.ForeignKey(TermsVersion, models.PROTECT, related_name="notices")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    phase = models.CharField(max_length=10)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["version", "user", "organization", "phase"],
                nulls_distinct=False,
                name="licensing_termsnotice_once",
            ),
            models.CheckConstraint(
                name="licensing_termsnotice_phase_known",
                condition=models.Q(phase__in=["published", "week", "day", "bound"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} told of {self.version}: {self.phase}"
