"""Suspensions of several grants: choosing, counting, placing, letting one out, lifting."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import ask_again, proven_again
from audit.selectors import timeline
from boards.permissions import can_see_motion
from boards.tally import describe_rule
from common.csv_export import csv_response
from common.errors import Refused
from licensing import permissions, selection, selection_dry_run, services, shown
from licensing.forms import LiftBanForm, ReasonForm
from licensing.models import LeftOut, Suspension
from licensing.selectors import holder_name, person_name, suspensions
from licensing.shown import Data
from licensing.suspension_forms import WORD, PlaceSuspensionForm, SelectionForm
from releases.dry_run import tabled
from releases.models import Model

PAGE_LENGTH = 25
GET_OR_POST = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def suspension_list(request: HttpRequest) -> HttpResponse:
    """Every suspension of a selection, for whoever may place one and the seats of the boards."""
    user = signed_in(request)
    if not permissions.can_see_bans(user):
        raise Http404
    lifted = request.GET.get("show") == "lifted"
    found = suspensions.all_suspensions().filter(lifted_at__isnull=not lifted)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        found = found.filter(pk__lt=int(before[:18]))
    page = list(found[: PAGE_LENGTH + 1])
    query = request.GET.copy()
    query["before"] = str(page[PAGE_LENGTH - 1].pk) if len(page) > PAGE_LENGTH else ""
    context = {
        "rows": [_row(each) for each in page[:PAGE_LENGTH]],
        "next_url": f"?{query.urlencode()}" if query["before"] else "",
        "tabs": [
            {"label": _("In force"), "url": "?", "current": not lifted},
            {"label": _("Lifted"), "url": "?show=lifted", "current": lifted},
        ],
        "may_place": permissions.banning_models(user).exists(),
    }
    return render(request, "licensing/suspension_list.html", context)


def _row(suspension: Suspension) -> Data:
    state = "review_due" if suspension.review_told_at else "suspended"
    return {
        "suspension": suspension,
        "selection": selection.in_short(suspensions.criteria_of(suspension)),
        "placed_by": person_name(suspension.placed_by),
        "state": "lifted" if suspension.lifted_at else state,
    }


def _models(user: User) -> list[Model]:
    models = list(permissions.banning_models(user).select_related("board").order_by("pk"))
    if not models:
        raise Http404
    return models


def _governed(user: User) -> list[int]:
    return list(permissions.governed_models(user).values_list("pk", flat=True))


@login_required
@require_safe
def suspension_new(request: HttpRequest) -> HttpResponse:
    """Choose the grants, and see whom it would stop. Nothing is done here."""
    user = signed_in(request)
    models = _models(user)
    form = SelectionForm(models, request.GET if "model" in request.GET else None)
    context: Data = {"form": form}
    if form.is_bound and form.is_valid():
        query = request.GET.urlencode()
        context |= {
            "run": tabled(
                [_("With the suspension")],
                [selection_dry_run.count_selected(form.criteria, _governed(user))],
            ),
            "criteria": selection.describe(form.criteria),
            "place_url": f"{reverse('suspension_place')}?{query}",
            "export_url": f"{reverse('suspension_preview_export')}?{query}",
        }
    return render(request, "licensing/suspension_new.html", context)


@login_required
@require_safe
def suspension_preview_export(request: HttpRequest) -> HttpResponseBase:
    """Everybody whom the suspension would stop, as CSV; of the models that one governs."""
    user = signed_in(request)
    form = SelectionForm(_models(user), request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('suspension_new')}?{request.GET.urlencode()}")
    grants = suspensions.selected(form.criteria).filter(model__in=_governed(user))
    return csv_response(
        "would-be-suspended.csv",
        selection_dry_run.HEADER,
        map(tuple, selection_dry_run.rows(grants)),
    )


@login_required
@require_http_methods(GET_OR_POST)
def suspension_place(request: HttpRequest) -> HttpResponse:
    """Suspend the grants that the address names."""
    models = _models(signed_in(request))
    form = SelectionForm(models, request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('suspension_new')}?{request.GET.urlencode()}")
    return proven_again(_place)(request, form)


def _place(request: HttpRequest, chosen: SelectionForm) -> HttpResponse:
    user = signed_in(request)
    criteria, governed = chosen.criteria, _governed(user)
    form = PlaceSuspensionForm(criteria, governed, request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            suspension = services.suspend_selection(
                actor=user,
                model=chosen.named,
                criteria=criteria,
                reason=form.cleaned_data["reason"],
                review_at=form.cleaned_data["review_on"],
                leave_out=form.cleaned_data["leave_out"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("The grants are suspended from now on. Their users and the board are told."),
            )
            return redirect("suspension_detail", suspension.public_id)
    context = {
        "form": form,
        "criteria": selection.describe(criteria),
        "back_url": f"{reverse('suspension_new')}?{request.GET.urlencode()}",
        "confirm": {
            "title": _("Suspend several grants"),
            "lede": _("It counts at the next check of every request."),
            "effects": [
                _("The next request under these grants is refused; what has begun may end."),
                _("Grants that come to meet the criteria later are stopped as well."),
                _("No grant is revoked: each works again when the suspension is lifted."),
                _("A second authorised person can let single grants out; you cannot."),
                _("The whole is lifted by a motion of the board only; it ends by nothing else."),
            ],
            "word": WORD,
            "submit": _("Suspend them"),
            "cancel_url": f"{reverse('suspension_new')}?{request.GET.urlencode()}",
        },
        "run": tabled(
            [_("With the suspension")], [selection_dry_run.count_selected(criteria, governed)]
        ),
    }
    return render(request, "licensing/suspension_place.html", context, status=status)


@login_required
@require_safe
def suspension_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One suspension: which grants, why, who goes on all the same, who can lift it."""
    user = signed_in(request)
    suspension = permissions.get_suspension_or_404(user, public_id)
    governed = _governed(user)
    affected = suspensions.affected(suspension)
    count = affected.count() if suspension.lifted_at is None else 0
    page = (
        list(selection_dry_run.listed(affected.filter(model__in=governed))[:PAGE_LENGTH])
        if count
        else []
    )
    motion = suspensions.open_lift(suspension)
    context = {
        "suspension": suspension,
        "row": _row(suspension),
        "criteria": selection.describe(suspensions.criteria_of(suspension)),
        "count": count,
        "count_words": ngettext("%(count)d grant", "%(count)d grants", count) % {"count": count},
        "told": _told(suspension, count),
        "grants": [
            {
                "grant": grant,
                "holder": holder_name(grant),
                "may_let_out": suspension.placed_by_id != user.pk,
            }
            for grant in page
        ],
        "more": max(0, count - len(page)),
        "left_out": _left_out(suspension, governed),
        "left_out_elsewhere": suspension.left_out.exclude(grant__model__in=governed).count(),
        "motion": motion if motion and can_see_motion(user, motion) else None,
        "lift_proposed": motion is not None,
        "may_lift": motion is None and not permissions.why_no_lift_of_selection(user, suspension),
        "is_placer": suspension.placed_by_id == user.pk,
        "entries": shown.timeline(timeline(suspension)),
    }
    return render(request, "licensing/suspension_detail.html", context)


