"""Whom a decision about countries concerns, and what it changes for each of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from licensing.countries import NO_TABLE, Place, Step, Switch, stopped, switches
from licensing.countries.asked import asked_of
from licensing.facts import uses_at
from licensing.models import (
    LIVE_GRANT_STATES,
    CountryTelling,
    CountryVersion,
    ExportLicence,
    Grant,
    GrantUser,
)
from licensing.selectors.countries import (
    OrganizationCountries,
    answered,
    content_of,
    counting_from,
    country_of,
    licensed,
    live_licences,
    versions_of,
)
from releases.choices import ReleaseState
from releases.models import Release

# So long before a licence ends its holder is told; of one that ended longer ago nobody is.
BEFORE_THE_END = timedelta(days=30)
AFTER_THE_END = timedelta(days=7)
Cause = CountryTelling.Cause
Row = Any


@dataclass(frozen=True)
class Concerned:
    """What a decision changes for one person on one grant.

    `uses` are what the grant is good for at each kind of stage; `whole` says that nothing of it is
    left.
    """

    grant: Grant
    user: User
    switches: tuple[Switch, ...]
    uses: Mapping[str, list[str]]
    whole: bool


def tellings_owed() -> QuerySet[CountryTelling]:
    """Return the decisions of which somebody is still to be told, the oldest first."""
    return CountryTelling.objects.filter(done_at__isnull=True).order_by("pk")


def licences_ending(now: datetime) -> QuerySet[ExportLicence]:
    """Return the licences that end soon and of which nobody was told that yet."""
    return (
        ExportLicence.objects.filter(
            withdrawn_at__isnull=True,
            ends_at__gt=now - AFTER_THE_END,
            ends_at__lte=now + BEFORE_THE_END,
        )
        .exclude(tellings__cause=Cause.LICENCE_ENDING)
        .order_by("ends_at", "pk")
    )


def is_void(telling: CountryTelling) -> bool:
    """Tell whether what was to be told does not come: a licence withdrawn before it ends."""
    licence = telling.licence
    return (
        telling.cause == Cause.LICENCE_ENDING
        and licence is not None
        and licence.withdrawn_at is not None
    )


def never_counts(telling: CountryTelling) -> bool:
    """Tell whether a newer version goes before it, so that later grants are not concerned."""
    version = telling.version
    if version is None:
        return False
    newer = CountryVersion.objects.filter(board=version.board_id, number__gt=version.number)
    return newer.filter(in_force_at__lte=version.in_force_at).exists()


def next_grants(telling: CountryTelling, most: int) -> list[Row]:
    """Return the next live grants in line, with the countries that the verdict would ask about."""
    now = timezone.now()
    found = Grant.objects.filter(
        state__in=LIVE_GRANT_STATES,
        ends_at__gt=max(now, telling.starts_at),
        pk__gt=telling.told_to,
    )
    if telling.version is not None:
        found = found.filter(model__board=telling.version.board_id)
    elif telling.licence is not None:
        licence = telling.licence
        found = found.filter(model=licence.model_id, organization=licence.organization_id)
    rows = found.select_related("model", "organization", "person").annotate(
        chain=OrganizationCountries(F("organization_id")),
        applicant_id=F("application__applicant"),
        stated=answered("country", "application__"),
        hosting=answered("hosting_country", "application__"),
        licences=_licences(telling.starts_at),
    )
    return list(rows.order_by("pk")[:most])


def _licences(now: datetime) -> ArraySubquery:
    """Return the licences of a grant's holder that count, and whether their end was told."""
    told = CountryTelling.objects.filter(licence=OuterRef("pk"), cause=Cause.LICENCE_ENDING)
    rows = live_licences(now).filter(model=OuterRef("model"), organization=OuterRef("organization"))
    fact = JSONObject(countries="countries", ends_at="ends_at", told=Exists(told))
    return ArraySubquery(rows.order_by().values(fact=fact))


def concerned(telling: CountryTelling, grants: Sequence[Row]) -> list[Concerned]:
    """Return for which of the people named on these grants the decision changes anything."""
    version = telling.version
    steps = _steps_of_licence(telling) if version is None else _steps_of_version(version)
    late = [] if version is None else _steps_for_late(version, steps)
    stages = _stages(grants)
    people = _people(grants)
    judge = _Judge()
    found = []
    for grant in grants:
        own = steps
        if version is not None:
            own = _with_licences(late if grant.created_at > version.made_at else steps, grant)
        every = {
            mode: uses
            for mode in stages[grant.model_id]
            if (uses := uses_at(mode, grant.modes, grant.public_modes))
        }
        for user in people[grant.pk]:
            changed, whole = judge.of(own, tuple(every), _places(grant, user))
            if changed:
                found.append(Concerned(grant, user, changed, every, whole))
    return found


