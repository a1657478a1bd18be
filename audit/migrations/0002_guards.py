"""The history that is added to and never edited, guarded by the database.

It replaces the migrations that led here, so that an instance that ran them goes on.
"""

from django.db import migrations

from common.guards import append_only, install_guard_function


class Migration(migrations.Migration):
    replaces = [
        ("audit", "0002_signatures"),
    ]
    dependencies = [
        ("audit", "0001_initial"),
    ]

    operations = [
        install_guard_function(),
        append_only("audit_event"),
        append_only("audit_signingkey"),
    ]
