"""A person's own pages: profile, tokens, notifications, organisations."""

from accounts.views.devices import account_device, account_device_answer, account_device_deny
from accounts.views.home import account_home, account_profile
from accounts.views.notifications import (
    account_notification_read,
    account_notifications,
    account_notifications_read,
)
from accounts.views.oauth import oauth_device, oauth_token
from accounts.views.organizations import (
    account_membership_end,
    account_organization,
    account_organization_create,
    account_organizations,
)
from accounts.views.tokens import (
    account_token_create,
    account_token_revoke,
    account_tokens,
    account_tokens_revoke,
)

__all__ = [
    "account_device",
    "account_device_answer",
    "account_device_deny",
    "account_home",
    "account_membership_end",
    "account_notification_read",
    "account_notifications",
    "account_notifications_read",
    "account_organization",
    "account_organization_create",
    "account_organizations",
    "account_profile",
    "account_token_create",
    "account_token_revoke",
    "account_tokens",
    "account_tokens_revoke",
    "oauth_device",
    "oauth_token",
]
