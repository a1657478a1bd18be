"""Blockers: opening one, reading it, closing it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import signed_in
from common.errors import Refused
from releases import permissions, services
from releases.forms.gates import BlockerForm, CloseBlockerForm
from releases.views.shared import GET_OR_POST, refusal_page, sent


@login_required
@require_http_methods(GET_OR_POST)
def blocker_open(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Forbid forward moves of a release."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_block(user, release.model))
    form = BlockerForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            blocker = services.open_blocker(actor=user, release=release, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("The blocker is open. The managers and the board were told."),
            )
            return redirect(blocker.get_absolute_url())
    context = {
        "release": release,
        "model": release.model,
        "form": form,
        "confirm": {
            "title": _("Open a blocker on %(release)s") % {"release": release},
            "lede": _("It stops the release from moving on; whoever has access keeps it."),
            "effects": [
                _("No vote on a move to a further stage opens while it is open."),
                _("A move that the board approved waits, and lapses if it waits too long."),
                _("Another person than you closes it: you cannot close what you opened."),
            ],
            "affected": [_("The managers of the model and every seat of its board are told now.")],
            "submit": _("Open the blocker"),
            "cancel_url": release.get_absolute_url(),
        },
    }
    return render(request, "releases/blocker_open.html", context, status=status)


@login_required
@require_safe
def blocker_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show why a release cannot move, or could not."""
    user = signed_in(request)
    blocker = permissions.get_blocker_or_404(user, public_id)
    context = {
        "blocker": blocker,
        "release": blocker.release,
        "model": blocker.release.model,
        "why_not": permissions.why_no_closing(user, blocker),
    }
    return render(request, "releases/blocker_detail.html", context)


@login_required
@require_http_methods(GET_OR_POST)
def blocker_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the release move again."""
    user = signed_in(request)
    blocker = permissions.get_blocker_or_404(user, public_id)
    release = blocker.release
    permissions.require(permissions.can_block(user, release.model))
    if why := permissions.why_no_closing(user, blocker):
        return refusal_page(request, release, why)
    form = CloseBlockerForm(sent(request), word=release.version)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.close_blocker(actor=user, blocker=blocker, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The blocker is closed. The managers and the board were told.")
            )
            return redirect(blocker.get_absolute_url())
    context = {
        "release": release,
        "model": release.model,
        "blocker": blocker,
        "form": form,
        "confirm": {
            "title": _("Close the blocker of %(release)s") % {"release": release},
            "lede": blocker.title,
            "effects": [
                _("As far as this goes, %(release)s can move on again.") % {"release": release},
                _("A move that the board approved and that waited for this takes effect."),
            ],
            "affected": [_("The managers of the model and every seat of its board are told now.")],
            "word": release.version,
            "submit": _("Close the blocker"),
            "cancel_url": blocker.get_absolute_url(),
        },
    }
    return render(request, "releases/blocker_close.html", context, status=status)
