"""Proof by mail: that a domain is an organisation's, and that its members still belong there."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import organization_notifications
from accounts.actions import Action
from accounts.models import MailboxCheck, Membership, Organization, User
from accounts.permissions import is_owner
from accounts.selectors import (
    REMINDERS,
    domains_to_remind_of,
    has_verified_address,
    is_domain_verified,
    mailbox_check_by_digest,
    memberships_to_remind_of,
    open_memberships,
)
from accounts.services.links import end_checks
from accounts.services.memberships import (
    FIRST_PROOF_WITHIN,
    affiliation_period,
    lock_organization,
)
from audit.services import record
from common import reminders
from common.errors import Refused
from common.mail_links import Purpose, digest_of, new_link
from common.public_mail import PUBLIC_MAIL, is_at, mail_domain

ADMINISTRATIVE = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
LINK_LIFETIME = timedelta(days=3)
DOMAIN_PERIOD = timedelta(days=365)
# Somebody could else have the portal write to a stranger all day.
MOST_LINKS_A_DAY = 5


@transaction.atomic
def ask_domain(*, actor: User, organization: Organization, address: str) -> MailboxCheck:
    """Send a link to an address at the organisation's domain, to show that it is its own.

    The address is one of the usual ones of whoever runs a domain, or the owner's own.
    """
    organization = lock_organization(organization.pk)
    if not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation verifies its domain."))
    domain = organization.domain
    if not domain:
        raise Refused(_("Enter the organisation's internet domain first."))
    if domain in PUBLIC_MAIL:
        raise Refused(_("This domain gives mailboxes to anyone."))
    address = address.strip().lower()
    own = has_verified_address(actor, address) and mail_domain(address) == domain
    if address not in administrative_addresses(domain) and not own:
        raise Refused(
            _("Choose one of the addresses offered: the link must go to the domain itself.")
        )
    check, secret = _new_check(actor, organization, None, address)
    record(actor=actor, action=Action.DOMAIN_ASKED, target=organization)
    organization_notifications.mailbox_domain(check, secret)
    return check


def administrative_addresses(domain: str) -> list[str]:
    """Return the usual addresses of whoever runs a domain."""
    return [f"{name}@{domain}" for name in ADMINISTRATIVE] if domain else []


@transaction.atomic
def ask_affiliation(*, actor: User, membership: Membership, address: str) -> MailboxCheck:
    """Send a link to a member's address at the domain, to show that they still belong there."""
    organization = lock_organization(membership.organization_id)
    membership = open_memberships().select_related("user").filter(pk=membership.pk).first() or (
        _gone()
    )
    if membership.user_id != actor.pk:
        raise Refused(_("Only the member shows that they belong to the organisation."))
    if not is_domain_verified(organization, timezone.now()):
        raise Refused(
            _("The domain of %(name)s is not verified. An owner can confirm your place instead.")
            % {"name": organization}
        )
    address = address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(_("This is not an e-mail address.")) from None
    if not is_at(address, organization.domain):
        raise Refused(_("The address must be at %(domain)s.") % {"domain": organization.domain})
    check, secret = _new_check(actor, organization, membership, address)
    organization_notifications.mailbox_affiliation(check, secret)
    return check


def _gone() -> Membership:
    raise Refused(_("This membership has ended already."))


def _new_check(
    actor: User, organization: Organization, membership: Membership | None, address: str
) -> tuple[MailboxCheck, str]:
    checks = MailboxCheck.objects.filter(organization=organization, membership=membership)
    now = timezone.now()
    if checks.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_LINKS_A_DAY:
        raise Refused(_("Enough links were sent for one day. Look for them in the mailbox."))
    end_checks(checks)
    secret, digest = new_link(Purpose.MAILBOX)
    check = MailboxCheck.objects.create(
        organization=organization,
        membership=membership,
        address=address,
        domain=organization.domain,
        digest=digest,
        asked_by=actor,
        expires_at=now + LINK_LIFETIME,
    )
    return check, secret


