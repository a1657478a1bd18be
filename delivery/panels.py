"""What delivery shows on a grant's page: what was downloaded under it, against its quota."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.templatetags.ui import bytes_size
from delivery.permissions import can_read_grant
from delivery.selectors import used_bytes
from licensing.models import Grant, Mode
from licensing.panels import Panel


def downloads_panel(user: User, grant: Grant) -> Panel | None:
    """Return the used volume, for whoever may see the grant."""
    if Mode.WEIGHTS not in grant.modes:
        return None
    title, volume = _("Downloads"), grant.volume
    if can_read_grant(user, grant):
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
