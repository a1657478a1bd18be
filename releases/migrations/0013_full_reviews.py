"""The portal holds what an emergency decision opened that no full review confirmed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("releases", "0012_unused_documents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="hold",
            name="cause",
            field=models.CharField(
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
        migrations.RemoveConstraint(
            model_name="hold",
            name="releases_hold_placed_by_person_or_portal",
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
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
        ),
    ]
