"""Reading suspensions of a selection: which grants one selects, who may know, who is concerned.

What a suspension selects is said twice, as PostgreSQL must look from either side: `suspending` has
a grant and looks for suspensions (the verdict), `selected` has criteria and looks for grants (the
dry run). tests/licensing/test_selection.py holds the two against each other.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    Expression,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from accounts.models import User
from accounts.selectors import live_memberships
from audit.selectors import ref
from boards.models import OPEN_STATES, Motion
from common.prepared import Parameter, Prepared
from licensing.dossier import LIFT_SUSPENSION
from licensing.facts import MODE_OF, SERVES
from licensing.models import LIVE_GRANT_STATES, Grant, GrantUser, LeftOut, Suspension
from licensing.selection import Criteria, HolderKind, Origin
from releases.models import Release

Rows = TypeVar("Rows", bound=Model)


class IsElement(Func):
    """`value = ANY(array)`: whether a value is an element of an array."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class _IsGiven(Func):
    """Whether a column has a value."""

    template = "(%(expressions)s IS NOT NULL)"
    output_field = BooleanField()


def holder_country(grant: str = "") -> Expression:
    """Return the country of the holder of a grant, at this path with its `__`: "" if unknown.

    An organisation's own; a person's as the application says that the grant came from.
    """
    declared = Cast(KeyTextTransform("country", f"{grant}application__answers"), TextField())
    return Case(
        When(
            **{f"{grant}organization__isnull": False},
            then=Cast(F(f"{grant}organization__country"), TextField()),
        ),
        default=Coalesce(declared, Value(""), output_field=TextField()),
        output_field=TextField(),
    )


def in_force() -> QuerySet[Suspension]:
    """Return the suspensions that nobody lifted."""
    return Suspension.objects.filter(lifted_at__isnull=True)


def suspending(grant: str = "") -> QuerySet[Suspension]:
    """Return the suspensions in force on the grant of the query around this one.

    That query has the grant at this path with its `__`, and annotates its `holder_country`. At
    which stages each of them counts is for the caller to see.
    """
    country = OuterRef("holder_country")
    is_unknown = Q(IsElement(country, Value([""], ArrayField(TextField()))))
    is_named = Q(IsElement(country, Cast(F("countries"), ArrayField(TextField()))))
    of_organization, of_person, reviewed = (
        Q(_IsGiven(OuterRef(f"{grant}{column}")))
        for column in ("organization_id", "person_id", "application_id")
    )
    left_out = LeftOut.objects.filter(
        suspension=OuterRef("pk"), grant=OuterRef(OuterRef(f"{grant}pk"))
    )
    return in_force().filter(
        Q(model__isnull=True) | Q(model=OuterRef(f"{grant}model")),
        Q(organization__isnull=True) | Q(organization=OuterRef(f"{grant}organization")),
        Q(countries=[], unknown_country=False)
        | (Q(all_other_countries=False) & is_named)
        | (Q(all_other_countries=True) & ~is_named & ~is_unknown)
        | (Q(unknown_country=True) & is_unknown),
        Q(holder_kind="")
        | (Q(holder_kind=HolderKind.ORGANIZATION) & of_organization)
        | (Q(holder_kind=HolderKind.PERSON) & of_person),
        Q(origin="")
        | (Q(origin=Origin.REVIEWED) & reviewed)
        | (Q(origin=Origin.SELF_SERVICE) & ~reviewed),
        Q(track="") | Q(track=OuterRef(f"{grant}application__track")),
        ~Exists(left_out),
    )


def not_suspended(rows: QuerySet[Rows], access_mode: str, grant: str = "") -> QuerySet[Rows]:
    """Narrow to the rows whose grant no selection stops at a stage of this access mode."""
    counting = Q(access_modes=[]) | Q(access_modes__contains=[access_mode])
    free = ~Exists(suspending(grant).filter(counting))
    return cast("QuerySet[Rows]", rows.alias(holder_country=holder_country(grant)).filter(free))


def suspensions_of(grant: Grant) -> list[Suspension]:
    """Return the suspensions of a selection that stop a grant, at some stage or at all."""
    found = [pk for row in _STOPPED.fetch(grant=grant.pk) for pk in row.suspensions]
    return list(all_suspensions().filter(pk__in=found)) if found else []


def _stopped() -> QuerySet[Grant]:
    grants = Grant.objects.filter(pk=Parameter("grant", "bigint")).only("pk")
    stopping = ArraySubquery(suspending().order_by("pk").values("pk"))
    return grants.annotate(holder_country=holder_country(), suspensions=stopping)


# Asked whenever a grant is looked at for what it is due.
_STOPPED = Prepared(_stopped)


