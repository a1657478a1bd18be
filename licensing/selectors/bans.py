"""Reading bans: whom they keep out, who may know of them, what one would stop."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership, Organization, User
from accounts.selectors import live_memberships
from audit.selectors import ref
from boards.models import OPEN_STATES, Motion
from licensing.dossier import LIFT_BAN
from licensing.models import LIVE_GRANT_STATES, Ban, Grant, GrantUser
from licensing.selectors import person_name

Holder = User | Organization


def in_force() -> QuerySet[Ban]:
    """Return the bans that nobody lifted."""
    return Ban.objects.filter(lifted_at__isnull=True)


def all_bans() -> QuerySet[Ban]:
    """Return every ban with what its line shows, newest first."""
    return Ban.objects.select_related(
        "person", "organization", "board", "placed_by", "lifted_by"
    ).order_by("-pk")


def ban_of(holder: Holder | None) -> Ban | None:
    """Return the ban in force on a person or an organisation."""
    if holder is None:
        return None
    return in_force().filter(**naming(holder)).first()


def bans_on(person: User, organization: Organization | None) -> list[tuple[str, str]]:
    """Return who of the two is banned, by name, and why."""
    return [
        (str(holder) if isinstance(holder, Organization) else person_name(holder), ban.reason)
        for holder in (person, organization)
        if holder is not None and (ban := ban_of(holder)) is not None
    ]


def naming(holder: Holder) -> dict[str, Holder]:
    """Return how rows with a person or an organisation as their holder name this one."""
    return {"organization" if isinstance(holder, Organization) else "person": holder}


def holder_of(ban: Ban) -> Holder:
    """Return whom a ban is on."""
    holder = ban.organization or ban.person
    assert holder is not None  # noqa: S101 - the database has a constraint for it
    return holder


def banned_holder(grant: str = "") -> Q:
    """Match the rows whose grant, at this path with its `__`, is held by somebody banned."""
    return Q(Exists(in_force().filter(organization=OuterRef(f"{grant}organization")))) | Q(
        Exists(in_force().filter(person=OuterRef(f"{grant}person")))
    )


def ban_by_public_id(public_id: UUID) -> Ban | None:
    """Find a ban."""
    return all_bans().filter(public_id=public_id).first()


def grants_held(holder: Holder) -> QuerySet[Grant]:
    """Return the live grants that the person or the organisation holds."""
    return Grant.objects.filter(**naming(holder), state__in=LIVE_GRANT_STATES)


def grants_used(person: User) -> QuerySet[Grant]:
    """Return the live grants on which a person is named, whoever holds them."""
    named = GrantUser.objects.filter(user=person, ended_at__isnull=True).values("grant")
    return Grant.objects.filter(pk__in=named, state__in=LIVE_GRANT_STATES)


def is_concerned(user: User, ban: Ban) -> bool:
    """Tell whether the ban is on the person, or on an organisation of theirs."""
    if ban.person_id == user.pk:
        return True
    return (
        ban.organization_id is not None
        and live_memberships().filter(user=user, organization=ban.organization_id).exists()
    )


def people_concerned(ban: Ban) -> list[User]:
    """Return the banned person, or the organisation's members who keep or may use its grants."""
    if ban.person is not None:
        return [ban.person]
    named = GrantUser.objects.filter(
        grant__organization=ban.organization_id,
        grant__state__in=LIVE_GRANT_STATES,
        ended_at__isnull=True,
    ).values("user")
    members = live_memberships().filter(
        Q(role__in=[Membership.Role.OWNER, Membership.Role.CUSTODIAN]) | Q(user__in=named),
        organization=ban.organization_id,
        user__is_active=True,
    )
    return [member.user for member in members.select_related("user").order_by("user")]


def open_lift(ban: Ban) -> Motion | None:
    """Return the open motion to lift a ban."""
    return Motion.objects.filter(kind=LIFT_BAN, subject_ref=ref(ban), state__in=OPEN_STATES).first()
