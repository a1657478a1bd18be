"""Organisations and who acts for them."""

import re

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.actions import Action
from accounts.models import Membership, Organization, User
from accounts.permissions import is_owner
from accounts.selectors import is_email_verified, live_memberships
from accounts.services.checks import checked_line, checked_reason
from audit.services import record
from common.countries import COUNTRIES
from common.errors import Refused

_DOMAIN = re.compile(r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$")


@transaction.atomic
def create_organization(*, actor: User, name: str, domain: str, country: str) -> Organization:
    """Register an organisation; whoever does so is its first owner."""
    name = checked_line(name, _("The legal name"), max_length=200)
    domain = domain.strip().lower()
    if domain and not _DOMAIN.match(domain):
        raise Refused(
            _("The internet domain must look like example.org, without http:// or a path.")
        )
    if country not in COUNTRIES:
        raise Refused(_("The country must be a two-letter code such as DE or KE."))
    if not actor.is_active or not is_email_verified(actor):
        raise Refused(_("Confirm your e-mail address before you register an organisation."))
    organization = _insert(name, domain, country)
    membership = Membership.objects.create(
        user=actor, organization=organization, role=Membership.Role.OWNER
    )
    record(actor=actor, action=Action.ORGANIZATION_CREATED, target=organization, also=(membership,))
    return organization


def _insert(name: str, domain: str, country: str) -> Organization:
    stem = slugify(name)[:70] or "organisation"
    for number in range(1, 1000):
        slug = stem if number == 1 else f"{stem}-{number}"
        # Looked up first because a failed insert costs a savepoint; the constraint decides.
        if Organization.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                return Organization.objects.create(
                    name=name, slug=slug, domain=domain, country=country
                )
        except IntegrityError:
            continue
    raise Refused(_("Very many organisations have this name. Add your city or department to it."))


@transaction.atomic
def add_member(
    *, actor: User | None, organization: Organization, user: User, role: str
) -> Membership:
    """Let a person act for an organisation. An owner does this, or the portal itself."""
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if actor is not None and not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation can add members."))
    if role not in Membership.Role.values:
        raise Refused(_("There is no such role."))
    if not user.is_active or not is_email_verified(user):
        raise Refused(_("The person must have an account with a confirmed e-mail address."))
    try:
        with transaction.atomic():
            membership = Membership.objects.create(user=user, organization=organization, role=role)
    except IntegrityError:
        raise Refused(_("This person is a member already.")) from None
    record(
        actor=actor,
        action=Action.MEMBERSHIP_STARTED,
        target=membership,
        also=(organization, user),
        data={"role": role},
    )
    if actor is None or actor.pk != user.pk:
        notifications.membership_started(membership)
    return membership


@transaction.atomic
def end_membership(*, actor: User | None, membership: Membership, reason: str) -> Membership:
    """End a person's place in an organisation: by themselves, an owner, or the portal."""
    reason = checked_reason(reason)
    # The organisation is locked so that two owners cannot both leave as "not the last".
    organization = Organization.objects.select_for_update(no_key=True).get(
        pk=membership.organization_id
    )
    membership = (
        Membership.objects.select_for_update(no_key=True, of=("self",))
        .select_related("user", "organization")
        .get(pk=membership.pk)
    )
    own = actor is not None and membership.user_id == actor.pk
    if actor is not None and not own and not is_owner(actor, organization):
        raise Refused(_("Only the member and the organisation's owners can end a membership."))
    if membership.ended_at is not None:
        raise Refused(_("This membership has ended already."))
    if actor is not None and _is_last_owner(membership):
        raise Refused(_("The organisation would have no owner. Add another owner first."))
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    record(
        actor=actor,
        action=Action.MEMBERSHIP_ENDED,
        target=membership,
        also=(organization, membership.user),
        data={"reason": reason},
    )
    if not own:
        notifications.membership_ended(membership, reason)
    return membership


def _is_last_owner(membership: Membership) -> bool:
    if membership.role != Membership.Role.OWNER:
        return False
    others = live_memberships().filter(
        organization=membership.organization_id, role=Membership.Role.OWNER, user__is_active=True
    )
    return not others.exclude(pk=membership.pk).exists()
