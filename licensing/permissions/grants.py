"""Who uses, keeps and governs a grant."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import User
from accounts.selectors import live_memberships, membership_of
from licensing.models import (
    Grant,
)
from licensing.selectors import (
    KEEPER_ROLES,
    named_users,
)
from releases.choices import Right
from releases.models import Model
from releases.permissions import (
    Person,
    models_with_right,
    rights_of,
)

GOVERNING = {Right.REVIEW_APPLICATION.value, Right.PLACE_HOLD.value}


def governed_models(user: Person) -> QuerySet[Model]:
    """Return the models whose grants the person may know of and act on."""
    reviewed = models_with_right(user, Right.REVIEW_APPLICATION)
    return reviewed | models_with_right(user, Right.PLACE_HOLD)


def can_govern_grants(user: Person, model: Model) -> bool:
    """Tell whether the person may suspend and revoke grants on the model."""
    return bool(rights_of(user, model) & GOVERNING)


def has_stake(user: User, grant: Grant) -> bool:
    """Tell whether the grant is the person's own, or their organisation's."""
    if grant.person_id == user.pk or user in named_users(grant):
        return True
    return grant.organization is not None and membership_of(user, grant.organization) is not None


def can_lift(user: Person, grant: Grant) -> bool:
    """Tell whether the person may lift the suspension: authorised, and not who placed it."""
    return (
        isinstance(user, User)
        and can_govern_grants(user, grant.model)
        and grant.suspended_by_id != user.pk
        and not has_stake(user, grant)
    )


def can_keep(user: Person, grant: Grant) -> bool:
    """Tell whether the person may name users on the grant and give it up.

    The holder, or the owner or custodian of the organisation that holds it.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    if grant.organization_id is None:
        return grant.person_id == user.pk
    return (
        live_memberships()
        .filter(user=user, organization=grant.organization_id, role__in=KEEPER_ROLES)
        .exists()
    )


@dataclass(frozen=True)
class Standing:
    """What a person is to a grant. `named` are those who may use it."""

    named: list[User]
    uses: bool
    keeps: bool
    governs: bool
    holds: bool

    @property
    def sees(self) -> bool:
        """Whether the person may know of the grant."""
        return self.uses or self.keeps or self.governs or self.holds


def standing_on(user: Person, grant: Grant) -> Standing:
    """Return what the person is to the grant."""
    if not isinstance(user, User) or not user.is_active:
        return Standing([], uses=False, keeps=False, governs=False, holds=False)
    named = named_users(grant)
    return Standing(
        named,
        uses=any(each.pk == user.pk for each in named),
        keeps=can_keep(user, grant),
        governs=can_govern_grants(user, grant.model),
        holds=grant.person_id == user.pk,
    )


def get_grant_or_404(user: Person, public_id: UUID) -> tuple[Grant, Standing]:
    """Return a grant that the person may know of, and what they are to it."""
    grant = (
        Grant.objects.select_related(
            "model", "organization", "person", "application", "suspended_by"
        )
        .filter(public_id=public_id)
        .first()
    )
    if grant is None:
        raise Http404
    standing = standing_on(user, grant)
    if not standing.sees:
        raise Http404
    return grant, standing


def get_kept_grant_or_404(user: Person, public_id: UUID) -> Grant:
    """Return a grant that the person may name users on and give up."""
    grant, standing = get_grant_or_404(user, public_id)
    if not standing.keeps:
        raise Http404
    return grant


def get_governed_grant_or_404(user: Person, public_id: UUID) -> Grant:
    """Return a grant that the person may suspend or revoke."""
    grant, standing = get_grant_or_404(user, public_id)
    if not standing.governs:
        raise Http404
    return grant


def explained_person(user: User, standing: Standing, wanted: str) -> User | None:
    """Return about whom a grant is explained: oneself, or for staff somebody named on it."""
    if not wanted:
        return user if standing.uses or not standing.governs else next(iter(standing.named), None)
    found = next((each for each in standing.named if str(each.pseudonym) == wanted), None)
    if found is None or not (standing.governs or found == user):
        raise Http404
    return found
