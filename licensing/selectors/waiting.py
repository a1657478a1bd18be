"""Who has to accept a version, and has not been told so yet."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership, User
from accounts.selectors import live_memberships
from licensing.models import (
    LIVE_GRANT_STATES,
    Acceptance,
    Capacity,
    Grant,
    GrantUser,
    TermsNotice,
    TermsVersion,
)
from licensing.selectors.agreements import INDIVIDUAL, SIGNING_ROLES, standing_versions
from licensing.versions import Change, Phase


def versions_that_ask(now: datetime, until: datetime) -> QuerySet[TermsVersion]:
    """Return the material versions in force that began to bind after `until`, or will."""
    return (
        standing_versions(now)
        .filter(change=Change.MATERIAL, binds_at__gt=until, number__gt=1)
        .select_related("terms")
        .order_by("pk")
    )


def users_to_tell(version: TermsVersion, phase: Phase) -> QuerySet[User]:
    """Return the users of live grants who accepted an earlier version and not this one."""
    own = Acceptance.objects.filter(
        user=OuterRef("user"), capacity__in=INDIVIDUAL, version__terms=version.terms_id
    )
    # Twice, as in SQL NULL is not equal to NULL.
    of_holder = own.filter(organization=OuterRef("grant__organization"))
    of_person = own.filter(organization__isnull=True)
    waits = Q(_behind(of_holder, version)) | Q(
        Q(grant__organization__isnull=True), _behind(of_person, version)
    )
    named = GrantUser.objects.filter(
        waits, ended_at__isnull=True, grant__state__in=LIVE_GRANT_STATES
    )
    told = TermsNotice.objects.filter(
        version=version, phase=phase, user=OuterRef("pk"), organization__isnull=True
    )
    return User.objects.filter(~Exists(told), pk__in=named.values("user"), is_active=True).order_by(
        "pk"
    )


def _behind(acceptances: QuerySet[Acceptance], version: TermsVersion) -> Q:
    earlier = acceptances.filter(version__number__lt=version.number)
    this_or_later = acceptances.filter(version__number__gte=version.number)
    return Q(Exists(earlier)) & ~Q(Exists(this_or_later))


def officials_to_tell(version: TermsVersion, phase: Phase) -> QuerySet[Membership]:
    """Return who may sign for an organisation that signed an earlier version and not this one."""
    signed = Acceptance.objects.filter(
        organization=OuterRef("organization"),
        capacity=Capacity.SIGNATORY,
        version__terms=version.terms_id,
    )
    grants = Grant.objects.filter(
        organization=OuterRef("organization"), state__in=LIVE_GRANT_STATES
    )
    told = TermsNotice.objects.filter(
        version=version,
        phase=phase,
        user=OuterRef("user"),
        organization=OuterRef("organization"),
    )
    return (
        live_memberships()
        .filter(
            Exists(grants),
            Exists(signed.filter(version__number__lt=version.number)),
            ~Exists(signed.filter(version__number__gte=version.number)),
            ~Exists(told),
            role__in=SIGNING_ROLES,
            user__is_active=True,
        )
        .order_by("pk")
    )