class _Judge:
    """Judges equal circumstances once: most holders of a model are alike."""

    def __init__(self) -> None:
        self._known: dict[Any, tuple[tuple[Switch, ...], bool]] = {}

    def of(
        self, steps: Sequence[Step], modes: tuple[str, ...], places: tuple[Place, ...]
    ) -> tuple[tuple[Switch, ...], bool]:
        """Return what changes, and whether everything is stopped then."""
        circumstances = tuple((step.start, step.licensed_before) for step in steps)
        key = (id(steps[0].before), circumstances, modes, places)
        if key not in self._known:
            changed = tuple(switches(steps, modes, places))
            last = max((switch.start for switch in changed), default=steps[0].start)
            then = [step for step in steps if step.start <= last]
            self._known[key] = changed, stopped(then, modes, places)
        return self._known[key]


def _steps_of_version(version: CountryVersion) -> list[Step]:
    """Compare it with what would count then, and with what was scheduled and it goes before."""
    counting = counting_from(version.board, version.in_force_at, before=version)
    after = content_of(version.table)
    tables = [content_of(each.table) for each in counting]
    if not counting or counting[0].in_force_at > version.in_force_at:
        tables = [NO_TABLE, *tables]
    return [Step(version.in_force_at, table, after) for table in tables]


def _steps_for_late(version: CountryVersion, steps: Sequence[Step]) -> list[Step]:
    """Compare it with what counts until then: of what it goes before they never heard."""
    earlier = versions_of(version.board).filter(
        number__lt=version.number, in_force_at__lt=version.in_force_at
    )
    former = earlier.first()
    return [replace(steps[0], before=content_of(former.table if former else None))]


def _steps_of_licence(telling: CountryTelling) -> list[Step]:
    """Compare with and without it: when the decision counts, and whenever that matters later."""
    licence = telling.licence
    if licence is None:
        return []
    others = [
        each
        for each in ExportLicence.objects.filter(
            model=licence.model_id, organization=licence.organization_id, withdrawn_at__isnull=True
        ).prefetch_related("tellings")
        if each.pk != licence.pk
    ]
    # Later ones tell of themselves.
    versions = list(versions_of(licence.model.board).filter(made_at__lte=telling.made_at))
    moments = {telling.starts_at}
    if telling.cause != Cause.LICENCE_ENDING:
        moments |= {each.in_force_at for each in versions}
    if telling.cause == Cause.LICENCE_RECORDED:
        # Who was told that another licence ends is told that this one goes on.
        moments |= {each.ends_at for each in others if each.tellings.all()}
    steps = []
    for moment in sorted(moments):
        if telling.starts_at < moment < licence.ends_at or moment == telling.starts_at:
            counting = next((each for each in versions if each.in_force_at <= moment), None)
            table = content_of(counting.table if counting else None)
            without = frozenset(
                code for each in others if each.ends_at > moment for code in each.countries
            )
            sides = without | set(licence.countries), without
            gives = telling.cause == Cause.LICENCE_RECORDED
            before, after = reversed(sides) if gives else sides
            steps.append(Step(moment, table, table, before, after))
    return steps


def _with_licences(steps: Sequence[Step], grant: Row) -> list[Step]:
    """Add what licences open; where the end of one was told, what changes then is told as well."""
    licences = [(parse_datetime(row["ends_at"]), row) for row in grant.licences]

    def at(moment: datetime) -> frozenset[str]:
        return licensed(row for ends, row in licences if ends and ends > moment)

    moments = [
        steps[0].start,
        *sorted({ends for ends, row in licences if ends and row["told"]}),
    ]
    return [
        replace(step, start=moment, licensed_before=at(moment), licensed_after=at(moment))
        for moment in moments
        for step in steps
    ]


def _stages(grants: Iterable[Row]) -> dict[int, list[str]]:
    """Return the kinds of stages that the sealed releases of each model are at."""
    rows = (
        Release.objects.filter(
            model__in={grant.model_id for grant in grants},
            state=ReleaseState.SEALED,
            stage__isnull=False,
        )
        .order_by("stage__access_mode")
        .values_list("model", "stage__access_mode")
        .distinct()
    )
    found = defaultdict(list)
    for model, mode in rows:
        found[model].append(mode)
    return found


def _people(grants: Iterable[Row]) -> dict[int, list[Any]]:
    """Return who is named on each grant, with the country that they were vetted in."""
    rows = (
        GrantUser.objects.filter(grant__in=[grant.pk for grant in grants], ended_at__isnull=True)
        .select_related("user")
        .annotate(vetted_in=country_of(OuterRef("user"), timezone.now()))
        .order_by("pk")
    )
    found = defaultdict(list)
    for row in rows:
        row.user.vetted_in = row.vetted_in  # type: ignore[attr-defined]
        found[row.grant_id].append(row.user)
    return found


def _places(grant: Row, user: Any) -> tuple[Place, ...]:  # noqa: ANN401 - a user, annotated
    # What an applicant stated is of themselves; of a colleague only vetting tells.
    own = grant.stated if grant.applicant_id == user.pk else ""
    return asked_of(
        chain=grant.chain,
        people=[(own, ""), (user.vetted_in, "")],
        hosting=grant.hosting,
        held_by_person=grant.organization_id is None,
    )