@transaction.atomic
def confirm_mailbox(*, actor: User | None, secret: str) -> MailboxCheck:
    """Take the word of whoever holds the link that went to the mailbox. Once."""
    digest = digest_of(Purpose.MAILBOX, secret)
    found = mailbox_check_by_digest(digest, timezone.now()) or _useless()
    organization = lock_organization(found.organization_id)
    # Looked up again under the lock: two may have come with the same link.
    check = mailbox_check_by_digest(digest, timezone.now()) or _useless()
    if check.domain != organization.domain:
        raise Refused(_("The organisation has another domain by now."))
    address, check.address = check.address, ""
    check.used_at = timezone.now()
    check.save(update_fields=["used_at", "address"])
    if check.membership is None:
        _verify_domain(actor, organization, check.asked_by, address)
    else:
        _confirm(actor, check.membership, address, "mail")
    return check


def _useless() -> MailboxCheck:
    raise Refused(_("This link was used, was replaced by a newer one, or has ended."))


def _verify_domain(
    actor: User | None, organization: Organization, asked_by: User, address: str
) -> None:
    now = timezone.now()
    administrative = address in administrative_addresses(organization.domain)
    organization.domain_verified_at = now
    organization.domain_verified_until = now + DOMAIN_PERIOD
    organization.domain_mailbox = "administrative" if administrative else "personal"
    organization.domain_reminded = None
    organization.save(
        update_fields=[
            "domain_verified_at", "domain_verified_until", "domain_mailbox", "domain_reminded",
        ]
    )  # fmt: skip
    record(
        actor=actor,
        action=Action.DOMAIN_VERIFIED,
        target=organization,
        also=(asked_by,),
        data={"mailbox": organization.domain_mailbox},
    )
    members = open_memberships().filter(organization=organization)
    # From now on there is something to prove, and the time for it begins.
    members.filter(affiliation_until__isnull=True).update(
        affiliation_until=now + FIRST_PROOF_WITHIN
    )
    if not administrative:
        own = members.select_related("user").filter(user=asked_by).first()
        if own is not None:
            _confirm(actor, own, address, "mail")
    organization_notifications.domain_verified(organization)


@transaction.atomic
def vouch_for_member(*, actor: User, membership: Membership) -> Membership:
    """Say as an owner that another member still belongs, who has no address at the domain."""
    organization = lock_organization(membership.organization_id)
    membership = open_memberships().select_related("user").filter(pk=membership.pk).first() or (
        _gone()
    )
    if not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation confirms its members."))
    if membership.user_id == actor.pk:
        raise Refused(_("Nobody confirms their own place; another owner does, or a mailbox."))
    if membership.affiliation_until is None:
        raise Refused(_("There is nothing to confirm: the domain was never verified."))
    return _confirm(actor, membership, "", "owner")


def _confirm(actor: User | None, membership: Membership, address: str, way: str) -> Membership:
    membership.affiliation_until = timezone.now() + affiliation_period()
    membership.affiliation_address = address
    membership.affiliation_reminded = None
    membership.save(
        update_fields=["affiliation_until", "affiliation_address", "affiliation_reminded"]
    )
    record(
        actor=actor,
        action=Action.AFFILIATION_CONFIRMED,
        target=membership,
        also=(membership.organization, membership.user),
        data={"by": way},
    )
    return membership


def remind_of_proofs(*, most: int = 500) -> int:
    """Tell members and owners in time of what must be proven anew; return how many were told."""
    now = timezone.now()
    told = 0
    for membership_id in memberships_to_remind_of(now).values_list("pk", flat=True)[:most]:
        told += _remind_member(membership_id)
    for organization_id in domains_to_remind_of(now).values_list("pk", flat=True)[:most]:
        told += _remind_owners(organization_id)
    return told


@transaction.atomic
def _remind_member(membership_id: int) -> bool:
    now = timezone.now()
    membership = (
        memberships_to_remind_of(now)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("user", "organization")
        .filter(pk=membership_id)
        .first()
    )
    if membership is None or membership.affiliation_until is None:
        return False
    membership.affiliation_reminded = reminders.step(membership.affiliation_until, REMINDERS, now)
    membership.save(update_fields=["affiliation_reminded"])
    organization_notifications.affiliation_ending(membership)
    return True


@transaction.atomic
def _remind_owners(organization_id: int) -> bool:
    now = timezone.now()
    organization = (
        domains_to_remind_of(now)
        .select_for_update(skip_locked=True, no_key=True)
        .filter(pk=organization_id)
        .first()
    )
    if organization is None or organization.domain_verified_until is None:
        return False
    organization.domain_reminded = reminders.step(
        organization.domain_verified_until, REMINDERS, now
    )
    organization.save(update_fields=["domain_reminded"])
    organization_notifications.domain_ending(organization)
    return True
