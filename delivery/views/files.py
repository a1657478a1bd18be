"""Downloads, by a browser's session or with a personal token."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from delivery import refusals
from delivery.callers import Caller, InvalidCredentials, identify
from delivery.commands import aria2_input, file_address
from delivery.refusals import absolute
from delivery.selectors import artifact_at, checksum_lines, files_of
from delivery.serving import serve
from licensing import shown
from licensing.facts import Verdict, VerdictAction
from licensing.verdict import decide
from releases.models import Release
from releases.selectors import release_by_name, signature_of


@require_safe
def download(
    request: HttpRequest, namespace: str, name: str, version: str, path: str
) -> HttpResponseBase:
    """Send a file or one range of it, after the verdict and the event."""
    try:
        caller = identify(request)
    except InvalidCredentials as invalid:
        return _invalid_token(invalid)
    artifact = artifact_at(namespace, name, version, path)
    if artifact is None:
        raise Http404
    return serve(
        request,
        caller,
        artifact,
        refuse=lambda verdict: _refuse(request, caller, artifact.release, verdict),
    )


@require_safe
def checksums(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Send the SHA-256 of every file, in the form that `sha256sum --check` reads."""
    try:
        caller = identify(request)
    except InvalidCredentials as invalid:
        return _invalid_token(invalid)
    release = _release_or_404(caller, namespace, name, version)
    return _text(checksum_lines(release))


@require_safe
def aria2(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Send an input file for aria2 with every file; the token goes on its command line."""
    try:
        caller = identify(request)
    except InvalidCredentials as invalid:
        return _invalid_token(invalid)
    release = _release_or_404(caller, namespace, name, version)
    base, model = absolute("/").rstrip("/"), str(release.model)
    files = files_of(release)
    return _text(
        aria2_input([(file_address(base, model, version, file.path), file) for file in files])
    )


@require_safe
def model_signature(request: HttpRequest, namespace: str, name: str, version: str) -> HttpResponse:
    """Send the instance's signature of the release, which `model_signing verify` reads."""
    try:
        caller = identify(request)
    except InvalidCredentials as invalid:
        return _invalid_token(invalid)
    signature = signature_of(_release_or_404(caller, namespace, name, version))
    if signature is None:
        raise Http404
    return _text(signature.bundle, "application/json")


def _release_or_404(caller: Caller, namespace: str, name: str, version: str) -> Release:
    release = release_by_name(namespace, name, version)
    if release is None or not _may_see(caller, release):
        raise Http404
    return release


def _text(content: str, content_type: str = "text/plain; charset=utf-8") -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _may_see(caller: Caller, release: Release) -> bool:
    return decide(caller.subject, release, VerdictAction.SEE, caller.context).allowed


def _refuse(
    request: HttpRequest, caller: Caller, release: Release, verdict: Verdict
) -> HttpResponse:
    """Say every reason: as a page to a browser, as JSON to a program; 404 without `see`."""
    if not _may_see(caller, release):
        raise Http404
    # Browsers name text/html; curl and its like accept anything and want no page.
    if not caller.is_script and "text/html" in request.headers.get("Accept", ""):
        context = {"release": release, "verdict": shown.verdict(verdict)}
        response = render(request, "delivery/download_refused.html", context, status=403)
    elif caller.subject.is_authenticated:
        response = JsonResponse(refusals.refusal(verdict), status=403)
    else:
        response = JsonResponse(refusals.refusal(verdict), status=401)
        response["WWW-Authenticate"] = "Bearer"
    response["Cache-Control"] = "private, no-store"
    return response


def _invalid_token(invalid: InvalidCredentials) -> HttpResponse:
    response = JsonResponse({"allowed": False, "error": invalid.sentence}, status=401)
    response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response
