"""A rule tightened under way, the fast track with its full review, and what was reminded of."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0005_conflicts"),
    ]

    operations = [
        migrations.AddField(
            model_name="motion",
            name="emergency",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="motion",
            name="full_review_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="motion",
            name="full_review_ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="motion",
            name="full_review_result",
            field=models.CharField(
                blank=True,
                choices=[("confirmed", "Confirmed"), ("refused", "Refused")],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="reviews",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="full_reviews",
                to="boards.motion",
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="tightened_rule",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="motion",
            index=models.Index(
                condition=models.Q(
                    ("full_review_due_at__isnull", False), ("full_review_ended_at__isnull", True)
                ),
                fields=["full_review_due_at"],
                name="boards_motion_review_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(("full_review_result__in", ["", "confirmed", "refused"])),
                name="boards_motion_review_result_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("full_review_ended_at__isnull", True), ("full_review_result", "")),
                    models.Q(
                        models.Q(("full_review_result", ""), _negated=True),
                        ("full_review_due_at__isnull", False),
                        ("full_review_ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="boards_motion_review_ended_with_result",
            ),
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("about", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vote_half", "Half of the time for voting is over"),
                            ("vote_day", "A day is left for voting"),
                            ("no_quorum", "The quorum is not reached"),
                            ("term_month", "A month is left of the term"),
                            ("term_week", "A week is left of the term"),
                            ("term_over", "The term has ended"),
                            ("review_week", "A week is left for the full review"),
                            ("review_day", "A day is left for the full review"),
                            ("review_over", "The full review is overdue"),
                        ],
                        max_length=20,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "vote_half",
                                    "vote_day",
                                    "no_quorum",
                                    "term_month",
                                    "term_week",
                                    "term_over",
                                    "review_week",
                                    "review_day",
                                    "review_over",
                                ],
                            )
                        ),
                        name="boards_reminder_kind_known",
                    ),
                    models.UniqueConstraint(
                        fields=("about", "kind", "due_at"), name="boards_reminder_once"
                    ),
                ],
            },
        ),
    ]
