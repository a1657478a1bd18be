"""The only writers of accounts. One module a subject; import from here."""

from accounts.notifications import mail_secret, notify
from accounts.services.affiliations import (
    ask_affiliation,
    ask_domain,
    confirm_mailbox,
    remind_of_proofs,
    vouch_for_member,
)
from accounts.services.clearances import (
    declare_change,
    grant_clearance,
    remind_of_clearances,
    reopen_clearances,
    revoke_clearance,
)
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
from accounts.services.digests import make_due_digests
from accounts.services.inbox import mark_all_read, mark_read
from accounts.services.invitations import (
    accept_invitation,
    forget_old_invitations,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from accounts.services.mail import (
    retry_notification,
    send_notification,
    send_owed_notifications,
)
from accounts.services.memberships import (
    add_member,
    change_role,
    end_membership,
    lapse_memberships,
)
from accounts.services.networks import load_networks
from accounts.services.organizations import (
    Particulars,
    change_organization,
    create_organization,
)
from accounts.services.people import change_profile, create_user, erase_person, record_sign_up
from accounts.services.preferences import choose_deliveries, stop_mail
from accounts.services.sign_in import (
    forget_ended_sessions,
    note_sign_in_change,
    reset_second_factors,
)
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
    "Particulars",
    "accept_invitation",
    "add_member",
    "approve_device",
    "ask_affiliation",
    "ask_domain",
    "change_organization",
    "change_profile",
    "change_role",
    "choose_deliveries",
    "confirm_mailbox",
    "create_organization",
    "create_token",
    "create_user",
    "declare_change",
    "deny_device",
    "end_membership",
    "erase_person",
    "forget_ended_sessions",
    "forget_ended_sign_ins",
    "forget_old_invitations",
    "grant_clearance",
    "invite_member",
    "lapse_memberships",
    "load_networks",
    "look_up_device_code",
    "mail_secret",
    "make_due_digests",
    "mark_all_read",
    "mark_read",
    "note_first_use",
    "note_foreign_use",
    "note_sign_in_change",
    "notify",
    "record_sign_up",
    "redeem_device_code",
    "refresh_device_tokens",
    "remind_of_clearances",
    "remind_of_proofs",
    "reopen_clearances",
    "require_waiting",
    "resend_invitation",
    "reset_second_factors",
    "retry_notification",
    "revoke_all_tokens",
    "revoke_clearance",
    "revoke_invitation",
    "revoke_leaked_token",
    "revoke_token",
    "send_notification",
    "send_owed_notifications",
    "start_device_sign_in",
    "stop_mail",
    "tell_of_ending_tokens",
    "touch_token",
    "vouch_for_member",
]