def _told(suspension: Suspension, count: int) -> str:
    """Say how far the telling has come."""
    if not count:
        return ""
    waiting = suspensions.affected(suspension).filter(pk__gt=suspension.told_to).count()
    if not waiting:
        return _("All of their users were told.")
    return _("The users of %(told)d of %(count)d grants were told so far.") % {
        "told": count - waiting,
        "count": count,
    }


def _left_out(suspension: Suspension, governed: list[int]) -> list[Data]:
    found = (
        LeftOut.objects.filter(suspension=suspension, grant__model__in=governed)
        .select_related("grant__model", "grant__organization", "grant__person", "by")
        .order_by("pk")
    )
    return [
        {
            "grant": each.grant,
            "holder": holder_name(each.grant),
            "reason": each.reason,
            "by": person_name(each.by),
            "at": each.at,
            "from_the_start": each.from_the_start,
        }
        for each in found[:200]
    ]


@login_required
@require_safe
def suspension_export(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The grants that a suspension stops now, as CSV; of the models that one governs."""
    user = signed_in(request)
    suspension = permissions.get_suspension_or_404(user, public_id)
    affected = suspensions.affected(suspension)
    if suspension.lifted_at is not None:
        affected = affected.none()
    grants = affected.filter(model__in=_governed(user))
    return csv_response(
        "suspended.csv", selection_dry_run.HEADER, map(tuple, selection_dry_run.rows(grants))
    )


@login_required
@require_http_methods(GET_OR_POST)
def suspension_let_out(request: HttpRequest, public_id: UUID, grant_id: UUID) -> HttpResponse:
    """Let one grant go on, as the second authorised person."""
    user = signed_in(request)
    grant = permissions.get_governed_grant_or_404(user, grant_id)
    suspension = suspensions.by_public_id(public_id)
    if suspension is None:
        raise Http404
    if why := permissions.why_not_left_out(user, suspension, grant):
        raise Refused(why)
    if not suspensions.affected(suspension).filter(pk=grant.pk).exists():
        raise Refused(_("This suspension does not stop the grant."))
    if (asking := ask_again(request)) is not None:
        return asking
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.let_out(
                actor=user, suspension=suspension, grant=grant, reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The grant is let out of the suspension; the others stay."))
            return redirect("grant_detail", grant.public_id)
    title = _("Let this grant out of the suspension")
    context = {
        "grant": grant,
        "form": form,
        "confirm": {
            "title": title,
            "lede": f"{grant.model}, {holder_name(grant)}",
            "effects": [
                _("This grant works again, where stage, terms and cohort allow it."),
                _("The other grants of the selection stay suspended."),
            ],
            "affected": [
                selection.in_short(suspensions.criteria_of(suspension)),
                suspension.reason,
            ],
            "affected_title": _("The suspension"),
            "submit": _("Let it out"),
            "cancel_url": reverse("grant_detail", args=[grant.public_id]),
            "tone": "primary",
        },
    }
    return render(request, "licensing/grant_act.html", context)


@login_required
@require_http_methods(GET_OR_POST)
def suspension_lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the board to lift a suspension."""
    user = signed_in(request)
    suspension = permissions.get_suspension_or_404(user, public_id)
    if why := permissions.why_no_lift_of_selection(user, suspension):
        raise Refused(why)
    if suspensions.open_lift(suspension) is not None:
        raise Refused(_("A motion to lift this suspension is open already."))
    if (asking := ask_again(request)) is not None:
        return asking
    form = LiftBanForm(request.POST or None)
    form.fields["rationale"].help_text = _(
        "Why the suspension is no longer needed, or should not have been placed."
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            motion = services.propose_lift_of_selection(
                actor=user, suspension=suspension, dossier=form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The motion is proposed and its vote is open. The board was told.")
            )
            return redirect("motion_detail", motion.public_id)
    context = {
        "suspension": suspension,
        "row": _row(suspension),
        "form": form,
        "rule": describe_rule(suspension.board.rule),
        "voting_seconds": suspension.board.voting_seconds,
    }
    return render(request, "licensing/suspension_lift.html", context, status=status)
