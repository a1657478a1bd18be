"""Reading one's notifications. No events: whether somebody read a message is nobody's evidence."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.selectors.messages import InboxFilter, filtered_inbox, inbox
from common.errors import Refused


def mark_read(*, actor: User, notification: Notification) -> None:
    """Mark one of one's own notifications as read."""
    if notification.recipient_id != actor.pk:
        raise Refused(_("This notification is not yours."))
    inbox(actor).filter(pk=notification.pk, read_at__isnull=True).update(read_at=timezone.now())


def mark_all_read(*, actor: User, chosen: InboxFilter | None = None) -> int:
    """Mark everything in one's inbox that fits as read; return how much that was."""
    found = filtered_inbox(actor, chosen or InboxFilter())
    return found.filter(read_at__isnull=True).update(read_at=timezone.now())
