"""What a hold or a demotion would stop, judged by the rules of the verdict themselves.

Each grant is judged as it stands and as it would stand, for a person of whom all else is well:
named, verified, vetted, with the terms accepted. Equal grants are judged once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licensing.countries import Table
from licensing.countries.asked import asked_of
from licensing.facts import (
    NAMED_ACCESS_MODES,
    SELF_SERVICE,
    BanFact,
    DutyFact,
    Facts,
    GrantFact,
    VerdictAction,
    place_among,
    suspension_facts,
)
from licensing.models import (
    LIVE_GRANT_STATES,
    OPEN_APPLICATION_STATES,
    Admission,
    Application,
    Grant,
)
from licensing.rules import evaluate
from licensing.selectors import bans, duties, holder_name, suspensions
from licensing.selectors.countries import (
    OrganizationCountries,
    answered,
    country_of,
    licensed,
    licensed_countries,
    table_in_force,
)
from licensing.selectors.screening import listed_holder
from releases.dry_run import Effect, Way
from releases.models import Hold, Release, Stage

# So many of those affected are shown by name.
NAMED = 25
USES = (VerdictAction.DOWNLOAD, VerdictAction.USE_API)
# A grant with the further attributes that the query here annotates.
Row = Any


@dataclass(frozen=True)
class Loss:
    """One grant that works, and which of its uses would stop and which stay."""

    grant: Row
    stops: frozenset[VerdictAction]
    stays: frozenset[VerdictAction]


World = tuple[Release, Facts]


def losses(releases: Sequence[Release], ways: Sequence[Way]) -> list[list[Loss]]:
    """Return, for each way, the grants that can be used now, and what each would lose.

    Several releases are one: a grant keeps a use that any of them leaves it.
    """
    now = timezone.now()
    judge = Judge()
    tables = tables_of(releases, now)
    present = worlds(releases, now, tables)
    futures = [
        [
            (release, _after(way, facts, tables[release.model.board_id]))
            for release, facts in present
        ]
        for way in ways
    ]
    found: list[list[Loss]] = [[] for _way in ways]
    for grant in live_grants(releases, now):
        before = judge.uses(present, grant)
        for kept, future in zip(found, futures, strict=True):
            if before:
                after = judge.uses(future, grant)
                kept.append(Loss(grant, before - after, before & after))
    return found


class Judge:
    """Evaluates equal facts once."""

    def __init__(self) -> None:
        self._known: dict[Facts, frozenset[VerdictAction]] = {}

    def uses(self, worlds: Sequence[World], grant: Row) -> frozenset[VerdictAction]:
        """Return the uses to which some release says yes."""
        given = (self.allowed(with_grant(facts, each, grant)) for each, facts in worlds)
        return frozenset().union(*given)

    def allowed(self, facts: Facts) -> frozenset[VerdictAction]:
        """Return the uses that the facts allow."""
        if facts not in self._known:
            self._known[facts] = frozenset(
                action for action in USES if evaluate(action, facts).allowed
            )
        return self._known[facts]


def live_grants(releases: Sequence[Release], now: datetime) -> list[Row]:
    """Return the live grants on the models of these releases, with what the rules look at."""
    admissions = Admission.objects.filter(
        grant=OuterRef("pk"), release__in=[release.pk for release in releases]
    )
    return list(
        Grant.objects.filter(
            model__in={release.model_id for release in releases},
            state__in=LIVE_GRANT_STATES,
            ends_at__gt=now,
        )
        .select_related("organization", "person")
        .annotate(
            holder_country=suspensions.holder_country(),
            suspensions=ArraySubquery(
                suspensions.suspending().values(
                    fact=JSONObject(reason="reason", access_modes="access_modes")
                )
            ),
            stopping=ArraySubquery(duties.stopping_duties(now)),
            banned=ExpressionWrapper(bans.banned_holder(), output_field=BooleanField()),
            listed=ExpressionWrapper(listed_holder(), output_field=BooleanField()),
            chain=OrganizationCountries(F("organization_id")),
            stated=answered("country", "application__"),
            hosting=answered("hosting_country", "application__"),
            vetted_in=country_of(OuterRef("person"), now),
            licences=licensed_countries(OuterRef("model"), OuterRef("organization"), now),
            people=Count("named_users", filter=Q(named_users__ended_at__isnull=True)),
            places=ArraySubquery(
                admissions.values(
                    fact=JSONObject(
                        release="release_id", access_mode="stage__access_mode", state="state"
                    )
                )
            ),
        )
        .order_by("pk")
    )


def tables_of(releases: Iterable[Release], now: datetime) -> dict[int, Table]:
    """Return the country table that counts for each board of these releases."""
    boards = sorted({release.model.board_id for release in releases})
    return {board: table_in_force(board, now) for board in boards}


def worlds(releases: Sequence[Release], now: datetime, tables: Mapping[int, Table]) -> list[World]:
    """Return the facts of each release under its board's table, without a grant."""
    models = {release.model_id for release in releases}
    holds = list(Hold.objects.filter(model__in=models).exclude(state=Hold.State.LIFTED))
    return [
        (
            release,
            _world(
                release,
                now,
                frozenset(
                    hold.kind
                    for hold in holds
                    if hold.model_id == release.model_id and hold.release_id in (None, release.pk)
                ),
                tables[release.model.board_id],
            ),
        )
        for release in releases
    ]


