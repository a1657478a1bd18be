"""The page of a model and the page of a release: public to whoever may see them."""

from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.selectors import timeline
from delivery.services import foreseen
from licensing import shown
from licensing.circumstances import context_of
from licensing.facts import VerdictAction
from portal import access, showing
from portal.getting import get_card
from portal.inspection import inspection
from portal.public_record import stages_so_far, summaries
from portal.selectors import Standing, Verdicts, all_releases, standing_of, visible
from portal.showing import Data
from portal.viewer import Viewer, viewer
from releases.choices import Right
from releases.models import Artifact, Ladder, Release, Transition
from releases.models import Model as ReleaseModel
from releases.permissions import can_open_vote, can_revise
from releases.selectors import (
    artifacts_of,
    ladders,
    model_for_page,
    release_for_page,
    stage_history,
)

SHOWN_FILES = 200


@require_safe
def model_page(request: HttpRequest, namespace: str, name: str) -> HttpResponse:
    """Show a model with its releases, and the way to get access."""
    model = model_for_page(namespace, name)
    if model is None:
        raise Http404
    context = context_of(request)
    person = viewer(request)
    found = visible(request.user, all_releases().filter(model=model), context)
    is_staff = bool(person.rights.get(model.pk)) or model.board_id in person.boards
    if not found and not is_staff:
        raise Http404
    releases = [release for release, _verdicts in found]
    standing = standing_of(releases, context.now)
    if not is_staff:
        standing = standing.for_the_public()
    page = {
        "model": model,
        "cards": [_release_card(release, verdicts, standing) for release, verdicts in found],
        "entries": stages_so_far(releases),
        "summaries": summaries(model, releases),
        "apply": _apply(found),
        "hold": _model_hold(standing),
        "may_hold": Right.PLACE_HOLD in person.rights.get(model.pk, ()),
        "may_manage": Right.MANAGE_RELEASE in person.rights.get(model.pk, ()),
        "ladder": model.ladder,
        "waiting_ladder": _waiting_ladder(model) if is_staff else None,
    }
    return render(request, "portal/model_page.html", page)


def _waiting_ladder(model: ReleaseModel) -> Ladder | None:
    """Return the version of the ladder that the model does not follow yet, if there is one."""
    newest = getattr(model, "newest_version", None)
    return ladders.waiting_with_motion(model) if newest != model.ladder.version else None


def _apply(found: list[tuple[Release, Verdicts]]) -> Data | None:
    """Return the verdict on applying, which is the same for all of a model's releases."""
    for _release, verdicts in found:
        return shown.verdict(verdicts[VerdictAction.APPLY])
    return None


def _model_hold(standing: Standing) -> Data | None:
    holds = [hold for holds in standing.holds.values() for hold in holds]
    return showing.hold([hold for hold in holds if hold.release_id is None])


def _release_card(release: Release, verdicts: Verdicts, standing: Standing) -> Data:
    step = access.next_step(release, verdicts)
    card: Data = {
        "title": release.version,
        "url": release.get_absolute_url(),
        "text": verdicts[access.main_action(release)].sentence,
        "meta": release.stage.get_access_mode_display() if release.stage else "",
        "next": {"label": step.label, "url": step.url} if step else None,
    }
    if release.state != "sealed":
        card["status"] = release.state
    if release.stage:
        card["hold"] = showing.hold(standing.holds.get(release.pk, []))
        card["stages"] = _steps(release, standing)
    return card


def _steps(release: Release, standing: Standing) -> list[Data]:
    return showing.stepper(
        release,
        standing.stages_of(release),
        now=standing.now,
        transition=standing.transitions.get(release.pk),
        admitted=standing.cohort_of(release).admitted,
        cap=standing.caps.get(release.pk),
    )


