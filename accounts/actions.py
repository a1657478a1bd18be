"""What this room records in the event log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """Labels are the words that follow the actor's name in a timeline."""

    USER_CREATED = "user.created", _("created the account")
    USER_SIGNED_UP = "user.signed_up", _("signed up")
    USER_PROFILE_CHANGED = "user.profile_changed", _("changed the profile")
    SIGN_IN_CHANGED = "user.sign_in_changed", _("changed how they sign in")
    SECOND_FACTORS_RESET = "user.second_factors_reset", _("removed a person's second factors")
    USER_ERASED = "user.erased", _("erased the person's data")
    ORGANIZATION_CREATED = "organization.created", _("registered the organisation")
    MEMBERSHIP_STARTED = "membership.started", _("added a member")
    MEMBERSHIP_ENDED = "membership.ended", _("ended a membership")
    MEMBERSHIP_ROLE_CHANGED = "membership.role_changed", _("gave a member another role")
    ORGANIZATION_CHANGED = "organization.changed", _("changed the organisation's particulars")
    DOMAIN_ASKED = "domain.asked", _("asked to verify the internet domain")
    DOMAIN_VERIFIED = "domain.verified", _("verified the internet domain by mail")
    AFFILIATION_CONFIRMED = "affiliation.confirmed", _("confirmed that a member belongs there")
    INVITATION_SENT = "invitation.sent", _("sent an invitation")
    INVITATION_ACCEPTED = "invitation.accepted", _("took up the invitation")
    INVITATION_REVOKED = "invitation.revoked", _("took an invitation back")
    CLEARANCE_GRANTED = "clearance.granted", _("granted a clearance")
    CLEARANCE_REVOKED = "clearance.revoked", _("revoked a clearance")
    CLEARANCE_REOPENED = "clearance.reopened", _("reopened a clearance: what it stood on changed")
    TOKEN_CREATED = "token.created", _("created a personal token")
    TOKEN_REVOKED = "token.revoked", _("revoked a personal token")
    TOKEN_LEAKED = "token.leaked", _("revoked a personal token that had leaked")
    TOKEN_REFUSED = "token.refused", _("refused a personal token outside its networks")
    CREDENTIALS_ENDED = "credentials.ended", _("ended all tokens, devices and links of a person")
    DEVICE_APPROVED = "device.approved", _("approved a device's sign-in")
    DEVICE_DENIED = "device.denied", _("denied a device's sign-in")
    DEVICE_SIGNED_IN = "device.signed_in", _("signed a device in")
    DEVICE_REUSED = "device.reused", _("signed a device out whose refresh token was used twice")
    NETWORKS_LOADED = "networks.loaded", _("loaded in which countries networks are registered")
    LIST_UPLOADED = "list.uploaded", _("uploaded a list of restricted parties")
    LIST_REFUSED = "list.refused", _("refused the file of a list")
    LIST_IN_FORCE = "list.in_force", _("put a list of restricted parties in force")
    LIST_EMPTIED = "list.emptied", _("removed the entries of a list's former file")
    SCREENING_STARTED = "screening.started", _("began to screen everybody anew")
    SCREENING_FINISHED = "screening.finished", _("has screened everybody")
    SCREENING_HIT = "screening.hit", _("found a likeness with a listed party")
    SCREENING_CHANGED = "screening.changed", _("found that a likeness has changed")
    SCREENING_DECIDED = "screening.decided", _("decided on a likeness with a listed party")
