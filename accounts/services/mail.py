"""Sending what is owed: at least once, with a Message-ID that stays the same."""

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.notices import Delivery
from accounts.permissions import can_operate
from accounts.selectors.messages import owed_notifications
from accounts.services.mail_message import compose
from common.errors import Refused
from common.queue import enqueue

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(days=7)
_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = timedelta(hours=6)


@transaction.atomic
def send_notification(*, notification_id: int) -> bool:
    """Send one mail if it is due; tell whether it went out.

    The row stays locked while the mail server is spoken to: a second worker skips it, and a
    worker that dies leaves it owed.
    """
    now = timezone.now()
    notification = (
        owed_notifications(now)
        .select_for_update(skip_locked=True, no_key=True)
        .filter(pk=notification_id)
        .first()
    )
    if notification is None:
        return False
    notification.attempts += 1
    try:
        compose(notification).send()
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the others
        logger.warning("Mail %s could not be sent: %s", notification.message_id, error)
        _postpone(notification, error)
    else:
        notification.sent_at = timezone.now()
        notification.last_error = ""
    if notification.carries_secret and (notification.sent_at or notification.given_up_at):
        # Its link has no business in a table.
        notification.body = ""
    notification.save(
        update_fields=[
            "attempts", "sent_at", "last_error", "body", "next_attempt_at", "given_up_at",
        ]
    )  # fmt: skip
    return notification.sent_at is not None


@transaction.atomic
def retry_notification(*, actor: User, notification_id: int) -> None:
    """Owe a mail anew that failed or was given up; the operator does this."""
    if not can_operate(actor):
        raise Refused(_("Only the operator can send a mail again."))
    notification = (
        Notification.objects.select_for_update(no_key=True).filter(pk=notification_id).first()
    )
    if notification is None or notification.sent_at is not None:
        raise Refused(_("This mail was sent already."))
    if notification.delivery != Delivery.AT_ONCE:
        raise Refused(_("No mail is owed: the person chose to get this otherwise."))
    if not notification.address or not notification.body:
        raise Refused(_("Nothing is left of this mail: its secret link, or the person, is gone."))
    notification.given_up_at = None
    notification.next_attempt_at = timezone.now()
    notification.save(update_fields=["given_up_at", "next_attempt_at"])
    enqueue("accounts.send_notification", notification.pk)


def send_owed_notifications(*, budget_seconds: float = 30, most: int = 200) -> int:
    """Send what a lost task left owed, for a bounded time; return how many went out."""
    until = time.monotonic() + budget_seconds
    sent = 0
    for notification_id in owed_notifications(timezone.now()).values_list("pk", flat=True)[:most]:
        sent += send_notification(notification_id=notification_id)
        if time.monotonic() > until:
            break
    return sent


def _postpone(notification: Notification, error: Exception) -> None:
    now = timezone.now()
    notification.last_error = f"{type(error).__name__}: {error}".replace("\x00", "")[:300]
    if now - notification.created_at >= GIVE_UP_AFTER:
        notification.given_up_at = now
        return
    doublings = min(notification.attempts - 1, 10)
    notification.next_attempt_at = now + min(_FIRST_DELAY * 2**doublings, _LONGEST_DELAY)
