"""What this room tells people. The rooms above have a list of their own."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import Group, Kind

_YOU = _("Whoever's account it is")
_MEMBER = _("The member")
_OWNERS = _("The owners of the organisation")
_ADDRESSEE = _("Whoever's address was given")

KINDS = (
    # Sent by allauth, whose names these are.
    Kind("account.email_changed", Group.SECURITY, _("Your e-mail address changed."), _YOU),
    Kind("account.email_confirm", Group.SECURITY, _("An e-mail address was confirmed."), _YOU),
    Kind("account.email_deleted", Group.SECURITY, _("An e-mail address was removed."), _YOU),
    Kind("account.password_changed", Group.SECURITY, _("Your password was changed."), _YOU),
    Kind("account.password_reset", Group.SECURITY, _("Your password was set anew."), _YOU),
    Kind("account.password_set", Group.SECURITY, _("A password was set."), _YOU),
    Kind("account.totp_activated", Group.SECURITY, _("A code app was set up."), _YOU),
    Kind("account.totp_deactivated", Group.SECURITY, _("A code app was removed."), _YOU),
    Kind("account.webauthn_added", Group.SECURITY, _("A passkey or key was added."), _YOU),
    Kind("account.webauthn_removed", Group.SECURITY, _("A passkey or key was removed."), _YOU),
    Kind("account.recovery_codes_generated", Group.SECURITY, _("Recovery codes were made."), _YOU),
    Kind("account.account_connected", Group.SECURITY, _("Another sign-in was connected."), _YOU),
    Kind("account.account_disconnected", Group.SECURITY, _("Another sign-in was removed."), _YOU),
    Kind(
        "account.second_factors_reset",
        Group.SECURITY,
        _("The operator removed your second factors."),
        _YOU,
    ),
    Kind(
        "account.email_confirmation",
        Group.LINKS,
        _("A link to confirm an e-mail address."),
        _ADDRESSEE,
    ),
    Kind(
        "account.email_confirmation_signup",
        Group.LINKS,
        _("A link to confirm the address of a new account."),
        _ADDRESSEE,
    ),
    Kind(
        "account.account_already_exists",
        Group.LINKS,
        _("Somebody tried to sign up with your address."),
        _ADDRESSEE,
    ),
    Kind("account.password_reset_key", Group.LINKS, _("A link to set a password."), _ADDRESSEE),
    Kind("account.password_reset_code", Group.LINKS, _("A code to set a password."), _ADDRESSEE),
    Kind("account.login_code", Group.LINKS, _("A code to sign in."), _ADDRESSEE),
    Kind(
        "account.unknown_account",
        Group.LINKS,
        _("Somebody asked for a password to an address without an account."),
        _ADDRESSEE,
    ),
    Kind("accounts.token_created", Group.SECURITY, _("A token was made in your name."), _YOU),
    Kind(
        "accounts.token_refused",
        Group.SECURITY,
        _("A token was used outside its networks."),
        _YOU,
    ),
    Kind("accounts.token_leaked", Group.SECURITY, _("A token of yours leaked."), _YOU),
    Kind("accounts.device_signed_in", Group.SECURITY, _("A device signed in."), _YOU),
    Kind(
        "accounts.device_reused",
        Group.SECURITY,
        _("A device was signed out because it may have been copied."),
        _YOU,
    ),
    Kind("accounts.token_ending", Group.REMINDERS, _("A token ends soon."), _YOU),
    Kind(
        "accounts.invitation",
        Group.LINKS,
        _("An invitation to join an organisation."),
        _ADDRESSEE,
    ),
    Kind(
        "accounts.mailbox_domain",
        Group.LINKS,
        _("A link to show that a domain is an organisation's."),
        _ADDRESSEE,
    ),
    Kind(
        "accounts.mailbox_affiliation",
        Group.LINKS,
        _("A link to show that you belong to an organisation."),
        _ADDRESSEE,
    ),
    Kind(
        "accounts.membership_started",
        Group.DECISIONS,
        _("You became a member of an organisation."),
        _MEMBER,
    ),
    Kind(
        "accounts.membership_ended",
        Group.DECISIONS,
        _("Your membership of an organisation ended, and why."),
        _MEMBER,
    ),
    Kind(
        "accounts.role_changed",
        Group.DECISIONS,
        _("Your role in an organisation changed."),
        _MEMBER,
    ),
    Kind(
        "accounts.clearance_granted",
        Group.DECISIONS,
        _("Vetting succeeded."),
        _("The person, or the owners of the organisation"),
    ),
    Kind(
        "accounts.clearance_revoked",
        Group.DECISIONS,
        _("A clearance was revoked, and why."),
        _("The person, or the owners of the organisation"),
    ),
    Kind(
        "accounts.clearance_reopened",
        Group.DECISIONS,
        _("A clearance must be renewed because something changed."),
        _("The person, or the owners of the organisation"),
    ),
    Kind(
        "accounts.clearance_ending",
        Group.REMINDERS,
        _("A clearance ends soon."),
        _("The person, or the owners of the organisation"),
    ),
    Kind(
        "accounts.affiliation_ending",
        Group.REMINDERS,
        _("You should confirm that you belong to an organisation."),
        _MEMBER,
    ),
    Kind(
        "accounts.domain_ending",
        Group.REMINDERS,
        _("An organisation's domain should be verified again."),
        _OWNERS,
    ),
    Kind(
        "accounts.domain_verified",
        Group.ORGANIZATION,
        _("An organisation's domain was verified."),
        _OWNERS,
    ),
    Kind(
        "accounts.organization_changed",
        Group.ORGANIZATION,
        _("Another owner changed the organisation's particulars."),
        _OWNERS,
    ),
    Kind(
        "accounts.invitation_accepted",
        Group.ORGANIZATION,
        _("Somebody joined whom you invited."),
        _("Whoever invited them"),
    ),
    Kind(
        "accounts.digest",
        Group.DIGEST,
        _("What you chose to get once a day."),
        _("Whoever chose it"),
    ),
)
