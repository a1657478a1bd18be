"""Messages: the row that every message is, and what this room itself has to say."""

from collections.abc import Sequence
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Clearance, Membership, Notification, PersonalToken, User
from accounts.notices import Delivery, Group, group_of
from accounts.selectors.messages import delivery_of
from common.queue import enqueue


def notify(
    *, recipient: User, kind: str, subject: str, body: str, url: str = "", about: object = ""
) -> Notification | None:
    """Put a message into a person's inbox and owe them the mail, as they want those of its group.

    `url` is a path of this portal, `about` the model or release that it is about. Someone who
    cannot sign in gets nothing (None).
    """
    if not recipient.is_active:
        return None
    group = group_of(kind)
    return _owe(
        Notification(
            recipient=recipient,
            address=recipient.email,
            kind=kind,
            group=group,
            about=str(about)[:200],
            delivery=delivery_of(recipient, group),
            subject=subject,
            body=body,
            url=url,
        )
    )


def mail_secret(
    *, address: str, recipient: User | None, kind: str, subject: str, body: str
) -> Notification:
    """Owe a mail that carries a secret link: not shown in the inbox, blanked once sent."""
    return _owe(
        Notification(
            recipient=recipient,
            address=address,
            kind=kind,
            group=group_of(kind),
            subject=subject,
            body=body,
            in_inbox=False,
        )
    )


def sign_in_changed(*, user: User, address: str, change: str, subject: str, body: str) -> None:
    """Tell a person that how they sign in was changed; where their address was, at the old one."""
    if user.is_active:
        _owe(
            Notification(
                recipient=user,
                address=address,
                kind=f"account.{change}",
                group=Group.SECURITY,
                subject=subject,
                body=body,
                url=reverse("account_home") + "#security",
            )
        )


def _owe(notification: Notification) -> Notification:
    # A line break in a subject would be a forged header.
    subject = " ".join(notification.subject.split())
    notification.subject = subject if len(subject) <= 200 else subject[:199] + "…"
    notification.save()
    if notification.delivery == Delivery.AT_ONCE:
        enqueue("accounts.send_notification", notification.pk)
    return notification


def day_summed_up(user: User, items: Sequence[Notification], count: int) -> Notification:
    """Owe one mail for what waited: `items` are listed, and of `count` in all the rest is told."""
    base = settings.BASE_URL.rstrip("/")
    lines = [_("What you chose to get once a day:")]
    for group, messages in groupby(items, key=lambda each: each.get_group_display()):
        lines += ["", str(group)]
        for message in messages:
            lines += [f"- {message.subject}", *([f"  {base}{message.url}"] if message.url else [])]
    if count > len(items):
        lines += ["", _("And %(count)d more, in your inbox.") % {"count": count - len(items)}]
    return _owe(
        Notification(
            recipient=user,
            address=user.email,
            kind="accounts.digest",
            group=Group.DIGEST,
            subject=ngettext(
                "%(count)d message for you on %(instance)s",
                "%(count)d messages for you on %(instance)s",
                count,
            )
            % {"count": count, "instance": settings.INSTANCE_NAME},
            body="\n".join(lines),
            url=reverse("account_notifications"),
            in_inbox=False,
        )
    )


def membership_started(membership: Membership) -> None:
    """Tell a person that somebody added them to an organisation."""
    organization = membership.organization
    notify(
        recipient=membership.user,
        kind="accounts.membership_started",
        subject=_("You are now a member of %(name)s") % {"name": organization.name},
        body=_(
            "An owner of %(name)s added you as %(role)s. You can apply for access to models for "
            "%(name)s. If you do not belong there, end the membership on the organisation's page."
        )
        % {"name": organization.name, "role": membership.get_role_display().lower()},
        url=reverse("account_organization", args=[organization.slug]),
    )


def membership_ended(membership: Membership, reason: str) -> None:
    """Tell a person that their membership ended, and what ends with it."""
    notify(
        recipient=membership.user,
        kind="accounts.membership_ended",
        subject=_("Your membership of %(name)s has ended") % {"name": membership.organization.name},
        body=_(
            "You can no longer use the access that %(name)s holds.\n\nThe reason given: %(reason)s"
        )
        % {"name": membership.organization.name, "reason": reason},
        url=reverse("account_organizations"),
    )


def clearance_granted(clearance: Clearance, recipients: list[User]) -> None:
    """Tell a person, or the owners of an organisation, that vetting succeeded."""
    for recipient in recipients:
        notify(
            recipient=recipient,
            kind="accounts.clearance_granted",
            subject=_("Clearance granted: tier %(tier)d, %(name)s")
            % {"tier": clearance.tier, "name": clearance.get_tier_display()},
            body=_("%(who)s, until %(day)s. It counts for every model that asks for this tier.")
            % {
                "who": clearance.organization or _("For you"),
                "day": formats.date_format(clearance.expires_at, "j F Y"),
            },
            url=reverse("account_home"),
        )


