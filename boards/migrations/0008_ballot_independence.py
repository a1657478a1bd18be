"""A ballot keeps whether its holder was independent when voting opened.

Earlier ones keep what their records have said: that of the role.
"""

from django.db import migrations, models

FROM_ROLE = """
ALTER TABLE boards_ballot DISABLE TRIGGER boards_ballot_rows_kept;
UPDATE boards_ballot SET independent = TRUE WHERE role = 'independent';
ALTER TABLE boards_ballot ENABLE TRIGGER boards_ballot_rows_kept;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("boards", "0007_overrides"),
    ]

    operations = [
        migrations.AddField(
            model_name="ballot",
            name="independent",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(FROM_ROLE, migrations.RunSQL.noop),
    ]
