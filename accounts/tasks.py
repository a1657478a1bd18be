"""Background jobs: mail that is owed, tokens that end."""

from celery import shared_task

from accounts import services


@shared_task(name="accounts.send_notification")
def send_notification(notification_id: int) -> None:
    """Send one mail now."""
    services.send_notification(notification_id=notification_id)


@shared_task(name="accounts.sweep_notifications")
def sweep_notifications() -> None:
    """Send whatever was missed."""
    services.send_owed_notifications()


@shared_task(name="accounts.sweep_tokens")
def sweep_tokens() -> None:
    """Tell people of tokens that end soon, and forget what ended."""
    services.tell_of_ending_tokens()
    services.forget_ended_sign_ins()
