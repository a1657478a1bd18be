"""What is never edited, guarded by the database.

It replaces the migrations that led here, so that an instance that ran them goes on.
"""

from django.db import migrations

from common.guards import append_only


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0002_tokens"),
        ("accounts", "0003_devices"),
        ("accounts", "0004_ingest_right"),
        ("accounts", "0005_device_blocks"),
        ("accounts", "0006_device_pairs"),
        ("accounts", "0007_credentials_ended"),
        ("accounts", "0008_evidence_right"),
        ("accounts", "0009_screening"),
        ("accounts", "0010_organisations"),
        ("accounts", "0011_second_factor"),
        ("accounts", "0012_search_words"),
    ]
    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0002_guards"),
    ]

    operations = [
        append_only("accounts_screeningresult"),
        append_only("accounts_disposition"),
        append_only("accounts_formername"),
    ]
