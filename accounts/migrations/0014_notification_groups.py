"""Put the messages that were sent before into their groups."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# As the kinds stood when groups came. What is not named here is mailed always, as "decisions".
GROUPS = {
    "security": (
        "account.email_changed account.email_confirm account.email_deleted "
        "account.password_changed account.password_reset account.password_set "
        "account.totp_activated account.totp_deactivated account.webauthn_added "
        "account.webauthn_removed account.recovery_codes_generated account.account_connected "
        "account.account_disconnected account.second_factors_reset accounts.token_created "
        "accounts.token_refused accounts.token_leaked accounts.device_signed_in "
        "accounts.device_reused"
    ),
    "links": (
        "account.email_confirmation account.email_confirmation_signup "
        "account.account_already_exists account.password_reset_key account.password_reset_code "
        "account.login_code account.unknown_account accounts.invitation accounts.mailbox_domain "
        "accounts.mailbox_affiliation licensing.reference"
    ),
    "terms": "licensing.terms_accepted licensing.terms_changed",
    "reminders": (
        "accounts.token_ending accounts.clearance_ending accounts.affiliation_ending "
        "accounts.domain_ending licensing.answer_due delivery.quota_nearly_used"
    ),
    "organization": (
        "accounts.domain_verified accounts.organization_changed accounts.invitation_accepted"
    ),
    "progress": (
        "licensing.application_received licensing.application_referred licensing.appeal_received "
        "licensing.grant_queued licensing.reference_answered"
    ),
    "alarms": (
        "boards.result_overridden boards.review_overdue boards.seat_filled_without_motion "
        "artifact_damaged release_demoted release_withdrawn hold_placed blocker_opened "
        "condition_fired decision_unconfirmed licensing.suspension_asked"
    ),
    "review": (
        "licensing.application_submitted licensing.application_assigned "
        "licensing.application_taken_over licensing.second_wanted licensing.approval_sent_back "
        "licensing.application_withdrawn licensing.referral_answered "
        "licensing.application_appealed licensing.appeal_noted licensing.renewal_asked"
    ),
    "boards": (
        "boards.voting_opened boards.vote_reminder boards.dossier_changed boards.voter_excluded "
        "boards.rule_tightened boards.motion_decided boards.motion_ended boards.vote_unopened "
        "boards.quorum_missing boards.review_due boards.review_ended boards.term_ending "
        "boards.term_over boards.own_rule_changed boards.seat_changed "
        "boards.own_motion_unchanged boards.seat_resigned licensing.ban_noted "
        "licensing.ban_objected licensing.ban_lift_noted licensing.suspension_noted "
        "licensing.suspension_review_due licensing.suspension_lift_noted"
    ),
    "releases": (
        "release_sealed release_refused transition_effective transition_lapsed exhibit_fell "
        "cap_raised cap_kept cap_lowered hold_review_due hold_lifted blocker_closed "
        "requirement_overridden review_called ladder_adopted ladder_waits ladder_kept "
        "evidence_expires reference_lapses"
    ),
}


def put_into_groups(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    notification = apps.get_model("accounts", "Notification")
    for group, kinds in GROUPS.items():
        notification.objects.filter(kind__in=kinds.split()).update(group=group)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_notification_choices")]
    operations = [
        migrations.RunPython(put_into_groups, migrations.RunPython.noop, elidable=True),
    ]
