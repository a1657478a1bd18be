"""Holds, demotion and withdrawal: tightening takes one person and a reason."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import ask_again, proven_again
from boards.permissions import can_see_motion
from boards.tally import describe_rule
from common.errors import Refused
from common.templatetags.ui import span
from releases import permissions, selectors, services
from releases.choices import HoldKind
from releases.dry_run import Way, dry_run
from releases.forms import DemoteForm, HoldForm, LiftForm, WithdrawForm
from releases.models import Model, Release
from releases.selectors.watch import kept_by
from releases.services.holds import lift_stage
from releases.views.shared import GET_OR_POST, refusal_page, sent


@login_required
@require_http_methods(GET_OR_POST)
def hold_place(request: HttpRequest, namespace: str, name: str, version: str = "") -> HttpResponse:
    """Pull the brake on a release, or on a whole model."""
    user = signed_in(request)
    release: Release | None = None
    if version:
        release = permissions.get_release_or_404(user, namespace, name, version)
        model = release.model
    else:
        model = permissions.get_model_or_404(user, namespace, name)
    permissions.require(permissions.can_hold(user, model))
    if (asking := ask_again(request, when_sent=True)) is not None:
        return asking
    scope = release or model
    form = HoldForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            hold = services.place_hold(
                actor=user, model=model, release=release, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("%(scope)s is on hold: %(kind)s. The managers and the board were told.")
                % {"scope": scope, "kind": hold.get_kind_display().lower()},
            )
            return redirect(scope.get_absolute_url())
    context = {
        "model": model,
        "release": release,
        "form": form,
        "run": dry_run(_concerned(model, release), _hold_ways()),
        "confirm": {
            "title": _("Place a hold on %(scope)s") % {"scope": scope},
            "lede": _("It holds from the next request on, and only the board can lift it."),
            "effects": _hold_effects(model, release),
            "affected": [_("The managers of the model and every seat of its board are told now.")],
            "submit": _("Place the hold"),
            "cancel_url": scope.get_absolute_url(),
        },
    }
    return render(request, "releases/hold_place.html", context, status=status)


def _hold_effects(model: Model, release: Release | None) -> list[str]:
    which = _("this release") if release else _("every release of this model")
    return [
        _("Nothing leaves: every download and API call of %(which)s is refused, with your reason.")
        % {"which": which},
        _("Or no new grants: nobody new is admitted to %(which)s; others keep access.")
        % {"which": which},
        _("An approved move that waits out its cool-off waits the whole of it again."),
        _("No vote on a move to a further stage opens while the hold is in force."),
        _("A review is called for after %(time)s; the hold stays until the board lifts it.")
        % {"time": span(model.ladder.hold_review)},
    ]


def _concerned(model: Model, release: Release | None) -> list[Release]:
    if release is not None:
        return [release]
    return list(selectors.releases_of(model).filter(state="sealed"))


def _hold_ways() -> list[Way]:
    return [Way(str(kind.label), hold=kind.value) for kind in (HoldKind.ALL, HoldKind.ADMISSIONS)]


@login_required
@require_http_methods(GET_OR_POST)
def hold_lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the board to lift a hold."""
    user = signed_in(request)
    hold = permissions.get_hold_or_404(user, public_id)
    permissions.require(permissions.can_propose_lift(user, hold.model))
    scope = hold.release or hold.model
    if hold.state == "lifted":
        return refusal_page(request, scope, _("The hold is lifted already."))
    if selectors.open_lift(hold) is not None:
        return refusal_page(request, scope, _("A motion to lift this hold is open already."))
    if (decided := kept_by(hold)) is not None:
        return refusal_page(
            request,
            scope,
            _("It stays until a full review has confirmed the emergency decision: %(motion)s.")
            % {"motion": decided},
        )
    if (asking := ask_again(request)) is not None:
        return asking
    form = LiftForm(sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            motion = services.propose_lift(actor=user, hold=hold, dossier=form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The motion is proposed and its vote is open. The board was told.")
            )
            seen = can_see_motion(user, motion)
            url = reverse("motion_detail", args=[motion.public_id])
            return redirect(url if seen else scope.get_absolute_url())
    stage = lift_stage(hold.model, hold.release)
    context = {
        "hold": hold,
        "scope": scope,
        "form": form,
        "rule": describe_rule(stage.decision_rule),
        "voting_period": stage.voting_period,
    }
    return render(request, "releases/hold_lift.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def release_demote(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Move a release down, at once."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_hold(user, release.model))
    stages = list(selectors.lower_stages(release)) if release.state == "sealed" else []
    if not stages:
        return refusal_page(
            request, release, _("%(release)s has no stage below its own.") % {"release": release}
        )
    if (asking := ask_again(request, when_sent=True)) is not None:
        return asking
    form = DemoteForm(sent(request), word=release.version, stages=stages)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            release = services.demote_release(
                actor=user,
                release=release,
                to_stage=form.cleaned_data["to_stage"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("%(release)s is at %(stage)s now. The managers and the board were told.")
                % {"release": release, "stage": release.stage},
            )
            return redirect(release.get_absolute_url())
    context = {
        "release": release,
        "model": release.model,
        "form": form,
        "run": dry_run([release], [Way(stage.name, stage=stage) for stage in stages]),
        "confirm": {
            "title": _("Demote %(release)s") % {"release": release},
            "lede": _("It is at %(stage)s now.") % {"stage": release.stage},
            "effects": _demotion_effects(release),
            "affected": [_("The managers of the model and every seat of its board are told now.")],
            "warning": _("What was downloaded already cannot be taken back."),
            "word": release.version,
            "submit": _("Demote the release"),
            "cancel_url": release.get_absolute_url(),
        },
    }
    return render(request, "releases/release_demote.html", context, status=status)


def _demotion_effects(release: Release) -> list[str]:
    effects = [
        _("From the next request on, the release gives only what the lower stage gives."),
        _("Its soak starts again; moving up again takes the board, stage by stage."),
    ]
    transition = selectors.open_transition(release)
    if transition is not None:
        effects.append(
            _("The open move to %(stage)s lapses, and the motion with it.")
            % {"stage": transition.to_stage}
        )
    return effects


@login_required
@require_http_methods(GET_OR_POST)
def release_withdraw(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """End a release for good, while it is held."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_hold(user, release.model))
    if release.state != "sealed":
        return refusal_page(
            request,
            release,
            _("Only a sealed release is withdrawn; this one is %(state)s.")
            % {"state": release.get_state_display().lower()},
        )
    if not selectors.holds_in_force(release):
        return refusal_page(
            request,
            release,
            _("Place a hold on %(release)s first; withdrawing is for what is held.")
            % {"release": release},
        )
    return proven_again(_withdraw)(request, release, user)


def _withdraw(request: HttpRequest, release: Release, user: User) -> HttpResponse:
    form = WithdrawForm(sent(request), word=release.version)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_release(
                actor=user, release=release, reason=form.cleaned_data["reason"]
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("%(release)s is withdrawn. The managers and the board were told.")
                % {"release": release},
            )
            return redirect(release.get_absolute_url())
    context = {
        "release": release,
        "model": release.model,
        "form": form,
        "confirm": {
            "title": _("Withdraw %(release)s") % {"release": release},
            "lede": _("A withdrawn release is over: nothing of it leaves, at any stage."),
            "effects": [
                _("Every download and API call of it is refused, for good."),
                _("Its page, its history and its record stay."),
                _("An open move of it lapses, and the motion with it."),
            ],
            "affected": [
                _("Everybody with access to this release."),
                _("The managers of the model and every seat of its board are told now."),
            ],
            "warning": _("This cannot be undone; the version stays taken."),
            "word": release.version,
            "submit": _("Withdraw the release"),
            "cancel_url": release.get_absolute_url(),
        },
    }
    return render(request, "releases/release_withdraw.html", context, status=status)
