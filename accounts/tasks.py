"""Background jobs: mail that is owed, tokens and memberships that end, lists and screening."""

from celery import shared_task

from accounts import services
from accounts.services import screening


@shared_task(name="accounts.send_notification")
def send_notification(notification_id: int) -> None:
    """Send one mail now."""
    services.send_notification(notification_id=notification_id)


@shared_task(name="accounts.sweep_notifications")
def sweep_notifications() -> None:
    """Send whatever was missed."""
    services.send_owed_notifications()


@shared_task(name="accounts.sweep_digests")
def sweep_digests() -> None:
    """Owe everybody the daily summary whose morning has come."""
    services.make_due_digests()


@shared_task(name="accounts.sweep_tokens")
def sweep_tokens() -> None:
    """Tell people of tokens that end soon, and forget what ended."""
    services.tell_of_ending_tokens()
    services.forget_ended_sign_ins()


@shared_task(name="accounts.import_list")
def import_list(snapshot_id: int) -> None:
    """Go on with the file of a list."""
    screening.import_list(snapshot_id=snapshot_id)


@shared_task(name="accounts.screen_watches")
def screen_watches(watch_ids: list[int]) -> None:
    """Screen a few subjects now."""
    # Apart, so that its lock is not held while rows are waited for.
    screening.start_round_if_due()
    screening.screen_watches(watch_ids=watch_ids)


@shared_task(name="accounts.screen_due")
def screen_due() -> None:
    """Screen whoever is due, for less than a minute."""
    screening.screen_due()


@shared_task(name="accounts.sweep_screening")
def sweep_screening() -> None:
    """Go on with lists and screening wherever something was missed."""
    screening.sweep_imports()
    screening.sweep_clearances()
    screening.screen_due()


@shared_task(name="accounts.sweep_affiliations")
def sweep_affiliations() -> None:
    """End memberships that lapsed, and remind of what ends soon or must be proven anew."""
    services.lapse_memberships()
    services.remind_of_proofs()
    services.remind_of_clearances()
    services.forget_old_invitations()


@shared_task(name="accounts.sweep_former_lists")
def sweep_former_lists() -> None:
    """Remove the entries of lists' files that left force long ago."""
    screening.sweep_former_entries()
