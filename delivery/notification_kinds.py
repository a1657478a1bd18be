"""What delivery tells people."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Group, Kind

KINDS = (
    Kind(
        "delivery.quota_nearly_used",
        Group.REMINDERS,
        _("Most of a download quota is used."),
        _("The users named on the grant"),
    ),
)
