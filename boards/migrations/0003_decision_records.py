import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.guards import append_only

# What was decided before there were records is owed one.
OWE = "UPDATE boards_motion SET record_owed = true WHERE tally IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_signatures"),
        ("boards", "0002_board_rule"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("file", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-version",),
            },
        ),
        migrations.CreateModel(
            name="IssueSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="PublicSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-version",),
            },
        ),
        migrations.CreateModel(
            name="SummaryRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddField(
            model_name="motion",
            name="record_owed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="motion",
            index=models.Index(
                condition=models.Q(("record_owed", True)),
                fields=["id"],
                name="boards_motion_record_owed",
            ),
        ),
        migrations.AddField(
            model_name="decisionrecord",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audit.signingkey"
            ),
        ),
        migrations.AddField(
            model_name="decisionrecord",
            name="motion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="boards.motion",
            ),
        ),
        migrations.AddField(
            model_name="issuesummary",
            name="motion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="issue_summaries",
                to="boards.motion",
            ),
        ),
        migrations.AddField(
            model_name="issuesummary",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="publicsummary",
            name="motion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="public_summaries",
                to="boards.motion",
            ),
        ),
        migrations.AddField(
            model_name="publicsummary",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="summaryrelease",
            name="released_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="summaryrelease",
            name="summary",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="release",
                to="boards.publicsummary",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionrecord",
            constraint=models.UniqueConstraint(
                fields=("motion", "version"), name="boards_decisionrecord_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                name="boards_decisionrecord_digest_hex",
            ),
        ),
        migrations.AddConstraint(
            model_name="issuesummary",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="boards_issuesummary_text_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicsummary",
            constraint=models.UniqueConstraint(
                fields=("motion", "version"), name="boards_publicsummary_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicsummary",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="boards_publicsummary_text_given",
            ),
        ),
        append_only("boards_decisionrecord"),
        append_only("boards_issuesummary"),
        append_only("boards_publicsummary"),
        append_only("boards_summaryrelease"),
        migrations.RunSQL(OWE, migrations.RunSQL.noop),
    ]
