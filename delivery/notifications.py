"""What delivery tells people. One function a message; nothing secret in any of them."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services import notify
from common.templatetags.ui import bytes_size
from licensing.models import Grant
from licensing.selectors import named_users
from licensing.volume import Volume


def quota_nearly_used(grant: Grant, volume: Volume, used: int) -> None:
    """Tell the named users that the quota comes to its end, before it does."""
    for user in named_users(grant):
        notify(
            recipient=user,
            kind="delivery.quota_nearly_used",
            about=grant.model,
            subject=_("Most of your download quota for %(model)s is used") % {"model": grant.model},
            body=_(
                "Plan what you still need: the grant allows downloads of %(volume)s, and %(used)s "
                "are used. The grant's page says how much is left."
            )
            % {"volume": volume, "used": bytes_size(used)},
            url=reverse("grant_detail", args=[grant.public_id]),
        )
