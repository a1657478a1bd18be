"""Whom a suspension of a selection would stop, counted and listed before it is placed."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from common.countries import COUNTRIES
from licensing.dry_run import NAMED
from licensing.models import LIVE_GRANT_STATES, Grant, GrantState, GrantUser
from licensing.selection import Criteria
from licensing.selectors import holder_name, mode_names, suspensions
from releases.dry_run import Effect

# So many countries are shown by name, those with most grants first.
COUNTRIES_SHOWN = 8


def count_selected(criteria: Criteria, governed: Sequence[int]) -> list[Effect]:
    """Return what a suspension would stop. Holders are named on the models `governed` only."""
    grants = suspensions.selected(criteria)
    counts = grants.aggregate(
        live=Count("pk"),
        working=Count("pk", filter=Q(state=GrantState.ACTIVE)),
        waiting=Count("pk", filter=Q(state__in=[GrantState.PENDING_TERMS, GrantState.QUEUED])),
        already=Count("pk", filter=Q(state=GrantState.SUSPENDED)),
        organizations=Count("organization", distinct=True),
        people=Count("person", distinct=True),
    )
    every = Grant.objects.filter(state__in=LIVE_GRANT_STATES)
    if criteria.model is not None:
        every = every.filter(model=criteria.model)
    return [
        Effect(
            _("Grants"),
            counts["live"],
            every.count() - counts["live"],
            _("Of this model; those that are not selected stay.")
            if criteria.model
            else _("Of every model; those that are not selected stay."),
            _names(grants.filter(model__in=governed), counts["live"]),
        ),
        Effect(_("Grants that work now"), counts["working"]),
        Effect(
            _("Grants that wait for terms or a place"),
            counts["waiting"],
            help=_("Nobody is admitted from among them."),
        ),
        Effect(
            _("Grants that are suspended already, each alone"),
            counts["already"],
            help=_("They stay so when this is lifted."),
        ),
        Effect(_("Organisations"), counts["organizations"]),
        Effect(_("People without an organisation"), counts["people"]),
        Effect(
            _("People named on the grants"),
            GrantUser.objects.filter(ended_at__isnull=True, grant__in=grants.values("pk"))
            .values("user")
            .distinct()
            .count(),
            help=_countries(grants),
        ),
    ]


def _names(grants: QuerySet[Grant], count: int) -> tuple[str, ...]:
    page = listed(grants)[:NAMED]
    names = tuple(f"{holder_name(grant)}, {grant.model}" for grant in page)
    more = count - len(names)
    return (*names, _("and %(count)d more") % {"count": more}) if more and names else names


def _countries(grants: QuerySet[Grant]) -> str:
    found = list(
        grants.annotate(holder_country=suspensions.holder_country())
        .values("holder_country")
        .order_by()
        .annotate(count=Count("pk"))
        .order_by("-count", "holder_country")[:COUNTRIES_SHOWN]
    )
    words = [f"{_country(each['holder_country'])} {each['count']}" for each in found]
    return (
        _("Grants by country of the holder: %(list)s") % {"list": ", ".join(words)} if words else ""
    )


def _country(code: str) -> str:
    return COUNTRIES.get(code, code) or _("not known")


def listed(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Return grants with what a line shows, in a fixed order."""
    return (
        grants.annotate(holder_country=suspensions.holder_country())
        .select_related("model", "organization", "person")
        .order_by("pk")
    )


HEADER = ("grant", "model", "holder", "kind", "country", "access", "given", "state", "ends_at")


def rows(grants: QuerySet[Grant]) -> Iterator[Iterable[object]]:
    """Return the grants as the rows of a CSV file, read in pieces."""
    for grant in listed(grants).iterator(chunk_size=2000):
        yield (
            grant.public_id,
            grant.model,
            holder_name(grant),
            "organization" if grant.organization_id else "person",
            grant.holder_country,  # type: ignore[attr-defined]
            mode_names(grant),
            "reviewed" if grant.application_id else "self_service",
            grant.state,
            grant.ends_at.isoformat(),
        )