def _world(release: Release, now: datetime, holds: frozenset[str], table: Table) -> Facts:
    stage = release.stage
    facts = Facts(
        now=now,
        release_state=release.state,
        access_mode="none",
        stage_name="",
        required_tier=0,
        holds=holds,
        takes_applications=False,
        self_service=frozenset(),
        staff=False,
        signed_in=True,
        active=True,
        email_verified=True,
        token=None,
        person_tier=0,
        terms=(),
        grant=None,
        held="",
        open_application="",
        declined=False,
    )
    return _at_stage(facts, stage, table) if stage else facts


def _at_stage(facts: Facts, stage: Stage, table: Table) -> Facts:
    mode = stage.access_mode
    return replace(
        facts,
        access_mode=mode,
        self_service=SELF_SERVICE.get(mode, frozenset()),
        countries=table.at(mode),
    )


def _after(way: Way, facts: Facts, table: Table) -> Facts:
    if way.stage is not None:
        return _at_stage(facts, way.stage, table)
    return replace(facts, holds=facts.holds | {way.hold})


def with_grant(facts: Facts, release: Release, grant: Row) -> Facts:
    """Add a grant to the facts of a release, for a person of whom all else is well."""
    return replace(
        facts,
        grant=GrantFact(
            id=0,
            state=grant.state,
            modes=frozenset(grant.modes),
            # It has not ended; when it will is of no matter here.
            ends_at=datetime.max.replace(tzinfo=facts.now.tzinfo),
            named=True,
            for_organization=grant.organization_id is not None,
            member=True,
            organization_tier=0,
            place=place_among(grant.places, release.pk, facts.access_mode),
            reviewed=frozenset(set(grant.modes) - set(grant.public_modes)),
            suspensions=suspension_facts(grant.suspensions),
            places=asked_of(
                chain=grant.chain,
                people=[(grant.stated, ""), (grant.vetted_in, "")],
                hosting=grant.hosting,
                held_by_person=grant.organization_id is None,
            ),
            licensed=licensed(grant.licences),
            duties=tuple(DutyFact(duty["kind"]) for duty in grant.stopping),
        ),
        # On whomever it is, nobody uses the grant.
        ban=BanFact("") if grant.banned else None,
        listed=grant.listed,
    )


# What a room above counts of releases, given for each way the grants that lose their downloads;
# it gives the same labels, in order, for each way.
DownloadCounter = Callable[[Sequence[Release], Sequence[set[int]]], list[list[Effect]]]
_download_counters: list[DownloadCounter] = []


def register_downloads(counter: DownloadCounter) -> None:
    """Add what a room above counts. Called once, when the application starts."""
    if counter not in _download_counters:
        _download_counters.append(counter)


