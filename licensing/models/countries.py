"""The country table of a board, its versions in force, and export licences on record."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from boards.models import Board, Motion
from licensing.countries import Effect
from licensing.countries.table import GIVING
from licensing.models.attachments import SHA256
from releases.choices import AccessMode
from releases.models import Model


class CountryTable(models.Model):
    """One text of a board's country table, and its digest. Inserted only.

    It says nothing of whether it is in force: that is a `CountryVersion`.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    board = models.ForeignKey(Board, models.PROTECT, related_name="country_tables")
    title = models.CharField(max_length=120)
    text = models.TextField(help_text=_("The YAML text as it was given"))
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["board", "digest"], name="licensing_countrytable_once_each"
            ),
            models.CheckConstraint(
                name="licensing_countrytable_digest_hex", condition=models.Q(digest__regex=SHA256)
            ),
        )

    def __str__(self) -> str:
        return self.title


class CountryRow(models.Model):
    """What one kind of stage does with one country, or with whom the table does not name.

    The table's groups are resolved: one row for each country that is treated in a way of its own.
    Inserted only.
    """

    class Covers(models.TextChoices):
        COUNTRY = "country", _("A country")
        EVERYONE_ELSE = "everyone_else", _("Every other country")
        UNKNOWN = "unknown", _("No country stated")

    table = models.ForeignKey(CountryTable, models.PROTECT, related_name="rows")
    access_mode = models.CharField(max_length=20, choices=AccessMode.choices)
    covers = models.CharField(max_length=13, choices=Covers.choices)
    country = models.CharField(max_length=2, blank=True)
    effect = models.CharField(max_length=7, choices=Effect.choices)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["table", "access_mode", "covers", "country"],
                name="licensing_countryrow_one_effect",
            ),
            models.CheckConstraint(
                name="licensing_countryrow_access_mode_known",
                condition=models.Q(access_mode__in=GIVING),
            ),
            models.CheckConstraint(
                name="licensing_countryrow_effect_known",
                condition=models.Q(effect__in=Effect.values),
            ),
            models.CheckConstraint(
                name="licensing_countryrow_country_iso",
                condition=models.Q(covers="country", country__regex=r"^[A-Z]{2}$")
                | models.Q(covers__in=["everyone_else", "unknown"], country=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.access_mode}, {self.country or self.covers}: {self.effect}"


class CountryVersion(models.Model):
    """A table comes in force for the models of its board. Inserted only.

    At any moment the newest of those that have begun counts. What loosens anything against what
    would count otherwise stands on an approved motion, which the database looks up.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    board = models.ForeignKey(Board, models.PROTECT, related_name="country_versions")
    table = models.ForeignKey(CountryTable, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    in_force_at = models.DateTimeField()
    loosens = models.BooleanField()
    reason = models.TextField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=["board", "number"], name="licensing_countryversion_numbered"
            ),
            models.UniqueConstraint(
                fields=["motion"], name="licensing_countryversion_once_by_motion"
            ),
            models.CheckConstraint(
                name="licensing_countryversion_reason_given", condition=~models.Q(reason="")
            ),
            models.CheckConstraint(
                name="licensing_countryversion_loosened_by_motion",
                condition=models.Q(loosens=False) | models.Q(motion__isnull=False),
            ),
            models.CheckConstraint(
                name="licensing_countryversion_not_backdated",
                condition=models.Q(in_force_at__gte=models.F("made_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.table}, version {self.number}"


class ExportLicence(models.Model):
    """An authority lets one organisation have one model, in the countries named, until it ends.

    Recorded by a lead, with the document that proves it, which is kept sealed under a key of its
    own: that of the subject with this row's public id. Inserted only, but for its withdrawal, once.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="export_licences")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="export_licences")
    authority = models.CharField(max_length=200)
    number = models.CharField(max_length=100)
    countries = ArrayField(models.CharField(max_length=2))
    ends_at = models.DateTimeField()
    note = models.TextField(blank=True)
    document_name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    # Of the document itself, and of the sealed bytes, which name them in the store.
    document_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["model", "organization", "authority", "number"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="licensing_exportlicence_once_each",
            ),
            models.CheckConstraint(
                name="licensing_exportlicence_names_it",
                condition=~models.Q(authority="") & ~models.Q(number=""),
            ),
            models.CheckConstraint(
                name="licensing_exportlicence_covers_some",
                condition=models.Q(countries__len__gt=0),
            ),
            models.CheckConstraint(
                name="licensing_exportlicence_ends_later",
                condition=models.Q(ends_at__gt=models.F("recorded_at")),
            ),
            models.CheckConstraint(
                name="licensing_exportlicence_has_evidence",
                condition=models.Q(size__gt=0, sha256__regex=SHA256, document_sha256__regex=SHA256),
            ),
            models.CheckConstraint(
                name="licensing_exportlicence_withdrawn_whole",
                condition=models.Q(
                    withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_reason=""
                )
                | (
                    models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~models.Q(withdrawn_reason="")
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=["organization", "model"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="licensing_exportlicence_live",
            ),
        )

    def __str__(self) -> str:
        return f"{self.authority} {self.number}"


class CountryTelling(models.Model):
    """A decision about countries, of which those whom it stops or lets in are owed a word.

    Their grants are gone through in the order of their ids, up to `told_to`, each once. It is done
    when all were, and no grant can come any more before `starts_at`, from when it counts.
    """

    class Cause(models.TextChoices):
        TABLE = "table", _("Another country table")
        LICENCE_RECORDED = "recorded", _("An export licence was put on record")
        LICENCE_ENDING = "ending", _("An export licence ends")
        LICENCE_WITHDRAWN = "withdrawn", _("An export licence was withdrawn")

    cause = models.CharField(max_length=9, choices=Cause.choices)
    version = models.OneToOneField(
        CountryVersion, models.PROTECT, null=True, blank=True, related_name="telling"
    )
    licence = models.ForeignKey(
        ExportLicence, models.PROTECT, null=True, blank=True, related_name="tellings"
    )
    starts_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)
    told_to = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["licence", "cause"], name="licensing_countrytelling_once_each"
            ),
            models.CheckConstraint(
                name="licensing_countrytelling_of_its_cause",
                condition=models.Q(cause="table", version__isnull=False, licence__isnull=True)
                | models.Q(
                    cause__in=["recorded", "ending", "withdrawn"],
                    version__isnull=True,
                    licence__isnull=False,
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=["id"],
                condition=models.Q(done_at__isnull=True),
                name="licensing_countrytelling_owed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_cause_display()}: {self.version or self.licence}"
