"""Reading duties: what is owed, and by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    TextChoices,
)
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import live_memberships
from common import reminders
from licensing.duties import Consequence, Performer
from licensing.duty_dates import OVERDUE, REMINDERS
from licensing.duty_plan import USING
from licensing.models import (
    DONE_DUTY_STATES,
    OPEN_DUTY_STATES,
    Acceptance,
    DutyState,
    DutyStatement,
    Grant,
    GrantUser,
    OwedDuty,
)
from licensing.selectors import KEEPER_ROLES, grants_of, keepers_of, named_users
from licensing.selectors.agreements import SIGNING_ROLES
from releases.choices import Right
from releases.models import Model, Release
from releases.permissions import users_with_right

# One duty


def all_duties() -> QuerySet[OwedDuty]:
    """Return duties with what their pages show."""
    return OwedDuty.objects.select_related(
        "grant__organization",
        "grant__person",
        "grant__model",
        "model__board",
        "terms",
        "version__terms",
        "release__model",
    )


def locked(duty_id: int) -> OwedDuty:
    """Return a duty whose row is locked, with its grant."""
    return all_duties().select_for_update(no_key=True, of=("self",)).get(pk=duty_id)


def all_statements() -> QuerySet[DutyStatement]:
    """Return statements with what their pages show."""
    return DutyStatement.objects.select_related("duty", "user", "receipt").defer("receipt__file")


def last_statement(duty: OwedDuty) -> DutyStatement | None:
    """Return what was stated last on a duty."""
    return duty.statements.order_by("-pk").first()


def performers_of(duty: OwedDuty) -> list[User]:
    """Return who may perform a duty: where nobody is left of those named, who keeps the grant."""
    grant = duty.grant
    if grant.organization is None:
        return [grant.person] if grant.person is not None and grant.person.is_active else []
    if duty.performer == Performer.SIGNATORY:
        found = _members(grant, SIGNING_ROLES)
    elif duty.performer == Performer.USER:
        found = [user for user in named_users(grant) if user.is_active]
    else:
        found = keepers_of(grant)
    return found or keepers_of(grant)


def _members(grant: Grant, roles: Sequence[str]) -> list[User]:
    members = live_memberships().filter(
        organization=grant.organization_id, role__in=roles, user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("pk")[:50]]


def capacity_of(user: User, duty: OwedDuty) -> str:
    """Return in which capacity somebody may perform a duty; empty for whoever may not."""
    if user.pk not in {each.pk for each in performers_of(duty)}:
        return ""
    return duty.performer if duty.grant.organization_id is not None else "self"


def leads_of(duty: OwedDuty) -> list[User]:
    """Return whom an overdue duty calls: who may place holds on the model."""
    return list(users_with_right(Right.PLACE_HOLD, duty.model))


def stopping_duties(now: object) -> QuerySet[Any]:
    """Return those that stop the grant of the query around this one, by the clock."""
    return (
        OwedDuty.objects.filter(
            grant=OuterRef("pk"),
            state__in=OPEN_DUTY_STATES,
            consequence=Consequence.STOP,
            due_at__lte=now,
        )
        .order_by("due_at", "pk")
        .values(fact=JSONObject(kind="kind", public_id="public_id"))
    )


def to_tell_of(now: datetime) -> QuerySet[OwedDuty]:
    """Return the open duties of which a reminder, or that they are overdue, was not told yet."""
    overdue = Q(due_at__lte=now) & (Q(reminded__isnull=True) | Q(reminded__gt=OVERDUE))
    soon = reminders.due("due_at", "reminded", REMINDERS, now)
    return OwedDuty.objects.filter(overdue | soon, state__in=OPEN_DUTY_STATES).order_by("due_at")


# Lists


class Shown(TextChoices):
    """Which duties a list shows, by the clock."""

    OPEN = "open", _("Owed now")
    OVERDUE = "overdue", _("Overdue")
    CALLS = "calls", _("Overdue, and nobody has answered")
    DONE = "done", _("Done")
    WAIVED = "waived", _("Waived, or not owed any more")
    ALL = "all", _("All")


@dataclass(frozen=True)
class WantedDuties:
    """What somebody wants to see of a model's duties."""

    show: str = Shown.OPEN
    kind: str = ""


