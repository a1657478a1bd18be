"""What people are told of organisations, memberships and clearances, and the secret links."""

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import (
    Clearance,
    Invitation,
    MailboxCheck,
    Membership,
    Notification,
    Organization,
    User,
)
from accounts.notifications import mail_secret, notify
from accounts.selectors import live_memberships


def invitation(invitation: Invitation, secret: str) -> Notification:
    """Owe the mail with the link that lets somebody join."""
    organization = invitation.organization
    return mail_secret(
        address=invitation.address,
        recipient=None,
        kind="accounts.invitation",
        subject=_("%(who)s invites you to join %(name)s")
        % {"who": invitation.invited_by, "name": organization},
        body=_(
            "Open this link to join %(name)s as %(role)s on %(instance)s. You can make an account "
            "with this address there if you have none. The link is yours alone: do not pass it "
            "on. It can be used until %(day)s, once.\n\n%(link)s\n\n"
            "If you do not know why you get this, there is nothing to do."
        )
        % {
            "name": organization,
            "role": invitation.get_role_display().lower(),
            "instance": settings.INSTANCE_NAME,
            "day": formats.date_format(invitation.expires_at, "j F Y"),
            "link": _absolute("account_invitation_open", secret),
        },
    )


def mailbox_domain(check: MailboxCheck, secret: str) -> Notification:
    """Owe the mail with the link that shows that a domain is an organisation's."""
    return mail_secret(
        address=check.address,
        recipient=None,
        kind="accounts.mailbox_domain",
        subject=_("Confirm that %(domain)s belongs to %(name)s")
        % {"domain": check.domain, "name": check.organization},
        body=_(
            "%(who)s says on %(instance)s that the internet domain %(domain)s belongs to "
            "%(name)s. If that is so, open this link and confirm it. It can be used until "
            "%(day)s, once.\n\n%(link)s\n\nIf it is not so, do nothing."
        )
        % {
            "who": check.asked_by,
            "instance": settings.INSTANCE_NAME,
            "domain": check.domain,
            "name": check.organization,
            "day": formats.date_format(check.expires_at, "j F Y"),
            "link": _absolute("account_mailbox_open", secret),
        },
    )


def mailbox_affiliation(check: MailboxCheck, secret: str) -> Notification:
    """Owe the mail with the link that shows that a member still belongs."""
    return mail_secret(
        address=check.address,
        recipient=None,
        kind="accounts.mailbox_affiliation",
        subject=_("Confirm that you belong to %(name)s") % {"name": check.organization},
        body=_(
            "%(who)s asked on %(instance)s to confirm their place at %(name)s by this address. If "
            "that was you, open this link. It can be used until %(day)s, once.\n\n%(link)s\n\n"
            "If it was not you, do nothing."
        )
        % {
            "who": check.asked_by,
            "instance": settings.INSTANCE_NAME,
            "name": check.organization,
            "day": formats.date_format(check.expires_at, "j F Y"),
            "link": _absolute("account_mailbox_open", secret),
        },
    )


def invitation_accepted(invitation: Invitation, membership: Membership) -> None:
    """Tell whoever sent it that somebody joined."""
    notify(
        recipient=invitation.invited_by,
        kind="accounts.invitation_accepted",
        subject=_("%(who)s joined %(name)s")
        % {"who": membership.user, "name": membership.organization},
        body=_("They took up your invitation, as %(role)s.")
        % {"role": membership.get_role_display().lower()},
        url=_page(membership.organization),
    )


def role_changed(membership: Membership) -> None:
    """Tell a member what they are now."""
    notify(
        recipient=membership.user,
        kind="accounts.role_changed",
        subject=_("Your role at %(name)s is now: %(role)s")
        % {"name": membership.organization, "role": membership.get_role_display()},
        body=_("An owner of the organisation changed it. If that is wrong, ask them."),
        url=_page(membership.organization),
    )


def organization_changed(organization: Organization, actor: User, fields: list[str]) -> None:
    """Tell the other owners what one of them changed."""
    names = {
        "name": _("legal name"),
        "country": _("country"),
        "domain": _("internet domain"),
        "parent": _("parent organisation"),
        "registry": _("number in a register"),
    }
    changed = ", ".join(names[field] for field in fields)
    for owner in owners_of(organization):
        if owner.pk != actor.pk:
            notify(
                recipient=owner,
                kind="accounts.organization_changed",
                subject=_("The particulars of %(name)s changed") % {"name": organization},
                body=_("Changed: %(fields)s. What vetting stood on may have to be looked at anew.")
                % {"fields": changed},
                url=_page(organization),
            )


