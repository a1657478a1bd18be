import datetime as dt
import uuid

import django.contrib.postgres.fields
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
        ("auth", "0012_alter_user_first_name_max_length"),
        ("boards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Comparable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=600, unique=True)),
                ("developer", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=120)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ("key",),
            },
        ),
        migrations.CreateModel(
            name="ComparableVerification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("content_digest", models.CharField(max_length=64)),
                ("record", models.TextField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("note", models.TextField()),
                ("verified_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "comparable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verifications",
                        to="releases.comparable",
                    ),
                ),
                (
                    "verified_by",
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
                            ("content_digest__regex", "^[0-9a-f]{64}$"),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="releases_comparableverification_digests_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("note", ""), _negated=True),
                        name="releases_comparableverification_says_how",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComparableReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reminded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "verification",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminder",
                        to="releases.comparableverification",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ladder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.SlugField(max_length=60)),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120)),
                ("source", models.TextField(help_text="The YAML text as it was loaded")),
                ("digest", models.CharField(max_length=64)),
                (
                    "executive",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("emergency", models.JSONField(blank=True, null=True)),
                (
                    "hold_review",
                    models.DurationField(
                        default=dt.timedelta(days=14),
                        help_text="From a hold to the call for its review",
                    ),
                ),
                ("loaded_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("name", "-version"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "version"), name="releases_ladder_version_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Model",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("namespace", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=96)),
                ("title", models.CharField(max_length=120)),
                ("summary", models.CharField(blank=True, max_length=400)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.board",
                    ),
                ),
                (
                    "ladder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.ladder",
                    ),
                ),
            ],
            options={
                "ordering": ("namespace", "name"),
                "permissions": (
                    ("manage_release", "May ingest, propose and describe releases of the model"),
                    ("place_hold", "May place a hold on the model or demote its releases"),
                    ("review_application", "May review applications for the model"),
                    ("lead_review", "May assign reviewers and say how applications are reviewed"),
                ),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("namespace", "name"), name="releases_model_name_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormatOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=64)),
                (
                    "formats",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        help_text="File name extensions",
                        size=None,
                    ),
                ),
                ("reason", models.TextField()),
                ("given_at", models.DateTimeField(auto_now_add=True)),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="format_overrides",
                        to="releases.model",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="releases_formatoverride_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("formats", []), _negated=True),
                        name="releases_formatoverride_formats_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModelGroupObjectPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "content_object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="releases.model"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="auth.group"),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "unique_together": {("group", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="ModelUserObjectPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "content_object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="releases.model"
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
                "unique_together": {("user", "permission", "content_object")},
            },
        ),
        migrations.CreateModel(
            name="Stage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("slug", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=80)),
                ("description", models.CharField(max_length=300)),
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
                ("cohort_cap", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "minimum_soak",
                    models.DurationField(help_text="At the stage below, before voting opens"),
                ),
                ("cool_off", models.DurationField(help_text="Between approval and effect")),
                ("voting_period", models.DurationField()),
                ("required_tier", models.PositiveSmallIntegerField()),
                (
                    "terms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SlugField(max_length=60), default=list, size=None
                    ),
                ),
                ("rule", models.JSONField()),
                ("irreversible", models.BooleanField()),
                ("requirements", models.JSONField(default=list)),
                (
                    "re_review",
                    models.DurationField(
                        blank=True,
                        help_text="How often a release at this stage is judged again",
                        null=True,
                    ),
                ),
                (
                    "override",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "second_factor",
                    models.DurationField(
                        blank=True,
                        help_text="How long ago whoever downloads may have shown one",
                        null=True,
                    ),
                ),
                (
                    "ladder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stages",
                        to="releases.ladder",
                    ),
                ),
            ],
            options={
                "ordering": ("ladder", "position"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ladder", "position"), name="releases_stage_position_once"
                    ),
                    models.UniqueConstraint(
                        fields=("ladder", "slug"), name="releases_stage_slug_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "access_mode__in",
                                (
                                    "none",
                                    "api_named",
                                    "api_public",
                                    "weights_gated",
                                    "weights_open",
                                ),
                            )
                        ),
                        name="releases_stage_access_mode_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ingesting", "Ingesting"),
                            ("verifying", "Verifying"),
                            ("sealed", "Sealed"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="ingesting",
                        max_length=10,
                    ),
                ),
                ("staged_at", models.DateTimeField(blank=True, null=True)),
                ("digest", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                (
                    "source",
                    models.CharField(
                        help_text="The directory or the s3://bucket/prefix that it was read from",
                        max_length=1000,
                    ),
                ),
                ("refusal", models.TextField(blank=True)),
                (
                    "findings",
                    models.JSONField(
                        default=list, help_text="What does not fit together: [{path, sentence}]"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sealed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "job_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its background job last gave a sign of life",
                        null=True,
                    ),
                ),
                (
                    "job_token",
                    models.UUIDField(
                        blank=True,
                        editable=False,
                        help_text="Whoever holds it works on the release",
                        null=True,
                    ),
                ),
                (
                    "job_file",
                    models.CharField(
                        blank=True, help_text="A file that the job is reading", max_length=500
                    ),
                ),
                (
                    "job_bytes",
                    models.PositiveBigIntegerField(
                        default=0,
                        help_text="Of the files that the job is reading and has not finished",
                    ),
                ),
                ("job_rate", models.PositiveBigIntegerField(default=0, help_text="Bytes a second")),
                (
                    "job_note",
                    models.CharField(
                        blank=True, help_text="Why the job waits, where it does", max_length=300
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
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
                        related_name="releases",
                        to="releases.model",
                    ),
                ),
                (
                    "override",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="releases.formatoverride",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="releases",
                        to="releases.stage",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "refused"), _negated=True),
                        fields=("model", "version"),
                        name="releases_release_version_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["ingesting", "verifying", "sealed", "refused", "withdrawn"],
                            )
                        ),
                        name="releases_release_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sealed", "withdrawn"]), _negated=True),
                            models.Q(
                                ("digest__isnull", False),
                                ("stage__isnull", False),
                                ("staged_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="releases_release_sealed_has_digest_and_stage",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("digest__isnull", True),
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            _connector="OR",
                        ),
                        name="releases_release_digest_hex",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=60)),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="releases_document_sha256_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="releases_document_has_bytes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("release_digest", models.CharField(max_length=64)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("evaluation", "Evaluation log"),
                            ("measurement", "Measurement"),
                            ("red_team_report", "Red-team report"),
                            ("external_review", "External review"),
                            ("external_search", "Search for external evaluators that failed"),
                            ("other", "Other evidence"),
                        ],
                        max_length=20,
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("summary", models.TextField(blank=True)),
                ("report", models.JSONField(default=dict)),
                ("scores", models.JSONField(default=list)),
                ("flags", models.JSONField(default=list)),
                ("seed", models.BigIntegerField(blank=True, null=True)),
                ("samples", models.JSONField(default=list)),
                ("details", models.JSONField(default=dict)),
                (
                    "elicitation",
                    models.CharField(
                        choices=[
                            ("mitigations_on", "As deployed, mitigations on"),
                            ("fully_elicited", "Fully elicited, mitigations off or got around"),
                            ("fine_tuned", "After an attack by fine-tuning"),
                            ("not_applicable", "Does not apply"),
                        ],
                        max_length=20,
                    ),
                ),
                ("run_by", models.CharField(max_length=200)),
                ("independent", models.BooleanField()),
                ("independence_basis", models.TextField(blank=True)),
                ("ran_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("record", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.document",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "type__in",
                                [
                                    "evaluation",
                                    "measurement",
                                    "red_team_report",
                                    "external_review",
                                    "external_search",
                                    "other",
                                ],
                            )
                        ),
                        name="releases_evidence_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "elicitation__in",
                                [
                                    "mitigations_on",
                                    "fully_elicited",
                                    "fine_tuned",
                                    "not_applicable",
                                ],
                            )
                        ),
                        name="releases_evidence_elicitation_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("digest__regex", "^[0-9a-f]{64}$"),
                            ("release_digest__regex", "^[0-9a-f]{64}$"),
                        ),
                        name="releases_evidence_digests_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("ran_at"))),
                        name="releases_evidence_expires",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("type", "evaluation"), _negated=True),
                            models.Q(("file__isnull", False), ("seed__isnull", False)),
                            _connector="OR",
                        ),
                        name="releases_evidence_log_has_file_and_seed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("independent", False),
                            models.Q(("independence_basis", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="releases_evidence_independence_has_basis",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceEnd",
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
                        choices=[("superseded", "Superseded"), ("withdrawn", "Withdrawn")],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "ended_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="releases.evidence",
                    ),
                ),
                (
                    "superseded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.evidence",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("superseded_by__isnull", True)),
                            models.Q(
                                ("state", "superseded"),
                                ("superseded_by__isnull", False),
                                models.Q(("superseded_by", models.F("evidence")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="releases_evidenceend_superseded_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="releases_evidenceend_reason_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
                ("reminded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="releases.evidence",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("evidence", "days"), name="releases_evidencereminder_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PendingObject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="releases_pendingobject_sha256_hex",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Hold",
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
                        choices=[("admissions", "No new grants"), ("all", "Nothing leaves")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placed", "In force"),
                            ("review_due", "In force, review due"),
                            ("lifted", "Lifted"),
                        ],
                        default="placed",
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("person", "Placed by a person"),
                            ("condition", "A condition of the decision came true"),
                            ("re_review", "The release was not judged again in time"),
                            ("full_review", "An emergency decision was not confirmed"),
                        ],
                        default="person",
                        max_length=12,
                    ),
                ),
                ("placed_at", models.DateTimeField(auto_now_add=True)),
                ("review_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
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
                    "placed_by",
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
                        related_name="holds",
                        to="releases.model",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "lifted"), _negated=True),
                        fields=["model"],
                        name="releases_hold_in_force",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["admissions", "all"])),
                        name="releases_hold_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["placed", "review_due", "lifted"])),
                        name="releases_hold_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "lifted"), _negated=True),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="releases_hold_lifted_by_motion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "person"), ("placed_by__isnull", False)),
                            models.Q(
                                ("cause__in", ["condition", "re_review", "full_review"]),
                                ("placed_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="releases_hold_placed_by_person_or_portal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause", "person"), ("kind", "admissions"), _connector="OR"
                        ),
                        name="releases_hold_portal_stops_admissions_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="releases_hold_reason_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConditionFired",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("sentence", models.TextField()),
                ("what", models.TextField(help_text="What made it come true")),
                ("fired_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "motion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.hold",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conditions_fired",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("motion", "number"), name="releases_conditionfired_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("what", ""), _negated=True),
                        name="releases_conditionfired_says_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Blocker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("cause", models.SlugField(default="staff", max_length=40)),
                ("url", models.CharField(blank=True, max_length=300)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("closing_reason", models.TextField(blank=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="blockers",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=["release"],
                        name="releases_blocker_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="releases_blocker_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cause", "staff"), _negated=True),
                            ("opened_by__isnull", False),
                            _connector="OR",
                        ),
                        name="releases_blocker_staff_has_opener",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                                ("closing_reason", ""),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                models.Q(("closing_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="releases_blocker_closed_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opened_by__isnull", True),
                            ("closed_by__isnull", True),
                            models.Q(("opened_by", models.F("closed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="releases_blocker_closed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Artifact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=500)),
                ("size", models.PositiveBigIntegerField()),
                (
                    "etag",
                    models.CharField(
                        blank=True,
                        help_text="Of the object in the bucket it is read from",
                        max_length=200,
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("format", models.CharField(max_length=20)),
                ("facts", models.JSONField(default=dict)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "damage",
                    models.TextField(blank=True, help_text="What is wrong with the stored bytes"),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="artifacts",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("path",),
                "indexes": [
                    models.Index(fields=["sha256"], name="releases_artifact_sha256"),
                    models.Index(fields=["verified_at"], name="releases_artifact_verified_at"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "path"), name="releases_artifact_path_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sha256", ""), ("sha256__regex", "^[0-9a-f]{64}$"), _connector="OR"
                        ),
                        name="releases_artifact_sha256_hex",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verified_at__isnull", True),
                            models.Q(("sha256", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="releases_artifact_verified_was_read",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bundle", models.TextField()),
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
                    "release",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature",
                        to="releases.release",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("soon", "It is due soon"),
                            ("overdue", "It was not done in time"),
                        ],
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "hold",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.hold",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review_calls",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["soon", "overdue"])),
                        name="releases_reviewcall_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", "overdue"), _negated=True),
                            ("hold__isnull", False),
                            _connector="OR",
                        ),
                        name="releases_reviewcall_overdue_holds",
                    ),
                    models.UniqueConstraint(
                        fields=("release", "step", "due_at"), name="releases_reviewcall_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CohortCap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cap", models.PositiveIntegerField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "lowered_by",
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
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cohort_caps",
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
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        fields=["release", "stage", "-id"], name="releases_cohortcap_newest"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cap__gte", 1)), name="releases_cohortcap_some_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lowered_by__isnull", True), ("motion__isnull", False)),
                            models.Q(("lowered_by__isnull", False), ("motion__isnull", True)),
                            _connector="OR",
                        ),
                        name="releases_cohortcap_by_motion_or_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="releases_cohortcap_reason_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StageEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("sealed", "Sealed"),
                            ("transition", "Board decision"),
                            ("demotion", "Demotion"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("entered_at", models.DateTimeField(auto_now_add=True)),
                (
                    "motion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_entries",
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
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("cause__in", ["sealed", "transition", "demotion"])),
                        name="releases_stageentry_cause_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StageReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reviewed_at", models.DateTimeField()),
                (
                    "motion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stage_reviews",
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
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Transition",
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
                        choices=[
                            ("proposed", "Proposed"),
                            ("approved", "Approved, cooling off"),
                            ("effective", "Effective"),
                            ("rejected", "Rejected"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("effective_after", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("waiting_for", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "from_stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.stage",
                    ),
                ),
                (
                    "motion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boards.motion",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transitions",
                        to="releases.release",
                    ),
                ),
                (
                    "to_stage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="releases.stage",
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
                                    "proposed",
                                    "approved",
                                    "effective",
                                    "rejected",
                                    "lapsed",
                                    "withdrawn",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="releases_transition_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("effective_after__isnull", False), ("expires_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="releases_transition_approved_has_times",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["proposed", "approved"])),
                        fields=("release",),
                        name="releases_transition_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequirementOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dossier_digest", models.CharField(max_length=64)),
                ("key", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("found", models.CharField(max_length=12)),
                ("sentence", models.TextField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("chair", "Chair"),
                            ("safety", "Safety"),
                            ("security", "Security"),
                            ("legal", "Legal"),
                            ("independent", "Independent"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField()),
                ("overridden_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "overridden_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "transition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="releases.transition",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="releases_requirementoverride_reason_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("found__in", ["unsatisfied", "error"])),
                        name="releases_requirementoverride_of_what_blocked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["chair", "safety", "security", "legal", "independent"])
                        ),
                        name="releases_requirementoverride_role_known",
                    ),
                    models.UniqueConstraint(
                        fields=("transition", "key", "dossier_digest", "role"),
                        name="releases_requirementoverride_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComparableImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "imported_by",
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
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="releases_comparableimport_sha256_hex",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ComparableResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("withdrawn", models.BooleanField(default=False)),
                ("task", models.CharField(max_length=200)),
                ("metric", models.CharField(max_length=200)),
                ("value", models.DecimalField(decimal_places=9, max_digits=21)),
                (
                    "stderr",
                    models.DecimalField(blank=True, decimal_places=9, max_digits=21, null=True),
                ),
                ("higher_is_better", models.BooleanField()),
                ("source_url", models.CharField(max_length=500)),
                ("measured_on", models.DateField()),
                ("reason", models.TextField(blank=True)),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "comparable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="releases.comparable",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="releases.comparableresult",
                    ),
                ),
            ],
            options={
                "ordering": ("task", "metric", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("supersedes__isnull", True)),
                        fields=("comparable", "task", "metric", "source_url"),
                        name="releases_comparableresult_one_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supersedes__isnull", True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="releases_comparableresult_correction_reasoned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn", False), ("supersedes__isnull", False), _connector="OR"
                        ),
                        name="releases_comparableresult_withdrawal_supersedes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("stderr__isnull", True),
                            models.Q(("stderr__gte", 0), ("stderr__lt", 1000000000000)),
                            _connector="OR",
                        ),
                        name="releases_comparableresult_stderr_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__lt", 1000000000000), ("value__gt", -1000000000000)
                        ),
                        name="releases_comparableresult_value_finite",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComparableStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("developer", models.CharField(max_length=120)),
                ("name", models.CharField(max_length=120)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("closed", "Closed: nobody outside the developer"),
                            ("api_named", "Hosted API, named users"),
                            ("api_public", "Hosted API, anyone"),
                            ("weights_gated", "Weights, vetted recipients"),
                            ("weights_open", "Weights, anyone"),
                        ],
                        max_length=20,
                    ),
                ),
                ("licence", models.CharField(max_length=200)),
                ("licence_url", models.CharField(blank=True, max_length=500)),
                ("links", models.JSONField(default=list)),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("full_weights", "Weights inspected by us"),
                            ("weights_downloadable", "Weights can be downloaded"),
                            ("api_tested", "API tested by us"),
                            ("developer_report", "The developer's report only"),
                            ("third_party_report", "A third party's report"),
                        ],
                        max_length=20,
                    ),
                ),
                ("visibility_note", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "comparable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="releases.comparable",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="successor",
                        to="releases.comparablestatement",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "level__in",
                                [
                                    "closed",
                                    "api_named",
                                    "api_public",
                                    "weights_gated",
                                    "weights_open",
                                ],
                            )
                        ),
                        name="releases_comparablestatement_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "visibility__in",
                                [
                                    "full_weights",
                                    "weights_downloadable",
                                    "api_tested",
                                    "developer_report",
                                    "third_party_report",
                                ],
                            )
                        ),
                        name="releases_comparablestatement_visibility_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("supersedes__isnull", True)),
                        fields=("comparable",),
                        name="releases_comparablestatement_one_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supersedes__isnull", True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="releases_comparablestatement_correction_reasoned",
                    ),
                ],
            },
        ),
    ]
    operations = [Together(operations)]
