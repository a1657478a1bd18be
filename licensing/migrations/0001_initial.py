import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from common.migrating import Together


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0001_initial"),
        ("boards", "0001_initial"),
        ("releases", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reason", models.TextField()),
                ("placed_at", models.DateTimeField(auto_now_add=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.board",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bans",
                        to="accounts.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bans",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
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
                            models.Q(("organization__isnull", True), ("person__isnull", False)),
                            models.Q(("organization__isnull", False), ("person__isnull", True)),
                            _connector="OR",
                        ),
                        name="licensing_ban_one_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="licensing_ban_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="licensing_ban_lifted_by_motion",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("person",),
                        name="licensing_ban_one_in_force_per_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("organization",),
                        name="licensing_ban_one_in_force_per_organization",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CannedText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("return", "For questions"), ("decline", "For declining")],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                ("title", models.CharField(max_length=100)),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "made_by",
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
                "ordering": ("title", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kinds__contained_by", ["return", "decline"]), ("kinds__len__gt", 0)
                        ),
                        name="licensing_cannedtext_kinds_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("title",),
                        name="licensing_cannedtext_title_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountryTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(help_text="The YAML text as it was given")),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="country_tables",
                        to="boards.board",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("board", "digest"), name="licensing_countrytable_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="licensing_countrytable_digest_hex",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountryRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "access_mode",
                    models.CharField(
                        choices=[
                            ("none", "Nobody outside"),
                            ("api_named", "Hosted API, named deployers"),
                            ("api_public", "Hosted API, anyone who accepts the terms"),
                            ("weights_gated", "Weights, vetted recipients"),
                            ("weights_open", "Weights, anyone who accepts the terms"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "covers",
                    models.CharField(
                        choices=[
                            ("country", "A country"),
                            ("everyone_else", "Every other country"),
                            ("unknown", "No country stated"),
                        ],
                        max_length=13,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("allow", "Allowed"),
                            ("review", "Second reviewer"),
                            ("licence", "Export licence"),
                            ("deny", "Denied"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rows",
                        to="licensing.countrytable",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("table", "access_mode", "covers", "country"),
                        name="licensing_countryrow_one_effect",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "access_mode__in",
                                ("api_named", "api_public", "weights_gated", "weights_open"),
                            )
                        ),
                        name="licensing_countryrow_access_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effect__in", ["allow", "review", "licence", "deny"])),
                        name="licensing_countryrow_effect_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("country__regex", "^[A-Z]{2}$"), ("covers", "country")),
                            models.Q(("country", ""), ("covers__in", ["everyone_else", "unknown"])),
                            _connector="OR",
                        ),
                        name="licensing_countryrow_country_iso",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountryVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("in_force_at", models.DateTimeField()),
                ("loosens", models.BooleanField()),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="country_versions",
                        to="boards.board",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "motion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="licensing.countrytable",
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("board", "number"), name="licensing_countryversion_numbered"
                    ),
                    models.UniqueConstraint(
                        fields=("motion",), name="licensing_countryversion_once_by_motion"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="licensing_countryversion_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("loosens", False), ("motion__isnull", False), _connector="OR"
                        ),
                        name="licensing_countryversion_loosened_by_motion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("in_force_at__gte", models.F("made_at"))),
                        name="licensing_countryversion_not_backdated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExportLicence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("authority", models.CharField(max_length=200)),
                ("number", models.CharField(max_length=100)),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), size=None
                    ),
                ),
                ("ends_at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("document_name", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=60)),
                ("size", models.PositiveIntegerField()),
                ("document_sha256", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.TextField(blank=True)),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="export_licences",
                        to="releases.model",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="export_licences",
                        to="accounts.organization",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=["organization", "model"],
                        name="licensing_exportlicence_live",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("model", "organization", "authority", "number"),
                        name="licensing_exportlicence_once_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("authority", ""), _negated=True),
                            models.Q(("number", ""), _negated=True),
                        ),
                        name="licensing_exportlicence_names_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("countries__len__gt", 0)),
                        name="licensing_exportlicence_covers_some",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("recorded_at"))),
                        name="licensing_exportlicence_ends_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("document_sha256__regex", "^[0-9a-f]{64}$"),
                            ("sha256__regex", "^[0-9a-f]{64}$"),
                            ("size__gt", 0),
                        ),
                        name="licensing_exportlicence_has_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_by__isnull", True),
                                ("withdrawn_reason", ""),
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_exportlicence_withdrawn_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ban",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="licensing.ban",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ban", "author"), name="licensing_objection_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="licensing_objection_text_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questionnaires",
                        to="releases.model",
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("model", "number"), name="licensing_questionnaire_number_once"
                    )
                ],
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
                (
                    "track",
                    models.CharField(
                        choices=[
                            ("deployer", "Deployer: we run the model for others"),
                            ("researcher", "Researcher: I study the model, or with it"),
                            (
                                "safety",
                                "Safety researcher: I look for what is dangerous in the model",
                            ),
                        ],
                        default="researcher",
                        max_length=10,
                    ),
                ),
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
                            ("referred", "Referred to the board"),
                            ("awaiting_second", "Awaiting a second reviewer"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("appealed", "Appealed"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="draft",
                        max_length=15,
                    ),
                ),
                ("message", models.TextField(blank=True)),
                ("board_approved_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("answer_by", models.DateTimeField(blank=True, null=True)),
                ("answer_reminded_at", models.DateTimeField(blank=True, null=True)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("tier_asked", models.PositiveSmallIntegerField(default=0)),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("sent_from", models.CharField(blank=True, max_length=43)),
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
                    "referral",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
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
                (
                    "questionnaire",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.questionnaire",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["due_at", "id"],
                        name="licensing_application_queue",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["model", "due_at", "id"],
                        name="licensing_queue_model",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["state", "due_at", "id"],
                        name="licensing_queue_state",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["reviewer", "due_at", "id"],
                        name="licensing_queue_reviewer",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["organization", "due_at", "id"],
                        name="licensing_queue_organization",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["applicant", "due_at", "id"],
                        name="licensing_queue_applicant",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["country", "due_at", "id"],
                        name="licensing_queue_country",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["tier_asked", "due_at", "id"],
                        name="licensing_queue_tier",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["track", "due_at", "id"],
                        name="licensing_queue_track",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(
                            ("state__in", ("submitted", "in_review", "awaiting_second", "appealed"))
                        ),
                        fields=["flags"],
                        name="licensing_application_flags",
                    ),
                    models.Index(
                        condition=models.Q(("state", "returned")),
                        fields=["answer_by"],
                        name="licensing_application_to_lapse",
                    ),
                    models.Index(
                        condition=models.Q(("state", "draft")),
                        fields=["changed_at"],
                        name="licensing_application_drafts",
                    ),
                    models.Index(
                        condition=models.Q(("sent_from", ""), _negated=True),
                        fields=["sent_from"],
                        name="licensing_application_network",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("track__in", ["deployer", "researcher", "safety"])),
                        name="licensing_application_track_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("track", "deployer"), _negated=True),
                            ("organization__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_application_deployer_has_organization",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "submitted",
                                    "in_review",
                                    "returned",
                                    "referred",
                                    "awaiting_second",
                                    "approved",
                                    "declined",
                                    "appealed",
                                    "withdrawn",
                                    "lapsed",
                                ],
                            )
                        ),
                        name="licensing_application_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        "in_review",
                                        "referred",
                                        "awaiting_second",
                                        "approved",
                                        "declined",
                                    ],
                                ),
                                _negated=True,
                            ),
                            ("reviewer__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_application_review_has_reviewer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["approved", "declined", "withdrawn", "lapsed"]),
                                _negated=True,
                            ),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_application_decided_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "state__in",
                                    ("submitted", "in_review", "awaiting_second", "appealed"),
                                ),
                                _negated=True,
                            ),
                            models.Q(("due_at__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="licensing_application_waiting_is_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "referred"), _negated=True),
                            models.Q(
                                ("board_approved_at__isnull", True), ("referral__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="licensing_application_referred_by_motion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("board_approved_at__isnull", True),
                            ("referral__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_application_board_s_word_has_motion",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "draft",
                                    "submitted",
                                    "in_review",
                                    "returned",
                                    "referred",
                                    "awaiting_second",
                                    "appealed",
                                ),
                            )
                        ),
                        fields=("model", "applicant", "organization"),
                        name="licensing_application_one_open",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ground", models.TextField()),
                ("declined_why", models.TextField()),
                ("by_board", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "Not decided"),
                            ("upheld", "The decline stands"),
                            ("overturned", "The decline was overturned"),
                            ("void", "Withdrawn"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "declined_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeal",
                        to="licensing.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["pending", "upheld", "overturned", "void"])
                        ),
                        name="licensing_appeal_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__in", ["upheld", "overturned"]), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_appeal_decided_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            ("declined_by__isnull", True),
                            models.Q(("decided_by", models.F("declined_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="licensing_appeal_decided_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("question", models.CharField(max_length=60)),
                ("media_type", models.CharField(max_length=60)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="licensing.application",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(fields=["created_at"], name="licensing_attachment_to_sweep")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="licensing_attachment_sha256_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="licensing_attachment_has_bytes"
                    ),
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
                (
                    "volume_bytes",
                    models.BigIntegerField(
                        blank=True, help_text="Download quota in bytes; empty: none", null=True
                    ),
                ),
                ("volume_days", models.PositiveSmallIntegerField(blank=True, null=True)),
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
                (
                    "volume_set_by",
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
                "indexes": [
                    models.Index(fields=["model", "-id"], name="licensing_grant_of_model"),
                    models.Index(fields=["model", "state", "-id"], name="licensing_grant_by_state"),
                    models.Index(
                        condition=models.Q(("modes__contains", ["api"])),
                        fields=["model", "-id"],
                        name="licensing_grant_with_api",
                    ),
                    models.Index(
                        condition=models.Q(("modes__contains", ["weights"])),
                        fields=["model", "-id"],
                        name="licensing_grant_with_weights",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["pending_terms", "queued", "active", "suspended"])
                        ),
                        fields=["ends_at"],
                        name="licensing_grant_to_expire",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("volume_bytes__isnull", True), ("volume_days__isnull", True)),
                            models.Q(
                                ("volume_bytes__gt", 0),
                                ("volume_days__gt", 0),
                                ("volume_days__lte", 366),
                                ("volume_set_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_grant_volume",
                    ),
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
                "indexes": [
                    models.Index(fields=["release", "state", "id"], name="licensing_admission_line")
                ],
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
            name="KnownAnswers",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sections", models.JSONField()),
                ("valid_until", models.DateTimeField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="known",
                        to="licensing.application",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.application",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "known answers",
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="looks",
                        to="licensing.application",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "person", "day"), name="licensing_look_once_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed_text", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="licensing.application",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("terms", models.JSONField()),
                ("grounds", models.TextField()),
                ("proposed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "Waits for a second reviewer"),
                            ("confirmed", "Confirmed"),
                            ("sent_back", "Sent back"),
                            ("taken_back", "Taken back"),
                            ("void", "Void: the application ended"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="licensing.application",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
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
                            (
                                "outcome__in",
                                ["pending", "confirmed", "sent_back", "taken_back", "void"],
                            )
                        ),
                        name="licensing_proposal_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("outcome", "pending"),
                            ),
                            models.Q(
                                models.Q(("outcome", "pending"), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_proposal_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome__in", ["confirmed", "sent_back"]), _negated=True),
                            models.Q(
                                ("answered_by__isnull", False),
                                models.Q(("answered_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_proposal_second_is_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "pending")),
                        fields=("application",),
                        name="licensing_proposal_one_pending",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionnaireDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content", models.JSONField()),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questionnaire_draft",
                        to="releases.model",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReferenceRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("referee", "Referee"), ("official", "Signing official")],
                        max_length=8,
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("contact", models.BinaryField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField()),
                ("times_sent", models.PositiveSmallIntegerField(default=1)),
                ("reminded", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="references",
                        to="licensing.application",
                    ),
                ),
            ],
            options={
                "ordering": ("kind", "place", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("answered_at__isnull", True), ("replaced_at__isnull", True)
                        ),
                        fields=["created_at"],
                        name="licensing_reference_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at__isnull", True)),
                        fields=("application", "kind", "place"),
                        name="licensing_reference_one_in_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["referee", "official"])),
                        name="licensing_reference_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferenceAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vouches", models.BooleanField()),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="licensing.referencerequest",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Renewal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("changed", models.BooleanField()),
                ("note", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Waits for a reviewer"),
                            ("awaiting_second", "Waits for a second reviewer"),
                            ("approved", "Renewed"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=15,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clearance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="accounts.clearance",
                    ),
                ),
                (
                    "first_reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "renewed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.clearance",
                    ),
                ),
                (
                    "reviewer",
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
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["asked", "awaiting_second", "approved", "declined", "withdrawn"],
                            )
                        ),
                        name="licensing_renewal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_reviewer__isnull", True),
                            ("reviewer__isnull", True),
                            models.Q(("first_reviewer", models.F("reviewer")), _negated=True),
                            _connector="OR",
                        ),
                        name="licensing_renewal_second_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(("renewed__isnull", False), ("reviewer__isnull", False)),
                            _connector="OR",
                        ),
                        name="licensing_renewal_approved_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("state__in", ["asked", "awaiting_second"]),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("state__in", ["approved", "declined", "withdrawn"]),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_renewal_decided_has_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "awaiting_second"])),
                        fields=("clearance",),
                        name="licensing_renewal_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "service_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Working days to an answer; empty: as the portal",
                        null=True,
                    ),
                ),
                (
                    "second_reviewer",
                    models.BooleanField(
                        default=False, help_text="Every approval takes a second reviewer"
                    ),
                ),
                ("set_at", models.DateTimeField(auto_now=True)),
                (
                    "model",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_rule",
                        to="releases.model",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("service_days__isnull", True),
                            models.Q(("service_days__gte", 1), ("service_days__lte", 260)),
                            _connector="OR",
                        ),
                        name="licensing_reviewrule_days",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "access_modes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("all_other_countries", models.BooleanField(default=False)),
                ("unknown_country", models.BooleanField(default=False)),
                (
                    "holder_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("organization", "Organisations"),
                            ("person", "People without an organisation"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reviewed", "By review of an application"),
                            ("self_service", "By accepting public terms"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "track",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("deployer", "Deployer: we run the model for others"),
                            ("researcher", "Researcher: I study the model, or with it"),
                            (
                                "safety",
                                "Safety researcher: I look for what is dangerous in the model",
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField()),
                ("placed_at", models.DateTimeField(auto_now_add=True)),
                ("review_at", models.DateTimeField()),
                ("review_told_at", models.DateTimeField(blank=True, null=True)),
                ("told_to", models.BigIntegerField(default=0)),
                ("ended_told_to", models.BigIntegerField(default=0)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.board",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="releases.model",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspensions",
                        to="accounts.organization",
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["model"],
                        name="licensing_suspension_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="licensing_suspension_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("model__isnull", False),
                            ("organization__isnull", False),
                            ("access_modes__len__gt", 0),
                            ("countries__len__gt", 0),
                            ("unknown_country", True),
                            models.Q(("holder_kind", ""), _negated=True),
                            models.Q(("origin", ""), _negated=True),
                            models.Q(("track", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="licensing_suspension_selects_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "access_modes__contained_by",
                                ["api_named", "api_public", "weights_gated", "weights_open"],
                            )
                        ),
                        name="licensing_suspension_access_modes_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("all_other_countries", False),
                            ("countries__len__gt", 0),
                            _connector="OR",
                        ),
                        name="licensing_suspension_all_but_some",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holder_kind__in", ["", "organization", "person"])),
                        name="licensing_suspension_holder_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("origin__in", ["", "reviewed", "self_service"])),
                        name="licensing_suspension_origin_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("track__in", ["", "deployer", "researcher", "safety"])),
                        name="licensing_suspension_track_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="licensing_suspension_lifted_by_motion",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeftOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("from_the_start", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="left_out_of",
                        to="licensing.grant",
                    ),
                ),
                (
                    "suspension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="left_out",
                        to="licensing.suspension",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grant", "suspension"), name="licensing_leftout_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="licensing_leftout_reason_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SuspensionRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspension_requests",
                        to="licensing.grant",
                    ),
                ),
                (
                    "hit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suspension_requests",
                        to="accounts.screeninghit",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grant", "hit"), name="licensing_suspensionrequest_once"
                    )
                ],
            },
        ),
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
                ("told_number", models.PositiveIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "retired_by",
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
                "verbose_name_plural": "terms",
                "ordering": ("slug",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired_at__isnull", True),
                            ("retired_by__isnull", False),
                            _connector="OR",
                        ),
                        name="licensing_terms_retired_by_someone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TermsDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60)),
                ("title", models.CharField(max_length=160)),
                ("text", models.TextField(help_text="Markdown")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("material", "Material: it has to be accepted"),
                            ("editorial", "Editorial: what was accepted before still counts"),
                        ],
                        default="material",
                        max_length=10,
                    ),
                ),
                ("grace_days", models.PositiveSmallIntegerField(default=0)),
                ("organization_signs", models.BooleanField(default=True)),
                ("duties", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("saved_at", models.DateTimeField(auto_now=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-saved_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("slug",),
                        name="licensing_termsdraft_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["material", "editorial"])),
                        name="licensing_termsdraft_change_known",
                    ),
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
                ("title", models.CharField(blank=True, max_length=160)),
                ("text", models.TextField(help_text="Markdown")),
                ("html", models.TextField()),
                ("text_sha256", models.CharField(max_length=64)),
                ("html_sha256", models.CharField(max_length=64)),
                ("clauses", models.JSONField(default=list)),
                ("duties", models.JSONField(default=list)),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("material", "Material: it has to be accepted"),
                            ("editorial", "Editorial: what was accepted before still counts"),
                        ],
                        default="material",
                        max_length=10,
                    ),
                ),
                (
                    "organization_signs",
                    models.BooleanField(
                        default=True,
                        help_text="Where a stage names its people, their organisation signs too",
                    ),
                ),
                ("published_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("in_force_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("binds_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
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
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("terms", "-number"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("duties", []), _negated=True),
                        fields=["terms"],
                        name="licensing_termsversion_duties",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("terms", "number"), name="licensing_termsversion_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("in_force_at__gte", models.F("published_at"))),
                        name="licensing_termsversion_in_force_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("binds_at__isnull", True), ("change", "editorial")),
                            models.Q(
                                ("binds_at__gte", models.F("in_force_at")), ("change", "material")
                            ),
                            _connector="OR",
                        ),
                        name="licensing_termsversion_material_binds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", 1), _negated=True),
                            ("change", "material"),
                            _connector="OR",
                        ),
                        name="licensing_termsversion_first_is_material",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at__isnull", True),
                            models.Q(
                                ("withdrawn_at__lt", models.F("in_force_at")),
                                ("withdrawn_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_termsversion_withdrawn_before",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decline",
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
                            ("signatory", "On behalf of my organisation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("text_sha256", models.CharField(max_length=64)),
                ("displayed_at", models.DateTimeField(null=True)),
                ("request_id", models.CharField(max_length=32)),
                ("declined_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declines",
                        to="licensing.termsversion",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("capacity", "self"), ("organization__isnull", True)),
                            models.Q(
                                ("capacity__in", ["organization", "signatory"]),
                                ("organization__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_decline_capacity",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwedDuty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("attest_use", "Attest the use"),
                            ("apply_updates", "Apply updates"),
                            ("certify_destruction", "Certify the destruction"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "performer",
                    models.CharField(
                        choices=[
                            ("keeper", "An owner or custodian of the organisation"),
                            ("signatory", "A signing official of the organisation"),
                            ("user", "A user named on the grant"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "consequence",
                    models.CharField(
                        choices=[
                            ("remind", "A reminder only"),
                            ("call", "A safety lead is called"),
                            ("stop", "Access stops until it is done, and a safety lead is called"),
                        ],
                        max_length=10,
                    ),
                ),
                ("trigger", models.CharField(max_length=40)),
                ("anchor", models.DateField(null=True)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Due"),
                            ("overdue", "Overdue"),
                            ("done", "Done"),
                            ("done_late", "Done late"),
                            ("waived", "Waived"),
                            ("void", "Not owed any more"),
                        ],
                        default="due",
                        max_length=10,
                    ),
                ),
                ("reminded", models.PositiveSmallIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.TextField(blank=True, help_text="Why it was waived, or is owed no more"),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.TextField(blank=True, help_text="What the lead who was called says"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="licensing.grant",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.model",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.release",
                    ),
                ),
                (
                    "waived_by",
                    models.ForeignKey(
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
                        related_name="+",
                        to="licensing.terms",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.termsversion",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "owed duties",
                "ordering": ("due_at", "id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("due", "overdue"))),
                        fields=["grant", "due_at"],
                        name="licensing_duty_open_of_grant",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("due", "overdue"))),
                        fields=["due_at", "id"],
                        name="licensing_duty_open",
                    ),
                    models.Index(fields=["model", "due_at", "id"], name="licensing_duty_of_model"),
                    models.Index(
                        condition=models.Q(("state__in", ("due", "overdue"))),
                        fields=["model", "due_at", "id"],
                        name="licensing_duty_open_of_model",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grant", "terms", "kind", "trigger"),
                        name="licensing_duty_opened_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["due", "overdue", "done", "done_late", "waived", "void"])
                        ),
                        name="licensing_duty_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["attest_use", "apply_updates", "certify_destruction"])
                        ),
                        name="licensing_duty_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("performer__in", ["keeper", "signatory", "user"])),
                        name="licensing_duty_performer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("consequence__in", ["remind", "call", "stop"])),
                        name="licensing_duty_consequence_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True), ("state__in", ("due", "overdue"))
                            ),
                            models.Q(
                                models.Q(("state__in", ("due", "overdue")), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_duty_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("state", "waived"), _negated=True),
                                ("waived_by__isnull", True),
                            ),
                            models.Q(
                                ("state", "waived"),
                                ("waived_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_duty_waived_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_duty_answered_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("anchor__isnull", False), ("kind", "attest_use")),
                            models.Q(
                                models.Q(("kind", "attest_use"), _negated=True),
                                ("anchor__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_duty_period_has_anchor",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("keeper", "An owner or custodian of the organisation"),
                            ("signatory", "A signing official of the organisation"),
                            ("user", "A user named on the grant"),
                            ("self", "self"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "text",
                    models.TextField(help_text="The statement and the button's label, as shown"),
                ),
                ("text_sha256", models.CharField(max_length=64)),
                ("locale", models.CharField(blank=True, max_length=16)),
                ("host", models.CharField(blank=True, max_length=255)),
                ("session_sha256", models.CharField(blank=True, max_length=64)),
                ("second_factor", models.JSONField(default=dict)),
                ("sealed_name", models.BinaryField()),
                ("sealed_answers", models.BinaryField()),
                ("sealed_address", models.BinaryField()),
                ("sealed_agent", models.BinaryField()),
                ("sealed_nonce", models.BinaryField()),
                ("name_commitment", models.CharField(max_length=64)),
                ("answers_commitment", models.CharField(max_length=64)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                ("file_size", models.PositiveIntegerField(default=0)),
                ("file_type", models.CharField(blank=True, max_length=60)),
                (
                    "sealed_file",
                    models.BinaryField(default=b"", help_text="The file's name and own SHA-256"),
                ),
                ("request_id", models.CharField(max_length=32)),
                ("stated_at", models.DateTimeField(auto_now_add=True)),
                (
                    "previous",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="correction",
                        to="licensing.dutystatement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="licensing.owedduty",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity__in", ["self", "keeper", "signatory", "user"])
                        ),
                        name="licensing_dutystatement_capacity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file_sha256", ""), ("file_size", 0), ("file_type", "")),
                            models.Q(
                                ("file_size__gt", 0),
                                models.Q(("file_sha256", ""), _negated=True),
                                models.Q(("file_type", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_dutystatement_file_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.signingkey",
                    ),
                ),
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="licensing.dutystatement",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="licensing_dutyreceipt_digest_hex",
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
                (
                    "attachments",
                    models.ManyToManyField(
                        blank=True, related_name="submissions", to="licensing.attachment"
                    ),
                ),
                (
                    "questionnaire",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.questionnaire",
                    ),
                ),
                (
                    "criteria",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.termsversion",
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
            name="TermsNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("phase", models.CharField(max_length=10)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="licensing.termsversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "user", "organization", "phase"),
                        name="licensing_termsnotice_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phase__in", ["published", "week", "day", "bound"])),
                        name="licensing_termsnotice_phase_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "submission",
                    models.PositiveIntegerField(help_text="The number of the submission"),
                ),
                (
                    "checklist",
                    models.CharField(help_text="Which list, with its version", max_length=40),
                ),
                ("item", models.CharField(max_length=40)),
                ("done", models.BooleanField()),
                ("ticked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticks",
                        to="licensing.application",
                    ),
                ),
                (
                    "ticked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
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
                    "public_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        unique=True,
                    ),
                ),
                (
                    "capacity",
                    models.CharField(
                        choices=[
                            ("self", "For myself"),
                            ("organization", "As a user within my organisation"),
                            ("signatory", "On behalf of my organisation"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "authority",
                    models.TextField(blank=True, help_text="The statement of authority, as shown"),
                ),
                (
                    "consent",
                    models.TextField(help_text="The sentence and button label that were shown"),
                ),
                (
                    "ticks",
                    models.JSONField(default=list, help_text="The risky clauses that were ticked"),
                ),
                ("text_sha256", models.CharField(max_length=64)),
                ("html_sha256", models.CharField(max_length=64)),
                ("consent_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "diff_sha256",
                    models.CharField(
                        blank=True,
                        help_text="Of the comparison with the former text, if shown",
                        max_length=64,
                    ),
                ),
                (
                    "covers",
                    models.JSONField(
                        default=list, help_text="Stages and release digests asked for"
                    ),
                ),
                ("locale", models.CharField(blank=True, max_length=16)),
                ("displayed_at", models.DateTimeField(null=True)),
                (
                    "browser",
                    models.JSONField(default=dict, help_text="As the browser said, unchecked"),
                ),
                ("host", models.CharField(blank=True, max_length=255)),
                ("session_sha256", models.CharField(blank=True, max_length=64)),
                ("second_factor", models.JSONField(default=dict)),
                ("sealed_name", models.BinaryField()),
                ("sealed_address", models.BinaryField()),
                ("sealed_agent", models.BinaryField()),
                (
                    "sealed_nonce",
                    models.BinaryField(
                        default=b"",
                        help_text="Opens the commitment to the typed name on the receipt",
                    ),
                ),
                ("name_commitment", models.CharField(blank=True, max_length=64)),
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
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="licensing.acceptance",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("capacity", "signatory")),
                        fields=["organization", "version"],
                        name="licensing_acceptance_signed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "user", "organization", "capacity"),
                        name="licensing_acceptance_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("capacity", "self"), ("organization__isnull", True)),
                            models.Q(
                                ("capacity__in", ["organization", "signatory"]),
                                ("organization__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="licensing_acceptance_capacity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("capacity", "signatory"), ("authority", ""), _connector="XOR"
                        ),
                        name="licensing_acceptance_authority_stated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "acceptance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="licensing.acceptance",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.signingkey",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="licensing_receipt_digest_hex",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="amends",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="amendments",
                to="licensing.grant",
            ),
        ),
    ]
    # The field needs the model before it.
    operations = [Together(operations[:-1]), operations[-1]]
