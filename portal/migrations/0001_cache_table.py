"""The table of the database cache, so that `migrate` alone makes a database complete."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS portal_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX IF NOT EXISTS portal_cache_expires ON portal_cache (expires);
            """,
            "DROP TABLE portal_cache;",
        )
    ]