def duties_of_model(model: Model, wanted: WantedDuties, now: datetime) -> QuerySet[OwedDuty]:
    """Return the duties on a model that are wanted, what is due first first."""
    is_open = Q(state__in=OPEN_DUTY_STATES)
    condition = {
        Shown.OPEN: is_open,
        Shown.OVERDUE: is_open & Q(due_at__lte=now),
        Shown.CALLS: _called(now),
        Shown.DONE: Q(state__in=DONE_DUTY_STATES),
        Shown.WAIVED: Q(state__in=[DutyState.WAIVED, DutyState.VOID]),
        Shown.ALL: Q(),
    }[Shown(wanted.show)]
    found = all_duties().filter(condition, model=model)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    return found.order_by("due_at", "pk")


def _called(now: datetime) -> Q:
    """Return the condition on those that call a lead, to which none has answered."""
    return Q(
        ~Q(consequence=Consequence.REMIND),
        state__in=OPEN_DUTY_STATES,
        due_at__lte=now,
        answered_at__isnull=True,
    )


def calling(models: Iterable[int], now: datetime) -> QuerySet[OwedDuty]:
    """Return the overdue duties on some models that wait for a lead's answer."""
    return all_duties().filter(_called(now), model__in=list(models)).order_by("due_at", "pk")


def duties_seen_by(user: User) -> QuerySet[OwedDuty]:
    """Return the duties on grants that the person holds, uses, keeps or may sign for."""
    signs = live_memberships().filter(user=user, role__in=SIGNING_ROLES).values("organization")
    return (
        all_duties()
        .filter(
            Q(grant__in=grants_of(user).order_by().values("pk"))
            | Q(grant__organization__in=signs, performer=Performer.SIGNATORY)
        )
        .order_by("due_at", "pk")
    )


def duties_to_do(user: User) -> QuerySet[OwedDuty]:
    """Return the open duties that the person may perform by their own part in the holder."""
    return all_duties().filter(_to_do(user)).order_by("due_at", "pk")


def _to_do(user: User) -> Q:
    mine = live_memberships().filter(user=user)
    named = GrantUser.objects.filter(user=user, ended_at__isnull=True).values("grant")
    keeps = mine.filter(role__in=KEEPER_ROLES).values("organization")
    signs = mine.filter(role__in=SIGNING_ROLES).values("organization")
    performs = (
        Q(grant__person=user)
        | Q(performer=Performer.KEEPER, grant__organization__in=keeps)
        | Q(performer=Performer.SIGNATORY, grant__organization__in=signs)
        | Q(performer=Performer.USER, grant__organization__isnull=False, grant__in=named)
    )
    return Q(performs, state__in=OPEN_DUTY_STATES)


def waiting_for(
    user: User, braked: Iterable[int], now: datetime, most: int
) -> tuple[list[OwedDuty], list[OwedDuty]]:
    """Return what somebody has to perform, and what calls them as a lead, in one query.

    `braked` are the models on which they may place holds.
    """
    to_do, calls = _to_do(user), Q(_called(now), model__in=list(braked))
    found = all_duties().filter(to_do | calls).order_by("due_at", "pk")
    rows = found.annotate(mine=ExpressionWrapper(to_do, output_field=BooleanField()))
    page = [(row, row.mine) for row in rows[:most]]
    return [row for row, mine in page if mine], [row for row, mine in page if not mine]


def duties_of_grant(grant: Grant) -> QuerySet[OwedDuty]:
    """Return the duties of a grant, the last due first."""
    return all_duties().filter(grant=grant).order_by("-due_at", "-pk")


def open_duties_of(grant: Grant) -> QuerySet[OwedDuty]:
    """Return the duties that a grant owes now, the first due first."""
    return all_duties().filter(grant=grant, state__in=OPEN_DUTY_STATES).order_by("due_at", "pk")


def grants_that_would_owe(slug: str, terms_modes: Iterable[str]) -> tuple[int, int]:
    """Return how many grants in use come under an agreement, and how many people they name.

    Those whose holder accepted some version of it, of models whose stages ask for it.
    """
    accepted = Acceptance.objects.filter(version__terms__slug=slug).filter(
        Q(organization=OuterRef("organization"))
        | Q(organization__isnull=True, user=OuterRef("person"))
    )
    asking = Release.objects.filter(stage__terms__contains=[slug]).values("model")
    grants = Grant.objects.filter(
        Exists(accepted),
        state__in=USING,
        model__in=asking,
        modes__overlap=list(terms_modes),
    )
    people = GrantUser.objects.filter(grant__in=grants, ended_at__isnull=True)
    return grants.count(), people.values("user").distinct().count()
