"""Terms of office, and who is independent and on what that rests."""

import django.utils.timezone
from django.db import migrations, models

# Who held an independent seat before the flag was kept was seated as independent.
KNOWN_BEFORE = """
UPDATE boards_seat SET held_since = created_at;
UPDATE boards_seat
   SET independent = true,
       independence_basis = 'Seated as independent before the basis was recorded.'
 WHERE role = 'independent' AND holder_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0003_decision_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="seat",
            name="held_since",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="seat",
            name="independence_basis",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="seat",
            name="independent",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="seat",
            name="term_ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(KNOWN_BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "independent"), _negated=True),
                    ("holder__isnull", True),
                    ("independent", True),
                    _connector="OR",
                ),
                name="boards_seat_independent_is_independent",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("independent", False),
                    models.Q(("independence_basis", ""), _negated=True),
                    _connector="OR",
                ),
                name="boards_seat_independence_has_basis",
            ),
        ),
    ]
