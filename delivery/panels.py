"""What delivery shows on a grant's page: what was downloaded under it, against its quota."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.templatetags.ui import bytes_size
from delivery.selectors import used_bytes
from licensing.models import Grant, Mode
from licensing.panels import Panel


def downloads_panel(_user: User, grant: Grant) -> Panel | None:
    """Return the used volume, for whoever may see the grant."""
    if Mode.WEIGHTS not in grant.modes:
        return None
    title, volume = _("Downloads"), grant.volume
    if volume is None:
        used = used_bytes(grant.pk, grant.created_at)
        return Panel(title, [_("%(size)s so far; there is no quota.") % {"size": bytes_size(used)}])
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
    )
