"""Terms, applications, grants and admissions; what is evidence is inserted only."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.guards import append_only


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0001_initial"),
        ("releases", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=160)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "terms",
                "ordering": ("slug",),
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("answers", models.JSONField(default=dict)),
                ("sealed_answers", models.BinaryField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("returned", "Returned to you"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="releases.model",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="accounts.organization",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "in_review",
                                    "returned",
                                    "approved",
                                    "declined",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="licensing_application_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["in_review", "approved", "declined"]), _negated=True
                            ),
                            ("reviewer__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_application_review_has_reviewer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["approved", "declined", "withdrawn"]), _negated=True
                            ),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_application_decided_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "submitted", "in_review", "returned"])
                        ),
                        fields=("model", "applicant", "organization"),
                        name="licensing_application_one_open",
                        nulls_distinct=False,
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["submitted", "in_review"])),
                        fields=["submitted_at"],
                        name="licensing_application_queue",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "modes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("api", "Hosted API"), ("weights", "Weights")], max_length=10
                        ),
                        size=None,
                    ),
                ),
                (
                    "public_modes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("api", "Hosted API"), ("weights", "Weights")], max_length=10
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("scope", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending_terms", "Waiting for your terms"),
                            ("queued", "Queued, cohort full"),
                            ("active", "Active"),
                            ("suspended", "Suspended"),
                            ("revoked", "Revoked"),
                            ("expired", "Expired"),
                            ("relinquished", "Given up"),
                            ("superseded", "Superseded"),
                        ],
                        default="pending_terms",
                        max_length=14,
                    ),
                ),
                ("state_reason", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grant",
                        to="licensing.application",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="releases.model",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="accounts.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="own_grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suspended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organization__isnull", False), ("person__isnull", True)),
                            models.Q(("organization__isnull", True), ("person__isnull", False)),
                            _connector="OR",
                        ),
                        name="licensing_grant_one_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "pending_terms",
                                    "queued",
                                    "active",
                                    "suspended",
                                    "revoked",
                                    "expired",
                                    "relinquished",
                                    "superseded",
                                ],
                            )
                        ),
                        name="licensing_grant_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("modes__contained_by", ["api", "weights"]), ("modes__len__gt", 0)
                        ),
                        name="licensing_grant_modes_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("public_modes__contained_by", models.F("modes"))),
                        name="licensing_grant_public_modes_among_modes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("application__isnull", False),
                            ("modes__contained_by", models.F("public_modes")),
                            _connector="OR",
                        ),
                        name="licensing_grant_unreviewed_is_public",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "suspended"), _negated=True),
                            ("suspended_by__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_grant_suspended_by_someone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("organization__isnull", False),
                            ("state__in", ["pending_terms", "queued", "active", "suspended"]),
                        ),
                        fields=("model", "organization"),
                        name="licensing_grant_one_live_per_organization",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("person__isnull", False),
                            ("state__in", ["pending_terms", "queued", "active", "suspended"]),
                        ),
                        fields=("model", "person"),
                        name="licensing_grant_one_live_per_person",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["pending_terms", "queued", "active", "suspended"])
                        ),
                        fields=["ends_at"],
                        name="licensing_grant_to_expire",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Admission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("admitted", "Admitted")], max_length=10
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("admitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="admissions",
                        to="releases.release",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.stage",
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="admissions",
                        to="licensing.grant",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grant", "release", "stage"), name="licensing_admission_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("admitted_at__isnull", True), ("state", "queued")),
                            models.Q(("admitted_at__isnull", False), ("state", "admitted")),
                            _connector="OR",
                        ),
                        name="licensing_admission_state_known",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["release", "state", "id"], name="licensing_admission_line")
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantUser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="named_users",
                        to="licensing.grant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="named_on",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("grant", "user"),
                        name="licensing_grantuser_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("answers", models.JSONField()),
                ("sealed_answers", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="licensing.application",
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "number"), name="licensing_submission_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TermsVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(help_text="Markdown")),
                ("html", models.TextField()),
                ("text_sha256", models.CharField(max_length=64)),
                ("html_sha256", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField(auto_now_add=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        help_text="Empty: by the operator",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="licensing.terms",
                    ),
                ),
            ],
            options={
                "ordering": ("terms", "-number"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("terms", "number"), name="licensing_termsversion_number_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("self", "For myself"),
                            ("organization", "As a user within my organisation"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "consent",
                    models.TextField(help_text="The sentence and button label that were shown"),
                ),
                ("text_sha256", models.CharField(max_length=64)),
                ("html_sha256", models.CharField(max_length=64)),
                ("sealed_name", models.BinaryField()),
                ("sealed_address", models.BinaryField()),
                ("sealed_agent", models.BinaryField()),
                ("request_id", models.CharField(max_length=32)),
                ("accepted_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="accounts.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="licensing.termsversion",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "user", "organization"),
                        name="licensing_acceptance_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("capacity", "self"), ("organization__isnull", True)),
                            models.Q(("capacity", "organization"), ("organization__isnull", False)),
                            _connector="OR",
                        ),
                        name="licensing_acceptance_capacity",
                    ),
                ],
            },
        ),
        append_only("licensing_termsversion"),
        append_only("licensing_acceptance"),
        append_only("licensing_submission"),
    ]
