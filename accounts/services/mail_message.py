"""What one mail looks like: the text first, and the same words as HTML for who prefers that."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Notification
from accounts.notices import Group
from accounts.selectors.messages import items_of
from accounts.services.digests import LISTED
from accounts.stop_links import STOPPABLE, StopLink, sign_stop


def compose(notification: Notification) -> EmailMultiAlternatives:
    """Return the mail that a row owes.

    What may be turned off says so in its head, where mail programs look for it (RFC 8058).
    """
    base = settings.BASE_URL.rstrip("/")
    url = base + notification.url if notification.url else ""
    stop_url = _stop_url(notification)
    choose_url = ""
    if notification.recipient is not None and not notification.carries_secret:
        choose_url = base + reverse("account_mail")
    parts = [notification.body, *([url] if url else []), _footer(base, choose_url)]
    host = urlsplit(settings.BASE_URL).hostname
    message = EmailMultiAlternatives(
        subject=notification.subject,
        body="\n\n".join(parts) + "\n",
        to=[notification.address],
        headers={
            "Message-ID": f"<{notification.message_id}@{host}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"<notifications.{host}>",
        },
    )
    if stop_url:
        message.extra_headers["List-Unsubscribe"] = f"<{stop_url}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    words = {
        "subject": notification.subject,
        "body": notification.body,
        "url": url,
        "base": base,
        "choose_url": choose_url,
        "stop_url": stop_url,
        "instance": settings.INSTANCE_NAME,
        "language": get_language(),
        # Its link stands in the text, which is ours alone.
        "secret": notification.carries_secret,
        **_summed_up(notification),
    }
    message.attach_alternative(render_to_string("accounts/mail/message.html", words), "text/html")
    return message


def _footer(base: str, choose_url: str) -> str:
    footer = _("-- \n%(instance)s sends this to you at %(base)s") % {
        "instance": settings.INSTANCE_NAME,
        "base": base,
    }
    if choose_url:
        footer += "\n" + _("Choose what is mailed to you: %(url)s") % {"url": choose_url}
    return footer


def _stop_url(notification: Notification) -> str:
    group = Group(notification.group)
    if notification.recipient is None or group not in STOPPABLE:
        return ""
    signed = sign_stop(StopLink(notification.recipient.pseudonym, group))
    return settings.BASE_URL.rstrip("/") + reverse("account_mail_stop", args=[signed])


def _summed_up(notification: Notification) -> dict[str, object]:
    if notification.group != Group.DIGEST:
        return {}
    items = items_of(notification.summary)
    listed = list(items[:LISTED])
    more = items.count() - len(listed)
    words = _("And %(count)d more, in your inbox.") % {"count": more} if more else ""
    return {"items": listed, "more": words}
