"""One's inbox."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.message_forms import InboxFilterForm
from accounts.models import User
from accounts.notices import Group
from accounts.permissions import signed_in
from accounts.selectors import messages as reading
from accounts.selectors.messages import COUNTED, InboxFilter

PAGE_LENGTH = 20


@login_required
@require_safe
def account_notifications(request: HttpRequest) -> HttpResponse:
    """My inbox, newest first: all of it or what fits, page by page."""
    user = signed_in(request)
    form = InboxFilterForm(reading.told_about(user), request.GET)
    chosen = form.chosen() if form.is_valid() else InboxFilter()
    found = reading.filtered_inbox(user, chosen)
    before = _number(request.GET.get("before"))
    page = list((found.filter(pk__lt=before) if before is not None else found)[: PAGE_LENGTH + 1])
    older = page[PAGE_LENGTH - 1].pk if len(page) > PAGE_LENGTH else None
    home, state = reverse("account_notifications"), _state(chosen)
    return render(
        request,
        "accounts/notification_list.html",
        {
            "form": form,
            "notifications": page[:PAGE_LENGTH],
            "count": _count_words(reading.count_up_to(found)),
            "tabs": _tabs(user, chosen),
            "filtered": bool(state),
            "state": urlencode(state),
            "read_url": _address(reverse("account_notifications_read"), state),
            "newest_url": _address(home, state) if before is not None else "",
            "older_url": _address(home, {**state, "before": str(older)}) if older else "",
        },
    )


def _tabs(user: User, chosen: InboxFilter) -> list[dict[str, object]]:
    """Return the kinds that hold unread messages, and all, as the tabs component takes them."""
    unread = reading.unread_by_group(user)
    home = reverse("account_notifications")
    everything = InboxFilter()
    tabs: list[dict[str, object]] = [
        {"label": _("All"), "url": home, "current": chosen == everything, "count": ""},
        {
            "label": _("Unread"),
            "url": _address(home, {"unread": "on"}),
            "current": chosen == InboxFilter(unread=True),
            "count": sum(unread.values()),
        },
    ]
    return tabs + [
        {
            "label": group.label,
            "url": _address(home, {"unread": "on", "group": group.value}),
            "current": chosen == InboxFilter(unread=True, group=group),
            "count": unread[group.value],
        }
        for group in Group
        if unread.get(group.value)
    ]


def _state(chosen: InboxFilter) -> dict[str, str]:
    """Return a filter as it stands in an address."""
    state = {
        "unread": "on" if chosen.unread else "",
        "group": chosen.group.value if chosen.group else "",
        "about": chosen.about,
    }
    return {name: value for name, value in state.items() if value}


def _address(home: str, state: dict[str, str]) -> str:
    return f"{home}?{urlencode(state)}" if state else home


def _count_words(count: int) -> str:
    if count > COUNTED:
        return _("More than %(count)d messages") % {"count": COUNTED}
    return ngettext("%(count)d message", "%(count)d messages", count) % {"count": count}


def _number(text: str | None) -> int | None:
    """Read a page key; anything that is not one shows the first page."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _filter_of(request: HttpRequest, user: User) -> InboxFilter | None:
    form = InboxFilterForm(reading.told_about(user), request.GET)
    return form.chosen() if form.is_valid() else None


@login_required
@require_POST
def account_notifications_read(request: HttpRequest) -> HttpResponse:
    """Mark what the filter in the address shows as read: without one, my whole inbox."""
    user = signed_in(request)
    chosen = _filter_of(request, user)
    if chosen is None:
        raise Http404
    count = services.mark_all_read(actor=user, chosen=chosen)
    messages.success(
        request,
        ngettext(
            "%(count)d notification is marked as read.",
            "%(count)d notifications are marked as read.",
            count,
        )
        % {"count": count},
    )
    return redirect(_address(reverse("account_notifications"), _state(chosen)))


@login_required
@require_POST
def account_notification_read(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one notification as read."""
    user = signed_in(request)
    notification = reading.inbox(user).filter(pk=notification_id).first()
    if notification is None:
        raise Http404
    services.mark_read(actor=user, notification=notification)
    chosen = _filter_of(request, user) or InboxFilter()
    return redirect(_address(reverse("account_notifications"), _state(chosen)))