def suspended_among(grants: Iterable[Grant]) -> set[int]:
    """Return the ids of those of the grants that a selection stops, at some stage or at all."""
    of_page = Grant.objects.filter(pk__in=[grant.pk for grant in grants])
    stopped = of_page.alias(holder_country=holder_country()).filter(Exists(suspending()))
    return set(stopped.values_list("pk", flat=True))


def criteria_of(suspension: Suspension) -> Criteria:
    """Return what a suspension selects."""
    return Criteria(
        model=suspension.model_id,
        organization=suspension.organization_id,
        access_modes=tuple(suspension.access_modes),
        countries=tuple(suspension.countries),
        all_other_countries=suspension.all_other_countries,
        unknown_country=suspension.unknown_country,
        holder_kind=suspension.holder_kind,
        origin=suspension.origin,
        track=suspension.track,
        model_name=str(suspension.model or ""),
        organization_name=str(suspension.organization or ""),
    )


def selected(criteria: Criteria) -> QuerySet[Grant]:
    """Return the live grants that the criteria select, whatever suspends them already.

    Where the criteria name stages, those of models that have a release at one which serves the
    grant something.
    """
    grants = Grant.objects.filter(state__in=LIVE_GRANT_STATES)
    if criteria.model is not None:
        grants = grants.filter(model=criteria.model)
    if criteria.organization is not None:
        grants = grants.filter(organization=criteria.organization)
    if criteria.holder_kind:
        holder_is_person = criteria.holder_kind == HolderKind.PERSON
        grants = grants.filter(organization__isnull=holder_is_person)
    if criteria.origin:
        grants = grants.filter(application__isnull=criteria.origin == Origin.SELF_SERVICE)
    if criteria.track:
        grants = grants.filter(application__track=criteria.track)
    if criteria.countries or criteria.unknown_country:
        grants = grants.alias(holder_country=holder_country()).filter(_of_countries(criteria))
    if criteria.access_modes:
        grants = grants.filter(_served_at(criteria.access_modes))
    return grants


def _of_countries(criteria: Criteria) -> Q:
    named = Q(holder_country__in=criteria.countries)
    if criteria.all_other_countries:
        named = ~named & ~Q(holder_country="")
    return named | Q(holder_country="") if criteria.unknown_country else named


def _served_at(access_modes: Iterable[str]) -> Q:
    """Match the grants to which a release at one of these access modes gives something."""
    served = Q()
    for action, mode in MODE_OF.items():
        modes = [each for each in access_modes if each in SERVES[action]]
        releases = Release.objects.filter(
            model=OuterRef("model"), state="sealed", stage__access_mode__in=modes
        )
        served |= Q(Exists(releases), modes__contains=[mode])
    return served


def affected(suspension: Suspension) -> QuerySet[Grant]:
    """Return the live grants that a suspension selects and does not leave out."""
    return selected(criteria_of(suspension)).exclude(
        Exists(LeftOut.objects.filter(suspension=suspension, grant=OuterRef("pk")))
    )


def all_suspensions() -> QuerySet[Suspension]:
    """Return every suspension of a selection with what its line shows, newest first."""
    return Suspension.objects.select_related(
        "board", "model", "organization", "placed_by", "lifted_by"
    ).order_by("-pk")


def by_public_id(public_id: UUID) -> Suspension | None:
    """Find a suspension of a selection."""
    return all_suspensions().filter(public_id=public_id).first()


def open_lift(suspension: Suspension) -> Motion | None:
    """Return the open motion to lift a suspension."""
    return Motion.objects.filter(
        kind=LIFT_SUSPENSION, subject_ref=ref(suspension), state__in=OPEN_STATES
    ).first()


def with_stake(grants: QuerySet[Grant], user: User) -> QuerySet[Grant]:
    """Narrow to the grants that the person holds or may use, or whose holder they belong to."""
    named = GrantUser.objects.filter(user=user, ended_at__isnull=True).values("grant")
    own = live_memberships().filter(user=user).values("organization")
    return grants.filter(Q(person=user) | Q(pk__in=named) | Q(organization__in=own))


def to_tell() -> QuerySet[Suspension]:
    """Return the suspensions of which, or of whose end, somebody may still have to be told."""
    ended = Q(lifted_at__isnull=False, ended_told_to__lt=F("told_to"))
    return Suspension.objects.filter(Q(lifted_at__isnull=True) | ended).order_by("pk")


def review_due(now: datetime) -> QuerySet[Suspension]:
    """Return the suspensions whose review is due and was not called for yet."""
    return in_force().filter(review_at__lte=now, review_told_at__isnull=True).order_by("pk")
