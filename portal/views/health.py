"""Health for load balancers and supervisors: no sign-in, no secrets."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import health


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """Answer as long as this process can answer at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Say of each part whether it is well; 503 when one is not."""
    checks = health.check_all()
    well = all(check.ok for check in checks)
    body = {
        "status": "ok" if well else "failed",
        **{
            check.part: {"status": "ok" if check.ok else "failed", "sentence": check.sentence}
            for check in checks
        },
    }
    return JsonResponse(body, status=200 if well else 503)


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Let search engines read the public pages and nothing that needs an account."""
    lines = [
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /accounts/",
        "Disallow: /licensing/",
    ]
    lines += ["Disallow: /releases/", "Disallow: /boards/", "Disallow: /dashboard/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")
