"""A recusal declares its conflict. Earlier ones said it in their reason, and stay as they are."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0004_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="vote",
            name="conflict",
            field=models.TextField(blank=True, default=""),
        ),
        AddConstraintNotValid(
            model_name="vote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "recuse"), models.Q(("conflict", ""), _negated=True)),
                    models.Q(models.Q(("choice", "recuse"), _negated=True), ("conflict", "")),
                    _connector="OR",
                ),
                name="boards_vote_recusal_declares",
            ),
        ),
    ]
