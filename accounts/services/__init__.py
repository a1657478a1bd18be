"""The only writers of accounts. One module a subject; import from here."""

from accounts.notifications import mail_secret, notify
from accounts.services.clearances import grant_clearance, revoke_clearance
from accounts.services.device_tokens import (
    forget_ended_sign_ins,
    note_first_use,
    redeem_device_code,
    refresh_device_tokens,
)
from accounts.services.devices import (
    approve_device,
    deny_device,
    look_up_device_code,
    require_waiting,
    start_device_sign_in,
)
from accounts.services.inbox import mark_all_read, mark_read
from accounts.services.mail import (
    retry_notification,
    send_notification,
    send_owed_notifications,
)
from accounts.services.organizations import add_member, create_organization, end_membership
from accounts.services.people import change_profile, create_user, erase_person, record_sign_up
from accounts.services.tokens import (
    create_token,
    note_foreign_use,
    revoke_all_tokens,
    revoke_leaked_token,
    revoke_token,
    tell_of_ending_tokens,
    touch_token,
)

__all__ = [
    "add_member",
    "approve_device",
    "change_profile",
    "create_organization",
    "create_token",
    "create_user",
    "deny_device",
    "end_membership",
    "erase_person",
    "forget_ended_sign_ins",
    "grant_clearance",
    "look_up_device_code",
    "mail_secret",
    "mark_all_read",
    "mark_read",
    "note_first_use",
    "note_foreign_use",
    "notify",
    "record_sign_up",
    "redeem_device_code",
    "refresh_device_tokens",
    "require_waiting",
    "retry_notification",
    "revoke_all_tokens",
    "revoke_clearance",
    "revoke_leaked_token",
    "revoke_token",
    "send_notification",
    "send_owed_notifications",
    "start_device_sign_in",
    "tell_of_ending_tokens",
    "touch_token",
]