@require_safe
def release_page(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Show a release: where it stands, what that means for the viewer, and its files."""
    release = release_for_page(namespace, name, version)
    context = context_of(request)
    found = visible(request.user, [release], context) if release else []
    if release is None or not found:
        raise Http404
    verdicts = found[0][1]
    downloading = foreseen(verdicts[VerdictAction.DOWNLOAD], 1, context.now)
    verdicts = {**verdicts, VerdictAction.DOWNLOAD: downloading}
    standing = standing_of([release], context.now)
    artifacts = artifacts_of(release, facts=True)
    person = viewer(request)
    rights = person.rights.get(release.model_id, set())
    is_staff = bool(rights) or release.model.board_id in person.boards
    if not is_staff:
        standing = standing.for_the_public()
    page: dict[str, Any] = {
        "release": release,
        "model": release.model,
        "steps": _steps(release, standing),
        "hold": showing.hold(standing.holds[release.pk]),
        "holds": standing.holds[release.pk],
        "verdict": shown.verdict(verdicts[access.main_action(release)]),
        "next_step": access.next_step(release, verdicts),
        "explain_url": reverse("explain", args=showing.release_args(release)),
        "transition": standing.transitions.get(release.pk),
        "rights": rights,
        "is_staff": is_staff,
        "get": get_card(request.user, release, verdicts[VerdictAction.DOWNLOAD], artifacts),
        "inspection": inspection(release, artifacts),
        **_files(release, artifacts, verdicts),
        "terms": standing.terms_of(release),
    }
    if is_staff:
        page |= _staff_part(release, standing, person, rights)
    else:
        page["history"] = stage_history(release)
    return render(request, "portal/release_page.html", page)


def _files(release: Release, artifacts: list[Artifact], verdicts: Verdicts) -> Data:
    may_download = verdicts[VerdictAction.DOWNLOAD].allowed
    files = [_file(release, artifact, may_download) for artifact in artifacts[:SHOWN_FILES]]
    return {
        "files": files,
        "files_left": len(artifacts) - len(files),
        "file_count": len(artifacts),
        "total_size": sum(artifact.size for artifact in artifacts),
        "may_download": may_download,
        "checksums_url": reverse("checksums", args=showing.release_args(release)),
        "signature": getattr(release, "signature", None),
        "signature_url": reverse("model_signature", args=showing.release_args(release)),
    }


def _file(release: Release, artifact: Artifact, may_download: bool) -> Data:
    return {
        "path": artifact.path,
        "size": artifact.size,
        "sha256": artifact.sha256,
        "damaged": bool(artifact.damage),
        "url": _download_url(release, artifact) if may_download and not artifact.damage else "",
    }


def _download_url(release: Release, artifact: Artifact) -> str:
    return reverse("download", args=[*showing.release_args(release), artifact.path])


def _staff_part(
    release: Release, standing: Standing, person: Viewer, rights: set[str]
) -> dict[str, Any]:
    target = standing.next_stage(release)
    transition = standing.transitions.get(release.pk)
    review = showing.full_review(release, standing.now)
    in_review = (
        transition if transition is not None and transition.motion.state == "in_review" else None
    )
    return {
        "target": target,
        "wave": showing.wave(
            release, target, standing.cohort_of(release), standing.caps.get(release.pk)
        ),
        "soak": showing.soak(release, target, standing.now),
        "may_open": bool(
            person.user
            and in_review
            and can_open_vote(person.user, in_review, chaired=person.chaired)
        ),
        "may_revise": bool(person.user and in_review and can_revise(person.user, in_review)),
        "requirements": standing.requirements(release),
        "blockers": standing.blockers(release),
        "may_block": bool(rights & {Right.PLACE_HOLD, Right.MANAGE_RELEASE})
        and release.state not in ("refused", "withdrawn"),
        "evidence": showing.evidence(release, standing.evidence[release.pk], standing.now),
        "motion_url": _motion_url(
            release, person, transition.motion.public_id, transition.motion.proposer_id
        )
        if transition
        else "",
        "full_review": review,
        "full_review_url": _motion_url(release, person, **review["motion"]) if review else "",
        "entries": shown.timeline(timeline(release, *_also(release, transition))),
        "may_hold": Right.PLACE_HOLD in rights,
        "may_manage": Right.MANAGE_RELEASE in rights,
        "may_propose": Right.MANAGE_RELEASE in rights
        and release.state == "sealed"
        and target is not None
        and transition is None
        and review is None,
    }


def _also(release: Release, transition: Transition | None) -> list[Model]:
    """Return what else happened on the release's page: its open motion, its override."""
    also: list[Model] = [transition.motion] if transition else []
    return [*also, release.override] if release.override else also


def _motion_url(release: Release, person: Viewer, public_id: UUID | str, proposer: int) -> str:
    """Return a motion's address for those who may open it: the board and the proposer."""
    if person.user is None:
        return ""
    if release.model.board_id in person.boards or proposer == person.user.pk:
        return reverse("motion_detail", args=[public_id])
    return ""