def clearance_revoked(clearance: Clearance, recipients: list[User], reason: str) -> None:
    """Tell those concerned that a clearance no longer counts."""
    for recipient in recipients:
        notify(
            recipient=recipient,
            kind="accounts.clearance_revoked",
            subject=_("Clearance revoked: tier %(tier)d, %(name)s")
            % {"tier": clearance.tier, "name": clearance.get_tier_display()},
            body=_("Access that needs this tier is closed now.\n\nThe reason given: %(reason)s")
            % {"reason": reason},
            url=reverse("account_home"),
        )


def token_created(token: PersonalToken) -> None:
    """Warn a person of a new token in their name, in case it was not them."""
    rights = ", ".join(str(label) for label in token.right_labels)
    notify(
        recipient=token.user,
        kind="accounts.token_created",
        subject=_("A personal token was created: %(name)s") % {"name": token.name},
        body=_(
            "It can be used until %(day)s. If this was not you, revoke it and change your "
            "password.\n\nIts rights: %(rights)s\nIts networks: %(networks)s"
        )
        % {
            "day": formats.date_format(token.expires_at, "j F Y"),
            "rights": rights,
            "networks": ", ".join(token.networks) or _("all"),
        },
        url=reverse("account_tokens"),
    )


def token_ending(token: PersonalToken) -> None:
    """Tell a person in time that their scripts will need another token."""
    notify(
        recipient=token.user,
        kind="accounts.token_ending",
        subject=_("A personal token ends soon: %(name)s") % {"name": token.name},
        body=_(
            "Make another token before %(moment)s UTC and put it where the old one is used. "
            "If nothing uses it any more, there is nothing to do."
        )
        % {"moment": formats.date_format(token.expires_at, "j F Y, H:i")},
        url=reverse("account_tokens"),
    )


def token_refused(token: PersonalToken) -> None:
    """Warn a person that somebody shows their token where it does not belong."""
    notify(
        recipient=token.user,
        kind="accounts.token_refused",
        subject=_("A token was used outside its networks: %(name)s") % {"name": token.name},
        body=_(
            "The request was refused. If it was yours, make a token for that network. If it was "
            "not, somebody else has this token: revoke it now. Further attempts within the hour "
            "are refused as well, without another message."
        ),
        url=reverse("account_tokens"),
    )


def token_leaked(token: PersonalToken) -> None:
    """Tell a person that the operator found their token in the open and ended it."""
    notify(
        recipient=token.user,
        kind="accounts.token_leaked",
        subject=_("A leaked token of yours was revoked: %(name)s") % {"name": token.name},
        body=_(
            "Make another one if you still need it. This one was found where others could read "
            "it, such as a public repository or a log; anybody who saw it could use it until now. "
            "Find out how it got there, and look at when and where your token was last used."
        ),
        url=reverse("account_tokens"),
    )


def device_signed_in(token: PersonalToken) -> None:
    """Tell a person of a device that acts for them from now on, in case it was not them."""
    rights = ", ".join(str(label) for label in token.right_labels)
    notify(
        recipient=token.user,
        kind="accounts.device_signed_in",
        subject=_("A device signed in: %(name)s") % {"name": token.name},
        body=_(
            "If this was not you, revoke it now and change your password.\n\n"
            "When: %(moment)s UTC\nFrom the network: %(network)s\nIt says of itself: %(agent)s\n"
            "Its rights: %(rights)s\nIt stays signed in until %(day)s at the most."
        )
        % {
            "moment": formats.date_format(token.created_at, "j F Y, H:i"),
            "network": token.device.signed_in_from or _("not known"),
            "agent": token.device.user_agent or _("nothing"),
            "rights": rights,
            "day": formats.date_format(token.expires_at, "j F Y"),
        },
        url=reverse("account_tokens"),
    )


def device_reused(token: PersonalToken) -> None:
    """Tell a person that a device of theirs may have been copied, and is signed out."""
    notify(
        recipient=token.user,
        kind="accounts.device_reused",
        subject=_("A device was signed out: %(name)s") % {"name": token.name},
        body=_(
            "Sign it in again if you still use it. What it renews its access with was used "
            "twice. Either its files were copied, and somebody else has used them, or two programs "
            "of yours with the same files renewed at once. We cannot tell which. If you do not "
            "know of the second, look for who could read its files."
        ),
        url=reverse("account_tokens"),
    )
