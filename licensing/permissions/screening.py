"""Who may know of what screening found, and decide on it."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import ScreeningHit, User
from licensing.models import (
    Grant,
    SuspensionRequest,
)
from licensing.permissions.bans import banning_models
from licensing.permissions.reviews import reviewed_models
from licensing.selectors.screening import hits_concerning, requests_open
from releases.choices import Right
from releases.models import Model
from releases.permissions import (
    Person,
    users_with_right,
)


def visible_hits(user: Person) -> QuerySet[ScreeningHit]:
    """Return what screening found that the person may know of and decide."""
    if not isinstance(user, User) or not user.is_active:
        return ScreeningHit.objects.none()
    return hits_concerning(user, reviewed_models(user), banning_models(user))


def can_see_screening(user: Person) -> bool:
    """Tell whether the person reviews for some model, or may place holds on one."""
    return reviewed_models(user).exists() or banning_models(user).exists()


def can_decide_hit(user: Person, hit: ScreeningHit) -> bool:
    """Tell whether the person may decide on a hit: whoever may know of it."""
    return visible_hits(user).filter(pk=hit.pk).exists()


def get_hit_or_404(user: Person, public_id: UUID) -> ScreeningHit:
    """Return a hit that the person may know of."""
    hit = visible_hits(user).filter(public_id=public_id).first()
    if hit is None:
        raise Http404
    return hit


def leads_to_ask(grant: Grant, hit: ScreeningHit) -> list[User]:
    """Return who may suspend the grant and may know of the hit."""
    return [
        lead
        for lead in users_with_right(Right.PLACE_HOLD, grant.model)
        if can_decide_hit(lead, hit)
    ]


def models_of(user: User) -> QuerySet[Model]:
    """Return the models that the person reviews for or may place holds on."""
    return Model.objects.filter(
        pk__in=reviewed_models(user).values("pk").union(banning_models(user).values("pk"))
    )


def asked_of(user: User, braked: Iterable[int]) -> list[SuspensionRequest]:
    """Return what the person is asked to suspend on these models, but for their own."""
    return list(requests_open(braked).filter(hit__in=visible_hits(user).values("pk"))[:50])
