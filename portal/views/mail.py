"""The demo's mail, in the demo only."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from portal.demo_mail import Mail, read_all, with_stylesheet


@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """Show what would have been sent. Open to anybody, as the demo's password is."""
    address = request.GET.get("to", "")[:254]
    mails = _mails(address)[:50]
    return render(request, "portal/demo_mail.html", {"mails": mails, "address": address})


@require_safe
def demo_mail_message(request: HttpRequest, key: str) -> HttpResponse:
    """Show one message as a mail program does: its HTML in a frame of its own, and its text."""
    return render(request, "portal/demo_mail_message.html", {"mail": _mail(key)})


@require_safe
@xframe_options_sameorigin
def demo_mail_html(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - as Django calls it
    """Return the HTML of one message, which may run nothing, load nothing and send nothing."""
    html, sheet = with_stylesheet(_mail(key).html)
    policy = (
        f"default-src 'none'; style-src {sheet}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    return HttpResponse(html, headers={"Content-Security-Policy": policy})


def _mail(key: str) -> Mail:
    found = next((mail for mail in _mails() if mail.key == key and mail.html), None)
    if found is None:
        raise Http404
    return found


def _mails(address: str = "") -> list[Mail]:
    if not settings.DEMO:
        raise Http404
    return read_all(Path(settings.EMAIL_FILE_PATH), address)
