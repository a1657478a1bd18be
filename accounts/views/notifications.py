"""One's inbox."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import selectors, services
from accounts.permissions import signed_in

PAGE_LENGTH = 20


@login_required
@require_safe
def account_notifications(request: HttpRequest) -> HttpResponse:
    """My inbox: what is unread first, and the rest page by page."""
    inbox = selectors.inbox(signed_in(request))
    before = _number(request.GET.get("before"))
    read = inbox.filter(read_at__isnull=False)
    if before is not None:
        read = read.filter(pk__lt=before)
    page = list(read[: PAGE_LENGTH + 1])
    older = page[PAGE_LENGTH - 1].pk if len(page) > PAGE_LENGTH else None
    home = reverse("account_notifications")
    return render(
        request,
        "accounts/notification_list.html",
        {
            "unread": list(inbox.filter(read_at__isnull=True)[:100]) if before is None else [],
            "read": page[:PAGE_LENGTH],
            "newest_url": home if before is not None else "",
            "older_url": f"{home}?before={older}" if older else "",
        },
    )


def _number(text: str | None) -> int | None:
    """Read a page key; anything that is not one shows the first page."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


@login_required
@require_POST
def account_notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark my whole inbox as read."""
    count = services.mark_all_read(actor=signed_in(request))
    messages.success(
        request,
        ngettext(
            "%(count)d notification is marked as read.",
            "%(count)d notifications are marked as read.",
            count,
        )
        % {"count": count},
    )
    return redirect("account_notifications")


@login_required
@require_POST
def account_notification_read(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one notification as read."""
    user = signed_in(request)
    notification = selectors.inbox(user).filter(pk=notification_id).first()
    if notification is None:
        raise Http404
    services.mark_read(actor=user, notification=notification)
    return redirect("account_notifications")