def domain_verified(organization: Organization) -> None:
    """Tell the owners that the domain counts, and what that asks of the members."""
    for owner in owners_of(organization):
        notify(
            recipient=owner,
            kind="accounts.domain_verified",
            subject=_("%(domain)s is verified for %(name)s")
            % {"domain": organization.domain, "name": organization},
            body=_(
                "Every member now has to show that they belong to the organisation: by a link to "
                "an address at the domain, or by the word of an owner. The page of the "
                "organisation says until when."
            ),
            url=_page(organization),
        )


def domain_ending(organization: Organization) -> None:
    """Remind the owners that the domain must be verified anew."""
    until = organization.domain_verified_until or timezone.now()
    for owner in owners_of(organization):
        notify(
            recipient=owner,
            kind="accounts.domain_ending",
            subject=_("Verify %(domain)s again by %(day)s")
            % {"domain": organization.domain, "day": formats.date_format(until, "j F Y")},
            body=_(
                "After that day reviewers see the domain as not verified, and members cannot "
                "confirm their places by mail."
            ),
            url=_page(organization),
        )


def affiliation_ending(membership: Membership) -> None:
    """Remind a member to show that they still belong."""
    until = membership.affiliation_until or timezone.now()
    notify(
        recipient=membership.user,
        kind="accounts.affiliation_ending",
        subject=_("Confirm by %(day)s that you belong to %(name)s")
        % {
            "day": formats.date_format(until, "j F Y"),
            "name": membership.organization,
        },
        body=_(
            "After that your membership ends, and with it the access that the organisation "
            "holds. A link to your address there is enough; an owner can confirm it as well."
        ),
        url=reverse("account_membership_confirm", args=[membership.pk]),
    )


def clearance_ending(clearance: Clearance, recipients: list[User]) -> None:
    """Remind a person, or the owners, to have a clearance renewed."""
    words = {
        "who": clearance.organization,
        "day": formats.date_format(clearance.expires_at, "j F Y"),
    }
    if clearance.organization is not None:
        subject = _("The clearance of %(who)s ends on %(day)s") % words
    else:
        subject = _("Your clearance ends on %(day)s") % words
    for recipient in recipients:
        notify(
            recipient=recipient,
            kind="accounts.clearance_ending",
            subject=subject,
            body=_(
                "Ask for its renewal now: say whether something changed, and a reviewer looks at "
                "it. Access that needs tier %(tier)d stops on that day otherwise."
            )
            % {"tier": clearance.tier},
            url=reverse("account_clearances"),
        )


def clearance_reopened(clearance: Clearance, recipients: list[User]) -> None:
    """Say that a clearance has to be looked at anew, and until when access goes on."""
    reopened, until = clearance.reopened_at, clearance.counts_until
    if reopened is None or until is None:
        return
    days = (until - reopened).days
    if days:
        effect = ngettext(
            "Access that you have goes on for %(days)d day, until %(day)s.",
            "Access that you have goes on for %(days)d days, until %(day)s.",
            days,
        ) % {"days": days, "day": formats.date_format(until, "j F Y")}
    else:
        effect = _("Access that needs this clearance has stopped.")
    for recipient in recipients:
        notify(
            recipient=recipient,
            kind="accounts.clearance_reopened",
            subject=_("The clearance of %(who)s must be renewed") % {"who": clearance.organization}
            if clearance.organization is not None
            else _("Your clearance must be renewed"),
            body=_("%(change)s. It counts for no new application. %(effect)s Ask for its renewal.")
            % {"change": clearance.get_reopened_for_display(), "effect": effect},
            url=reverse("account_clearances"),
        )


def owners_of(organization: Organization) -> list[User]:
    """Return the people who own an organisation now."""
    owners = live_memberships().filter(organization=organization, role=Membership.Role.OWNER)
    return [membership.user for membership in owners.select_related("user")]


def _page(organization: Organization) -> str:
    return reverse("account_organization", args=[organization.slug])


def _absolute(name: str, secret: str) -> str:
    return settings.BASE_URL.rstrip("/") + reverse(name, args=[secret])
