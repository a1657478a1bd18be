"""The tables that are only added to.

It replaces the migrations that led here, so that an instance that ran them goes on.
"""

from django.db import migrations

from common.guards import append_only


class Migration(migrations.Migration):
    replaces = [
        ("licensing", "0002_volume"),
        ("licensing", "0003_bans_and_referrals"),
        ("licensing", "0004_lift_by_outcome"),
        ("licensing", "0005_applications_core"),
        ("licensing", "0006_references_and_renewals"),
        ("licensing", "0007_suspensions"),
        ("licensing", "0008_terms_life_cycle"),
    ]
    dependencies = [
        ("licensing", "0001_initial"),
        ("audit", "0002_guards"),
    ]

    operations = [
        append_only("licensing_acceptance"),
        append_only("licensing_submission"),
        append_only("licensing_objection"),
        append_only("licensing_questionnaire"),
        append_only("licensing_submission_attachments"),
        append_only("licensing_referenceanswer"),
        append_only("licensing_leftout"),
        append_only("licensing_decline"),
        append_only("licensing_receipt"),
        append_only("licensing_termsnotice"),
        append_only("licensing_suspensionrequest"),
        append_only("licensing_tick"),
        append_only("licensing_note"),
        append_only("licensing_look"),
        append_only("licensing_countrytable"),
        append_only("licensing_countryrow"),
        append_only("licensing_countryversion"),
        append_only("licensing_dutystatement"),
        append_only("licensing_dutyreceipt"),
    ]
