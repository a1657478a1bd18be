"""Organisations: registering one, and changing what vetting stood on."""

import re
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import organization_notifications
from accounts.actions import Action
from accounts.models import (
    Clearance,
    FormerName,
    MailboxCheck,
    Membership,
    Organization,
    User,
)
from accounts.permissions import is_owner
from accounts.selectors import is_email_verified, membership_of
from accounts.services.checks import checked_line
from accounts.services.clearances import reopen_clearances
from accounts.services.links import end_checks
from accounts.services.screening.watching import subject_changed
from audit.services import record
from common.countries import COUNTRIES
from common.errors import Refused
from common.public_mail import PUBLIC_MAIL
from common.registries import checked_number

_DOMAIN = re.compile(r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}$")
# Any number: the lock under which parents change, one organisation after the other.
_PARENTS_LOCK = 7_201_153


@dataclass(frozen=True)
class Particulars:
    """What an organisation says of itself, and vetting stands on."""

    name: str
    country: str
    domain: str = ""
    parent: Organization | None = None
    registry_kind: str = ""
    registry_id: str = ""


@transaction.atomic
def create_organization(
    *,
    actor: User,
    name: str,
    domain: str,
    country: str,
    registry_kind: str = "",
    registry_id: str = "",
) -> Organization:
    """Register an organisation; whoever does so is its first owner."""
    wanted = _checked(
        Particulars(
            name=name,
            country=country,
            domain=domain,
            registry_kind=registry_kind,
            registry_id=registry_id,
        )
    )
    if not actor.is_active or not is_email_verified(actor):
        raise Refused(_("Confirm your e-mail address before you register an organisation."))
    organization = _insert(wanted)
    membership = Membership.objects.create(
        user=actor, organization=organization, role=Membership.Role.OWNER
    )
    record(actor=actor, action=Action.ORGANIZATION_CREATED, target=organization, also=(membership,))
    return organization


def _insert(wanted: Particulars) -> Organization:
    stem = slugify(wanted.name)[:70] or "organisation"
    for number in range(1, 1000):
        slug = stem if number == 1 else f"{stem}-{number}"
        # Looked up first because a failed insert costs a savepoint; the constraint decides.
        if Organization.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                return Organization.objects.create(
                    name=wanted.name,
                    slug=slug,
                    domain=wanted.domain,
                    country=wanted.country,
                    registry_kind=wanted.registry_kind,
                    registry_id=wanted.registry_id,
                )
        except IntegrityError:
            continue
    raise Refused(_("Very many organisations have this name. Add your city or department to it."))


@transaction.atomic
def change_organization(
    *, actor: User, organization: Organization, particulars: Particulars
) -> list[Clearance.Change]:
    """Change what an organisation says of itself; return what of it reopened its clearances.

    Former names are kept. A new domain has to be verified anew. The record tells which fields
    changed: the values are on the pages, and in the record of former names.
    """
    wanted = _checked(particulars)
    if wanted.parent is not None or organization.parent_id is not None:
        _serialise_parents()
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if not is_owner(actor, organization):
        raise Refused(_("Only an owner of the organisation changes its particulars."))
    _check_parent(actor, organization, wanted.parent)
    before = _state(organization)
    if wanted.name != organization.name:
        FormerName.objects.create(organization=organization, name=organization.name)
    if wanted.domain != organization.domain:
        _forget_domain(organization)
    organization.name, organization.country = wanted.name, wanted.country
    organization.domain, organization.parent = wanted.domain, wanted.parent
    organization.registry_kind = wanted.registry_kind
    organization.registry_id = wanted.registry_id
    after = _state(organization)
    fields = sorted(key for key in after if after[key] != before[key])
    if not fields:
        return []
    organization.save()
    record(
        actor=actor,
        action=Action.ORGANIZATION_CHANGED,
        target=organization,
        data={"fields": fields},
    )
    changes = [change for change in Clearance.Change if change.value in fields]
    for change in changes:
        reopen_clearances(actor=actor, change=change, organization=organization)
    subject_changed(organization=organization)
    organization_notifications.organization_changed(organization, actor, fields)
    return changes


def _checked(wanted: Particulars) -> Particulars:
    name = checked_line(wanted.name, _("The legal name"), max_length=200)
    domain = wanted.domain.strip().lower()
    if domain and not _DOMAIN.match(domain):
        raise Refused(
            _("The internet domain must look like example.org, without http:// or a path.")
        )
    if domain in PUBLIC_MAIL:
        raise Refused(
            _("%(domain)s gives mailboxes to anyone. Enter the organisation's own domain.")
            % {"domain": domain}
        )
    if wanted.country not in COUNTRIES:
        raise Refused(_("The country must be a two-letter code such as DE or KE."))
    kind, number = _checked_registry(wanted.registry_kind, wanted.registry_id)
    return Particulars(name, wanted.country, domain, wanted.parent, kind, number)


def _checked_registry(kind: str, number: str) -> tuple[str, str]:
    if not kind.strip() and not number.strip():
        return "", ""
    kind = checked_line(kind, _("The register"), max_length=40)
    number = checked_line(number, _("The number in the register"), max_length=80)
    try:
        return checked_number(kind, number)
    except ValueError as error:
        raise Refused(str(error)) from None


def _check_parent(actor: User, organization: Organization, parent: Organization | None) -> None:
    if parent is None or parent.pk == organization.parent_id:
        return
    if membership_of(actor, parent) is None:
        raise Refused(_("You can name a parent organisation only where you belong to it."))
    above: int | None = parent.pk
    while above is not None:
        if above == organization.pk:
            raise Refused(
                _("%(parent)s is this organisation, or stands below it: it cannot be its parent.")
                % {"parent": parent}
            )
        above = Organization.objects.values_list("parent", flat=True).get(pk=above)


def _serialise_parents() -> None:
    """Let parents change one after the other: two changes at once could close a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PARENTS_LOCK])


def _forget_domain(organization: Organization) -> None:
    organization.domain_verified_at = organization.domain_verified_until = None
    organization.domain_mailbox = ""
    organization.domain_reminded = None
    end_checks(MailboxCheck.objects.filter(organization=organization))


def _state(organization: Organization) -> dict[str, object]:
    return {
        "name": organization.name,
        "country": organization.country,
        "domain": organization.domain,
        "parent": organization.parent_id,
        "registry": (organization.registry_kind, organization.registry_id),
    }
