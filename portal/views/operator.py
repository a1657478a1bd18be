"""Health and jobs, for whoever runs this instance."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import can_operate, signed_in
from accounts.services import retry_notification
from audit.selectors import current_fingerprint
from common.errors import Refused
from common.queue import enqueue
from portal import health, operation
from releases.models import Release


@require_safe
@login_required
def operator(request: HttpRequest) -> HttpResponse:
    """Show whether the parts are well, what runs, what failed, and a retry for it."""
    _require_operator(request)
    now = timezone.now()
    page = {
        "checks": operation.checks(now),
        "heartbeat": health.last_heartbeat(),
        "free": _free_bytes(),
        "owed": operation.owed_mail(now),
        "jobs": operation.jobs(now),
        "failed_mail": operation.failed_mail(),
        "damaged": operation.damaged_files(),
        "longest_unread": operation.longest_unread(),
        "key": current_fingerprint(),
        "unsigned_records": operation.unsigned_records(),
        "transitions": operation.waiting_transitions(),
    }
    return render(request, "portal/operator.html", page)


@require_POST
@login_required
def retry_mail(request: HttpRequest, notification_id: int) -> HttpResponseRedirect:
    """Send a failed mail again, now."""
    _require_operator(request)
    try:
        retry_notification(actor=signed_in(request), notification_id=notification_id)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("The mail is being sent again."))
    return redirect("operator")


@require_POST
@login_required
def retry_job(request: HttpRequest, release_id: int) -> HttpResponseRedirect:
    """Hand a release's job to the workers once more; it goes on where it stopped."""
    _require_operator(request)
    release = Release.objects.filter(pk=release_id).first()
    if release is None:
        raise Http404
    tasks = {"ingesting": "releases.continue_ingest", "verifying": "releases.verify_release"}
    task = tasks.get(release.state)
    if task is None:
        messages.info(request, _("Nothing is left to do for this release."))
    else:
        enqueue(task, release.pk)
        messages.success(request, _("The job was handed to the workers."))
    return redirect("operator")


def _require_operator(request: HttpRequest) -> None:
    if not can_operate(request.user):
        raise Http404


def _free_bytes() -> int | None:
    try:
        return health.free_bytes()
    except OSError:
        return None
