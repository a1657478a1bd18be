"""A person's own pages: profile, tokens, notifications, organisations."""

from accounts.views.clearances import account_clearance_changed, account_clearances
from accounts.views.devices import account_device, account_device_answer, account_device_deny
from accounts.views.home import account_home, account_profile
from accounts.views.links import (
    account_invitation,
    account_invitation_open,
    account_invitation_resend,
    account_invitation_revoke,
    account_mailbox_open,
)
from accounts.views.mail import account_mail, account_mail_stop
from accounts.views.memberships import (
    account_membership_confirm,
    account_membership_end,
    account_membership_role,
)
from accounts.views.notifications import (
    account_notification_read,
    account_notifications,
    account_notifications_read,
)
from accounts.views.oauth import oauth_device, oauth_token
from accounts.views.organizations import (
    account_organization,
    account_organization_create,
    account_organization_domain,
    account_organization_edit,
    account_organizations,
)
from accounts.views.second_factor import account_second_factor
from accounts.views.tokens import (
    account_token_create,
    account_token_revoke,
    account_tokens,
    account_tokens_revoke,
)

__all__ = [
    "account_clearance_changed",
    "account_clearances",
    "account_device",
    "account_device_answer",
    "account_device_deny",
    "account_home",
    "account_invitation",
    "account_invitation_open",
    "account_invitation_resend",
    "account_invitation_revoke",
    "account_mail",
    "account_mail_stop",
    "account_mailbox_open",
    "account_membership_confirm",
    "account_membership_end",
    "account_membership_role",
    "account_notification_read",
    "account_notifications",
    "account_notifications_read",
    "account_organization",
    "account_organization_create",
    "account_organization_domain",
    "account_organization_edit",
    "account_organizations",
    "account_profile",
    "account_second_factor",
    "account_token_create",
    "account_token_revoke",
    "account_tokens",
    "account_tokens_revoke",
    "oauth_device",
    "oauth_token",
]