def count_grants(releases: Sequence[Release], ways: Sequence[Way]) -> list[list[Effect]]:
    """Return what each way would do to grants, holders, places, applications and downloads."""
    found = losses(releases, ways)
    beside = _Beside.read(releases)
    counted = [_count_way(way, each, beside) for way, each in zip(ways, found, strict=True)]
    without = [
        {loss.grant.pk for loss in each if VerdictAction.DOWNLOAD in loss.stops} for each in found
    ]
    for count in _download_counters:
        for effects, more in zip(counted, count(releases, without), strict=True):
            effects.extend(more)
    return counted


@dataclass(frozen=True)
class _Beside:
    """What is counted beside the grants, read once for all ways."""

    # Grant and state of each place, and the slug of the stage that it is at.
    places: list[tuple[int, str, str]]
    applications: int
    # Another release of the model is at a stage that one applies for.
    others_take_applications: bool

    @classmethod
    def read(cls, releases: Sequence[Release]) -> "_Beside":
        """Read it of some releases of one model."""
        ids = [release.pk for release in releases]
        models = {release.model_id for release in releases}
        places = Admission.objects.filter(release__in=ids, grant__state__in=LIVE_GRANT_STATES)
        others = Release.objects.filter(
            model__in=models, state="sealed", stage__access_mode__in=NAMED_ACCESS_MODES
        ).exclude(pk__in=ids)
        return cls(
            list(places.values_list("grant", "state", "stage__slug")),
            Application.objects.filter(model__in=models, state__in=OPEN_APPLICATION_STATES).count(),
            others.exists(),
        )


def _count_way(way: Way, found: list[Loss], beside: _Beside) -> list[Effect]:
    lost = [loss for loss in found if loss.stops]
    kept = [loss for loss in found if not loss.stops]
    return [
        *(_uses(found, action, label) for action, label in _use_labels().items()),
        Effect(
            _("Holders"),
            len(lost),
            len(kept),
            _("Each holds one grant; those who lose one use and keep another count as stopped."),
            tuple(_line(loss.grant) for loss in lost[:NAMED]) + _more(len(lost)),
        ),
        Effect(
            _("People named on the grants"),
            sum(loss.grant.people for loss in lost),
            sum(loss.grant.people for loss in kept),
        ),
        *_places(way, beside, {loss.grant.pk for loss in lost}),
        _applications(way, beside),
    ]


def _use_labels() -> dict[VerdictAction, str]:
    return {
        VerdictAction.DOWNLOAD: _("Grants that can download"),
        VerdictAction.USE_API: _("Grants that can use the hosted API"),
    }


def _uses(found: list[Loss], action: VerdictAction, label: str) -> Effect:
    return Effect(
        label,
        sum(action in loss.stops for loss in found),
        sum(action in loss.stays for loss in found),
    )


def _line(grant: Row) -> str:
    people = ngettext("%(count)d person", "%(count)d people", grant.people)
    return f"{holder_name(grant)} ({people % {'count': grant.people}})"


def _more(count: int) -> tuple[str, ...]:
    if count <= NAMED:
        return ()
    return (_("and %(count)d more") % {"count": count - NAMED},)


def _places(way: Way, beside: _Beside, lost: set[int]) -> list[Effect]:
    """Return the places of live grants: those admitted, and those that wait in line."""
    admitted = [grant for grant, state, _slug in beside.places if state == "admitted"]
    waiting = [slug for _grant, state, slug in beside.places if state == "queued"]
    # A line is kept for each stage; another stage has one of its own.
    staying = sum(way.stage is not None and slug == way.stage.slug for slug in waiting)
    return [
        Effect(
            _("Places in a cohort"),
            sum(grant in lost for grant in admitted),
            sum(grant not in lost for grant in admitted),
            _("A place that stops is kept, and counts again once the release is open again."),
        ),
        Effect(
            _("Waiting for a place"),
            len(waiting) - staying,
            staying,
            _("Nobody is admitted from a line that stops."),
        ),
    ]


def _applications(way: Way, beside: _Beside) -> Effect:
    count = beside.applications
    label = _("Applications under way")
    help_text = _("They can be decided; what is approved gets no place where places stop.")
    stays = way.stage is None or way.stage.has_cohort or beside.others_take_applications
    return Effect(label, 0 if stays else count, count if stays else 0, help_text)
