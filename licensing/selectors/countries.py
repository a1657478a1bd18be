"""Reading country tables: what is in force, and what it says of an application."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Expression, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONArray, JSONObject
from django.utils import timezone

from accounts.models import Organization, User
from accounts.selectors import live_clearances
from boards.models import OPEN_STATES, Board, Motion
from common.prepared import Parameter, Prepared
from licensing import country_notes
from licensing.countries import (
    ALLOWS_ALL,
    NO_TABLE,
    Effect,
    Finding,
    Place,
    StageEffects,
    Table,
    judge,
)
from licensing.countries.asked import asked_of
from licensing.countries.reading import parse_table
from licensing.country_notes import CountryNote
from licensing.dossier import CHANGE_COUNTRIES
from licensing.facts import MODE_OF, NEEDS_PLACE
from licensing.models import (
    Application,
    ApplicationState,
    CountryRow,
    CountryTable,
    CountryVersion,
    ExportLicence,
)
from licensing.questions.core import MODES
from licensing.selectors import nameable_users
from licensing.selectors.suspensions import IsElement
from releases.models import Model

Moment = datetime | Expression
# Of organisations, where one is to be named.
SUGGESTED = 300


class OrganizationCountries(Func):
    """The countries of an organisation and of those that it belongs to, from itself upwards."""

    template = (
        "ARRAY(WITH RECURSIVE up AS ("
        "SELECT o.parent_id, o.country, 0 AS depth FROM accounts_organization o "
        "WHERE o.id = %(expressions)s UNION ALL "
        "SELECT o.parent_id, o.country, up.depth + 1 FROM accounts_organization o "
        # There are no circles; the end is for the planner's and everybody's peace.
        "JOIN up ON o.id = up.parent_id WHERE up.depth < 20) "
        "SELECT up.country::text FROM up ORDER BY up.depth)"
    )
    output_field = ArrayField(TextField())


def answered(key: str, path: str = "") -> Expression:
    """Return an answer that is a country, of the application at this path with its `__`."""
    answer = Cast(KeyTextTransform(key, f"{path}answers"), TextField())
    return Coalesce(answer, Value(""), output_field=TextField())


def country_of(user: OuterRef, now: Moment) -> Expression:
    """Return the country that a person was vetted with last, as far as that still counts."""
    vetted = live_clearances(now).filter(user=user).exclude(country="").order_by("-pk")
    return Coalesce(Subquery(vetted.values("country")[:1]), Value(""), output_field=TextField())


# What is in force


def newest_begun(board: OuterRef | Board | int, now: Moment) -> QuerySet[CountryVersion]:
    """Return the versions of a board that have begun, the one that counts first."""
    return CountryVersion.objects.filter(board=board, in_force_at__lte=now).order_by("-number")


def rows_in_force(board: OuterRef, access_mode: OuterRef, now: Moment) -> QuerySet[Any]:
    """Return what counts at a stage of the query around this one, for `stage_effects` to read.

    `board` is a path from within the subquery of this one: an OuterRef of an OuterRef.
    """
    table = Subquery(newest_begun(board, now).values("table")[:1])
    rows = CountryRow.objects.filter(table=table, access_mode=access_mode).order_by()
    return rows.values(fact=JSONArray("covers", "country", "effect"))


def stage_effects(rows: Iterable[Sequence[str]]) -> StageEffects:
    """Return what a stage does, from (covers, country, effect) rows; without any it allows all."""
    named: dict[str, Effect] = {}
    other: dict[str, Effect] = {}
    for covers, country, effect in rows:
        (named if country else other)[country or covers] = Effect(effect)
    return StageEffects(
        other.get(CountryRow.Covers.EVERYONE_ELSE, Effect.ALLOW),
        other.get(CountryRow.Covers.UNKNOWN, Effect.ALLOW),
        tuple(sorted(named.items())),
    )


def version_in_force(board: Board | int, now: datetime | None = None) -> CountryVersion | None:
    """Return the version that counts for a board's models, if there is any."""
    rows = newest_begun(board if isinstance(board, int) else board.pk, now or timezone.now())
    return rows.select_related("table", "made_by", "motion").first()


def versions_of(board: Board) -> QuerySet[CountryVersion]:
    """Return every version, those to come included, newest first."""
    rows = CountryVersion.objects.filter(board=board).order_by("-number")
    return rows.select_related("table", "made_by", "motion", "board")


