"""Bans: whom they are on, what one would stop, placing it, objecting, asking to lift it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Organization, User
from accounts.permissions import signed_in
from accounts.reauthentication import ask_again, proven_again
from audit.selectors import timeline
from boards.permissions import can_see_motion
from boards.tally import describe_rule
from common.errors import Refused
from licensing import permissions, services, shown
from licensing.ban_dry_run import count_banned
from licensing.forms import BanForm, FindHolderForm, LiftBanForm, ObjectForm
from licensing.models import Ban
from licensing.selectors import bans, person_name
from licensing.selectors.bans import Holder
from licensing.services.bans import name_of
from licensing.shown import Data
from releases.dry_run import tabled
from releases.models import Model

PAGE_LENGTH = 25
GET_OR_POST = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def ban_list(request: HttpRequest) -> HttpResponse:
    """Every ban, for those who may place one and for the seats of the boards."""
    user = signed_in(request)
    if not permissions.can_see_bans(user):
        raise Http404
    found = bans.all_bans()
    lifted = request.GET.get("show") == "lifted"
    found = found.filter(lifted_at__isnull=not lifted)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        found = found.filter(pk__lt=int(before[:18]))
    page = list(found[: PAGE_LENGTH + 1])
    query = request.GET.copy()
    query["before"] = str(page[PAGE_LENGTH - 1].pk) if len(page) > PAGE_LENGTH else ""
    context = {
        "rows": [_row(ban) for ban in page[:PAGE_LENGTH]],
        "next_url": f"?{query.urlencode()}" if query["before"] else "",
        "tabs": [
            {"label": _("In force"), "url": "?", "current": not lifted},
            {"label": _("Lifted"), "url": "?show=lifted", "current": lifted},
        ],
        "may_place": permissions.banning_models(user).exists(),
    }
    return render(request, "licensing/ban_list.html", context)


def _row(ban: Ban) -> Data:
    return {
        "ban": ban,
        "holder": name_of(bans.holder_of(ban)),
        "kind": _("Organisation") if ban.organization_id else _("Person"),
        "placed_by": person_name(ban.placed_by),
        "state": "lifted" if ban.lifted_at else "banned",
    }


def _banning_models(user: User) -> QuerySet[Model]:
    models = permissions.banning_models(user).select_related("board")
    if not models.exists():
        raise Http404
    return models


@login_required
@require_http_methods(GET_OR_POST)
def ban_find(request: HttpRequest) -> HttpResponse:
    """Say whom a ban is to keep out; the next page says what it would stop."""
    _banning_models(signed_in(request))
    form = FindHolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["who"]
        person = User.objects.filter(email__iexact=who, is_active=True).first()
        organization = Organization.objects.filter(slug=who.lower()).first()
        if person is not None:
            return redirect("ban_person", person.pseudonym)
        if organization is not None:
            return redirect("ban_organization", organization.slug)
        form.add_error("who", _("There is no such person or organisation here."))
    return render(request, "licensing/ban_find.html", {"form": form})


@login_required
@require_http_methods(GET_OR_POST)
def ban_person(request: HttpRequest, pseudonym: UUID) -> HttpResponse:
    """Ban a person."""
    _banning_models(signed_in(request))
    person = get_object_or_404(User, pseudonym=pseudonym, is_active=True)
    return proven_again(_place)(request, person, person.email)


@login_required
@require_http_methods(GET_OR_POST)
def ban_organization(request: HttpRequest, slug: str) -> HttpResponse:
    """Ban an organisation."""
    _banning_models(signed_in(request))
    organization = get_object_or_404(Organization, slug=slug)
    return proven_again(_place)(request, organization, organization.slug)


def _place(request: HttpRequest, holder: Holder, word: str) -> HttpResponse:
    user = signed_in(request)
    present = bans.ban_of(holder)
    if present is not None:
        return redirect("ban_detail", present.public_id)
    models = list(_banning_models(user))
    form = BanForm(models, word, request.POST or None, chosen=request.GET.get("model", ""))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            ban = services.place_ban(
                actor=user,
                holder=holder,
                model=form.cleaned_data["model"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("%(name)s is banned from now on. They and the board were told.")
                % {"name": name_of(holder)},
            )
            return redirect("ban_detail", ban.public_id)
    context = {
        "form": form,
        "confirm": _confirm(holder, word),
        "run": tabled([_("With the ban")], [count_banned(holder)]),
    }
    return render(request, "licensing/ban_place.html", context, status=status)


def _confirm(holder: Holder, word: str) -> Data:
    whom = (
        [
            _("No grant of the organisation gives anybody anything: no download, no API call."),
            _("Nobody can apply, accept terms or be named on a grant for the organisation."),
        ]
        if isinstance(holder, Organization)
        else [
            _("No grant that the person holds, or is named on, gives them anything."),
            _("The person cannot apply, accept terms or be named on a grant; no token helps."),
        ]
    )
    return {
        "title": _("Ban %(name)s") % {"name": name_of(holder)},
        "lede": _("It counts at the next check of every request, for every model of this portal."),
        "effects": [
            *whom,
            _("Seats on boards and staff rights are not touched."),
            _("Those concerned read the reason, and can object to the board once."),
            _("Only the board lifts it, by a motion; it ends by nothing else."),
        ],
        "warning": _("What was downloaded already cannot be taken back."),
        "word": word,
        "submit": _("Place the ban"),
        "cancel_url": reverse("ban_list"),
    }


@login_required
@require_http_methods(GET_OR_POST)
def ban_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One ban: why, since when, who can lift it; for those concerned, the way to object."""
    user = signed_in(request)
    view = permissions.get_ban_or_404(user, public_id)
    ban = view.ban
    objections = list(ban.objections.select_related("author"))
    own = next((each for each in objections if each.author_id == user.pk), None)
    may_object = view.concerned and own is None and ban.lifted_at is None
    form = ObjectForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not may_object:
            raise Refused(_("There is nothing to object to here, or you have objected already."))
        if form.is_valid():
            services.object_to_ban(actor=user, ban=ban, text=form.cleaned_data["text"])
            messages.success(request, _("Your objection is with the board."))
            return redirect("ban_detail", public_id)
        status = 400
    motion = bans.open_lift(ban)
    context = {
        "ban": ban,
        "row": _row(ban),
        "concerned": view.concerned,
        "staff": view.staff,
        "objections": [
            {"text": each.text, "who": person_name(each.author), "when": each.created_at}
            for each in (objections if view.staff else [own] if own else [])
        ],
        "may_object": may_object,
        "form": form,
        "motion": motion if motion and can_see_motion(user, motion) else None,
        "lift_proposed": motion is not None,
        "may_lift": motion is None and not permissions.why_no_lift(user, ban),
        "entries": shown.timeline(timeline(ban)) if view.staff else [],
    }
    return render(request, "licensing/ban_detail.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def ban_lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the board to lift a ban."""
    user = signed_in(request)
    view = permissions.get_ban_or_404(user, public_id)
    ban = view.ban
    if not view.staff:
        raise Http404
    if why := permissions.why_no_lift(user, ban):
        raise Refused(why)
    if bans.open_lift(ban) is not None:
        raise Refused(_("A motion to lift this ban is open already."))
    if (asking := ask_again(request)) is not None:
        return asking
    form = LiftBanForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            motion = services.propose_lift_ban(actor=user, ban=ban, dossier=form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The motion is proposed and its vote is open. The board was told.")
            )
            return redirect("motion_detail", motion.public_id)
    context = {
        "ban": ban,
        "row": _row(ban),
        "form": form,
        "rule": describe_rule(ban.board.rule),
        "voting_seconds": ban.board.voting_seconds,
    }
    return render(request, "licensing/ban_lift.html", context, status=status)
