"""An executive's override of a result, inserted only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_signatures"),
        ("boards", "0006_tightening_and_emergencies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExecutiveOverride",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("board_result", models.CharField(max_length=12)),
                ("outcome", models.CharField(max_length=12)),
                ("reason", models.TextField()),
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
                ("envelope", models.JSONField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddField(
            model_name="motion",
            name="override_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="executiveoverride",
            name="actor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="executiveoverride",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audit.signingkey"
            ),
        ),
        migrations.AddField(
            model_name="executiveoverride",
            name="motion",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="executive_override",
                to="boards.motion",
            ),
        ),
        migrations.AddField(
            model_name="executiveoverride",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="boards.seat"
            ),
        ),
        migrations.AddConstraint(
            model_name="executiveoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["chair", "safety", "security", "legal", "independent"])
                ),
                name="boards_override_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="executiveoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("board_result__in", ["approved", "rejected", "lapsed"])),
                name="boards_override_of_a_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="executiveoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["approved", "rejected"]),
                    models.Q(("outcome", models.F("board_result")), _negated=True),
                ),
                name="boards_override_decides_otherwise",
            ),
        ),
        migrations.AddConstraint(
            model_name="executiveoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="boards_override_reason_given",
            ),
        ),
        append_only("boards_executiveoverride"),
    ]