def counting_from(
    board: Board, start: datetime, *, before: CountryVersion | None = None
) -> list[CountryVersion]:
    """Return what would count at some time from `start` on: then, and what is scheduled later.

    With `before`, as it would be without that version and whatever came after it.
    """
    found = versions_of(board)
    rows = list(found.filter(number__lt=before.number) if before is not None else found)
    then = next((each for each in rows if each.in_force_at <= start), None)
    later = [
        each
        for each in rows
        if each.in_force_at > start and (not then or each.number > then.number)
    ]
    return [*([then] if then else []), *later]


def content_of(table: CountryTable | None) -> Table:
    """Return what a table says; nobody is asked anything without one."""
    return parse_table(table.text) if table is not None else NO_TABLE


def table_in_force(board: Board | int, now: datetime | None = None) -> Table:
    """Return the table that counts for a board's models."""
    version = version_in_force(board, now)
    return content_of(version.table if version else None)


def table_with(board: Board, digest: str) -> CountryTable | None:
    """Return the board's table of this digest."""
    return CountryTable.objects.filter(board=board, digest=digest).first()


def version_by_public_id(public_id: UUID) -> CountryVersion | None:
    """Find a version."""
    rows = CountryVersion.objects.select_related("table", "board", "made_by", "motion")
    return rows.filter(public_id=public_id).first()


def open_change(board: Board) -> Motion | None:
    """Return the motion for another table that is before the board."""
    rows = Motion.objects.filter(kind=CHANGE_COUNTRIES, board=board, state__in=OPEN_STATES)
    return rows.order_by("pk").first()


# Licences


def live_licences(now: Moment) -> QuerySet[ExportLicence]:
    """Return the licences that count."""
    return ExportLicence.objects.filter(withdrawn_at__isnull=True, ends_at__gt=now)


def licensed_countries(model: OuterRef, organization: OuterRef, now: Moment) -> ArraySubquery:
    """Return what an organisation has licences for, for `licensed` to read."""
    rows = live_licences(now).filter(model=model, organization=organization).order_by()
    return ArraySubquery(rows.values(fact=JSONObject(countries="countries")))


