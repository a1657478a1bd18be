from django.db import migrations, models

# Motions under way that took the board's own rule as theirs are bound by it from now on.
MARK_OPEN = """
UPDATE boards_motion m SET by_board_rule = true FROM boards_board b
WHERE m.board_id = b.id AND m.state IN ('draft', 'in_review', 'voting') AND m.emergency IS NULL
  AND m.rule = b.rule AND m.voting_seconds = b.voting_seconds;
"""


class Migration(migrations.Migration):
    dependencies = [("boards", "0008_ballot_independence")]

    operations = [
        migrations.AddField(
            model_name="motion",
            name="by_board_rule",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(MARK_OPEN, migrations.RunSQL.noop),
    ]
