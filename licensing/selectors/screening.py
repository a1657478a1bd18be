"""Screening as reviewers and leads see it: whose hits they may know of, and what these stop."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONArray

from accounts.models import ScreeningHit, ScreeningRound, User, Watch, WatchReason
from accounts.selectors import live_memberships, screening
from licensing.models import (
    LIVE_GRANT_STATES,
    Application,
    Grant,
    GrantState,
    SuspensionRequest,
)
from releases.models import Model

APPLICATION = "licensing.application"
GRANT = "licensing.grant"
CLEARANCE = "accounts.clearance"


def hits_concerning(
    user: User, reviewed: QuerySet[Model], braked: QuerySet[Model]
) -> QuerySet[ScreeningHit]:
    """Return the hits that the person may know of, by the models that are theirs.

    Of applicants and grantees of models they review or may hold; of whoever has a clearance,
    which counts for every model, all reviewers. Never of themselves or of who they belong to.
    """
    reasons = WatchReason.objects.filter(watch=OuterRef("watch"))
    theirs = Model.objects.filter(Q(pk__in=reviewed.values("pk")) | Q(pk__in=braked.values("pk")))
    applied = Application.objects.filter(model__in=theirs.values("pk")).values("pk")
    granted = Grant.objects.filter(model__in=theirs.values("pk")).values("pk")
    known = (
        Q(Exists(reasons.filter(source=APPLICATION, source_id__in=applied)))
        | Q(Exists(reasons.filter(source=GRANT, source_id__in=granted)))
        | Q(Exists(reasons.filter(source=CLEARANCE)), Exists(theirs))
    )
    return (
        ScreeningHit.objects.filter(known)
        .exclude(_own(user))
        .select_related("on_list", "watch__user", "watch__organization", "round")
    )


def _own(user: User) -> Q:
    """Match what is about the person, or about their organisations and those in them."""
    mine = live_memberships().filter(user=user).values("organization")
    colleagues = live_memberships().filter(organization__in=mine)
    return (
        Q(watch__user=user)
        | Q(watch__sealed_for=user.pseudonym)
        | Q(watch__organization__in=mine)
        | Q(watch__user__in=colleagues.values("user"))
        | Q(
            watch__sealed_for__in=colleagues.values("user__pseudonym"),
            watch__sealed_for__isnull=False,
        )
    )


def in_order(hits: QuerySet[ScreeningHit]) -> QuerySet[ScreeningHit]:
    """Return hits as the queue shows them: the newest first, by a key that pages go on from."""
    return hits.order_by("-pk")


def watches_of(application: Application) -> QuerySet[Watch]:
    """Return the subjects that are screened because of an application."""
    reasons = WatchReason.objects.filter(
        source=APPLICATION, source_id=application.pk, ended_at__isnull=True
    )
    return Watch.objects.filter(pk__in=reasons.values("watch"))


@dataclass(frozen=True)
class Standing:
    """What screening says of the parties to an application."""

    lists: bool
    watched: int
    due: int
    open: int
    confirmed: int


def standing_of(application: Application) -> Standing:
    """Return what screening says of the parties to an application, in one query or two."""
    hits = ScreeningHit.objects.filter(watch=OuterRef("pk")).order_by()
    latest = ScreeningRound.objects.order_by("-pk").values("pk")[:1]
    parties = list(
        watches_of(application)
        .annotate(
            latest=Subquery(latest),
            found=ArraySubquery(hits.values(fact=JSONArray("decision", "listed"))),
        )
        .values_list("round", "latest", "found")
    )
    lists = parties[0][1] is not None if parties else screening.current_round() is not None
    found = [tuple(hit) for _round, _latest, each in parties for hit in each]
    return Standing(
        lists=lists,
        watched=len(parties),
        due=sum(now is not None and at != now for at, now, _found in parties),
        open=found.count(("", True)),
        confirmed=sum(decision == ScreeningHit.Decision.THEM for decision, _listed in found),
    )


def listed_holder() -> Q:
    """Match the grants whose holder somebody decided to be a listed party."""
    return Q(
        Exists(screening.confirmed_hits().filter(watch__organization=OuterRef("organization")))
    ) | Q(Exists(screening.confirmed_hits().filter(watch__user=OuterRef("person"))))


def requests_open(models: Iterable[int]) -> QuerySet[SuspensionRequest]:
    """Return what leads of these models are asked to suspend, and did not yet."""
    return (
        SuspensionRequest.objects.filter(
            Q(hit__decision="", hit__listed=True) | Q(hit__decision="them"),
            grant__model__in=list(models),
            grant__state__in=LIVE_GRANT_STATES,
            hit__exact=True,
        )
        .exclude(grant__state=GrantState.SUSPENDED)
        .select_related("grant__model", "grant__organization", "grant__person", "hit__on_list")
        .order_by("-pk")
    )


def grants_with(hit: ScreeningHit) -> QuerySet[Grant]:
    """Return the live grants that a hit's subject is a party to."""
    granted = WatchReason.objects.filter(
        watch=hit.watch_id, source=GRANT, ended_at__isnull=True
    ).values("source_id")
    found = Grant.objects.filter(pk__in=granted, state__in=LIVE_GRANT_STATES)
    return found.select_related("model", "organization", "person").order_by("-pk")


def applications_with(hit: ScreeningHit) -> QuerySet[Application]:
    """Return the open applications that a hit's subject is a party to."""
    applied = WatchReason.objects.filter(
        watch=hit.watch_id, source=APPLICATION, ended_at__isnull=True
    ).values("source_id")
    found = Application.objects.filter(pk__in=applied)
    return found.select_related("model", "organization", "applicant").order_by("-pk")


def to_ask_about() -> QuerySet[WatchReason]:
    """Return the grants, by their reasons, of whose parties an exact hit is not asked about."""
    exact = screening.exact_open_hits().filter(watch=OuterRef("watch"))
    asked = SuspensionRequest.objects.filter(
        grant=OuterRef(OuterRef("source_id")), hit=OuterRef("pk")
    )
    return WatchReason.objects.filter(
        Exists(exact.filter(~Exists(asked))), source=GRANT, ended_at__isnull=True
    ).order_by("pk")


def unwatched_grants() -> QuerySet[Grant]:
    """Return the live grants of which somebody is not watched who should be."""
    live = WatchReason.objects.filter(source=GRANT, source_id=OuterRef("pk"), ended_at__isnull=True)
    of_parent = live.filter(watch__organization=OuterRef("organization__parent"))
    missed = ~Q(Exists(live)) | Q(~Exists(of_parent), organization__parent__isnull=False)
    return Grant.objects.filter(missed, state__in=LIVE_GRANT_STATES).order_by("pk")


def overdue_reasons(
    source: str, live: QuerySet[Grant] | QuerySet[Application]
) -> QuerySet[WatchReason]:
    """Return the reasons of which the row that they name is over."""
    return WatchReason.objects.filter(
        ~Exists(live.filter(pk=OuterRef("source_id"))), source=source, ended_at__isnull=True
    ).order_by(F("pk"))
