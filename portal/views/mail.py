"""The demo's mail, in the demo only."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.demo_mail import read_all


@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """Show what would have been sent. Open to anybody, as the demo's password is."""
    if not settings.DEMO:
        raise Http404
    address = request.GET.get("to", "")[:254]
    mails = read_all(Path(settings.EMAIL_FILE_PATH), address)[:50]
    return render(request, "portal/demo_mail.html", {"mails": mails, "address": address})
