"""What delivery shows on a grant's page: what was downloaded under it, against its quota."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.templatetags.ui import bytes_size
from delivery.selectors import used_bytes
from licensing.models import Grant, Mode
from licensing.panels import Panel
from licensing.permissions import Standing
from releases.permissions import can_manage


def grant_panel(user: User, grant: Grant, standing: Standing) -> Panel | None:
    """Return the used volume, for whoever sees the grant's page."""
    if Mode.WEIGHTS not in grant.modes:
        return None
    reads = standing.keeps or standing.governs or can_manage(user, grant.model)
    return downloads_panel(grant, reads_all=reads)


def downloads_panel(grant: Grant, *, reads_all: bool) -> Panel:
    """Return the used volume, with the way to all downloads under the grant or to one's own."""
    title, volume = _("Downloads"), grant.volume
    if reads_all:
        where = reverse("grant_downloads", args=[grant.public_id]), _("See each download")
    else:
        where = reverse("my_downloads"), _("See my own downloads")
    if volume is None:
        used = used_bytes(grant.pk, grant.created_at)
        said = _("%(size)s so far; there is no quota.") % {"size": bytes_size(used)}
        return Panel(title, [said], url=where[0], url_label=where[1])
    used = used_bytes(grant.pk, timezone.now() - volume.period)
    words = {"used": bytes_size(used), "most": bytes_size(volume.bytes)}
    sentences = [_("What is older than %(days)d days no longer counts.") % {"days": volume.days}]
    if used >= volume.bytes:
        sentences = [_("The quota is used up: further downloads are refused."), *sentences]
    return Panel(
        title,
        sentences,
        label=_("Used in the last %(days)d days") % {"days": volume.days},
        used=min(used, volume.bytes),
        most=volume.bytes,
        text=_("%(used)s of %(most)s") % words,
        url=where[0],
        url_label=where[1],
    )