def licensed(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the countries that licences name."""
    return frozenset(code for row in rows for code in row["countries"])


def licences_of(model: Model) -> QuerySet[ExportLicence]:
    """Return every licence for a model, newest first."""
    rows = ExportLicence.objects.filter(model=model).order_by("-pk")
    return rows.select_related("model", "organization", "recorded_by", "withdrawn_by")


def known_organizations(model: Model) -> list[Organization]:
    """Return the organisations that have or had a grant for a model, or applied for it."""
    applied = Application.objects.filter(model=model).exclude(state=ApplicationState.DRAFT)
    known = Q(grants__model=model) | Q(pk__in=applied.values("organization"))
    found = Organization.objects.filter(known).distinct().order_by("name", "pk")
    return list(found[:SUGGESTED])


# Who is asked about which countries


def stages_asked(modes: Iterable[str]) -> list[str]:
    """Return the kinds of stages that a grant for these modes is reviewed for."""
    return sorted({NEEDS_PLACE[action] for action, mode in MODE_OF.items() if mode in set(modes)})


@dataclass(frozen=True)
class Outlook:
    """What the table says of an application: for each kind of stage asked for, its findings."""

    findings: Mapping[str, list[Finding]] = field(default_factory=dict)
    has_table: bool = False

    @property
    def stopping(self) -> list[tuple[str, Finding]]:
        """What keeps it from being approved: kind of stage and finding."""
        return [
            (mode, each) for mode, found in self.findings.items() for each in found if each.stops
        ]

    @property
    def reviewed(self) -> list[tuple[str, Finding]]:
        """What takes a second reviewer, where nothing stops it."""
        return [
            (mode, each)
            for mode, found in self.findings.items()
            for each in found
            if each.needs_second and not each.stops
        ]


def outlooks(
    applications: Iterable[Application], now: datetime | None = None
) -> dict[int, Outlook]:
    """Return what the table says of the organisations and applicants, in one query.

    Of others who are to be named nothing is looked up; `outlook` does.
    """
    rows = _asked(applications, now or timezone.now())
    return {row.pk: _outlook(row, _modes_asked(row), _places(row)) for row in rows}


def outlook(
    application: Application,
    users: Iterable[User] | None = None,
    modes: Iterable[str] | None = None,
) -> Outlook:
    """Return what the table says of an application and all who are to be named.

    One query, and more only where the table asks anything of anybody.
    """
    now = timezone.now()
    (row,) = _asked([application], now)
    modes = _modes_asked(row) if modes is None else list(modes)
    if all(stage == ALLOWS_ALL for stage in _stages(row).values()):
        return Outlook(has_table=bool(row.country_rows))
    named = nameable_users(application) if users is None else list(users)
    ids = [user.pk for user in named if user.pk != application.applicant_id]
    vetted = User.objects.filter(pk__in=ids).annotate(vetted_in=country_of(OuterRef("pk"), now))
    people = vetted.order_by("pk").values_list("vetted_in", "full_name")
    return _outlook(row, modes, (*_places(row), *asked_of(people=people)))


def notes_for(application: Application) -> list[CountryNote]:
    """Return what to say of countries to whoever writes the application, in one query.

    Of those whom they want named nothing is said; a reviewer can leave them out. Where no mode is
    chosen yet, all are looked at.
    """
    (row,) = _asked([application], timezone.now())
    stages, may, asked = _stages(row), licensed(row.licences), _modes_asked(row)
    places = asked_of(
        chain=row.chain,
        # Another country than the one vetted reopens the clearance: what they state now counts.
        people=[(row.stated or row.vetted_in, "")],
        hosting=row.hosting,
    )
    findings = {
        mode: judge(stages.get(NEEDS_PLACE[action], ALLOWS_ALL), places, may)
        for action, mode in MODE_OF.items()
        if not asked or mode in asked
    }
    return country_notes.notes(
        findings,
        {mode: str(name) for mode, name in MODES.items()},
        asked=asked,
        contact=settings.SCREENING_CONTACT,
        for_organization=row.organization_id is not None,
    )


def _asked(applications: Iterable[Application], now: datetime) -> list[Any]:
    return _ASKED.fetch(ids=[each.pk for each in applications], now=now)


def _about_applications() -> QuerySet[Application]:
    now = Parameter("now", "timestamptz")
    board = OuterRef(OuterRef("model__board"))
    table = Subquery(newest_begun(board, now).values("table")[:1])
    rows = CountryRow.objects.filter(table=table, access_mode__in=NEEDS_PLACE.values()).order_by()
    return Application.objects.filter(IsElement(F("pk"), Parameter("ids", "bigint[]"))).annotate(
        chain=OrganizationCountries(F("organization_id")),
        vetted_in=country_of(OuterRef("applicant"), now),
        stated=answered("country"),
        hosting=answered("hosting_country"),
        applicant_name=F("applicant__full_name"),
        licences=licensed_countries(OuterRef("model"), OuterRef("organization"), now),
        country_rows=ArraySubquery(
            rows.values(fact=JSONArray("access_mode", "covers", "country", "effect"))
        ),
    )


# Asked at every step of an application, and written out anew it would take longer than to answer.
_ASKED = Prepared(_about_applications)


def _modes_asked(row: Any) -> list[str]:  # noqa: ANN401 - an application, annotated
    modes = row.answers.get("modes")
    return [str(mode) for mode in modes] if isinstance(modes, list) else []


def _stages(row: Any) -> dict[str, StageEffects]:  # noqa: ANN401 - as above
    by_mode: dict[str, list[Sequence[str]]] = {}
    for mode, *rest in row.country_rows:
        by_mode.setdefault(mode, []).append(rest)
    return {mode: stage_effects(rows) for mode, rows in by_mode.items()}


def _places(row: Any) -> tuple[Place, ...]:  # noqa: ANN401 - as above
    name = row.applicant_name
    return asked_of(
        chain=row.chain,
        people=[(row.stated, name), (row.vetted_in, name)],
        hosting=row.hosting,
        held_by_person=row.organization_id is None,
    )


def _outlook(row: Any, modes: Iterable[str], places: Sequence[Place]) -> Outlook:  # noqa: ANN401
    stages, may = _stages(row), licensed(row.licences)
    found = {mode: judge(stages.get(mode, ALLOWS_ALL), places, may) for mode in stages_asked(modes)}
    return Outlook(found, has_table=bool(row.country_rows))
