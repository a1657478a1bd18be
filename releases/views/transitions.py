"""Proposing a move, changing its dossier, opening the vote."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import signed_in
from accounts.reauthentication import proven_again
from boards.dossier import CONDITIONS
from boards.forms import TypedForm
from boards.models import Motion
from boards.permissions import can_see_motion
from boards.tally import describe_rule
from common.errors import Refused
from common.templatetags.ui import span
from releases import permissions, selectors, services
from releases.choices import WEIGHTS_MODES
from releases.forms import TransitionForm
from releases.models import Evidence, Release, Stage, Transition
from releases.requirements import blocking
from releases.selectors.evidence import (
    attachments_named,
    attachments_of,
    evidence_of,
    state_of,
)
from releases.selectors.gates import open_blockers
from releases.selectors.requirements import requirements_for, requirements_given
from releases.selectors.watch import unconfirmed_decision
from releases.views.conditions import conditions_form
from releases.views.counterfactual import counterfactual_form
from releases.views.shared import GET_OR_POST, fast_track_in_words, refusal_page, sent
from releases.views.uploads import Uploads, take_uploads

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@login_required
@require_http_methods(GET_OR_POST)
def transition_propose(
    request: HttpRequest, namespace: str, name: str, version: str
) -> HttpResponse:
    """Put the move to the next stage before the board."""
    user = signed_in(request)
    release = permissions.get_release_or_404(user, namespace, name, version)
    permissions.require(permissions.can_manage(user, release.model))
    to_stage = selectors.next_stage(release)
    if to_stage is None:
        return refusal_page(
            request, release, _("%(release)s has no next stage.") % {"release": release}
        )
    if selectors.open_transition(release) is not None:
        return refusal_page(
            request, release, _("A transition of %(release)s is open.") % {"release": release}
        )
    evidence = evidence_of(release)
    if (owing := unconfirmed_decision(release)) is not None:
        return refusal_page(
            request, release, _("A full review is owed first: %(motion)s.") % {"motion": owing}
        )
    form = _dossier_form(
        request, user, release, to_stage, evidence=evidence, tracks=_tracks(to_stage)
    )
    compared = counterfactual_form(request, to_stage)
    watch = conditions_form(request, release, evidence)
    status = 200
    if request.method == "POST" and all([form.is_valid(), compared.is_valid(), watch.is_valid()]):
        try:
            transition = services.propose_transition(
                actor=user,
                release=release,
                to_stage=to_stage,
                dossier={**form.texts(), **compared.texts()},
                comparables=compared.chosen(),
                conditions=watch.rules(),
                emergency=form.emergency,
                **form.exhibits(),
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request,
                _("The move is proposed. Next, open the vote once every requirement is satisfied."),
            )
            return redirect("transition_open", transition.motion.public_id)
    context = {
        "release": release,
        "model": release.model,
        "to_stage": to_stage,
        "form": form,
        "counterfactual": compared,
        "watch": watch,
        "forms": [form, compared, watch],
        "rule": describe_rule(to_stage.decision_rule),
        "fast_track": fast_track_in_words(to_stage.fast_track),
        "requirements": requirements_given(
            release,
            to_stage,
            now=timezone.now(),
            holds=selectors.holds_in_force(release),
            blockers=open_blockers(release),
            evidence=evidence,
            of=None,
            other=None,
            overrides=(),
        ),
    }
    return render(request, "releases/transition_propose.html", context, status=status)


@login_required
@require_http_methods(GET_OR_POST)
def transition_revise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change the dossier; a vote under way goes back to review."""
    user = signed_in(request)
    transition = permissions.get_transition_or_404(user, public_id)
    permissions.require(permissions.can_revise(user, transition))
    release, motion = transition.release, transition.motion
    if transition.state != "proposed":
        return refusal_page(request, release, _("The board has decided on this dossier."))
    evidence = evidence_of(release)
    form = _dossier_form(
        request,
        user,
        release,
        transition.to_stage,
        evidence=evidence,
        dossier=motion.dossier,
        emergency=motion.emergency is not None,
    )
    compared = counterfactual_form(request, transition.to_stage, motion.dossier)
    present = [each["rule"] for each in motion.dossier.get(CONDITIONS, [])]
    watch = conditions_form(request, release, evidence, present=present)
    status = 200
    if request.method == "POST" and all([form.is_valid(), compared.is_valid(), watch.is_valid()]):
        try:
            services.revise_transition(
                actor=user,
                transition=transition,
                dossier={**form.texts(), **compared.texts()},
                comparables=compared.chosen(),
                conditions=watch.rules(),
                **form.exhibits(),
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
            status = 409
        else:
            messages.success(
                request, _("The dossier is changed and has a new digest. Open the vote on it.")
            )
            return redirect("motion_detail", motion.public_id)
    context = {
        "transition": transition,
        "release": release,
        "model": release.model,
        "motion": motion,
        "form": form,
        "counterfactual": compared,
        "watch": watch,
        "forms": [form, compared, watch],
    }
    return render(request, "releases/transition_revise.html", context, status=status)


def _tracks(to_stage: Stage) -> list[tuple[str, str]]:
    """Return what can be chosen between; nothing where there is no fast track."""
    track = to_stage.fast_track
    if track is None:
        return []
    usual = _("As usual: %(time)s for voting") % {"time": span(to_stage.voting_period)}
    fast = _(
        "On the fast track: %(time)s for voting by a rule of its own, and a full review within "
        "%(review)s"
    ) % {"time": span(track.voting_period), "review": span(track.full_review)}
    return [(TransitionForm.USUAL, usual), (TransitionForm.FAST, fast)]


def _dossier_form(
    request: HttpRequest,
    user: User,
    release: Release,
    to_stage: Stage,
    *,
    evidence: list[Evidence],
    dossier: dict[str, Any] | None = None,
    tracks: Sequence[tuple[str, str]] = (),
    emergency: bool = False,
) -> TransitionForm:
    """Return the form with what may be chosen; documents that were sent with it are kept."""
    dossier, data = dossier or {}, sent(request)
    now = timezone.now()
    standing = [each for each in evidence if state_of(each, now) == "current"]
    documents = attachments_named(release, dossier)
    uploads = Uploads()
    if data is not None:
        uploads = take_uploads(request, user, release, "attachments")
        data = uploads.with_data(data, "kept")
        asked = set(_ids(data.getlist("kept")))
        documents = attachments_of(release, asked)
        if len(documents) < len(asked):
            uploads.problems.append(str(services.GONE))
            data.setlist("kept", [str(each.public_id) for each in documents])
    named = {exhibit["url"] for exhibit in dossier.get("exhibits", [])}
    form = TransitionForm(
        data,
        weights=to_stage.access_mode in WEIGHTS_MODES,
        tracks=tracks,
        emergency=emergency,
        standing=standing,
        documents=documents,
        initial={
            **dossier,
            "evidence": [
                str(each.public_id) for each in standing if each.get_absolute_url() in named
            ],
            "kept": [str(each.public_id) for each in documents],
        },
        most_bytes=settings.ATTACHMENT_MOST_BYTES,
    )
    if data is not None:
        uploads.tell(form, "attachments")
    return form


def _ids(values: list[str]) -> list[str]:
    """Return what of the values is the id of anything."""
    return [value for value in values if _UUID.fullmatch(value)]


@login_required
@require_http_methods(GET_OR_POST)
def transition_open(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Open the vote, with everything that binds it on the page."""
    user = signed_in(request)
    transition = permissions.get_transition_or_404(user, public_id)
    permissions.require(permissions.can_open_vote(user, transition))
    motion = transition.motion
    if transition.state != "proposed" or motion.state != "in_review":
        return refusal_page(
            request,
            transition.release,
            _("The vote opens on a motion in review; this one is %(state)s.")
            % {"state": motion.get_state_display().lower()},
        )
    if transition.to_stage.irreversible:
        return proven_again(_open)(request, transition, user)
    return _open(request, transition, user)


def _open(request: HttpRequest, transition: Transition, user: User) -> HttpResponse:
    release, to_stage, motion = transition.release, transition.to_stage, transition.motion
    word = release.version if to_stage.irreversible else ""
    form = TypedForm(sent(request), word=word) if word else forms.Form(sent(request))
    requirements = requirements_for(release, to_stage, now=timezone.now(), of=transition)
    status = 200
    if request.method == "POST" and (not word or form.is_valid()):
        try:
            services.open_transition_vote(actor=user, transition=transition)
        except Refused as refused:
            if word:
                form.add_error(None, refused.sentence)
            messages.error(request, refused.sentence)
            status = 409
        else:
            messages.success(request, _("The vote is open. Every seat that can vote was told."))
            return redirect(_motion_or_release(user, motion, release))
    context = {
        "transition": transition,
        "release": release,
        "model": release.model,
        "motion": motion,
        "form": form,
        "requirements": requirements,
        "blocked": bool(blocking(requirements)),
        "may_revise": permissions.can_revise(user, transition),
        "confirm": _confirmation(release, to_stage, motion, word),
    }
    return render(request, "releases/transition_open.html", context, status=status)


def _confirmation(
    release: Release, to_stage: Stage, motion: Motion, word: str
) -> dict[str, object]:
    effects = [
        _("The dossier and its digest are what the votes bind to; changing it starts over."),
        *describe_rule(motion.binding_rule),
        _("The vote closes after %(time)s, or earlier by the chair once every seat has voted.")
        % {"time": span(motion.voting_seconds)},
        _("If approved, %(release)s moves to %(stage)s after a cool-off of %(time)s.")
        % {"release": release, "stage": to_stage, "time": span(to_stage.cool_off)},
    ]
    if motion.emergency is not None:
        effects.append(
            _("It is on the fast track. If approved, the board owes a full review within %(time)s.")
            % {"time": span(motion.emergency["full_review"])}
        )
    return {
        "title": _("Open the vote"),
        "lede": motion.title,
        "effects": effects,
        "affected": [
            _("Every seat of the board that can vote is told now."),
            _("The proposer and whoever manages releases of the model have no vote."),
        ],
        "warning": _("Weights that were downloaded cannot be taken back.") if word else "",
        "word": word,
        "submit": _("Open the vote"),
        "tone": "primary",
        "cancel_url": release.get_absolute_url(),
    }


def _motion_or_release(user: User, motion: Motion, release: Release) -> str:
    if can_see_motion(user, motion):
        return reverse("motion_detail", args=[motion.public_id])
    return release.get_absolute_url()
